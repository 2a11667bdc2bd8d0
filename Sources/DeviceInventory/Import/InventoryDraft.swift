package import ConfigModel

/// Another tool's devices as Plumbline would write them: group files, and credentials where none are named.
package struct InventoryDraft: Sendable {
    package struct Row: Sendable, Codable {
        package enum Outcome: String, Sendable, Codable, CaseIterable {
            case added
            /// Written, but without a method: its platform is not known.
            case uncovered
            /// The inventory has the id or the address already: left as it is.
            case present
            /// It stands in the source twice.
            case duplicate
        }
        package var device: DeviceID
        /// As in the source.
        package var name: String
        package var group: String
        package var address: String
        package var platform: String?
        package var state: Device.State
        package var outcome: Outcome
        /// `file:line` of the source.
        package var origin: String
    }

    package struct File: Sendable, Codable {
        /// Relative to the workspace.
        package var path: String
        package var text: String

        package init(path: String, text: String) {
            self.path = path
            self.text = text
        }
    }

    package struct Options: Sendable {
        /// The group of devices for which the source names none.
        package var group = "imported"
        /// An entry of `credentials.yaml` for all devices.
        package var credential: String?

        package init() {}
    }

    package private(set) var rows: [Row] = []
    package private(set) var notes: [String]
    /// New files, by path.
    package private(set) var files: [File] = []
    /// Lines of new entries for `credentials.yaml`, without indentation.
    package private(set) var credentials: [String] = []

    private struct Entry {
        var row: Row
        var port: Int?
        var tags: [String]
        var credential: String
        var uncovered: String?
    }

    /// - Parameters:
    ///   - inventory: What is there: its devices are left alone.
    ///   - platforms: Names and aliases of the platforms in force.
    ///   - files: The names in `Inventory/groups`: none of them is written to.
    package init(
        _ source: ForeignInventory, into inventory: Inventory, platforms: Set<String>, files names: Set<String>,
        options: Options
    ) {
        notes = source.notes
        var ids = ImportedID(taken: Set(inventory.devices.map(\.id)).union(inventory.jumps.values.map(\.id)))
        var seen: [String: (id: DeviceID, origin: String)] = [:]
        var entries: [String: [Entry]] = [:]
        var users: [String: String] = [:]
        for device in source.devices {
            let place = "\(device.location.file):\(device.location.line)"
            let group = ImportedID.id(for: device.group)?.text ?? options.group
            let address = device.address.isEmpty ? device.name : device.address
            var row = Row(
                device: DeviceID("device")!, name: device.name, group: group, address: address, platform: nil,
                state: device.state, outcome: .added, origin: place)
            if let first = seen[device.name.lowercased()] {
                row.device = first.id
                row.outcome = .duplicate
                rows.append(row)
                notes.append("\(place): '\(device.name)' stands in \(first.origin) already; passed over")
                continue
            }
            if let id = ImportedID.id(for: device.name), inventory.device(id) != nil {
                row.device = id
                row.outcome = .present
                rows.append(row)
                continue
            }
            guard let id = ids.unique(for: device.name, line: device.location.line) else { continue }
            seen[device.name.lowercased()] = (id, place)
            row.device = id
            if id.text != device.name { notes.append("\(place): '\(device.name)' is no id and became '\(id)'") }
            var entry = Entry(row: row, port: nil, tags: tags(of: device, place), credential: "", uncovered: nil)
            check(device, &entry, platforms, place)
            if let named = options.credential {
                entry.credential = named
            } else {
                entry.credential = credential(for: device.user, inventory, &users)
            }
            rows.append(entry.row)
            entries[group, default: []].append(entry)
        }
        write(entries, beside: names)
    }

    // MARK: One device

    private mutating func check(
        _ device: ForeignDevice, _ entry: inout Entry, _ platforms: Set<String>, _ place: String
    ) {
        if let platform = ForeignPlatformNames.platform(device.platform, known: platforms) {
            entry.row.platform = platform
        } else {
            let word = Self.plain(device.platform)
            let near = Suggestion.nearest(to: device.platform.lowercased(), in: platforms.sorted())
            let hint = near.map { " (did you mean '\($0)'?)" } ?? ""
            entry.uncovered = word.isEmpty ? "its source names no platform" : "platform '\(word)' is not known"
            entry.row.outcome = .uncovered
            notes.append("\(place): '\(device.name)': \(entry.uncovered ?? "")\(hint); written as uncovered")
        }
        if !device.port.isEmpty {
            if let port = Int(device.port), (1...65535).contains(port) {
                entry.port = port == 22 ? nil : port
            } else {
                notes.append("\(place): '\(device.name)': port '\(Self.plain(device.port))' is none; 22 is used")
            }
        }
        guard !Self.isAddress(entry.row.address) else { return }
        notes.append("\(place): '\(device.name)': '\(Self.plain(entry.row.address))' is no address")
        entry.uncovered = entry.uncovered ?? "its source names no address that can be used"
        entry.row.outcome = .uncovered
        entry.row.address = ""
    }

    /// A text that may stand in a note or a YAML text: one line, not long.
    private static func plain(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }.prefix(80)))
    }

    /// As `TextForm.address` has it.
    private static func isAddress(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        func isWord(_ byte: UInt8) -> Bool {
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        }
        guard let first = bytes.first, bytes.count <= 253, isWord(first) || ":_".utf8.contains(first) else {
            return false
        }
        return bytes.allSatisfy { isWord($0) || "._:%-".utf8.contains($0) }
    }

    private mutating func tags(of device: ForeignDevice, _ place: String) -> [String] {
        var tags: [String] = []
        for tag in device.tags {
            guard let made = ImportedID.id(for: tag)?.text else { continue }
            if made != tag { notes.append("\(place): tag '\(Self.plain(tag))' became '\(made)'") }
            if !tags.contains(made) { tags.append(made) }
        }
        return tags
    }

    /// The name of a credential for a user: one of ours to come, whose password is a variable that nobody has set yet.
    private mutating func credential(for user: String, _ inventory: Inventory, _ users: inout [String: String])
        -> String
    {
        if let known = users[user] { return known }
        let isUser = !user.isEmpty && user.utf8.count <= 128 && !user.contains { $0.isWhitespace || $0 == ":" }
        let stem = ImportedID.id(for: isUser ? user : "")?.text.prefix(40) ?? ""
        let base = stem.isEmpty ? "imported" : "imported-\(stem)"
        var name = base
        var number = 2
        while inventory.credentials[name] != nil || users.values.contains(name) {
            name = "\(base)-\(number)"
            number += 1
        }
        users[user] = name
        let variable = name.uppercased().map { $0.isLetter || $0.isNumber ? $0 : "_" } + "_PASSWORD"
        let quoted = Self.quoted(isUser ? user : "CHANGE-ME")
        credentials.append("\(name): { user: \(quoted), password: \"env:\(String(variable))\" }")
        notes.append(
            "credential '\(name)' is a placeholder: "
                + (isUser ? "" : "name its user, and ") + "say where its password is in \(WorkspaceLayout.credentials)")
        return name
    }

    // MARK: Files

    private mutating func write(_ entries: [String: [Entry]], beside names: Set<String>) {
        for (group, entries) in entries.sorted(by: { $0.key < $1.key }) {
            var name = "\(group).yaml"
            var number = 1
            while names.contains(name) {
                name = "\(group)-imported\(number == 1 ? "" : "-\(number)").yaml"
                number += 1
            }
            let lines = entries.sorted { $0.row.device < $1.row.device }.flatMap(Self.lines)
            let text = "group: \(Self.word(group))\ndevices:\n" + lines.map { $0 + "\n" }.joined()
            files.append(File(path: "\(WorkspaceLayout.groups)/\(name)", text: text))
        }
    }

    private static func lines(_ entry: Entry) -> [String] {
        var lines = ["  - id: \(word(entry.row.device.text))"]
        func add(_ key: String, _ value: String) { lines.append("    \(key): \(value)") }
        if !entry.row.address.isEmpty { add("address", word(entry.row.address)) }
        if let port = entry.port { add("port", "\(port)") }
        if let platform = entry.row.platform { add("platform", word(platform)) }
        add("credential", word(entry.credential))
        if let reason = entry.uncovered { add("method", "{ uncovered: \(quoted(reason)) }") }
        if entry.row.state != .active { add("state", entry.row.state.rawValue) }
        if !entry.tags.isEmpty { add("tags", "[\(entry.tags.map(word).joined(separator: ", "))]") }
        return lines
    }

    /// A word as it is where YAML takes it for a text, else in quotes.
    private static func word(_ text: String) -> String {
        let isPlain =
            text.utf8.first.map { (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) } == true
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !":#,[]{}&*!|>'\"%@`".utf8.contains($0) }
        let isSpecial = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
        let isAddress =
            text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E } && text.count { $0 == "." } == 3
        return isPlain && !isSpecial || isAddress ? text : quoted(text)
    }

    private static func quoted(_ text: String) -> String {
        "\"\(plain(text).replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    }
}
