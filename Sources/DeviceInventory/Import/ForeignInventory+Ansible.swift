import ConfigModel

/// Ansible's inventories: INI, YAML, and the JSON of `ansible-inventory --list`; `host_vars` and `group_vars` beside them.
extension ForeignInventory {
    /// Groups and hosts before variables are looked up.
    struct AnsibleTree {
        var groups: [String: [String: YAMLValue]] = [:]
        var parents: [String: Set<String>] = [:]
        var hosts: [String: (place: SourceLocation, groups: [String], vars: [String: YAMLValue])] = [:]

        mutating func add(_ host: String, to group: String, _ place: SourceLocation, _ vars: [String: YAMLValue] = [:])
        {
            var entry = hosts[host] ?? (place, [], [:])
            if !entry.groups.contains(group) { entry.groups.append(group) }
            entry.vars.merge(vars) { $1 }
            hosts[host] = entry
        }

        /// A group and all above it, nearest first.
        func line(of group: String) -> [String] {
            var line = [group]
            var next = 0
            while next < line.count {
                line += (parents[line[next]] ?? []).sorted().filter { !line.contains($0) }
                next += 1
            }
            return line
        }
    }

    mutating func readAnsible(_ path: String) {
        var tree = AnsibleTree()
        guard let text = text(path) else { return }
        let first = text.first { !$0.isWhitespace }
        let isDocument =
            [".yaml", ".yml", ".json"].contains { path.hasSuffix($0) } || first == "{" || text.hasPrefix("---")
        if isDocument {
            guard let root = document(path) else { return }
            guard let entries = root.entries else {
                return fault(path, 1, "it is no mapping of groups", "name an inventory of Ansible")
            }
            if let meta = root["_meta"] {
                readList(entries, meta, into: &tree)
            } else {
                for entry in entries { readGroup(entry.key, entry.value, depth: 0, into: &tree) }
            }
        } else {
            readINI(text, path, into: &tree)
        }
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        finish(tree, folder)
    }

    private func vars(_ value: YAMLValue?) -> [String: YAMLValue] {
        Dictionary((value?.entries ?? []).map { ($0.key, $0.value) }) { first, _ in first }
    }

    private mutating func readGroup(_ name: String, _ value: YAMLValue, depth: Int, into tree: inout AnsibleTree) {
        guard depth < 32 else {
            return fault(value.location.file, value.location.line, "groups are nested too deeply", "flatten them")
        }
        tree.groups[name, default: [:]].merge(vars(value["vars"])) { $1 }
        for entry in value["hosts"]?.entries ?? [] {
            for host in hosts(entry.key, entry.keyLocation) {
                tree.add(host, to: name, entry.keyLocation, vars(entry.value))
            }
        }
        for entry in value["children"]?.entries ?? [] {
            tree.parents[entry.key, default: []].insert(name)
            readGroup(entry.key, entry.value, depth: depth + 1, into: &tree)
        }
    }

    private mutating func readList(_ entries: [YAMLValue.Entry], _ meta: YAMLValue, into tree: inout AnsibleTree) {
        for entry in entries where entry.key != "_meta" {
            for child in entry.value["children"]?.texts ?? [] { tree.parents[child, default: []].insert(entry.key) }
            tree.groups[entry.key, default: [:]].merge(vars(entry.value["vars"])) { $1 }
            for host in entry.value["hosts"]?.list ?? [] {
                guard let name = host.text else { continue }
                tree.add(name, to: entry.key, host.location, vars(meta["hostvars"]?[name]))
            }
        }
        for entry in meta["hostvars"]?.entries ?? [] where tree.hosts[entry.key] == nil {
            tree.add(entry.key, to: "ungrouped", entry.keyLocation, vars(entry.value))
        }
    }

    // MARK: INI

    private mutating func readINI(_ text: String, _ path: String, into tree: inout AnsibleTree) {
        var section = "ungrouped"
        var kind = ""
        for (number, line) in Self.lines(text, comments: "#;") {
            let place = SourceLocation(file: path, line: number, column: 1)
            if line.hasPrefix("[") {
                guard let end = line.firstIndex(of: "]") else {
                    fault(path, number, "the section has no ']'", "close it")
                    continue
                }
                let parts = line[line.index(after: line.startIndex)..<end].split(separator: ":")
                section = parts.first.map(String.init) ?? "ungrouped"
                kind = parts.count > 1 ? String(parts[1]) : ""
                tree.groups[section] = tree.groups[section] ?? [:]
                if !["", "vars", "children"].contains(kind) {
                    fault(path, number, "there is no section ':\(kind)'", "write ':vars' or ':children'")
                }
                continue
            }
            let words = Self.words(line)
            guard let name = words.first else { continue }
            switch kind {
            case "children": tree.parents[name, default: []].insert(section)
            case "vars":
                guard let (key, value) = Self.assignment(line) else {
                    fault(path, number, "the line is not KEY=VALUE", "mend it")
                    continue
                }
                tree.groups[section, default: [:]][key] = Self.scalar(value, place)
            default:
                let pairs = words.dropFirst().compactMap { Self.assignment($0) }.map { ($0, Self.scalar($1, place)) }
                let vars = Dictionary(pairs) { $1 }
                for host in hosts(name, place) { tree.add(host, to: section, place, vars) }
            }
        }
    }

    private static func scalar(_ text: String, _ place: SourceLocation) -> YAMLValue {
        YAMLValue(content: .scalar(text, .plain), location: place)
    }

    private static func assignment(_ text: String) -> (String, String)? {
        guard let equal = text.firstIndex(of: "=") else { return nil }
        var value = trimmed(text[text.index(after: equal)...])
        if value.count > 1, let quote = value.first, "\"'".contains(quote), value.last == quote {
            value = String(value.dropFirst().dropLast())
        }
        return (trimmed(text[..<equal]), value)
    }

    /// Words apart by blanks, quotes kept together; a `#` after a blank begins a comment.
    private static func words(_ line: String) -> [String] {
        var words: [String] = []
        var word = ""
        var quote: Character?
        for character in line {
            if let open = quote {
                word.append(character)
                if character == open { quote = nil }
            } else if character.isWhitespace {
                if !word.isEmpty { words.append(word) }
                word = ""
            } else if character == "#", word.isEmpty {
                break
            } else {
                if "\"'".contains(character) { quote = character }
                word.append(character)
            }
        }
        return word.isEmpty ? words : words + [word]
    }

    /// The names that a range stands for: `sw[01:20]`, `leaf[a:d]`, `r[0:10:2]`.
    private mutating func hosts(_ pattern: String, _ place: SourceLocation) -> [String] {
        var open = [pattern]
        var done: [String] = []
        while let next = open.popLast() {
            guard let start = next.firstIndex(of: "["), let end = next[start...].firstIndex(of: "]") else {
                done.append(next)
                continue
            }
            let parts = next[next.index(after: start)..<end].split(separator: ":").map(String.init)
            let values = Self.range(parts)
            guard !values.isEmpty, open.count + done.count + values.count <= 65_536 else {
                fault(place.file, place.line, "'\(pattern.prefix(80))' is no range of hosts", "write it as name[01:20]")
                return []
            }
            open += values.map { next[..<start] + $0 + next[next.index(after: end)...] }
        }
        return done.sorted()
    }

    private static func range(_ parts: [String]) -> [String] {
        guard parts.count == 2 || parts.count == 3, let step = parts.count == 3 ? Int(parts[2]) : 1, step > 0 else {
            return []
        }
        if let first = Int(parts[0]), let last = Int(parts[1]), first >= 0, first <= last {
            guard last - first <= 65_536 else { return [] }
            let width = parts[0].hasPrefix("0") ? parts[0].count : 0
            return stride(from: first, through: last, by: step).map { number in
                String(repeating: "0", count: max(0, width - "\(number)".count)) + "\(number)"
            }
        }
        guard parts[0].utf8.count == 1, parts[1].utf8.count == 1, let first = parts[0].utf8.first,
            let last = parts[1].utf8.first, first <= last
        else { return [] }
        return stride(from: Int(first), through: Int(last), by: step).map { String(UnicodeScalar(UInt8($0))) }
    }

    // MARK: Variables

    private static let secretKeys = [
        "ansible_password", "ansible_ssh_pass", "ansible_become_password", "ansible_become_pass", "ansible_pass",
    ]

    private mutating func finish(_ tree: AnsibleTree, _ folder: String) {
        var groups = tree.groups
        let used = Set(tree.hosts.values.flatMap { $0.groups.flatMap { tree.line(of: $0) } } + ["all"])
        for group in used.sorted() where Self.isFileName(group) {
            for (key, value) in beside(folder + "group_vars/" + group) { groups[group, default: [:]][key] = value }
        }
        var told: Set<SourceLocation> = []
        for (name, host) in tree.hosts.sorted(by: { $0.key < $1.key }) {
            var vars = host.vars
            let lines = host.groups.filter { $0 != "all" }.flatMap { tree.line(of: $0) } + ["all"]
            if Self.isFileName(name) {
                for (key, value) in beside(folder + "host_vars/" + name) { vars[key] = value }
            }
            for group in lines { vars.merge(groups[group] ?? [:]) { first, _ in first } }
            for key in Self.secretKeys {
                guard let value = vars[key], told.insert(value.location).inserted else { continue }
                foundSecret(value.location, "password")
            }
            var device = ForeignDevice(name: name, location: host.place)
            func word(_ keys: String...) -> String {
                keys.lazy.compactMap { vars[$0]?.text }.first { !$0.contains("{{") } ?? ""
            }
            device.address = word("ansible_host", "ansible_ssh_host")
            device.port = word("ansible_port", "ansible_ssh_port")
            device.user = word("ansible_user", "ansible_ssh_user")
            device.platform = word("ansible_network_os")
            device.group = host.groups.first { $0 != "all" && $0 != "ungrouped" } ?? ""
            devices.append(device)
        }
    }

    /// Such a name leads to no other folder.
    private static func isFileName(_ name: String) -> Bool {
        !name.isEmpty && !name.contains("/") && !name.hasPrefix(".") && !name.contains("\0") && name.utf8.count < 200
    }

    private mutating func beside(_ path: String) -> [String: YAMLValue] {
        for suffix in [".yml", ".yaml", ".json", ""] {
            let names = suffix.isEmpty ? ((try? SourceFile.names(in: path, named: path)) ?? nil) : nil
            if let names {
                return names.filter { $0.hasSuffix(".yml") || $0.hasSuffix(".yaml") }.reduce(into: [:]) { all, name in
                    all.merge(vars(document("\(path)/\(name)"))) { $1 }
                }
            }
            if let root = document(path + suffix, optional: true) { return vars(root) }
        }
        return [:]
    }
}
