import ConfigAnalysis
package import ConfigModel
import DeviceInventory
import FoundationEssentials
import Glibc
package import SnapshotStore

/// Writes decisions down: what is approved, with the expected texts, and what is to become of findings. One session is one
/// manifest with one signature.
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

    /// What one person decides in one session.
    package struct Decision: Sendable {
        package var approve: [Request]
        package var remarks: [ApprovalManifest.Remark]
        package var by: String
        package var reason: String?
        package var ticket: String?
        /// Whether nobody has looked at it.
        package var isAdopted: Bool
        /// The last day on which the approvals hold.
        package var expires: Day?
        /// The key to sign with; nil where nothing is signed.
        package var key: String?

        package init(
            approve: [Request] = [], remarks: [ApprovalManifest.Remark] = [], by: String, reason: String? = nil,
            ticket: String? = nil, isAdopted: Bool = false, expires: Day? = nil, key: String? = nil
        ) {
            self.approve = approve
            self.remarks = remarks
            self.by = by
            self.reason = reason
            self.ticket = ticket
            self.isAdopted = isAdopted
            self.expires = expires
            self.key = key
        }
    }

    /// What was decided.
    package struct Result: Sendable, Codable {
        package struct Device: Sendable, Codable {
            package var device: DeviceID
            package var version: Int
            /// The version that was approved before; nil for a first approval.
            package var previous: Int?
            /// Whether another person must approve the same before it holds.
            package var isHalf: Bool
        }

        package var manifest: String
        package var sequence: Int
        package var by: String
        package var isSigned: Bool
        package var devices: [Device]
        /// How many findings were decided on.
        package var findings: Int
    }

    private let workspace: Workspace
    private let store: SnapshotStore

    package init(workspace: Workspace, store: SnapshotStore) {
        self.workspace = workspace
        self.store = store
    }

    /// Nothing is written unless everything can be decided.
    package func decide(_ decision: Decision) async throws(WorkflowError) -> Result {
        try check(decision)
        let lock = try ApprovalLock(folder: workspace.baselines)
        defer { lock.release() }
        let now = Date()
        let baselines = await TrustedBaselines.read(workspace, now: now).baselines
        guard baselines.faults.isEmpty else {
            throw .integrity(
                "nothing was decided, because earlier decisions cannot be read:\n"
                    + baselines.faults.joined(separator: "\n"))
        }
        var pending: [(entry: ApprovalManifest.Entry, files: [String: [UInt8]])] = []
        for request in decision.approve { pending.append(try await prepare(request)) }
        try refuseTwice(pending.map(\.entry), by: decision.by, baselines)
        let manifest = ApprovalManifest(
            sequence: baselines.lastSequence + 1, decided: Date(), by: decision.by, reason: decision.reason,
            ticket: decision.ticket, isAdopted: decision.isAdopted, expires: decision.expires,
            entries: pending.map(\.entry), remarks: decision.remarks)
        let armour = try await SigningRules(workspace).sign(manifest, key: decision.key ?? workspace.signingKey)
        try record(manifest, isSigned: armour != nil)
        try write(manifest, armour)
        let after = await TrustedBaselines.read(workspace, now: Date()).baselines
        var devices: [Result.Device] = []
        for (entry, files) in pending {
            // An approval that waits for a second person leaves the files as they are: the one before still holds.
            let holds = after.approval(of: entry.device)?.entry.pinsTheSame(as: entry) ?? false
            if holds { try write(files, of: entry.device) }
            devices.append(
                Result.Device(
                    device: entry.device, version: entry.version,
                    previous: baselines.approval(of: entry.device)?.entry.version, isHalf: !holds))
        }
        return Result(
            manifest: "Baselines/approvals/\(manifest.fileName)", sequence: manifest.sequence, by: decision.by,
            isSigned: armour != nil, devices: devices, findings: decision.remarks.count)
    }

    private func record(_ manifest: ApprovalManifest, isSigned: Bool) throws(WorkflowError) {
        let what = manifest.entries.map { "\($0.device)@\($0.version)" } + manifest.remarks.map(\.device.text)
        try workspace.folder.auditWhereOwner(
            manifest.entries.isEmpty ? "review" : "approve", subject: what.prefix(20).joined(separator: " "),
            reason: manifest.reason,
            details: [
                "by": manifest.by, "manifest": manifest.fileName, "devices": "\(manifest.entries.count)",
                "findings": "\(manifest.remarks.count)", "signed": isSigned ? "yes" : "no",
            ])
    }

    /// Of two people neither counts twice.
    private func refuseTwice(
        _ entries: [ApprovalManifest.Entry], by person: String, _ baselines: ApprovedBaselines
    ) throws(WorkflowError) {
        for entry in entries {
            guard let half = baselines.half(of: entry.device), half.entry.pinsTheSame(as: entry),
                half.people.contains(where: { $0.lowercased() == person.lowercased() })
            else { continue }
            throw .request(
                "\(entry.device)@\(entry.version) was approved by \(printable(person)) already: it waits for another person"
            )
        }
    }

    /// Refuses what could not be read back, or would approve nothing.
    private func check(_ decision: Decision) throws(WorkflowError) {
        let requests = decision.approve
        guard !requests.isEmpty || !decision.remarks.isEmpty else {
            throw .request(
                "there is nothing to approve: no device in service among those that were named has a copy yet")
        }
        for (need, option, text) in [
            (Settings.ApprovalNeed.reason, "--reason", decision.reason), (.ticket, "--ticket", decision.ticket),
        ]
        where text == nil && workspace.settings.approvalNeeds.contains(need) {
            throw .request(
                "this workspace wants a \(need.rawValue) with every decision ('approvalNeeds'): give \(option)")
        }
        if let expires = decision.expires, expires.isOver(at: Date()) {
            throw .request("\(expires) is over: an approval until then would hold for nobody")
        }
        for (index, request) in requests.enumerated()
        where requests[..<index].contains(where: { $0.device.id == request.device.id }) {
            throw .request("\(request.device.id) is named twice: one decision approves one version of a device")
        }
        for (name, text, most) in [
            ("--by", decision.by, 100), ("--reason", decision.reason, 1000), ("--ticket", decision.ticket, 200),
        ] {
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

    /// The manifest before the files: should we die between, the files are not what it pins, which is a finding and no false
    /// peace. The signature before the manifest, which would be a fault without it.
    private func write(_ manifest: ApprovalManifest, _ armour: [UInt8]?) throws(WorkflowError) {
        let path = workspace.baselines + "/approvals/" + manifest.fileName
        do {
            for folder in ["/approvals", "/approved"] {
                try FileManager.default.createDirectory(
                    atPath: workspace.baselines + folder, withIntermediateDirectories: true)
            }
            if let armour { try FileTree.write(armour, to: path + ".sig") }
            try FileTree.write(Array(manifest.text.utf8), to: path)
        } catch {
            throw .file(path: workspace.baselines, reason: "\(error)")
        }
    }

    private func write(_ files: [String: [UInt8]], of device: DeviceID) throws(WorkflowError) {
        do throws(FileTree.Failure) {
            try FileTree.replace(workspace.baselines + "/approved/" + device.text, with: files)
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
