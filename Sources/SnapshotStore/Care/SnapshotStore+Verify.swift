import ConfigModel
import FoundationEssentials

extension SnapshotStore {
    /// Reads everything that is stored again: every object of every repository, every reference from one to another, every
    /// encrypted blob under its key, every image, the audit log's chain, and the index against git.
    /// - Throws: when the task is cancelled. What is wrong is in the answer.
    package func verify() throws(StoreError) -> StoreCheck {
        var check = StoreCheck()
        let collected = try verifyCollected(&check)
        try verifyStore(&check, collected: collected)
        try verifyIndex(&check)
        try verifyRest(&check)
        check.faults = check.faults.sorted {
            ($0.kind.rawValue, $0.place, $0.reason) < ($1.kind.rawValue, $1.place, $1.reason)
        }
        return check
    }

    // MARK: Exact bytes

    private func verifyCollected(_ check: inout StoreCheck) throws(StoreError) -> [CollectedName: ObjectWalk] {
        var walks: [CollectedName: ObjectWalk] = [:]
        for name in try collectedNames() {
            let git: GitRepository
            do throws(StoreError) {
                guard let found = try collectedGit(name) else { continue }
                git = found
            } catch {
                check.faults.append(StoreFault(.repository, at: "\(name)", "\(error)"))
                continue
            }
            var walk = ObjectWalk(git)
            let key = keyForVerifying(name, git, &check)
            try walk.run(blob: { (id, path, bytes) throws(StoreError) in
                guard let key, path != [CollectedAttributes.file] else { return nil }
                do throws(GitCryptText.Fault) {
                    _ = try GitCryptText.open(bytes, with: key)
                    return nil
                } catch {
                    return StoreFault(
                        .object, at: "\(name): \(path.joined(separator: "/"))",
                        "object \(id): \(error): take the repository from the mirror or a backup copy")
                }
            })
            var summary = walk.summary
            summary.isEncrypted = (try? git.attributes()).flatMap(\.self).map(CollectedAttributes.isEncrypting) ?? false
            check.repositories.append(summary)
            check.faults += walk.faults
            walks[name] = walk
        }
        return walks
    }

    private func keyForVerifying(
        _ name: CollectedName, _ git: GitRepository, _ check: inout StoreCheck
    ) -> GitCryptKey? {
        do throws(StoreError) {
            return try collectedRepository(name)?.key
        } catch {
            // A damaged object is told by the walk, with its place.
            guard case .key = error else { return nil }
            if isOwned {
                check.faults.append(StoreFault(.key, at: "\(name)", "\(error)"))
            } else {
                check.unchecked.append("\(name): whether its key opens it")
            }
            return nil
        }
    }

    // MARK: Comparable texts, and what they refer to

    private func verifyStore(
        _ check: inout StoreCheck, collected: [CollectedName: ObjectWalk]
    ) throws(StoreError) {
        guard let repository else {
            return check.faults.append(StoreFault(.repository, at: "store.git", "there is none"))
        }
        var walk = ObjectWalk(repository)
        var faults: [StoreFault] = []
        let retired = try retiredRepositories()
        func missing(_ text: String, _ id: ObjectID) -> String? {
            guard let name = CollectedName(text) else { return "'\(text)' is no repository" }
            if retired.contains(name) { return nil }
            guard let walk = collected[name] else { return "\(name) is not there" }
            return walk.contains(id) ? nil : "\(name) has no object \(id)"
        }
        try walk.run(
            commit: { id, commit in
                guard let (name, tip) = CommitMessage(parsing: commit.message).collected else { return }
                if let reason = missing(name, tip) {
                    faults.append(StoreFault(.reference, at: "store.git: commit \(id)", "\(reason): \(Self.remedy)"))
                }
            },
            blob: { (_, path, bytes) throws(StoreError) in
                guard path.count == 4, path[0] == DeviceFolder.root, path[3] == DeviceFolder.factsFile else {
                    return nil
                }
                let place = "store.git: \(path.joined(separator: "/"))"
                guard let document = FactsDocument(parsing: bytes) else {
                    return StoreFault(.object, at: place, "it is not of Plumbline's form")
                }
                for (artifact, reference) in document.collected.sorted(by: { $0.key < $1.key }) {
                    guard let reason = missing(reference.repository, reference.blob) else { continue }
                    return StoreFault(
                        .reference, at: place, "the exact bytes of \(artifact): \(reason): \(Self.remedy)")
                }
                return nil
            })
        check.repositories.insert(walk.summary, at: 0)
        check.faults += walk.faults + faults
    }

    private static let remedy = "take that repository from the mirror or a backup copy"

    // MARK: Vault, audit log, records of runs

    private func verifyRest(_ check: inout StoreCheck) throws(StoreError) {
        do throws(StoreError) {
            let vault = try verifyVault()
            check.images = vault.images
            check.faults += vault.faults.map { StoreFault(.vault, at: "store.git: \($0.path)", $0.reason) }
        } catch {
            try ObjectWalk.stopWhenCancelled(paths.store)
            check.faults.append(StoreFault(.vault, at: "store.git: firmware", "\(error)"))
        }
        guard isOwned else {
            check.unchecked.append("audit.jsonl")
            return try verifyRuns(&check)
        }
        do throws(StoreError) {
            let audit = try verifyAudit()
            check.auditEntries = audit.lines
            check.faults += audit.faults.map { StoreFault(.audit, at: "audit.jsonl", "\($0)") }
        } catch {
            check.faults.append(StoreFault(.audit, at: "audit.jsonl", "\(error)"))
        }
        try verifyRuns(&check)
    }

    /// Keys and the audit log are closed to everybody else.
    private var isOwned: Bool { (try? StateOwner.isThisProcess(of: paths.root)) ?? true }

    private func verifyRuns(_ check: inout StoreCheck) throws(StoreError) {
        for file in try RunFile.all(in: paths.runs) {
            var unreadable = 0
            try file.read(from: 0) { _, _, bad in unreadable += bad }
            guard unreadable > 0 else { continue }
            check.faults.append(
                StoreFault(.runs, at: "runs/\(file.name)", "\(unreadable) lines cannot be read: a backup copy has them")
            )
        }
    }
}
