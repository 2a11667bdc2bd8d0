package import ConfigModel

/// What of a device is compared: comparable texts and facts, of one time or of the baseline.
package struct ComparableSnapshot: Sendable, Hashable {
    package var texts: [ArtifactName: [UInt8]]
    package var facts: Facts

    package init(texts: [ArtifactName: [UInt8]] = [:], facts: Facts = Facts()) {
        self.texts = texts
        self.facts = facts
    }
}
