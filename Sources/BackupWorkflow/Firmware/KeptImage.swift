package import ConfigModel
import FoundationEssentials
import SnapshotStore

/// What came of putting one image into the vault.
package struct KeptImage: Sendable, Encodable {
    package enum Outcome: String, Sendable, Encodable, CaseIterable { case added, replaced, unchanged }

    package var platform: String
    package var version: String
    package var image: String
    package var size: Int
    package var sha256: String
    package var outcome: Outcome
    /// In `store.git`; nil when nothing was committed.
    package var commit: String?
    /// The algorithms of the digests that were given by the vendor or the device, and that the bytes have.
    package var verified: [DigestAlgorithm]
    /// SHA-256 of what had the name before.
    package var replaced: String?

    init(_ record: VaultRecord, _ addition: VaultAddition) {
        platform = record.address.platform
        version = record.address.version
        image = record.address.image
        size = record.size
        sha256 = record.digest(.sha256)?.value ?? ""
        verified = record.expected.map(\.algorithm)
        switch addition {
        case .added(let commit): (outcome, self.commit) = (.added, "\(commit)")
        case .replaced(let earlier, let commit):
            (outcome, self.commit, replaced) = (.replaced, "\(commit)", earlier.sha256)
        case .unchanged: outcome = .unchanged
        }
    }

    init(unchanged image: VaultImage) {
        platform = image.address.platform
        version = image.address.version
        self.image = image.address.image
        size = image.size
        sha256 = image.sha256
        outcome = .unchanged
        verified = []
    }
}

/// How much of an image has come.
package struct ImageProgress: Sendable, Hashable {
    package var image: String
    package var bytes: Int
    /// Nil where nobody said.
    package var total: Int?
}
