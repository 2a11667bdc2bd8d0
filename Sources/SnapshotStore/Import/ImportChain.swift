import ConfigModel
import FoundationEssentials

/// Commits that were written and that no branch leads to yet: one for each imported commit, in both repositories.
///
/// A whole chain is made durable by one `syncfs` and published by moving each branch once. Until then it is as if it had
/// never been.
struct ImportChain: Sendable {
    /// One repository's end of the chain.
    struct End: Sendable {
        /// What the branch is at.
        var base: ObjectID?
        var tip: ObjectID?
        /// The tree of `tip`.
        var root: ObjectID?

        init(of repository: GitRepository) throws(StoreError) {
            base = try repository.tip()
            tip = base
            if let base { root = try repository.commit(base).tree }
        }

        /// Puts a commit at the end.
        mutating func extend(
            _ repository: GitRepository, by changes: [[UInt8]: TreeChange], message: CommitMessage,
            author: GitSignature, time: Date
        ) throws(StoreError) {
            guard !changes.isEmpty else { return }
            let tree = try repository.apply(changes, to: root)
            guard tree != root else { return }
            let commit = GitCommit(
                tree: tree, parents: tip.map { [$0] } ?? [], time: time, message: message.text, author: author)
            tip = try repository.objects.write(commit.serialised, .commit)
            root = tree
        }
    }

    var store: End
    var collected: End
    /// Where the audit log stood when the chain began.
    var audit: AuditHead?
    /// The latest versions of devices that the chain has changed.
    var tips: [DeviceID: DeviceTip] = [:]

    init(store: GitRepository, collected: GitRepository, audit: AuditHead?) throws(StoreError) {
        self.audit = audit
        self.store = try End(of: store)
        self.collected = try End(of: collected)
    }

    var isEmpty: Bool { store.tip == store.base }
}
