import ConfigModel

/// NetBox: the answer of `/api/dcim/devices/` as JSON, or the CSV export of its list of devices.
extension ForeignInventory {
    mutating func readNetBox(_ path: String, _ options: Options) {
        guard let text = text(path) else { return }
        guard let first = text.first(where: { !$0.isWhitespace }) else { return }
        guard first == "{" || first == "[" else {
            var aliases = [
                "name": "name", "primary_ip4": "address", "ipv4 address": "address", "ip address": "address",
                "primary ip": "address", "primary_ip": "address", "platform": "platform", "status": "state",
                "tags": "tags",
            ]
            aliases[options.groupBy] = "group"
            return readTable(path, options, aliases: aliases)
        }
        guard let root = document(path) else { return }
        guard let list = root.list ?? root["results"]?.list else {
            return fault(
                path, root.location.line, "there is no list of devices ('results')", "export /api/dcim/devices/")
        }
        if let total = root["count"]?.integer, total > list.count {
            note(root.location, "\(list.count) of \(total) devices are in this page: export with ?limit=0 for all")
        }
        for value in list { netBoxDevice(value, options) }
    }

    private mutating func netBoxDevice(_ value: YAMLValue, _ options: Options) {
        let place = value.location
        guard let name = value["name"]?.text ?? value["display"]?.text else {
            return note(place, "passed over: a device without a name")
        }
        var device = ForeignDevice(name: name, location: place)
        let address = value["primary_ip4"]?["address"]?.text ?? value["primary_ip"]?["address"]?.text
        device.address = Self.withoutPrefixLength(address ?? "")
        device.platform = Self.word(value["platform"]) ?? ""
        device.group =
            Self.word(value[options.groupBy] ?? (options.groupBy == "role" ? value["device_role"] : nil)) ?? ""
        device.tags = (value["tags"]?.list ?? []).compactMap { Self.word($0) }
        if let status = value["status"]?["value"]?.text ?? value["status"]?.text {
            device.state = state(status, of: name, place)
        }
        devices.append(device)
    }

    /// The slug of a nested object, or the text itself as older exports have it.
    private static func word(_ value: YAMLValue?) -> String? {
        value?["slug"]?.text ?? value?["name"]?.text ?? value?.text
    }
}
