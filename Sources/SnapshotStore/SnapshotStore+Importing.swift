package import ConfigModel
import FoundationEssentials

/// What another tool has stored before, put into a store commit by commit. The caller holds the lock of runs.
extension SnapshotStore {
    /// Writes the versions that one commit of another tool made, as one commit of ours with its author and date. It is
    /// stored at the next `publishImports`.
    ///
    /// Between `begin` and `finish`, in the order of the other history. A snapshot that says what the device's latest
    /// version says adds nothing.
    package func addImported(
        _ snapshots: [NewSnapshot], of origin: ImportOrigin, author: GitSignature, subject: String
    ) throws(StoreError) -> [AddedSnapshot] {
        guard var session else { throw .sessionMisuse("a commit was imported before begin or after finish") }
        guard let repository, let collected = try collectedRepository(session.collectedName) else {
            throw .readingOnly(path: directory)
        }
        var chain: ImportChain
        if let open = session.chain {
            chain = open
        } else {
            chain = try ImportChain(store: repository, collected: collected.git, audit: auditHead())
        }
        let writer = SnapshotWriter(store: repository, collected: collected)
        var added: [AddedSnapshot] = []
        var lines: [CommitMessage.Line] = []
        var texts: [[UInt8]: TreeChange] = [:]
        var exact: [[UInt8]: TreeChange] = [:]
        for snapshot in snapshots {
            let device = snapshot.device
            var tip = chain.tips[device]
            if tip == nil { tip = try indexed { (index) throws(IndexFault) in try index.deviceTip(device) } }
            let draft = try writer.draft(snapshot)
            if let tip, draft.tree(with: tip.factsFile) == tip.tree {
                added.append(.unchanged(version: tip.number))
                continue
            }
            let pending = try writer.write(draft)
            if let tip, tip.group != snapshot.group {
                let former = DeviceFolder(group: tip.group, device: device).path
                TreeChange.put(.removal, at: former, in: &texts)
                TreeChange.put(.removal, at: former, in: &exact)
            }
            let place = DeviceFolder(group: snapshot.group, device: device).path
            TreeChange.put(.folder(pending.tree), at: place, in: &texts)
            if let tree = pending.collected { TreeChange.put(.folder(tree), at: place, in: &exact) }
            lines.append(
                CommitMessage.Line(event: tip == nil ? .new : .changed, device: device, taken: snapshot.taken))
            chain.tips[device] = DeviceTip(
                number: (tip?.number ?? 0) + 1, tree: pending.tree, group: snapshot.group, factsFile: pending.factsFile,
                taken: snapshot.taken)
            added.append(.new(previous: tip?.number))
        }
        if !lines.isEmpty {
            var message = CommitMessage(lines: lines, run: session.run, workspace: session.workspace, collected: nil)
            message.audit = chain.audit
            message.imported = origin
            message.importedSubject = subject
            let now = clock()
            try chain.collected.extend(collected.git, by: exact, message: message, author: author, time: now)
            message.collected = chain.collected.tip.map { ("\(collected.name)", $0) }
            try chain.store.extend(repository, by: texts, message: message, author: author, time: now)
        }
        session.chain = chain
        self.session = session
        return added
    }

    /// Makes durable and visible what was imported so far.
    /// - Returns: The last commit; nil when nothing was new.
    @discardableResult
    package func publishImports() throws(StoreError) -> ObjectID? {
        guard var session, let repository else {
            throw .sessionMisuse("imports published before begin or after finish")
        }
        guard let chain = session.chain, !chain.isEmpty, let tip = chain.store.tip else { return session.total.commit }
        guard let collected = try collectedRepository(session.collectedName) else {
            throw .damagedRepository(path: "\(directory)/\(session.collectedName)", reason: "it is gone")
        }
        try holdingStoreLock { () throws(StoreError) in
            try GitRepository.syncFileSystem(of: repository.path)
            if let exact = chain.collected.tip, exact != chain.collected.base {
                try collected.git.moveBranch(from: chain.collected.base, to: exact)
            }
            try repository.moveBranch(from: chain.store.base, to: tip)
            session.chain = nil
            session.total.commit = tip
            self.session = session
            try catchUp(quietly: true)
        }
        return tip
    }

    /// From which commit of another tool the newest imported version of each device came.
    package func lastImports() throws(StoreError) -> [DeviceID: ImportOrigin] {
        try indexed { (index) throws(IndexFault) in try index.lastImports() }
    }
}
