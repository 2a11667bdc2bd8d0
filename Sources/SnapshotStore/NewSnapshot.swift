package import ConfigModel
package import FoundationEssentials

/// A device's artifacts at one time, normalised and ready to be stored.
package struct NewSnapshot: Sendable {
    package var device: DeviceID
    package var group: String
    package var taken: Date
    /// The name of the platform by whose rules the texts were normalised.
    package var platform: String
    /// Comparable texts: no volatile parts, no secrets.
    package var texts: [ArtifactName: [UInt8]]
    package var facts: Facts
    /// The exact bytes, of the same artifacts.
    package var collected: [ArtifactName: [UInt8]]
    /// Nil for what Plumbline collected itself.
    package var imported: ImportMark?
    /// When its exact bytes are kept although nothing comparable changed.
    package var renewal: CopyRenewal

    package init(
        device: DeviceID, group: String, taken: Date, platform: String, texts: [ArtifactName: [UInt8]], facts: Facts,
        collected: [ArtifactName: [UInt8]], imported: ImportMark? = nil, renewal: CopyRenewal = CopyRenewal()
    ) {
        self.device = device
        self.group = group
        self.taken = taken
        self.platform = platform
        self.texts = texts
        self.facts = facts
        self.collected = collected
        self.imported = imported
        self.renewal = renewal
    }
}

/// What came of adding a snapshot.
package enum AddedSnapshot: Sendable, Hashable {
    /// Texts and facts are those of this version: nothing was stored.
    case unchanged(version: Int)
    /// As above, but the exact bytes are kept anew as a restore copy of this version.
    case copied(version: Int)
    /// It becomes a version at the next checkpoint. `previous` is the version before; nil for the device's first.
    case new(previous: Int?)
}

/// What a checkpoint, or a whole run, has put into `store.git`.
package struct StoredCommit: Sendable, Hashable {
    /// Nil when nothing had changed: then there is no commit.
    package var commit: ObjectID?
    /// Devices of which a version was stored for the first time.
    package var new: [DeviceID]
    package var changed: [DeviceID]
    /// Devices whose group changed and nothing else.
    package var moved: [DeviceID]
    /// Devices whose exact bytes were kept anew, and nothing else: that makes no commit in `store.git`.
    package var copied: [DeviceID] = []
}

/// A stored snapshot: `DEVICE@N`.
package struct StoredVersion: Sendable, Hashable, Codable {
    package var device: DeviceID
    /// Counted from 1 for each device.
    package var number: Int
    /// Nil for a commit that no run made.
    package var run: RunID?
    /// In `store.git`.
    package var commit: ObjectID
    /// The tree of the device's folder in that commit: `git ls-tree TREE` lists its files.
    package var tree: ObjectID
    /// The device's group at that time.
    package var group: String
    package var platform: String
    package var taken: Date
    /// Artifacts whose comparable text is not that of the version before, gone ones included; `facts.yaml` where the
    /// facts changed. Sorted.
    package var changed: [ArtifactName]
    /// Nil for what Plumbline collected itself. An imported version was never proven: nobody knows whether it was whole.
    package var imported: ImportOrigin?
}

extension ArtifactName {
    /// Stands for the facts among the changed artifacts of a version.
    package static let facts = ArtifactName("facts.yaml")
}

/// Where the exact bytes of an artifact are.
package struct CollectedReference: Sendable, Hashable, Codable {
    /// The repository's name beside `store.git`, such as `collected-2026.git`.
    package var repository: String
    package var blob: ObjectID
}
