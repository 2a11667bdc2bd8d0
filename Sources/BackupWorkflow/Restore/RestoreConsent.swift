import ConfigModel
import DeviceInventory
package import FoundationEssentials
import Glibc

/// Who has agreed to a plan. Where the workspace wants two people, two agree to it before it is applied, each by a signature with a
/// key that `Baselines/allowed_signers` has for them.
package struct RestoreConsent: Sendable {
    package struct Agreement: Sendable, Hashable, Codable {
        package var by: String
        package var time: Date
        package var reason: String?
        /// SHA-256 of `plan.json`, in which secrets are fingerprints.
        package var plan: String
        /// The number of the user who typed it.
        package var user: UInt32
    }

    static let namespace = "plumbline-restore"

    private let workspace: Workspace
    private let shelf: RestoreShelf

    package init(workspace: Workspace, shelf: RestoreShelf) {
        self.workspace = workspace
        self.shelf = shelf
    }

    private var signers: String { workspace.baselines + "/allowed_signers" }
    private var isSigned: Bool { access(signers, F_OK) == 0 }
    private var signature: SSHSignature {
        SSHSignature(namespace: Self.namespace, folder: workspace.root, signers: signers)
    }

    /// - Parameter key: The key to sign with; nil for the workspace's.
    package func agree(
        to plan: RestorePlan, by person: String, reason: String?, key: String?
    ) async throws(WorkflowError) {
        let agreement = Agreement(
            by: person, time: Date(), reason: reason, plan: sha256(try shelf.text(of: plan.id)), user: getuid())
        let text: [UInt8]
        do { text = Array(try RestoreShelf.encoder.encode(agreement)) + [0x0A] } catch {
            throw .file(path: shelf.path(of: plan.id), reason: "\(error)")
        }
        let number = agreements(plan).count + 1
        let path = "\(shelf.path(of: plan.id))/agreement-\(number).json"
        try workspace.audit("restore agree", subject: plan.id, reason: reason, details: ["by": person])
        do {
            if isSigned {
                guard let key = key ?? workspace.settings.signingKey else {
                    throw WorkflowError.request(
                        "agreements are signed here (Baselines/allowed_signers): name your key with --key")
                }
                let armoured = try await signature.sign(text, key: key)
                _ = try await signature.verify(text, armoured, by: person, at: agreement.time)
                try FileTree.write(armoured, to: path + ".sig", mode: 0o600)
            }
            try FileTree.write(text, to: path, mode: 0o600)
        } catch let error as WorkflowError {
            throw error
        } catch let fault as SSHSignature.Fault {
            throw .request("\(fault)")
        } catch {
            throw .file(path: path, reason: "\(error)")
        }
    }

    private func agreements(_ plan: RestorePlan) -> [String] {
        FileTree.names(in: shelf.path(of: plan.id)).filter { $0.hasPrefix("agreement-") && $0.hasSuffix(".json") }
    }

    /// - Throws: `request` when too few people have agreed; `integrity` when an agreement does not hold.
    func require(_ plan: RestorePlan, by person: String) async throws(WorkflowError) {
        let needed = workspace.peopleNeededForRestore(plan.devices)
        guard needed > 1 else { return }
        // Names that one person types twice are no two people; keys are.
        guard isSigned else {
            throw .request(
                "\(plan.id) needs \(needed) people ('restorePeople'), and who they are only signatures prove: list their keys in "
                    + "Baselines/allowed_signers")
        }
        let digest = sha256(try shelf.text(of: plan.id))
        var people: Set<String> = []
        var keys: Set<String> = []
        var faults: [String] = []
        for name in agreements(plan) {
            do throws(WorkflowError) {
                let (agreement, key) = try await agreement(shelf.path(of: plan.id) + "/" + name)
                guard agreement.plan == digest else {
                    throw .integrity("\(name) agrees to another plan than this one: it was changed since")
                }
                guard !people.contains(agreement.by.lowercased()), keys.insert(key).inserted else { continue }
                people.insert(agreement.by.lowercased())
            } catch {
                faults.append("\(error)")
            }
        }
        guard people.count < needed else { return }
        if let fault = faults.first { throw .integrity(fault) }
        throw .request(
            "\(plan.id) needs \(needed) people, and \(people.isEmpty ? "nobody" : people.sorted().joined(separator: ", ")) "
                + "has agreed: 'plumbline restore agree \(plan.id) --key FILE', each with a key of their own; whoever applies it is one of them"
        )
    }

    /// - Returns: The agreement, and the fingerprint of the key that signed it.
    private func agreement(_ path: String) async throws(WorkflowError) -> (Agreement, key: String) {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        do {
            let text = try FileTree.bytes(of: path)
            let agreement = try decoder.decode(Agreement.self, from: Data(text))
            let armoured = try FileTree.bytes(of: path + ".sig")
            return (agreement, try await signature.verify(text, armoured, by: agreement.by, at: agreement.time))
        } catch {
            throw .integrity("\(path) does not hold: \(error)")
        }
    }
}

extension Workspace {
    /// How many people a restore of the devices needs: the most of all rules that fit one of them.
    func peopleNeededForRestore(_ devices: [DeviceID]) -> Int {
        var needed = 1
        for rule in settings.restorePeople where rule.people > needed {
            let selected = rule.selector.select(from: inventory).devices.map(\.id)
            if !Set(selected).isDisjoint(with: devices) { needed = rule.people }
        }
        return needed
    }
}
