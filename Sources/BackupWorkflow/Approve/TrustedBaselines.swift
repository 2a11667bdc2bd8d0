import ConfigModel
package import FoundationEssentials

/// Finds out what the manifests are worth: whether they are those that came, and whether their signatures hold.
package struct TrustedBaselines: Sendable {
    /// What `baseline verify` tells of one manifest.
    package struct Verdict: Sendable, Hashable, Codable {
        package var manifest: String
        package var sequence: Int
        package var by: String
        package var decided: Date
        package var devices: Int
        package var isSigned: Bool
        /// `SHA256:…` of the key that signed it.
        package var key: String?
        /// Nil when it holds.
        package var fault: String?
        /// The signer's key is not allowed any more: it holds, and somebody else should renew it.
        package var needsRenewal: Bool
        /// It does not hold, and nothing rests on it any more.
        package var isSuperseded = false
    }

    package private(set) var baselines: ApprovedBaselines
    package private(set) var verdicts: [Verdict] = []
    /// What else is wrong, of no single manifest.
    package private(set) var faults: [String] = []

    /// - Parameter all: Whether every manifest is looked at, or those alone on which something rests.
    package static func read(_ workspace: Workspace, now: Date, all: Bool = false) async -> TrustedBaselines {
        await TrustedBaselines(ApprovedBaselines(folder: workspace.baselines)).judged(in: workspace, now: now, all: all)
    }

    private init(_ baselines: ApprovedBaselines) { self.baselines = baselines }

    private func judged(in workspace: Workspace, now: Date, all: Bool) async -> TrustedBaselines {
        var judged = self
        var ledger = ApprovalLedger(state: workspace.state)
        judged.faults = ledger.faults
        judged.baselines.require(workspace.peopleNeeded())
        var keys: [String: String] = [:]
        var worthless: [String: String] = [:]
        var deviceFaults: [DeviceID: [String]] = [:]
        func doubt(_ reason: String, of devices: [DeviceID]) {
            for device in Set(devices) { deviceFaults[device, default: []].append(reason) }
        }
        let present = Dictionary(baselines.files.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for seen in ledger.seen.values.sorted(by: { $0.sequence < $1.sequence }) {
            guard let file = present[seen.name] else {
                doubt("Baselines/approvals/\(seen.name) is gone: \(Self.restore)", of: seen.devices)
                judged.faults.append("Baselines/approvals/\(seen.name) is gone: \(Self.restore)")
                continue
            }
            if sha256(file.text) != seen.digest {
                doubt(
                    "Baselines/approvals/\(seen.name) is not what it was: \(Self.restore)",
                    of: seen.devices + file.manifest.entries.map(\.device))
            }
        }
        let highest = ledger.seen.values.map(\.sequence).max() ?? 0
        let signing = SigningRules(workspace)
        for file in baselines.files {
            let devices = file.manifest.entries.map(\.device) + file.manifest.remarks.map(\.device)
            let known = ledger.seen[file.name]
            var fault: String?
            if known == nil, file.manifest.sequence <= highest {
                fault =
                    "its number \(file.manifest.sequence) is not new: decisions up to \(highest) were here before it"
            }
            let entered = known?.entered ?? now
            var verdict = Verdict(
                manifest: file.name, sequence: file.manifest.sequence, by: file.manifest.by,
                decided: file.manifest.decided, devices: Set(devices).count, isSigned: false, needsRenewal: false)
            if fault == nil, all || baselines.rests(on: file) {
                switch await signing.check(file, entered: entered, now: all ? now : nil, &ledger) {
                case .notAsked: break
                case .unsigned: fault = "it is not signed, and Baselines/allowed_signers says that decisions are"
                case .faulty(let reason):
                    verdict.isSigned = true
                    fault = "its signature does not hold: \(reason)"
                case .good(let key, let isCurrent):
                    verdict.isSigned = true
                    verdict.key = key
                    verdict.needsRenewal = !isCurrent
                    keys[file.name] = key
                }
            }
            verdict.fault = fault
            if let known, sha256(file.text) != known.digest, fault == nil { verdict.fault = "it is not what it was" }
            judged.verdicts.append(verdict)
            if let fault {
                worthless[file.name] = fault
            } else if known == nil {
                ledger.note(
                    ApprovalLedger.Seen(
                        name: file.name, sequence: file.manifest.sequence, digest: sha256(file.text), devices: devices,
                        entered: now))
            }
        }
        if (try? workspace.isStateOurs()) == true, FileManager.default.fileExists(atPath: workspace.state) {
            do { try ledger.save() } catch { judged.faults.append("decisions cannot be noted: \(error)") }
        }
        if !signing.areAsked, ledger.hasSignatures {
            judged.faults.append(
                "Baselines/allowed_signers is gone, though decisions were signed: \(Self.restore)")
        }
        judged.baselines.judge(
            keys: keys, worthless: Set(worthless.keys),
            faults: judged.faults.filter { !$0.hasPrefix("Baselines/approvals/") },
            deviceFaults: [:])
        // What does not hold leaves those devices in doubt of which nothing newer has been decided.
        for file in baselines.files {
            guard let fault = worthless[file.name] else { continue }
            if judged.baselines.isSuperseded(file) {
                if let index = judged.verdicts.firstIndex(where: { $0.manifest == file.name }) {
                    judged.verdicts[index].isSuperseded = true
                }
                continue
            }
            doubt("Baselines/approvals/\(file.name): \(fault)", of: file.manifest.entries.map(\.device))
        }
        judged.baselines.doubt(deviceFaults)
        return judged
    }

    private static let restore = "bring it back from the history of Baselines/"
}

extension ApprovedBaselines {
    /// Whether a manifest is the newest about some device, or one of two that hold together.
    fileprivate func rests(on file: Filed) -> Bool {
        !file.manifest.remarks.isEmpty
            || file.manifest.entries.contains { entry in
                guard let approval = approval(of: entry.device) ?? half(of: entry.device) else { return true }
                return approval.entry.pinsTheSame(as: entry) || half(of: entry.device)?.entry == entry
            }
    }
}

/// Whether decisions are to be signed, and by whom.
struct SigningRules: Sendable {
    enum Ruling: Sendable {
        /// The workspace names no signers.
        case notAsked
        case unsigned
        case faulty(String)
        /// - Parameter isCurrent: Whether the key is allowed today too.
        case good(key: String, isCurrent: Bool)
    }

    private let signature: SSHSignature
    private let folder: String
    /// `Baselines/allowed_signers`; nil where there is none.
    let signers: [UInt8]?

    init(_ workspace: Workspace) {
        folder = workspace.baselines + "/approvals/"
        signature = SSHSignature(folder: workspace.root, signers: workspace.baselines + "/allowed_signers")
        signers = try? FileTree.bytes(of: signature.signers)
    }

    var areAsked: Bool { signers != nil }

    func check(
        _ file: ApprovedBaselines.Filed, entered: Date, now: Date?, _ ledger: inout ApprovalLedger
    ) async -> Ruling {
        guard let signers else { return .notAsked }
        guard let armour = try? FileTree.bytes(of: folder + file.name + ".sig") else { return .unsigned }
        let person = file.manifest.by
        func key(at time: Date, _ ledger: inout ApprovalLedger) async throws(SSHSignature.Fault) -> String {
            let digest = sha256(
                [file.text, armour, signers].flatMap { Array(sha256($0).utf8) }
                    + Array("\(person) \(time.formatted(.iso8601))".utf8))
            if let known = ledger.key(verifiedBy: digest) { return known }
            let key = try await signature.verify(file.text, armour, by: person, at: time)
            ledger.note(ApprovalLedger.Verified(digest: digest, key: key))
            return key
        }
        do throws(SSHSignature.Fault) {
            let signed = try await key(at: entered, &ledger)
            guard let now, now != entered else { return .good(key: signed, isCurrent: true) }
            var isCurrent = true
            do throws(SSHSignature.Fault) {
                _ = try await signature.verify(file.text, armour, by: person, at: now)
            } catch {
                isCurrent = false
            }
            return .good(key: signed, isCurrent: isCurrent)
        } catch {
            return .faulty(error.description)
        }
    }

    /// Why a file of `Baselines/` that people write by hand is not to be believed, where signers are named: it must be signed by one
    /// of them (`ssh-keygen -Y sign -n plumbline-approval FILE`). Nil where it is, or none are named.
    func objection(toFile name: String, now: Date) async -> String? {
        guard areAsked else { return nil }
        let path = signature.signers.replacing("allowed_signers", with: name)
        guard let text = try? FileTree.bytes(of: path), let armour = try? FileTree.bytes(of: path + ".sig") else {
            return "Baselines/\(name) is not signed, and Baselines/allowed_signers says that decisions are: "
                + "ssh-keygen -Y sign -f KEY -n \(SSHSignature.approvals) Baselines/\(name)"
        }
        do throws(SSHSignature.Fault) {
            for person in try await signature.signers(of: armour) {
                if (try? await signature.verify(text, armour, by: person, at: now)) != nil { return nil }
            }
            return "the signature of Baselines/\(name) does not hold"
        } catch {
            return "the signature of Baselines/\(name) does not hold: \(error)"
        }
    }

    /// Signs a manifest, and makes sure that it will hold.
    func sign(_ manifest: ApprovalManifest, key: String?) async throws(WorkflowError) -> [UInt8]? {
        guard let key else {
            guard !areAsked else {
                throw .request(
                    "nothing was decided: Baselines/allowed_signers says that decisions are signed; name your key by "
                        + "--key FILE, or by PLUMBLINE_SIGNING_KEY")
            }
            return nil
        }
        let text = Array(manifest.text.utf8)
        do throws(SSHSignature.Fault) {
            let armour = try await signature.sign(text, key: key)
            if areAsked { _ = try await signature.verify(text, armour, by: manifest.by, at: manifest.decided) }
            return armour
        } catch {
            throw .request(
                "nothing was decided: \(error); the key must be one that Baselines/allowed_signers lists for "
                    + "'\(printable(manifest.by))' (--by names another person)")
        }
    }
}
