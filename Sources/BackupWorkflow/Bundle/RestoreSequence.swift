import ConfigModel
import DeviceInventory

/// In which order a fleet is put back: by the inventory's `restoreOrder`, then by group and id; but never before the device
/// through which it is reached, which is pulled forward for it.
struct RestoreSequence: Sendable {
    struct Place: Sendable {
        var device: Device
        /// The devices of the sequence that stand before it because it is reached through them, the nearest first.
        var after: [DeviceID]
        /// Hosts on the way that are not in the sequence.
        var outside: [String]
        /// Devices that are reached through it.
        var carries: [DeviceID]
    }

    let places: [Place]

    init(_ devices: [Device], in inventory: Inventory) {
        let chosen = Dictionary(devices.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var after: [DeviceID: [DeviceID]] = [:]
        var outside: [DeviceID: [String]] = [:]
        var carries: [DeviceID: [DeviceID]] = [:]
        // What is reached through a device is as urgent for it as for itself.
        var urgency = chosen.mapValues(\.restoreOrder)
        for device in devices {
            for hop in inventory.way(to: device) {
                guard let id = DeviceID(hop), chosen[id] != nil else {
                    outside[device.id, default: []].append(hop)
                    continue
                }
                after[device.id, default: []].append(id)
                carries[id, default: []].append(device.id)
                urgency[id] = min(urgency[id] ?? .max, device.restoreOrder)
            }
        }
        func comesFirst(_ one: Device, _ other: Device) -> Bool {
            (urgency[one.id] ?? 0, one.group, one.id) < (urgency[other.id] ?? 0, other.group, other.id)
        }
        var ordered: [Device] = []
        var placed: Set<DeviceID> = []
        func place(_ device: Device) {
            // The inventory refuses ways that lead in a circle; should there be one, it ends here.
            guard placed.insert(device.id).inserted else { return }
            for id in (after[device.id] ?? []).reversed() { chosen[id].map(place) }
            ordered.append(device)
        }
        for device in devices.sorted(by: comesFirst) { place(device) }
        places = ordered.map { device in
            Place(
                device: device, after: after[device.id] ?? [], outside: outside[device.id] ?? [],
                carries: (carries[device.id] ?? []).sorted())
        }
    }
}

extension Inventory {
    /// The jump hosts between us and a device, the one next to it first.
    fileprivate func way(to device: Device) -> [String] {
        var way: [String] = []
        var next = device.jump
        while let hop = next, !way.contains(hop) {
            way.append(hop)
            next = jumps[hop].map(\.jump) ?? DeviceID(hop).flatMap { self.device($0) }?.jump
        }
        return way
    }
}
