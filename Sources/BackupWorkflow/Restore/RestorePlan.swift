package import ConfigModel
package import FoundationEssentials

/// What a restore would do: a file for people to read and to agree to, and the only thing that `restore apply` takes.
///
/// Secrets stand in it as fingerprints. What is sent is computed once more when it is applied, and must have the same seal.
package struct RestorePlan: Sendable, Codable {
    /// Where the target comes from.
    package struct Target: Sendable, Hashable, Codable {
        /// For people: `sw-1@3`, `startup.cfg`.
        package var name: String
        package var version: Int?
        /// When it was taken from the device; nil of a file.
        package var taken: Date?
        /// When its exact bytes were last read from the device: how old its secrets are.
        package var copied: Date?
        package var isApproved: Bool
        /// The absolute path of a file that somebody brought.
        package var file: String?
        /// Keyed digests of the exact bytes, by artifact.
        package var digests: [String: String]
    }

    /// A line that will be sent, or a file that will be written.
    package struct Action: Sendable, Hashable, Codable {
        package var step: RestoreMachine.Step
        /// The line; of a file its path and size.
        package var text: String
        package var isFile: Bool
    }

    package struct Entry: Sendable, Codable {
        package var device: DeviceID
        package var address: String
        package var platform: String
        package var method: RestoreRules.Method
        package var evidence: Platform.Evidence
        package var target: Target
        /// SHA-256 of the comparable texts that the device had when the plan was made, by artifact.
        package var before: [String: String]
        /// When that was; of an offline plan when the latest version was taken.
        package var beforeTaken: Date
        package var isOffline: Bool
        /// What the restore changes on the device: of its findings the missing lines come, the extra ones go.
        package var differences: [Finding]
        /// In the order in which they are sent when nothing goes wrong.
        package var actions: [Action]
        /// What is sent to undo it.
        package var rollback: [String]
        /// What of the target the method cannot express.
        package var unsupported: [String]
        package var gaps: [String]
        package var notes: [String]
        /// What it takes of our own way to the device, by the names with which it is overridden.
        package var cuts: [AccessCut]
        package var overridden: [String]
        /// Whole seconds.
        package var estimate: Int
        package var means: RestoreMachine.Means
        package var restorability: Restorability
        /// A keyed digest of all that decides what is sent.
        package var seal: String

        /// Whether nothing differs.
        package var isNothing: Bool { differences.isEmpty && unsupported.isEmpty }
        package var isGuided: Bool { method == .guided }
    }

    /// Something of our way to the device that the target does not have.
    package struct AccessCut: Sendable, Hashable, Codable {
        package var name: String
        package var line: String
    }

    package var id: String
    package var created: Date
    package var by: String
    package var command: String
    package var entries: [Entry]
    /// Devices that were asked for and could not be planned, with the reason: they are not touched.
    package var left: [Left] = []

    package struct Left: Sendable, Hashable, Codable {
        package var device: DeviceID
        package var reason: String
        /// What the command ends with, were it alone.
        package var status: Int32
    }

    package var devices: [DeviceID] { entries.map(\.device) }
}
