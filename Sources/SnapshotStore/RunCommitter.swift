import ConfigModel
import FoundationEssentials

/// Puts a run's changed devices into one commit of each repository.
///
/// All objects are written first and made durable by one `syncfs`; then the branch of the exact bytes moves, and that of
/// `store.git` last. A crash in between leaves exact bytes that nothing refers to. The caller holds the store's lock.
struct RunCommitter {
    let store: GitRepository
    let collected: CollectedRepository
    let run: RunID
    let workspace: String
    let time: Date
    /// Where the audit log stands: recorded where it cannot be changed unseen.
    var audit: AuditHead?

    /// - Parameters:
    ///   - copies: Exact bytes to be kept anew. One of a version that is not the latest any more is left out.
    ///   - tips: The devices' latest versions, as of the commit that `store.git` is at.
    func commit(
        _ pending: [DeviceID: WritingSession.Pending], copies: [DeviceID: WritingSession.Copy] = [:],
        over tips: [DeviceID: DeviceTip]
    ) throws(StoreError) -> StoredCommit {
        var stored = StoredCommit(commit: nil, new: [], changed: [], moved: [])
        var lines: [CommitMessage.Line] = []
        for (device, change) in pending.sorted(by: { $0.key < $1.key }) {
            guard let event = Self.event(change, over: tips[device]) else { continue }
            lines.append(CommitMessage.Line(event: event, device: device, taken: change.taken))
            switch event {
            case .new: stored.new.append(device)
            case .changed: stored.changed.append(device)
            case .moved: stored.moved.append(device)
            case .copy, .renamed: continue
            }
        }
        let copies = copies.filter { tips[$0.key]?.number == $0.value.number && pending[$0.key] == nil }
        stored.copied = copies.keys.sorted()
        guard !lines.isEmpty || !copies.isEmpty else { return stored }
        let kept = pending.filter { Self.event($0.value, over: tips[$0.key]) != nil }

        let exact = try prepareCollected(kept, copies, over: tips, lines: lines)
        let old = try store.tip()
        var new: ObjectID?
        if !lines.isEmpty {
            let message = CommitMessage(
                lines: lines, run: run, workspace: workspace, collected: exact.new.map { ("\(collected.name)", $0) },
                audit: audit)
            new = try prepare(
                store, from: old, changes: Self.changes(kept, over: tips) { $0.tree }, message: message)
        }
        guard new != nil || exact.new != exact.old else { return stored }

        try GitRepository.syncFileSystem(of: store.path)
        if let tip = exact.new, tip != exact.old { try collected.git.moveBranch(from: exact.old, to: tip) }
        if let new { try store.moveBranch(from: old, to: new) }
        stored.commit = new
        return stored
    }

    /// What a change means; nil when somebody else has stored the very same meanwhile.
    private static func event(_ change: WritingSession.Pending, over tip: DeviceTip?) -> CommitMessage.Event? {
        guard let tip else { return .new }
        if tip.tree != change.tree { return .changed }
        return tip.group == change.group ? nil : .moved
    }

    private func prepareCollected(
        _ pending: [DeviceID: WritingSession.Pending], _ copies: [DeviceID: WritingSession.Copy],
        over tips: [DeviceID: DeviceTip], lines: [CommitMessage.Line]
    ) throws(StoreError) -> (old: ObjectID?, new: ObjectID?) {
        let repository = collected.git
        let old = try repository.tip()
        var root: ObjectID?
        if let old { root = try repository.commit(old).tree }
        // Of a device that only moved, the folder moves too, if this year's repository has it.
        var folders: [DeviceID: ObjectID] = [:]
        for (device, change) in pending {
            if let tree = change.collected {
                folders[device] = tree
            } else if let root, let tip = tips[device] {
                folders[device] = try repository.folder(DeviceFolder(group: tip.group, device: device).path, in: root)
            }
        }
        var lines = lines
        lines += copies.map { device, copy in
            CommitMessage.Line(copyOf: device, version: copy.number, group: copy.group, taken: copy.taken)
        }
        let message = CommitMessage(lines: lines, run: run, workspace: workspace, collected: nil)
        let changes = Self.changes(pending.filter { folders[$0.key] != nil }, over: tips) { _ in nil }
        var complete = changes
        for (device, tree) in folders {
            guard let change = pending[device] else { continue }
            TreeChange.put(
                .folder(tree), at: DeviceFolder(group: change.group, device: device).path, in: &complete)
        }
        for (device, copy) in copies {
            TreeChange.put(
                .folder(copy.collected), at: DeviceFolder(group: copy.group, device: device).path, in: &complete)
        }
        guard !complete.isEmpty else { return (old, old) }
        // A copy of the very same bytes is a fact too: that they were still so.
        let new = try prepare(
            repository, from: old, changes: complete, message: message, evenIfSame: !copies.isEmpty)
        return (old, new ?? old)
    }

    /// - Parameter tree: The device's new folder; nil to leave only the removal of the old one.
    private static func changes(
        _ pending: [DeviceID: WritingSession.Pending], over tips: [DeviceID: DeviceTip],
        tree: (WritingSession.Pending) -> ObjectID?
    ) -> [[UInt8]: TreeChange] {
        var changes: [[UInt8]: TreeChange] = [:]
        for (device, change) in pending {
            if let tip = tips[device], tip.group != change.group {
                TreeChange.put(.removal, at: DeviceFolder(group: tip.group, device: device).path, in: &changes)
            }
            if let tree = tree(change) {
                TreeChange.put(
                    .folder(tree), at: DeviceFolder(group: change.group, device: device).path, in: &changes)
            }
        }
        return changes
    }

    /// Writes the trees and the commit.
    /// - Returns: nil when they come to the same.
    private func prepare(
        _ repository: GitRepository, from old: ObjectID?, changes: [[UInt8]: TreeChange], message: CommitMessage,
        evenIfSame: Bool = false
    ) throws(StoreError) -> ObjectID? {
        var root: ObjectID?
        if let old { root = try repository.commit(old).tree }
        let tree = try repository.apply(changes, to: root)
        guard evenIfSame || tree != root else { return nil }
        let commit = GitCommit(tree: tree, parents: old.map { [$0] } ?? [], time: time, message: message.text)
        return try repository.objects.write(commit.serialised, .commit)
    }
}
