import ConfigModel
import DeviceInventory

/// Finds the inventory's device that another tool calls by some name.
struct DeviceMatch: Sendable {
    private let devices: [DeviceID: Device]
    private let given: [String: DeviceID]
    private let byAddress: [String: [DeviceID]]
    private let byShortName: [String: [DeviceID]]

    /// - Parameter given: What the person said: the tool's name, or `GROUP/NAME`, and the device.
    init(devices: [Device], given: [String: DeviceID]) {
        self.devices = Dictionary(devices.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        self.given = given
        byAddress = Dictionary(grouping: devices.filter { !$0.address.isEmpty }, by: { $0.address.lowercased() })
            .mapValues { $0.map(\.id) }
        byShortName = Dictionary(grouping: devices, by: { Self.firstLabel($0.id.text) }).mapValues { $0.map(\.id) }
    }

    /// By what was said, by id, by address, then by the host's name without its domain where only one device has it.
    func device(for file: ForeignTool.DeviceFile) -> Device? {
        if let id = given["\(file.group ?? "")/\(file.name)"] ?? given[file.name] { return devices[id] }
        let name = file.name.lowercased()
        if let id = DeviceID(name) ?? ImportedID.id(for: file.name),
            let device = devices[id] ?? devices.values.first(where: { $0.was.contains(id) })
        {
            return device
        }
        if let found = byAddress[name] { return found.count == 1 ? devices[found[0]] : nil }
        // An address has no first label that says anything.
        guard name.contains(where: { $0.isLetter }), !name.contains(":") else { return nil }
        let short = byShortName[Self.firstLabel(name)] ?? []
        return short.count == 1 ? devices[short[0]] : nil
    }

    private static func firstLabel(_ name: String) -> String { String(name.prefix { $0 != "." }) }
}
