import ConfigModel

/// Oxidized's `router.db` (source `csv`), by the order of columns that its configuration or the person tells.
extension ForeignInventory {
    private struct Layout {
        var columns: [Int: String] = [0: "name", 1: "model"]
        var delimiter = ":"
        var models: [String: String] = [:]
        var users: [String: String] = [:]
        var user = ""
    }

    mutating func readOxidized(_ path: String, _ options: Options) {
        var layout = Layout()
        if let config = options.oxidizedConfig { read(config, into: &layout) }
        if !options.columns.isEmpty {
            layout.columns = Dictionary(uniqueKeysWithValues: options.columns.enumerated().map { ($0, $1) })
        }
        if let delimiter = options.delimiter { layout.delimiter = delimiter }
        let known: Set<String> = [
            "name", "ip", "model", "group", "username", "user", "password", "pass", "enable", "ssh_port", "port", "-",
        ]
        for word in layout.columns.values.sorted() where !known.contains(word) && options.columns.contains(word) {
            fault(path, 0, "there is no column '\(word)'", "use " + known.sorted().joined(separator: ", "))
        }
        if !layout.columns.values.contains("name") {
            fault(path, 0, "no column is the name", "say --columns name,model,… in the order of the file")
        }
        guard let text = text(path), faults.isEmpty else { return }
        for (number, line) in Self.lines(text) {
            guard let fields = split(line, by: layout.delimiter, path) else { return }
            device(fields, layout, SourceLocation(file: path, line: number, column: 1))
        }
    }

    private mutating func read(_ config: String, into layout: inout Layout) {
        guard let root = document(config) else { return }
        layout.user = root["username"]?.text ?? ""
        if let place = root["password"]?.location { foundSecret(place, "password") }
        for entry in root["model_map"]?.entries ?? [] { layout.models[entry.key] = entry.value.text }
        for entry in root["groups"]?.entries ?? [] {
            layout.users[entry.key] = entry.value["username"]?.text
            if let place = entry.value["password"]?.location { foundSecret(place, "password") }
        }
        let csv = root["source"]?["csv"]
        layout.delimiter = csv?["delimiter"]?.text ?? layout.delimiter
        let columns = (csv?["map"]?.entries ?? []) + (csv?["vars_map"]?.entries ?? [])
        guard !columns.isEmpty else { return }
        layout.columns = [:]
        for entry in columns {
            guard let place = entry.value.integer, place >= 0 else {
                fault(
                    config, entry.value.location.line, "column '\(entry.key)' has no number", "write the column from 0")
                continue
            }
            layout.columns[place] = entry.key
        }
    }

    /// A delimiter between slashes is a regular expression.
    private mutating func split(_ line: String, by delimiter: String, _ path: String) -> [String]? {
        guard delimiter.count > 2, delimiter.hasPrefix("/"), delimiter.hasSuffix("/") else {
            return Self.fields(line, delimiter)
        }
        guard let pattern = try? Regex(String(delimiter.dropFirst().dropLast())) else {
            fault(path, 0, "the delimiter \(delimiter) is no regular expression", "say it with --delimiter")
            return nil
        }
        return line.split(separator: pattern, omittingEmptySubsequences: false).map { Self.trimmed($0) }
    }

    static func fields(_ line: String, _ delimiter: String) -> [String] {
        guard !delimiter.isEmpty else { return [line] }
        return line.split(separator: delimiter, omittingEmptySubsequences: false).map { Self.trimmed($0) }
    }

    private mutating func device(_ fields: [String], _ layout: Layout, _ place: SourceLocation) {
        var device = ForeignDevice(name: "", location: place)
        for (index, field) in fields.enumerated() where !field.isEmpty {
            switch layout.columns[index] {
            case "name": device.name = field
            case "ip": device.address = field
            case "model": device.platform = layout.models[field] ?? field
            case "group": device.group = field
            case "username", "user": device.user = field
            case "ssh_port", "port": device.port = field
            case "password", "pass": foundSecret(place, "password")
            case "enable" where field != "true" && field != "false": foundSecret(place, "enable password")
            default: break
            }
        }
        if device.user.isEmpty { device.user = layout.users[device.group] ?? layout.user }
        guard !device.name.isEmpty else { return note(place, "passed over: the name is empty") }
        devices.append(device)
    }
}
