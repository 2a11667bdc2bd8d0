package import ConfigModel
import DeviceInventory
import DeviceSession
import FoundationEssentials
package import SSHTransport

/// Looks at the host keys that devices show, for a person to compare, and records those that the person accepts.
package struct HostKeyEnrolment: Sendable {
    /// What one device showed.
    package struct Offer: Sendable {
        package var device: Device
        /// The keys that are not on record.
        package var new: [HostKey]
        /// The keys that are.
        package var known: [HostKey]
        /// The keys that are marked as revoked: never to be recorded.
        package var revoked: [HostKey]
        /// Whether the device has keys on record and shows none of them: this is a change, not a first meeting.
        package var isChanged: Bool
        package var failure: String?
    }

    private let workspace: Workspace
    private let connector: SSHConnector
    private let desk: LoginDesk
    private let credentials = CredentialGuard()

    package init(workspace: Workspace, connector: SSHConnector, desk: LoginDesk) {
        self.workspace = workspace
        self.connector = connector
        self.desk = desk
    }

    /// Asks devices for their host keys, at most `atOnce` at a time. No credential is sent to the devices themselves; a jump
    /// host on the way, whose own key must be on record, is logged in to.
    /// - Returns: In the order of `devices`.
    /// - Throws: when what is remembered of refused credentials cannot be read.
    package func offers(
        of devices: [Device], atOnce: Int = 50, timeout: Duration = .seconds(30)
    ) async throws(WorkflowError) -> [Offer] {
        // Somebody who enrols in a clone of the workspace has no state to remember in.
        if devices.contains(where: { workspace.inventory.route(to: $0)?.jumps.isEmpty == false }),
            try workspace.isStateOurs()
        {
            try await credentials.keep(in: try await workspace.storeForWriting())
        }
        return await withTaskGroup(of: (Int, Offer).self) { group in
            var offers = [Offer?](repeating: nil, count: devices.count)
            var next = devices.indices.makeIterator()
            func start() {
                guard let index = next.next() else { return }
                group.addTask { (index, await offer(of: devices[index], timeout: timeout)) }
            }
            for _ in 0..<atOnce { start() }
            while let (index, offer) = await group.next() {
                offers[index] = offer
                start()
            }
            return offers.compactMap { $0 }
        }
    }

    private func offer(of device: Device, timeout: Duration) async -> Offer {
        var offer = Offer(device: device, new: [], known: [], revoked: [], isChanged: false)
        guard let route = workspace.inventory.route(to: device) else {
            offer.failure = "\(device.id) has no way to be reached: see 'method' and 'credential' in the inventory"
            return offer
        }
        let turns = LoginTurns(credentials, desk)
        do throws(SessionError) {
            let keys = try await connector.scanHostKeys(
                of: route.endpoint, through: route.jumps,
                login: { endpoint throws(SessionError) in
                    try await turns.begin(endpoint)
                },
                until: .now + timeout)
            await turns.end(.accepted)
            let accepted = route.endpoint.hostKeys.accepted
            offer.revoked = keys.filter(route.endpoint.hostKeys.revoked.contains)
            offer.new = keys.filter { !accepted.contains($0) && !offer.revoked.contains($0) }
            offer.known = keys.filter(accepted.contains)
            offer.isChanged = !accepted.isEmpty && offer.known.isEmpty
        } catch {
            await turns.end(after: error, at: route.endpoint)
            offer.failure = "\(error)"
        }
        return offer
    }

    /// Writes the offered keys into `Inventory/known_hosts`.
    package func record(_ offers: [Offer]) throws(WorkflowError) {
        var hosts = workspace.inventory.knownHosts
        for offer in offers {
            hosts = hosts.adding(
                address: offer.device.address, port: offer.device.port, keys: offer.new,
                comment: "\(offer.device.id), enrolled \(Wording.time(Date()).prefix(10))")
        }
        try write(hosts)
    }

    /// Takes a device's keys off the record.
    /// - Returns: The keys that were on it, and the lines that still speak of the device's address.
    package func forget(_ device: Device) throws(WorkflowError) -> (removed: [HostKey], remaining: [Int]) {
        let removal = workspace.inventory.knownHosts.removing(address: device.address, port: device.port)
        if !removal.removed.isEmpty { try write(removal.knownHosts) }
        return (removal.removed, removal.remaining)
    }

    private func write(_ hosts: KnownHosts) throws(WorkflowError) {
        let path = workspace.root + "/" + WorkspaceLayout.knownHosts
        do throws(FileTree.Failure) {
            try FileTree.write(hosts.bytes, to: path)
        } catch {
            throw .file(path: path, reason: error.reason)
        }
    }
}
