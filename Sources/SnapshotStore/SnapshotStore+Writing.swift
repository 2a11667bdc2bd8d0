package import ConfigModel
package import FoundationEssentials

extension SnapshotStore {
    /// Begins to take a run's snapshots.
    /// - Parameters:
    ///   - workspace: Its path, for the commits' trailers.
    ///   - started: Decides which year's repository takes the exact bytes.
    package func begin(run: RunID, workspace: String, started: Date) throws(StoreError) {
        guard purpose == .writing else { throw .readingOnly(path: directory) }
        guard session == nil else { throw .sessionMisuse("a run is being stored already") }
        let collected = try collectedForWriting(year: Timestamp.year(of: started))
        try catchUp()
        knownTips = nil
        knownCopies = nil
        session = WritingSession(run: run, workspace: workspace, collectedName: collected.name)
    }

    /// Writes what is new in a snapshot. It becomes a version at the next checkpoint.
    ///
    /// A snapshot with the texts, facts and platform of the device's latest version makes no version, whatever its exact
    /// bytes are; these are kept anew where its `renewal` asks for it. If its group is another one, the device's folder moves.
    package func add(_ snapshot: NewSnapshot) throws(StoreError) -> AddedSnapshot {
        guard let name = session?.collectedName else {
            throw .sessionMisuse("a snapshot was added before begin or after finish")
        }
        guard let repository, let collected = try collectedRepository(name) else {
            throw .readingOnly(path: directory)
        }
        let writer = SnapshotWriter(store: repository, collected: collected)
        let tip = try knownTip(of: snapshot.device)
        let draft = try writer.draft(snapshot)

        // What follows changes the session in its place: a copy of thousands of entries for each would cost more than all else.
        if let tip, draft.tree(with: tip.factsFile) == tip.tree {
            var move: WritingSession.Pending?
            if tip.group != snapshot.group {
                move = WritingSession.Pending(
                    group: snapshot.group, taken: snapshot.taken, tree: tip.tree, collected: nil,
                    factsFile: tip.factsFile)
            }
            session?.pending[snapshot.device] = move
            // Together with a move it waits for the next collection.
            var isDue = false
            if move == nil { isDue = try isCopyDue(snapshot, of: tip) }
            if isDue, let folder = try writer.writeExact(draft).folder {
                session?.copies[snapshot.device] = WritingSession.Copy(
                    group: snapshot.group, taken: snapshot.taken, number: tip.number, collected: folder)
            }
            if move == nil, let marks = try newMarks(snapshot) { session?.marks[snapshot.device] = marks }
            return isDue ? .copied(version: tip.number) : .unchanged(version: tip.number)
        }
        session?.marks[snapshot.device] = try newMarks(snapshot)
        if let pending = session?.pending[snapshot.device], pending.group == snapshot.group,
            draft.tree(with: pending.factsFile) == pending.tree
        {
            return .new(previous: tip?.number)
        }
        session?.pending[snapshot.device] = try writer.write(draft)
        return .new(previous: tip?.number)
    }

    private func knownTip(of device: DeviceID) throws(StoreError) -> DeviceTip? {
        if knownTips == nil { knownTips = try indexed { (index) throws(IndexFault) in try index.deviceTips() } }
        return knownTips?[device]
    }

    /// Commits what was added so far, so that a long run loses little when it is ended.
    /// - Returns: what this checkpoint has stored; without a commit when nothing had changed.
    @discardableResult
    package func checkpoint() throws(StoreError) -> StoredCommit {
        guard var session, let repository else { throw .sessionMisuse("a checkpoint before begin or after finish") }
        guard !session.pending.isEmpty || !session.copies.isEmpty || !session.marks.isEmpty else {
            return StoredCommit(commit: nil, new: [], changed: [], moved: [])
        }
        guard let collected = try collectedRepository(session.collectedName) else {
            throw .damagedRepository(path: "\(directory)/\(session.collectedName)", reason: "it is gone")
        }
        let stored = try holdingStoreLock { () throws(StoreError) in
            // Somebody else may have stored something since: then what we have goes on top of it.
            try catchUp()
            var tips: [DeviceID: DeviceTip] = [:]
            for device in Array(session.pending.keys) + session.copies.keys {
                tips[device] = try indexed { (index) throws(IndexFault) in try index.deviceTip(device) }
            }
            let committer = RunCommitter(
                store: repository, collected: collected, run: session.run, workspace: session.workspace, time: clock(),
                audit: auditHead())
            let stored = try committer.commit(session.pending, copies: session.copies, over: tips)
            let marks = session.marks
            // From here on it is stored, whatever becomes of the index.
            session.note(stored)
            self.session = session
            try catchUp(quietly: true)
            try indexed { (index) throws(IndexFault) in try index.setMarks(marks) }
            return stored
        }
        return stored
    }

    /// The last checkpoint of a run.
    /// - Returns: what the whole run has stored, and its last commit. After a throw the session is still open: try
    ///   again, or `abandon`.
    package func finish() throws(StoreError) -> StoredCommit {
        try checkpoint()
        defer { session = nil }
        return session?.total ?? StoredCommit(commit: nil, new: [], changed: [], moved: [])
    }

    /// Forgets what was added since the last checkpoint. Objects that were written for it are left for git to prune.
    package func abandon() { session = nil }
}
