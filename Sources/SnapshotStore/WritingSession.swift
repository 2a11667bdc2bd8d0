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

    /// Exact bytes to be kept anew for a version that is stored already.
    struct Copy: Sendable {
        var group: String
        var taken: Date
        /// The version's number.
        var number: Int
        /// The device's folder in the repository of exact bytes.
        var collected: ObjectID
    }

    let run: RunID
    let workspace: String
    /// The repository of exact bytes that the run writes to.
    let collectedName: CollectedName
    var pending: [DeviceID: Pending] = [:]
    var copies: [DeviceID: Copy] = [:]
    /// The devices' own marks of a change, as of what was added.
    var marks: [DeviceID: [ArtifactName: String]] = [:]
    /// What is being imported, nil where nothing is.
    var chain: ImportChain?
    var total = StoredCommit(commit: nil, new: [], changed: [], moved: [])

    /// Counts a checkpoint, after which nothing is pending.
    mutating func note(_ stored: StoredCommit) {
        pending = [:]
        copies = [:]
        marks = [:]
        total.commit = stored.commit ?? total.commit
        total.new += stored.new
        total.changed += stored.changed
        total.moved += stored.moved
        total.copied += stored.copied
    }
}
