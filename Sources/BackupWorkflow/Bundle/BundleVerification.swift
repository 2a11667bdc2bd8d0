import ConfigModel
import DeviceInventory
package import FoundationEssentials
import Glibc
import SnapshotStore

/// Reads a kit through the tool that opens it, and says whether it still is what was written, and what is approved now.
package struct BundleVerification: Sendable {
    package struct Result: Sendable, Codable {
        package var file: String
        package var created: Date?
        package var by: String?
        package var devices: Int
        package var files: Int
        /// The key that signed it, `SHA256:…`; nil where it is not signed, or the signature does not hold.
        package var key: String?
        /// Whom `Baselines/allowed_signers` names for the key.
        package var signer: String?
        /// What does not hold.
        package var faults: [String] = []
        /// How it is older than the baselines.
        package var older: [String] = []
        /// What could not be looked at, and what one should know.
        package var remarks: [String] = []

        package var status: ExitStatus { !faults.isEmpty ? .integrity : older.isEmpty ? .clean : .drift }
    }

    /// Nil where there is none at hand: then only the kit itself is proven.
    private let workspace: Workspace?

    package init(workspace: Workspace?) { self.workspace = workspace }

    /// Whether a kit is one that a passphrase opens.
    package static func wantsPassphrase(_ path: String) async throws(WorkflowError) -> Bool {
        KitKey.wantsPassphrase(try await FilePieces(path).beginning())
    }

    /// - Parameter path: Absolute.
    package func verify(_ path: String, with key: KitKey, at now: Date = Date()) async throws(WorkflowError) -> Result {
        var result = Result(file: path, devices: 0, files: 0)
        let file = try FilePieces(path)
        let program = try key.opening(try await file.beginning())
        let inspection = KitInspection()
        do throws(WorkflowError) {
            try await program.read(file) { piece in
                do throws(TarReading.Fault) { try await inspection.take(piece) } catch {
                    throw WorkflowError.integrity("what is in the kit cannot be read: \(error)")
                }
            }
        } catch {
            guard case .integrity(let reason) = error else { throw error }
            result.faults = ["the kit cannot be opened whole (a damaged file, or not its key): \(reason)"]
            return result
        }
        result.faults = await inspection.faults()
        let texts = await inspection.texts
        result.files = await inspection.digests.count
        guard let manifest = texts[KitPath.manifest].flatMap({ KitManifest(parsing: $0) }) else {
            if result.faults.isEmpty { result.faults = ["there is no \(KitPath.manifest) in it that can be read"] }
            return result
        }
        result.created = manifest.created
        result.by = manifest.by
        result.devices = manifest.devices.count
        await check(texts, manifest, now, &result)
        await compare(manifest, now, &result)
        return result
    }

    // MARK: Signature

    private func check(
        _ texts: [String: [UInt8]], _ manifest: KitManifest, _ now: Date, _ result: inout Result
    ) async {
        guard let armour = texts[KitPath.signature], let sums = texts[KitPath.sums] else {
            result.remarks.append("it is not signed: that it is ours, nothing proves but the encryption")
            return
        }
        let signers = workspace.map { $0.baselines + "/allowed_signers" }
        let signature = SSHSignature(
            namespace: BundleCreation.namespace, folder: workspace?.root ?? "/", signers: signers ?? "/dev/null")
        do throws(SSHSignature.Fault) {
            guard let signers, access(signers, R_OK) == 0 else {
                result.key = try await signature.fingerprint(sums, armour)
                result.remarks.append(
                    "it is signed by the key \(result.key ?? ""), for which nobody vouches here: there is no Baselines/allowed_signers at hand"
                )
                return
            }
            var last = SSHSignature.Fault(description: "the key is none of Baselines/allowed_signers")
            for person in try await signature.signers(of: armour) {
                do throws(SSHSignature.Fault) {
                    result.key = try await signature.verify(sums, armour, by: person, at: min(manifest.created, now))
                    result.signer = person
                    return
                } catch { last = error }
            }
            throw last
        } catch {
            result.faults.append("its signature does not hold: \(error)")
        }
    }

    // MARK: What is approved now

    private func compare(_ manifest: KitManifest, _ now: Date, _ result: inout Result) async {
        guard let workspace else {
            result.remarks.append("there is no workspace at hand: whether it is what is approved now was not looked at")
            return
        }
        guard workspace.settings.workspace == manifest.workspace else {
            result.remarks.append(
                "it is of the workspace '\(printable(manifest.workspace))', and this is '\(workspace.settings.workspace)': it was not compared"
            )
            return
        }
        let baselines = await TrustedBaselines.read(workspace, now: now).baselines
        if let fault = baselines.faults.first {
            result.faults.append("what is approved now cannot be told: \(fault)")
            return
        }
        for entry in manifest.devices {
            guard let device = workspace.inventory.device(nowOrEarlier: entry.device) else {
                result.older.append("\(entry.device) is not in the inventory any more")
                continue
            }
            switch baselines.expected(of: device) {
            case .none:
                if entry.isApproved {
                    result.older.append("\(entry.device): what was approved then is not approved now")
                }
            case .broken(_, let reasons):
                result.faults.append(
                    "what is approved of \(entry.device) does not hold: \(reasons.joined(separator: "; "))")
            case .approved(let approval, _):
                if !entry.isApproved {
                    result.older.append(
                        "older than what is approved now: \(entry.device) (not approved then, approved @\(approval.entry.version) now)"
                    )
                } else if approval.entry.commit != entry.commit {
                    result.older.append(
                        "older than what is approved now: \(entry.device) (@\(entry.version) in the kit, @\(approval.entry.version) now)"
                    )
                }
            }
        }
        added(manifest, workspace, baselines, &result)
        for device in manifest.missing {
            result.remarks.append("\(device.device) is not in it: \(printable(device.reason))")
        }
    }

    /// Devices that its selector means by now and that it does not have.
    private func added(
        _ manifest: KitManifest, _ workspace: Workspace, _ baselines: ApprovedBaselines, _ result: inout Result
    ) {
        let meant =
            manifest.selector.isEmpty
            ? workspace.inventory.devices : (try? workspace.devices(manifest.selector)) ?? []
        for device in meant where device.state != .retired {
            let names = [device.id] + device.was
            guard !manifest.devices.contains(where: { names.contains($0.device) }) else { continue }
            if case .approved = baselines.expected(of: device) {
                result.older.append("older than what is approved now: \(device.id) is approved, and not in the kit")
            }
        }
    }
}
