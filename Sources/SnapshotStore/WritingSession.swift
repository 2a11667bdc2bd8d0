import ConfigModel
import FoundationEssentials

/// What a run has written and not yet committed: ids only, the bytes are on disk.
struct WritingSession: Sendable {
    struct Pending: Sendable {
        var group: String
        var taken: Date
        /// The device's folder in `store.git`.
        var tree: ObjectID
        /// The device's folder in the repository of exact bytes; nil to leave it as it is, in its new group.
        var collected: ObjectID?
        var factsFile: [UInt8]
    }

    let run: RunID
    let workspace: String
    /// The name of the repository of exact bytes: that of the year in which the run started.
    let collectedName: String
    var pending: [DeviceID: Pending] = [:]
    /// What is being imported, nil where nothing is.
    var chain: ImportChain?
    var total = StoredCommit(commit: nil, new: [], changed: [], moved: [])

    /// Counts a checkpoint, after which nothing is pending.
    mutating func note(_ stored: StoredCommit) {
        pending = [:]
        total.commit = stored.commit ?? total.commit
        total.new += stored.new
        total.changed += stored.changed
        total.moved += stored.moved
    }
}
