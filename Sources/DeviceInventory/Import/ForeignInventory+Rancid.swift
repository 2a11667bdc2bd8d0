import ConfigModel

/// RANCID's `router.db`: `name;type;state` since 3.0, `name:type:state` before; one in each group's folder.
extension ForeignInventory {
    mutating func readRancid(_ path: String) {
        let names = (try? SourceFile.names(in: path, named: path)) ?? nil
        guard let names else { return readRancid(path, group: "") }
        if names.contains("router.db") {
            let group = path.split(separator: "/").last.map(String.init) ?? ""
            return readRancid(path + "/router.db", group: group)
        }
        var found = false
        for name in names {
            let inside = (try? SourceFile.names(in: "\(path)/\(name)", named: name)) ?? nil
            guard inside?.contains("router.db") == true else { continue }
            found = true
            readRancid("\(path)/\(name)/router.db", group: name)
        }
        if !found { fault(path, 0, "no folder in it has a router.db", "name RANCID's BASEDIR or a router.db") }
    }

    private mutating func readRancid(_ path: String, group: String) {
        guard let text = text(path) else { return }
        for (number, line) in Self.lines(text) {
            let place = SourceLocation(file: path, line: number, column: 1)
            let fields = Self.fields(line, line.contains(";") ? ";" : ":")
            guard fields.count >= 3, !fields[0].isEmpty else {
                fault(path, number, "the line is not name;type;state", "mend it, or make it a comment")
                continue
            }
            var device = ForeignDevice(name: fields[0], location: place)
            device.platform = fields[1]
            device.group = group
            // Whatever is not 'up' RANCID does not collect; why, nobody knows.
            if fields[2].lowercased() != "up" {
                device.state = .spare
                note(place, "'\(fields[0])' is '\(fields[2])' there and was made 'state: spare'")
            }
            devices.append(device)
        }
    }
}
