import ConfigModel

/// Tables with a header line: of people, and NetBox's own CSV export.
extension ForeignInventory {
    /// Which of our keys a column's heading means, in lower case.
    static let plainAliases: [String: String] = [
        "name": "name", "hostname": "name", "id": "name", "device": "name", "address": "address", "ip": "address",
        "host": "address", "ip_address": "address", "ip address": "address", "platform": "platform", "type": "platform",
        "model": "platform", "os": "platform", "group": "group", "site": "group", "port": "port", "ssh_port": "port",
        "tags": "tags", "state": "state", "status": "state", "user": "user", "username": "user",
        "password": "secret", "pass": "secret", "secret": "secret", "enable": "secret",
    ]

    mutating func readTable(_ path: String, _ options: Options, aliases: [String: String]) {
        guard let text = text(path) else { return }
        let delimiter =
            options.delimiter.flatMap { $0 == "\\t" ? "\t" : $0.first } ?? DelimitedTable.delimiter(of: text)
        let table = DelimitedTable(text, delimiter: delimiter)
        if let line = table.openQuote { return fault(path, line, "a quote opens here that nothing closes", "close it") }
        guard let header = table.records.first else { return }
        let headings = options.columns.isEmpty ? header.fields : options.columns
        let keys = headings.map { aliases[Self.trimmed($0).lowercased()] ?? "" }
        guard keys.contains("name") else {
            return fault(
                path, header.line, "no column is the name of the device", "call one 'name' in the first line")
        }
        let ignored = zip(headings, keys).filter { $1.isEmpty && !Self.trimmed($0).isEmpty }.map(\.0)
        if !ignored.isEmpty {
            note(
                SourceLocation(file: path, line: header.line, column: 1),
                "columns not used: " + ignored.joined(separator: ", "))
        }
        for record in table.records.dropFirst(options.columns.isEmpty ? 1 : 0) {
            let place = SourceLocation(file: path, line: record.line, column: 1)
            guard record.fields.count <= keys.count else {
                fault(
                    path, record.line, "the line has \(record.fields.count) fields, the header \(keys.count)",
                    "quote fields that hold the delimiter")
                continue
            }
            device(zip(keys, record.fields.map { Self.trimmed($0) }).filter { !$1.isEmpty }, place)
        }
    }

    private mutating func device(_ fields: [(key: String, value: String)], _ place: SourceLocation) {
        guard !fields.isEmpty else { return }
        var device = ForeignDevice(name: "", location: place)
        for (key, value) in fields {
            switch key {
            case "name": device.name = device.name.isEmpty ? value : device.name
            case "address": device.address = Self.withoutPrefixLength(value)
            case "platform": device.platform = value
            case "group": device.group = value
            case "port": device.port = value
            case "user": device.user = value
            case "state": device.state = state(value, of: device.name, place)
            case "tags": device.tags = value.split { ",; ".contains($0) }.map(String.init)
            case "secret": foundSecret(place, "password")
            default: break
            }
        }
        guard !device.name.isEmpty else {
            return fault(place.file, place.line, "the device has no name", "give it one")
        }
        devices.append(device)
    }

    /// `10.0.0.1/24` as NetBox writes addresses.
    static func withoutPrefixLength(_ address: String) -> String { String(address.prefix { $0 != "/" }) }

    mutating func state(_ word: String, of name: String, _ place: SourceLocation) -> Device.State {
        if let state = Device.State(rawValue: word.lowercased()) { return state }
        switch word.lowercased() {
        case "up", "staged", "enabled", "production": return .active
        case "inventory", "planned", "offline": return .spare
        case "failed": return .repair
        case "decommissioning", "decommissioned": return .retired
        default:
            note(place, "status '\(word)' of '\(name)' is not known here and was made 'state: spare'")
            return .spare
        }
    }
}
