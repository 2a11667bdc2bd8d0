package import ConfigModel
package import FoundationEssentials

/// What waits in quarantine of one device and one run.
package struct QuarantineEntry: Sendable, Hashable, Codable {
    /// One thing that was captured.
    package struct Artifact: Sendable, Hashable, Codable {
        package var name: ArtifactName
        /// Its file in the entry's folder: numbered, for the name comes from the device.
        package var file: String
        package var bytes: Int
        package var defects: [String]
    }

    package struct Decision: Sendable, Hashable, Codable {
        package enum Outcome: String, Sendable, Codable, CaseIterable {
            /// A person vouched for it: it was stored as a version.
            case accepted
            /// A person threw it away.
            case discarded
            /// A good capture, or a later suspicious one, has taken its place.
            case superseded
        }

        package var outcome: Outcome
        package var at: Date
        /// Nil where no person decided.
        package var by: String?
        package var reason: String?
        /// Of an accepted one.
        package var version: Int?
    }

    package var device: DeviceID
    package var run: RunID
    package var group: String
    package var platform: String
    /// When it was captured.
    package var taken: Date
    /// Why it is not trusted, in words for a person.
    package var reasons: [String]
    /// Empty where the session failed before there was anything.
    package var artifacts: [Artifact]
    package var facts: Facts
    package var notes: [String]
    /// Nil while it waits.
    package var decision: Decision?

    package var isOpen: Bool { decision == nil }
}
