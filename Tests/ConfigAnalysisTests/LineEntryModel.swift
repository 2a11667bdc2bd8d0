/// A made-up device that is configured line by line, as those that follow IOS are, and that refuses what they refuse.
struct LineEntryModel {
    struct Entry {
        var text: String
        var children: [Entry] = []
    }

    private(set) var root: [Entry] = []
    /// What it did not understand, or would not do.
    private(set) var refusals: [String] = []
    private var path: [String] = []
    /// The banner that is being typed.
    private var banner: String?

    /// In each mode, by the first words of its header, what it knows.
    private static let modes: [(header: String, commands: [String])] = [
        ("interface ", ["description ", "ip address ", "shutdown", "mtu ", "ip redirects", "ip access-group "]),
        ("router bgp ", ["neighbor ", "network ", "timers ", "address-family "]),
        ("address-family ", ["neighbor ", "network "]),
        ("ip access-list ", ["permit ", "deny ", "remark "]),
        ("policy-map ", ["class "]),
        ("class ", ["police ", "set "]),
    ]
    private static let top = [
        "hostname ", "interface ", "router bgp ", "ip access-list ", "policy-map ", "access-list ", "ip route ",
        "snmp-server location ", "banner motd ",
    ]
    private static let headers = [
        "interface ", "router bgp ", "address-family ", "ip access-list ", "policy-map ", "class ",
    ]
    private static let single = [
        "hostname ", "description ", "mtu ", "timers ", "snmp-server location ", "banner motd ", "ip address ",
    ]

    mutating func enter(_ lines: [String]) {
        path = []
        for line in lines { enter(line) }
        if !path.isEmpty || banner != nil { refusals.append("the lines end within \(path.joined(separator: " › "))") }
    }

    private mutating func enter(_ line: String) {
        if let open = banner {
            banner = line.contains("^C") ? nil : open + "\n" + line
            if banner == nil { store(open + "\n" + line) }
        } else if line == "exit" || line == "exit-address-family" {
            if path.popLast() == nil { refusals.append("'\(line)' at the top") }
        } else if line.hasPrefix("no ") {
            isKnown(String(line.dropFirst(3)))
                ? negate(String(line.dropFirst(3))) : refusals.append("\(path): '\(line)'")
        } else if !isKnown(line) {
            refusals.append("\(path): '\(line)'")
        } else if line.hasPrefix("banner motd ^C") {
            banner = line
        } else {
            store(line)
        }
    }

    private func isKnown(_ line: String) -> Bool {
        let header = path.last
        let known =
            header.map { header in Self.modes.first { header.hasPrefix($0.header) }?.commands ?? [] } ?? Self.top
        return known.contains { line.hasPrefix($0) || line == $0.dropLast() }
    }

    private mutating func store(_ line: String) {
        let here = path
        if line == "ip redirects" { return edit(here) { $0.removeAll { $0.text == "no ip redirects" } } }
        if line.hasPrefix("ip address "), all(root).contains(line) { return refusals.append("'\(line)' overlaps") }
        if line.hasPrefix("neighbor "), !line.contains(" remote-as "),
            !here.contains(where: { $0.hasPrefix("address-") })
        {
            let peer = line.split(separator: " ")[1]
            if !all(root).contains(where: { $0.hasPrefix("neighbor \(peer) remote-as ") }) {
                return refusals.append("'\(line)' of an unknown neighbour")
            }
        }
        let name =
            Self.single.first { line.hasPrefix($0) } ?? (line.contains(" remote-as ") ? Self.words(line, 3) : nil)
        edit(here) { entries in
            guard !entries.contains(where: { $0.text == line }) else { return }
            if let name, let place = entries.firstIndex(where: { $0.text.hasPrefix(name) }) {
                entries[place].text = line
            } else {
                entries.append(Entry(text: line))
            }
        }
        if Self.headers.contains(where: { line.hasPrefix($0) }) { path.append(line) }
    }

    private mutating func negate(_ line: String) {
        if line.hasPrefix("interface Ethernet") { return refusals.append("'no \(line)': it cannot be removed") }
        if line == "ip redirects" {
            return edit(path) {
                if !$0.contains(where: { $0.text == "no ip redirects" }) { $0.append(Entry(text: "no ip redirects")) }
            }
        }
        let before = all(root).count
        let words = line.split(separator: " ")
        let isWhole =
            words.count == 2 && (words[0] == "neighbor" || words[0] == "access-list")
            || Self.single.contains { line == $0.dropLast() || line + " " == $0 }
        edit(path) { entries in
            if isWhole { Self.remove(line, from: &entries) } else { entries.removeAll { $0.text == line } }
        }
        if all(root).count == before { refusals.append("'no \(line)' of what is not there") }
    }

    private static func remove(_ words: String, from entries: inout [Entry]) {
        entries.removeAll { $0.text == words || $0.text.hasPrefix(words + " ") || $0.text.hasPrefix("no \(words) ") }
        for index in entries.indices { remove(words, from: &entries[index].children) }
    }

    private mutating func edit(_ path: [String], _ body: (inout [Entry]) -> Void) {
        func descend(_ entries: inout [Entry], _ rest: ArraySlice<String>) {
            guard let header = rest.first else { return body(&entries) }
            guard let place = entries.firstIndex(where: { $0.text == header }) else { return }
            descend(&entries[place].children, rest.dropFirst())
        }
        descend(&root, path[...])
    }

    private func all(_ entries: [Entry]) -> [String] { entries.flatMap { [$0.text] + all($0.children) } }
    private static func words(_ line: String, _ count: Int) -> String {
        line.split(separator: " ").prefix(count).joined(separator: " ") + " "
    }

    /// As the device shows it.
    var text: String {
        // Numbered lists are shown by their numbers, whenever they were entered.
        let lists = root.filter { $0.text.hasPrefix("access-list ") }
        let sorted = Dictionary(grouping: lists) { Self.words($0.text, 2) }.sorted { $0.key < $1.key }.flatMap(\.value)
        return Self.printed(root.filter { !$0.text.hasPrefix("access-list ") } + sorted, 0) + "end\n"
    }

    static func printed(_ entries: [Entry], _ depth: Int) -> String {
        entries.map { entry in
            let closing =
                entry.text.hasPrefix("address-family ")
                ? String(repeating: " ", count: depth) + "exit-address-family\n" : ""
            return String(repeating: " ", count: depth) + entry.text + "\n" + printed(entry.children, depth + 1)
                + closing
        }.joined()
    }
}
