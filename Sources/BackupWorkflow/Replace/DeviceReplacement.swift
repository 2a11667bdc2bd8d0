package import ConfigModel
import DeviceInventory
import FoundationEssentials
import Glibc
package import SSHTransport

/// Makes the acquaintance of the hardware that stands in a device's place: looks at the host key that its address shows, and puts
/// it on record in place of the old one. No credential is sent to it before that.
package struct DeviceReplacement: Sendable {
    package struct Request: Sendable {
        package var device: Device
        package var by: String
        package var reason: String?
        /// `SHA256:…` of keys that a person has read off the new hardware; they alone are recorded then.
        package var fingerprints: [String]
        /// Whether windows bind nobody this time; needs a reason.
        package var outsideWindow: Bool

        package init(
            device: Device, by: String, reason: String? = nil, fingerprints: [String] = [], outsideWindow: Bool = false
        ) {
            self.device = device
            self.by = by
            self.reason = reason
            self.fingerprints = fingerprints
            self.outsideWindow = outsideWindow
        }
    }

    /// What is on record for a device, and what its address shows.
    package struct Encounter: Sendable {
        package var recorded: [HostKey]
        /// Those that would be recorded.
        package var shown: [HostKey]
        /// Whether the shown keys are those that were given on the command line.
        package var isVouched: Bool

        /// Whether a key is shown that is not on record.
        package var isNew: Bool { shown.contains { !recorded.contains($0) } }
    }

    private let workspace: Workspace
    private let connector: SSHConnector
    private let desk: LoginDesk

    package init(workspace: Workspace, connector: SSHConnector, desk: LoginDesk) {
        self.workspace = workspace
        self.connector = connector
        self.desk = desk
    }

    /// - Throws: `request` where it must not be, and where the key is not the one that was given; `device` where it does not answer.
    package func meet(_ request: Request) async throws(WorkflowError) -> Encounter {
        let device = request.device
        try workspace.requireOwner()
        try refuse(request)
        let enrolment = HostKeyEnrolment(workspace: workspace, connector: connector, desk: desk)
        guard let offer = try await enrolment.offers(of: [device]).first else { return try unseen("it was not asked") }
        if let failure = offer.failure { return try unseen(failure) }
        return try encounter(offer, request)
    }

    private func unseen(_ reason: String) throws(WorkflowError) -> Encounter {
        throw .device("no host key was seen, and nothing was recorded: \(reason)")
    }

    private func refuse(_ request: Request) throws(WorkflowError) {
        let device = request.device
        guard device.method == .ssh, workspace.inventory.route(to: device) != nil else {
            throw .request(
                "\(device.id) is not reached by SSH: put the new hardware in its place and collect it as before")
        }
        let plan = RunPlan(
            devices: [device], now: Date(), outsideWindows: request.outsideWindow, offset: LocalTime.offset)
        if let left = plan.leftAlone.first {
            throw .request("\(device.id) is left alone: \(left.reason)")
        }
        let shelf = RestoreShelf(state: workspace.state)
        for plan in try shelf.unfinished() {
            let open = try shelf.states(of: plan).contains {
                $0.device == device.id && ($0.state == "interrupted" || $0.state == "unresolved")
            }
            guard !open else {
                throw .request(
                    "\(device.id): the restore \(plan.id) of it is not finished: 'plumbline restore resume \(plan.id)', "
                        + "or 'restore undo', first")
            }
        }
    }

    private func encounter(
        _ offer: HostKeyEnrolment.Offer, _ request: Request
    ) throws(WorkflowError) -> Encounter {
        let device = request.device
        if let revoked = offer.revoked.first {
            throw .request(
                "\(device.id) shows the key \(revoked.fingerprint), which is marked as revoked: nothing was recorded")
        }
        let recorded = workspace.inventory.knownHosts.policy(address: device.address, port: device.port).accepted
        let shown = offer.new + offer.known
        guard !request.fingerprints.isEmpty else {
            return Encounter(recorded: recorded, shown: shown, isVouched: false)
        }
        let vouched = shown.filter { request.fingerprints.contains($0.fingerprint) }
        guard !vouched.isEmpty else {
            throw .request(
                "\(device.id) shows \(shown.map(\.fingerprint).joined(separator: ", ")), and that is not "
                    + "\(request.fingerprints.joined(separator: ", ")): nothing was recorded, and no credential was sent"
            )
        }
        return Encounter(recorded: recorded, shown: vouched, isVouched: true)
    }

    /// Puts the shown keys in the place of those on record, of this device alone.
    /// - Returns: Lines of `known_hosts` that still speak of its address, for a person to see to.
    package func record(_ encounter: Encounter, _ request: Request) throws(WorkflowError) -> [Int] {
        guard encounter.isNew || encounter.isVouched && Set(encounter.shown) != Set(encounter.recorded) else {
            return []
        }
        let device = request.device
        // Read anew: a person has had minutes to answer, and somebody else may have edited it.
        let removal = KnownHosts(try currentFile()).removing(address: device.address, port: device.port)
        let renewed = removal.knownHosts.adding(
            address: device.address, port: device.port, keys: encounter.shown,
            comment: "\(device.id), replaced \(Wording.time(Date()).prefix(10))")
        try workspace.audit(
            "device replace", subject: device.id.text, reason: request.reason,
            details: [
                "by": request.by, "old": encounter.recorded.map(\.fingerprint).joined(separator: " "),
                "new": encounter.shown.map(\.fingerprint).joined(separator: " "),
            ])
        do throws(FileTree.Failure) {
            try FileTree.write(renewed.bytes, to: path)
        } catch {
            throw .file(path: error.path, reason: error.reason)
        }
        return removal.remaining
    }

    private var path: String { workspace.root + "/" + WorkspaceLayout.knownHosts }

    private func currentFile() throws(WorkflowError) -> [UInt8] {
        guard access(path, F_OK) == 0 else { return [] }
        do throws(FileTree.Failure) {
            return try FileTree.bytes(of: path)
        } catch {
            throw .file(path: error.path, reason: error.reason)
        }
    }
}
