import ConfigAnalysis
package import ConfigModel
import DeviceInventory
import FoundationEssentials
import Glibc
package import SnapshotStore

/// Makes versions of devices the approved ones: the expected texts, and one manifest for the whole decision.
package struct ApprovalWorkflow: Sendable {
    /// A device to approve. With a number, only if that version is still the latest: nobody approves what they have not seen.
    package struct Request: Sendable {
        package var device: Device
        package var version: VersionSpecifier

        package init(device: Device, version: VersionSpecifier) {
            self.device = device
            self.version = version
        }
    }

    /// What was decided.
    package struct Result: Sendable, Codable {
        package struct Device: Sendable, Codable {
            package var device: DeviceID
            package var version: Int
            /// The version that was approved before; nil for a first approval.
            package var previous: Int?
        }

        package var manifest: String
        package var sequence: Int
        package var by: String
        package var devices: [Device]
    }

    private let workspace: Workspace
    private let store: SnapshotStore

    package init(workspace: Workspace, store: SnapshotStore) {
        self.workspace = workspace
        self.store = store
    }

    /// Nothing is written unless every device can be approved.
    package func approve(
        _ requests: [Request], by: String, reason: String?, ticket: String?
    ) async throws(WorkflowError) -> Result {
        try check(requests, by: by, reason: reason, ticket: ticket)
        let lock = try ApprovalLock(folder: workspace.baselines)
        defer { lock.release() }
        let baselines = ApprovedBaselines(folder: workspace.baselines)
        guard baselines.faults.isEmpty else {
            throw .integrity(
                "nothing was approved, because earlier approvals cannot be read:\n"
                    + baselines.faults.joined(separator: "\n"))
        }
        var pending: [(entry: ApprovalManifest.Entry, files: [String: [UInt8]])] = []
        for request in requests { pending.append(try await prepare(request)) }
        let manifest = ApprovalManifest(
            sequence: baselines.lastSequence + 1, decided: Date(), by: by, reason: reason, ticket: ticket,
            entries: pending.map(\.entry))
        let versions = manifest.entries.map { "\($0.device)@\($0.version)" }
        try workspace.folder.auditWhereOwner(
            "approve", subject: versions.prefix(20).joined(separator: " "), reason: reason,
            details: ["by": by, "manifest": manifest.fileName, "devices": "\(versions.count)"])
        try write(manifest, pending.map { ($0.entry.device, $0.files) })
        return Result(
            manifest: "Baselines/approvals/\(manifest.fileName)", sequence: manifest.sequence, by: by,
            devices: manifest.entries.map {
                Result.Device(
                    device: $0.device, version: $0.version, previous: baselines.approval(of: $0.device)?.entry.version)
            })
    }

    /// Refuses what could not be read back, or would approve nothing.
    private func check(_ requests: [Request], by: String, reason: String?, ticket: String?) throws(WorkflowError) {
        guard !requests.isEmpty else {
            throw .request(
                "there is nothing to approve: no device in service among those that were named has a copy yet")
        }
        for (index, request) in requests.enumerated()
        where requests[..<index].contains(where: { $0.device.id == request.device.id }) {
            throw .request("\(request.device.id) is named twice: one decision approves one version of a device")
        }
        for (name, text, most) in [("--by", by, 100), ("--reason", reason, 1000), ("--ticket", ticket, 200)] {
            guard let text else { continue }
            guard text == printable(text), text.contains(where: { !$0.isWhitespace }), text.count <= most else {
                throw .request(
                    "\(name) takes one line of 1 to \(most) characters: '\(printable(text.prefix(80)))' is none")
            }
        }
    }

    private func prepare(
        _ request: Request
    ) async throws(WorkflowError) -> (entry: ApprovalManifest.Entry, files: [String: [UInt8]]) {
        let device = request.device
        let (version, latest) = try await workspace.asking { () throws(StoreError) in
            (try await store.resolve(device.id, request.version), try await store.resolve(device.id, .latest))
        }
        guard version.number == latest.number else {
            throw .request(
                "\(device.id)@\(version.number) is not the latest version: \(device.id)@\(latest.number) has arrived; "
                    + "look at it ('plumbline diff \(device.id)@\(version.number) \(device.id)') and approve that")
        }
        let texts = try await workspace.asking { () throws(StoreError) in try await store.comparableTexts(of: version) }
        guard texts.contains(where: { !$0.value.isEmpty }) else {
            throw .request("\(device.id)@\(version.number) is empty: an empty baseline approves nothing")
        }
        let files = try await workspace.asking { () throws(StoreError) in
            try ExpectedFiles.files(
                texts: texts, facts: try await store.facts(of: version), platform: version.platform, device: device.id)
        }
        return (try await entry(version, files, rules: try rulesDigest(of: device)), files)
    }

    private func entry(
        _ version: StoredVersion, _ files: [String: [UInt8]], rules: String
    ) async throws(WorkflowError) -> ApprovalManifest.Entry {
        let references = try await workspace.asking { () throws(StoreError) in
            try await store.collectedReferences(of: version)
        }
        return ApprovalManifest.Entry(
            device: version.device, version: version.number, commit: "\(version.commit)", platform: version.platform,
            rules: rules, epoch: try workspace.fingerprintKey().epoch, expected: files.mapValues(sha256),
            restorePoint: Dictionary(
                references.map { ($0.key.text, "\($0.value.repository):\($0.value.blob)") },
                uniquingKeysWith: { first, _ in first }))
    }

    private func rulesDigest(of device: Device) throws(WorkflowError) -> String {
        guard let platform = workspace.inventory.platform(named: device.platform) else {
            throw .rules("the platform '\(device.platform)' is not known")
        }
        do {
            return try Normaliser(platform: platform).rulesDigest
        } catch {
            throw .rules("platform \(device.platform): \(error)")
        }
    }

    /// The manifest first: should we die between, the files are not what it pins, which is a finding and no false peace.
    private func write(
        _ manifest: ApprovalManifest, _ devices: [(DeviceID, [String: [UInt8]])]
    ) throws(WorkflowError) {
        do {
            for folder in ["/approvals", "/approved"] {
                try FileManager.default.createDirectory(
                    atPath: workspace.baselines + folder, withIntermediateDirectories: true)
            }
            try FileTree.write(Array(manifest.text.utf8), to: workspace.baselines + "/approvals/" + manifest.fileName)
            for (device, files) in devices {
                try FileTree.replace(workspace.baselines + "/approved/" + device.text, with: files)
            }
        } catch {
            throw .file(path: workspace.baselines, reason: "\(error)")
        }
    }
}

/// Holds off a second approval while one is made: sequence numbers must not meet.
private final class ApprovalLock {
    private let descriptor: Int32

    init(folder: String) throws(WorkflowError) {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw .file(path: folder, reason: "\(error)")
        }
        descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .file(path: folder, reason: String(cString: strerror(errno))) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw .request("somebody else is approving right now: try again in a moment")
        }
    }

    func release() { close(descriptor) }
}
