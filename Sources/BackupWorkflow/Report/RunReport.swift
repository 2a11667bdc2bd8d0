package import ConfigModel
package import FoundationEssentials

/// What a run did, device by device: printed, given as JSON, and kept.
package struct RunReport: Sendable, Hashable, Codable {
    package enum Outcome: String, Sendable, Codable, CaseIterable {
        /// The first version of the device was stored.
        case new
        case changed, unchanged
        /// Collected, but suspicious: set aside, the last good version stays the latest.
        case quarantined
        case failed
        /// Its credential was refused elsewhere.
        case spared
        /// Outside of its window.
        case deferred
        /// The run ended before its turn came.
        case notAttempted = "not-attempted"
        case uncovered
        /// Spare, in repair or retired.
        case inactive
        /// A person brings its files.
        case manual
        /// Its copy is young enough.
        case notDue = "not-due"
        /// Another process talks to the device.
        case busy

        /// Whether a good copy was had.
        package var isGood: Bool { self == .new || self == .changed || self == .unchanged }
        /// Whether the device was to be collected, and was not.
        package var isMiss: Bool {
            switch self {
            case .quarantined, .failed, .spared, .deferred, .notAttempted, .busy: true
            case .new, .changed, .unchanged, .uncovered, .inactive, .manual, .notDue: false
            }
        }
    }

    package struct Row: Sendable, Hashable, Codable {
        package var device: DeviceID
        package var group: String
        package var outcome: Outcome
        /// The number of the latest good version, after this run.
        package var version: Int?
        /// Of a miss, what kind.
        package var failure: CollectionFailure.Kind?
        /// What happened and what to do, for a person.
        package var message: String?
        package var notes: [String]
        package var seconds: Double
        /// Collected bytes.
        package var bytes: Int
        /// When the last good copy was taken, after this run.
        package var lastGood: Date?
        /// Whether that copy is within the device's freshness objective.
        package var isFresh: Bool
        /// The freshness objective in seconds.
        package var freshness: Double
        /// Whether a capture of it waits in quarantine, of this run or an earlier one.
        package var isQuarantined: Bool

        package init(
            device: DeviceID, group: String, outcome: Outcome, version: Int? = nil,
            failure: CollectionFailure.Kind? = nil, message: String? = nil, notes: [String] = [], seconds: Double = 0,
            bytes: Int = 0, lastGood: Date? = nil, isFresh: Bool = false, freshness: Double = 0,
            isQuarantined: Bool = false
        ) {
            self.device = device
            self.group = group
            self.outcome = outcome
            self.version = version
            self.failure = failure
            self.message = message
            self.notes = notes
            self.seconds = seconds
            self.bytes = bytes
            self.lastGood = lastGood
            self.isFresh = isFresh
            self.freshness = freshness
            self.isQuarantined = isQuarantined
        }
    }

    /// Whether it is about some devices only.
    package var isPartial: Bool { rows.count < inventory }

    package var run: RunID
    package var workspace: String
    package var started: Date
    package var finished: Date
    /// In order of device id.
    package var rows: [Row]
    /// How many devices the inventory had: more than there are rows where only some were asked for.
    package var inventory: Int
    package var findings: [Finding]
    /// The commit that this run made in `store.git`; nil when nothing changed.
    package var commit: String?
    /// Of how many devices without a new version the exact bytes were kept anew.
    package var renewed: Int
    /// Whether somebody ended the run early.
    package var wasStopped: Bool
    /// How the hooks of its events fared; those that had nothing to say and did their work are left out.
    package var hooks: [HookRunner.Result]
    /// Remarks about the run as a whole.
    package var notices: [String]
    package var exit: ExitStatus
}
