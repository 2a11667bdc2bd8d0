import ConfigModel
import DeviceInventory
package import FoundationEssentials
import Glibc

/// Signs records of drills, and tells whether they hold.
package struct DrillSigning: Sendable {
    package static let namespace = "plumbline-drill"

    private let workspace: Workspace
    private let shelf: DrillShelf
    private let signature: SSHSignature

    package init(workspace: Workspace) {
        self.workspace = workspace
        shelf = DrillShelf(state: workspace.state)
        signature = SSHSignature(
            namespace: Self.namespace, folder: workspace.root, signers: workspace.baselines + "/allowed_signers")
    }

    private var areAsked: Bool { access(signature.signers, F_OK) == 0 }

    /// The key that a record is signed with; nil for none.
    /// - Parameter named: By the person who drills; nil for the setting.
    /// - Throws: `request` where records are to be signed, and there is none. To be asked before the work.
    package func key(_ named: String?) throws(WorkflowError) -> String? {
        if let key = named ?? workspace.settings.signingKey { return key }
        guard !areAsked else {
            throw .request(
                "nothing was done: Baselines/allowed_signers says that decisions are signed, and a record of a drill is evidence; name "
                    + "your key by --key FILE, or by PLUMBLINE_SIGNING_KEY")
        }
        return nil
    }

    /// Gives a record its number, signs it, writes it as JSON and as a page, and remembers its devices.
    package func keep(_ finished: DrillRecord, key: String?) async throws(WorkflowError) -> DrillRecord {
        var record = finished
        record.id = try shelf.claim(record.started)
        record.isSigned = key != nil
        do throws(WorkflowError) {
            let text: [UInt8]
            do { text = Array(try DrillShelf.encoder.encode(record)) + [0x0A] } catch {
                throw .file(path: shelf.path(of: record.id), reason: "\(error)")
            }
            let armour = try await sign(text, record, key)
            let digest = sha256(text)
            try workspace.audit(
                "drill record", subject: record.id, reason: record.reason,
                details: ["by": record.by, "sha256": digest, "signed": record.isSigned ? "yes" : "no"])
            try shelf.keep(record, text: text, page: DrillPage(record, digest: digest).html, signature: armour)
        } catch {
            shelf.release(record.id)
            throw error
        }
        return record
    }

    private func sign(_ text: [UInt8], _ record: DrillRecord, _ key: String?) async throws(WorkflowError) -> [UInt8]? {
        guard let key else { return nil }
        do throws(SSHSignature.Fault) {
            let armour = try await signature.sign(text, key: key)
            if areAsked { _ = try await signature.verify(text, armour, by: record.by, at: record.finished) }
            return armour
        } catch {
            throw .request(
                "the drill was done, and no record of it written: \(error); the key must be one that Baselines/allowed_signers lists for "
                    + "'\(printable(record.by))' (--by names another person), without 'namespaces' or with '\(Self.namespace)' among them"
            )
        }
    }

    // MARK: Verifying

    /// Whether a record is what was written.
    package struct Verdict: Sendable, Hashable, Codable {
        package var id: String
        /// Nil, as `by`, of what is no record any more.
        package var at: Date?
        package var by: String?
        package var isSigned: Bool
        /// `SHA256:…` of the key that signed it.
        package var key: String?
        package var faults: [String]
        /// What could not be looked at.
        package var notices: [String]
    }

    package func verify(_ id: String) async throws(WorkflowError) -> Verdict {
        let text = try shelf.text(of: id)
        let record = try? shelf.record(id)
        var verdict = Verdict(id: id, at: record?.started, by: record?.by, isSigned: false, faults: [], notices: [])
        if record == nil { verdict.faults.append("\(id).json is no record of a drill any more, or of another version") }
        if let record, record.id != id { verdict.faults.append("it is the record of another drill (\(record.id))") }
        let noted = shelf.notedDigests()
        for (name, bytes) in [
            ("\(id).json", text), ("\(id).html", (try? FileTree.bytes(of: shelf.page(of: id))) ?? []),
        ] {
            switch noted[name] {
            case nil: verdict.faults.append("no digest of \(name) was noted in var/drills/digests")
            case sha256(bytes)?: break
            default: verdict.faults.append("\(name) is not what was written: its digest is another one")
            }
        }
        heldAgainstAudit(sha256(text), &verdict)
        if let record { await heldAgainstSignature(text, record, &verdict) }
        return verdict
    }

    /// The log is chained: who changes a record and its digest would have to change all that came after.
    private func heldAgainstAudit(_ digest: String, _ verdict: inout Verdict) {
        guard let log = try? FileTree.bytes(of: workspace.state + "/audit.jsonl") else {
            return verdict.notices.append("the audit log cannot be read: only the owner of var/ may")
        }
        if !String(decoding: log, as: UTF8.self).contains(digest) {
            verdict.faults.append("the audit log does not know a record with its digest")
        }
    }

    private func heldAgainstSignature(_ text: [UInt8], _ record: DrillRecord, _ verdict: inout Verdict) async {
        guard let armour = try? FileTree.bytes(of: shelf.signature(of: record.id)) else {
            if record.isSigned {
                verdict.faults.append("its signature is gone")
            } else if areAsked {
                verdict.faults.append("it is not signed, and Baselines/allowed_signers says that decisions are")
            } else {
                verdict.notices.append("it is not signed")
            }
            return
        }
        verdict.isSigned = true
        do throws(SSHSignature.Fault) {
            if areAsked {
                verdict.key = try await signature.verify(text, armour, by: record.by, at: record.finished)
            } else {
                verdict.key = try await signature.fingerprint(text, armour)
                verdict.notices.append("there is no Baselines/allowed_signers: whose key it is, nobody says")
            }
        } catch {
            verdict.faults.append("its signature does not hold: \(error)")
        }
    }
}
