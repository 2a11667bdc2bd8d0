import ConfigModel

/// A made-up device of tables and entries, as FortiOS has them: it refuses to delete what is referred to, and to take a value that
/// names an entry that is not there.
struct EditModel {
    /// A table, an entry or a setting: `config …`, `edit …`, `set …`.
    struct Entry {
        var text: String
        var children: [Entry] = []

        func printed(_ depth: Int) -> String {
            let pad = String(repeating: "    ", count: depth)
            guard !text.hasPrefix("set ") else { return pad + text + "\n" }
            let end = text.hasPrefix("edit ") ? "next" : "end"
            return pad + text + "\n" + children.map { $0.printed(depth + 1) }.joined() + pad + end + "\n"
        }
    }

    private(set) var root: [Entry] = []
    private(set) var refusals: [String] = []
    private var path: [String] = []

    /// Tables without entries and sections without settings are not shown.
    var text: String { Self.shown(root).map { $0.printed(0) }.joined() }

    private static func shown(_ entries: [Entry]) -> [Entry] {
        // Settings stand in the order that the device has for them, whenever they were entered.
        let settings = entries.filter { $0.text.hasPrefix("set ") }.sorted { $0.text < $1.text }
        return (settings + entries.filter { !$0.text.hasPrefix("set ") }).compactMap { entry in
            let shown = Entry(text: entry.text, children: shown(entry.children))
            return entry.text.hasPrefix("config ") && shown.children.isEmpty ? nil : shown
        }
    }

    mutating func enter(_ lines: [String]) {
        path = []
        for line in lines { enter(line) }
        if !path.isEmpty { refusals.append("the lines end within \(path)") }
    }

    private mutating func enter(_ line: String) {
        let words = line.split(separator: " ", maxSplits: 1).map(String.init)
        switch words[0] {
        case "config", "edit":
            if (words[0] == "edit") != (path.last?.hasPrefix("config ") ?? false), words[0] == "edit" {
                return refusals.append("\(path): \(line)")
            }
            change { entries in
                if !entries.contains(where: { $0.text == line }) { entries.append(Entry(text: line)) }
            }
            path.append(line)
        case "next", "end":
            let opening = words[0] == "next" ? "edit " : "config "
            if path.last?.hasPrefix(opening) != true { refusals.append("\(path): \(line)") }
            _ = path.popLast()
        case "set": set(line)
        case "unset", "delete": remove(words[0] == "unset" ? "set \(words[1]) " : "edit \(words[1])", line)
        case "move": move(line.split(separator: " ").map(String.init))
        default: refusals.append("\(path): \(line)")
        }
    }

    private mutating func set(_ line: String) {
        let words = line.split(separator: " ").map(String.init)
        if words[1] == "member", let missing = words.dropFirst(2).first(where: { !addresses.contains($0) }) {
            return refusals.append("\(path): \(line): \(missing) is not there")
        }
        change { entries in
            if let place = entries.firstIndex(where: { $0.text.hasPrefix("set \(words[1]) ") }) {
                entries[place].text = line
            } else {
                entries.append(Entry(text: line))
            }
        }
    }

    private mutating func remove(_ start: String, _ line: String) {
        let name = String(line.dropFirst("delete ".count))
        if line.hasPrefix("delete "), path.last == "config address", values.contains(name) {
            return refusals.append("\(path): \(line): it is in use")
        }
        var isFound = false
        change { entries in
            let before = entries.count
            entries.removeAll { $0.text == start || (start.hasPrefix("set ") && $0.text.hasPrefix(start)) }
            isFound = entries.count < before
        }
        if !isFound { refusals.append("\(path): \(line): it is not there") }
    }

    private mutating func move(_ words: [String]) {
        var isDone = false
        change { entries in
            guard words.count == 4, let from = entries.firstIndex(where: { $0.text == "edit \(words[1])" }) else {
                return
            }
            let entry = entries.remove(at: from)
            let to = entries.firstIndex { $0.text == "edit \(words[3])" }
            entries.insert(entry, at: to ?? from)
            isDone = to != nil
        }
        if !isDone { refusals.append("\(path): \(words)") }
    }

    private mutating func change(_ body: (inout [Entry]) -> Void) {
        func descend(_ entries: inout [Entry], _ rest: ArraySlice<String>) {
            guard let header = rest.first else { return body(&entries) }
            guard let place = entries.firstIndex(where: { $0.text == header }) else { return }
            descend(&entries[place].children, rest.dropFirst())
        }
        descend(&root, path[...])
    }

    private var addresses: [String] {
        root.first { $0.text == "config address" }?.children.map { String($0.text.dropFirst("edit ".count)) } ?? []
    }

    /// All that is said behind the names of settings.
    private var values: Set<String> {
        func words(_ entries: [Entry]) -> [String] {
            entries.flatMap { entry in
                let own =
                    entry.text.hasPrefix("set ") ? entry.text.split(separator: " ").dropFirst(2).map(String.init) : []
                return own + words(entry.children)
            }
        }
        return Set(words(root))
    }
}

/// Configurations in the manner of FortiOS, from small pools.
enum GeneratedEdits {
    static let platform = Platform(
        name: "made_edits", syntax: .configEnd, ordered: ["^config policy$"], restore: RestoreRules(method: .lines))

    static func text(_ dice: inout Dice) -> String {
        let names = GeneratedModes.some(["\"pacs\"", "\"pump\"", "\"core\"", "\"ward\""], 60, &dice)
        let addresses: [EditModel.Entry] = names.map { name in
            entry("edit \(name)", ["set subnet 10.0.0.\(GeneratedModes.pick([1, 2], &dice))"])
        }
        let groups: [EditModel.Entry] =
            names.isEmpty
            ? []
            : GeneratedModes.some(["1", "2"], 60, &dice).map { name in
                let members = [names[0]] + GeneratedModes.some(Array(names.dropFirst()), 50, &dice)
                return entry("edit \(name)", ["set member \(members.joined(separator: " "))"])
            }
        let policies: [EditModel.Entry] = GeneratedModes.some(["1", "2", "3", "4", "5"], 60, &dice).shuffled(
            using: &dice
        ).map { id in
            var lines = ["set action \(GeneratedModes.pick(["accept", "deny"], &dice))"]
            if let name = names.first, GeneratedModes.chance(40, &dice) { lines.append("set member \(name)") }
            if GeneratedModes.chance(40, &dice) { lines.append("set nat enable") }
            return entry("edit \(id)", lines)
        }
        let host = "set hostname fw-\(GeneratedModes.pick([1, 2], &dice))"
        var tables: [EditModel.Entry] = [
            entry("config global", [host])
        ]
        tables.append(.init(text: "config address", children: addresses))
        tables.append(.init(text: "config group", children: groups))
        tables.append(.init(text: "config policy", children: policies))
        if GeneratedModes.chance(60, &dice) { tables.append(router(&dice)) }
        return tables.filter { !$0.children.isEmpty }.map { $0.printed(0) }.joined()
    }

    private static func router(_ dice: inout Dice) -> EditModel.Entry {
        var router = entry("config ospf", ["set router-id 1.1.1.\(GeneratedModes.pick([1, 2], &dice))"])
        let areas = GeneratedModes.some(["0.0.0.0", "0.0.0.1"], 60, &dice).map {
            entry("edit \($0)", ["set cost \(GeneratedModes.pick([1, 2], &dice))"])
        }
        if !areas.isEmpty { router.children.append(.init(text: "config area", children: areas)) }
        return router
    }

    private static func entry(_ header: String, _ lines: [String]) -> EditModel.Entry {
        .init(text: header, children: lines.map { EditModel.Entry(text: $0) })
    }
}
