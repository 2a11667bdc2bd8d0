package import ConfigModel

/// How a device is reached: the device itself, and the jump hosts before it.
package struct Route: Sendable, Hashable {
    package var endpoint: Endpoint
    /// Outermost first; empty for a device that is reached directly.
    package var jumps: [Endpoint]
}

extension Inventory {
    /// - Returns: nil for a device without a method (`uncovered`).
    package func route(to device: Device) -> Route? {
        guard device.method == .ssh, let endpoint = endpoint(of: device) else { return nil }
        return Route(endpoint: endpoint, jumps: jumps(before: device))
    }

    /// The jump hosts before a device, outermost first.
    package func jumps(before device: Device) -> [Endpoint] {
        var path: [Endpoint] = []
        var next = device.jump
        // Reading refuses circles; the count keeps an inventory that was put together otherwise from walking one.
        while let name = next, path.count < Self.mostJumps, let hop = hop(named: name) {
            path.append(hop.endpoint)
            next = hop.jump
        }
        return path.reversed()
    }

    /// The most jump hosts one after the other.
    static var mostJumps: Int { 8 }

    private func hop(named name: String) -> (endpoint: Endpoint, jump: String?)? {
        if let host = jumps[name] { return endpoint(of: host).map { ($0, host.jump) } }
        guard let id = DeviceID(name), let device = device(id) else { return nil }
        return endpoint(of: device).map { ($0, device.jump) }
    }

    private func endpoint(of device: Device) -> Endpoint? {
        guard let credential = device.credential.flatMap({ credentials[$0] }) else { return nil }
        return Endpoint(
            name: device.id.text, address: device.address, port: device.port,
            hostKeys: knownHosts.policy(address: device.address, port: device.port), profile: device.profile,
            keepalive: device.keepalive, credential: credential)
    }

    private func endpoint(of host: JumpHost) -> Endpoint? {
        guard let credential = credentials[host.credential] else { return nil }
        return Endpoint(
            name: host.id.text, address: host.address, port: host.port,
            hostKeys: knownHosts.policy(address: host.address, port: host.port), profile: host.profile,
            keepalive: host.keepalive, credential: credential)
    }
}
