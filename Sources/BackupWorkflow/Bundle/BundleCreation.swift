package import ConfigModel
import DeviceInventory
package import FoundationEssentials
import Glibc
package import SnapshotStore

/// Writes an offline kit: what a person needs to put devices back when everything else is gone.
package struct BundleCreation: Sendable {
    package struct Request: Sendable {
        package var devices: [Device]
        /// As typed.
        package var selector: [String]
        /// Absolute; nothing may be there.
        package var output: String
        package var seal: KitSeal
        /// Whether a device that was never approved goes in as it was last collected.
        package var takesLatest: Bool
        package var hasFirmware: Bool
        /// Signs the digests; nil for the workspace's own, if there is one.
        package var key: String?
        package var by: String
        package var reason: String?

        package init(
            devices: [Device], selector: [String], output: String, seal: KitSeal, takesLatest: Bool = false,
            hasFirmware: Bool = true, key: String? = nil, by: String, reason: String? = nil
        ) {
            self.devices = devices
            self.selector = selector
            self.output = output
            self.seal = seal
            self.takesLatest = takesLatest
            self.hasFirmware = hasFirmware
            self.key = key
            self.by = by
            self.reason = reason
        }
    }

    package struct Result: Sendable, Codable {
        package struct Row: Sendable, Codable {
            package var device: DeviceID
            /// Its place in the order of work.
            package var number: Int
            package var version: Int
            package var isApproved: Bool
            package var restorable: Restorability.Verdict
        }

        package struct Missing: Sendable, Codable {
            package var device: DeviceID
            package var reason: String
        }

        package var file: String
        /// How it is closed, in words.
        package var seal: String
        package var files: Int
        /// Of what is in it.
        package var bytes: Int
        package var isSigned: Bool
        package var devices: [Row]
        package var missing: [Missing]
        /// What does not hold.
        package var faults: [String]
        /// Images that devices run and of which there is no spare copy.
        package var withoutFirmware: [String]
        /// Retired devices, which are passed over.
        package var retired: [DeviceID]

        package var status: ExitStatus { !faults.isEmpty ? .integrity : missing.isEmpty ? .clean : .stale }
    }

    static let namespace = "plumbline-bundle"

    private let workspace: Workspace
    private let store: SnapshotStore

    package init(workspace: Workspace, store: SnapshotStore) {
        self.workspace = workspace
        self.store = store
    }

    package func create(_ request: Request, at created: Date = Date()) async throws(WorkflowError) -> Result {
        try request.seal.check()
        guard !request.output.hasPrefix(workspace.root + "/") else {
            throw .request(
                "\(request.output) is in the workspace itself, from where it would go to the mirror: give a place on another medium"
            )
        }
        if case .clear = request.seal, request.reason?.contains(where: { !$0.isWhitespace }) != true {
            throw .request("a kit that is not encrypted needs a --reason: whoever finds it has every password")
        }
        let active = request.devices.filter { $0.state != .retired }
        guard !active.isEmpty else { throw .request("all of these devices are retired: there is nothing to put back") }
        let places = RestoreSequence(active, in: workspace.inventory).places
        let gathering = try await KitGathering(workspace, store, request, at: created)
        let key = signingKey(request)
        try workspace.audit(
            "bundle create",
            subject: request.selector.isEmpty ? "every device" : request.selector.joined(separator: " "),
            reason: request.reason,
            details: [
                "file": request.output, "encrypted": request.seal.summary, "devices": "\(active.count)",
                "by": request.by,
                "firmware": request.hasFirmware ? "yes" : "no", "latest": request.takesLatest ? "yes" : "no",
            ])
        var file = try KitFile(request.output)
        let outcome = Outcome()
        try await request.seal.closing.write(to: file.descriptor) { inlet in
            await outcome.set(try await fill(inlet, places, gathering, request, key, created))
        }
        guard var result = await outcome.result else { throw .integrity("the kit was not written") }
        try file.keep()
        result.retired = request.devices.filter { $0.state == .retired }.map(\.id)
        return result
    }

    /// What comes out of the closure that fills the kit.
    private actor Outcome {
        private(set) var result: Result?
        func set(_ result: Result) { self.result = result }
    }

    private func fill(
        _ inlet: SealProgram.Inlet, _ places: [RestoreSequence.Place], _ gathered: KitGathering, _ request: Request,
        _ key: String?, _ created: Date
    ) async throws -> Result {
        var gathering = gathered
        var archive = KitArchive { try await inlet.send($0) }
        let signers = workspace.baselines + "/allowed_signers"
        let readme = KitReadme(
            file: String(request.output.split(separator: "/").last ?? "kit"), workspace: workspace.settings.workspace,
            seal: request.seal, isSigned: key != nil, hasSigners: access(signers, F_OK) == 0,
            created: Wording.minute(created) + " UTC")
        try await archive.add(Array(readme.text.utf8), at: KitPath.readme, modified: created)
        for (index, place) in places.enumerated() {
            try await gathering.add(place, number: index + 1, of: places.count, to: &archive)
        }
        guard !gathering.devices.isEmpty else {
            let reasons = gathering.missing.prefix(10).map { "\($0.device): \($0.reason)" }.joined(separator: "\n")
            let text = "no kit was written, for no device could be in it:\n\(reasons)"
            throw gathering.faults.isEmpty ? WorkflowError.request(text) : WorkflowError.integrity(text)
        }
        try await gathering.addFirmware(to: &archive)
        try await gathering.addBaselines(to: &archive)
        try await gathering.addInventory(to: &archive)
        try await describe(gathering, request, created, &archive)
        let sums = archive.sums
        let files = archive.digests.count
        let bytes = archive.bytes
        try await archive.add(sums, at: KitPath.sums, modified: created)
        if let key {
            try await archive.add(try await sign(sums, key, created), at: KitPath.signature, modified: created)
        }
        try await archive.end()
        return Result(
            file: request.output, seal: request.seal.summary, files: files, bytes: bytes, isSigned: key != nil,
            devices: gathering.devices.map {
                Result.Row(
                    device: $0.device.id, number: $0.number, version: $0.target.version ?? 0, isApproved: $0.isApproved,
                    restorable: $0.restorability.verdict)
            }, missing: gathering.missing.map { Result.Missing(device: $0.device, reason: $0.reason) },
            faults: gathering.faults, withoutFirmware: withoutFirmware(gathering, request), retired: [])
    }

    private func describe(
        _ gathering: KitGathering, _ request: Request, _ created: Date, _ archive: inout KitArchive
    ) async throws {
        let selector = request.selector.isEmpty ? "every device" : request.selector.joined(separator: " ")
        let runbook = Runbook(
            workspace: workspace.settings.workspace, created: created, by: request.by, selector: selector,
            devices: gathering.devices, missing: gathering.missing, faults: gathering.faults,
            hasFirmware: request.hasFirmware
        ).document
        try await archive.add(Array(runbook.text.utf8), at: KitPath.runbookText, modified: created)
        try await archive.add(Array(runbook.page.utf8), at: KitPath.runbookPage, modified: created)
        let manifest = KitManifest(
            workspace: workspace.settings.workspace, created: created, by: request.by, selector: request.selector,
            hasFirmware: request.hasFirmware,
            devices: gathering.devices.map { kit in
                KitManifest.Entry(
                    device: kit.device.id, number: kit.number, folder: kit.folder, version: kit.target.version ?? 0,
                    commit: kit.commit, taken: kit.target.taken ?? created, isApproved: kit.isApproved)
            }, missing: gathering.missing)
        try await archive.add(try manifest.bytes, at: KitPath.manifest, modified: created)
    }

    private func withoutFirmware(_ gathering: KitGathering, _ request: Request) -> [String] {
        guard request.hasFirmware else { return [] }
        return gathering.devices.flatMap { kit in
            kit.firmware.compactMap { image in
                guard case .missing(let reason) = image.copy else { return nil }
                return "\(kit.device.id): \(image.name): \(reason)"
            }
        }
    }

    // MARK: Signature

    private func signingKey(_ request: Request) -> String? { request.key ?? workspace.signingKey }

    private func sign(_ sums: [UInt8], _ key: String, _ created: Date) async throws(WorkflowError) -> [UInt8] {
        let signers = workspace.baselines + "/allowed_signers"
        let signature = SSHSignature(namespace: Self.namespace, folder: workspace.root, signers: signers)
        do throws(SSHSignature.Fault) {
            let armour = try await signature.sign(sums, key: key)
            guard access(signers, F_OK) == 0 else { return armour }
            var last: SSHSignature.Fault?
            for person in try await signature.signers(of: armour) {
                do throws(SSHSignature.Fault) {
                    _ = try await signature.verify(sums, armour, by: person, at: created)
                    return armour
                } catch { last = error }
            }
            throw last ?? SSHSignature.Fault(description: "nobody there has this key")
        } catch {
            throw .request(
                "no kit was written: its signature would not hold: \(error); Baselines/allowed_signers must list the key, and "
                    + "where it has namespaces=\"…\", with \(Self.namespace) among them")
        }
    }
}
