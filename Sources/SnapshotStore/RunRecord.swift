package import ConfigModel
package import FoundationEssentials

/// What is kept of a run, besides what it stored: one line of JSON in `var/runs/<year>.jsonl`, and in the index.
package struct RunRecord: Sendable, Hashable, Codable {
    package var run: RunID
    package var started: Date
    package var finished: Date
    /// The exit code of the command.
    package var exit: Int
    /// What was asked for, such as `run --all`.
    package var command: String
    /// The run's last commit in `store.git`; nil when nothing had changed.
    package var commit: ObjectID?
    package var attempts: [AttemptRecord]

    package init(
        run: RunID, started: Date, finished: Date, exit: Int, command: String, commit: ObjectID? = nil,
        attempts: [AttemptRecord]
    ) {
        self.run = run
        self.started = started
        self.finished = finished
        self.exit = exit
        self.command = command
        self.commit = commit
        self.attempts = attempts
    }
}

/// One device in one run.
package struct AttemptRecord: Sendable, Hashable, Codable {
    package var device: DeviceID
    package var started: Date
    package var finished: Date
    package var outcome: AttemptOutcome
    /// For a person; empty when all went well.
    package var message: String
    /// Collected bytes.
    package var bytes: Int

    package init(
        device: DeviceID, started: Date, finished: Date, outcome: AttemptOutcome, message: String = "", bytes: Int = 0
    ) {
        self.device = device
        self.started = started
        self.finished = finished
        self.outcome = outcome
        self.message = message
        self.bytes = bytes
    }
}

/// How one device fared in a run. Written as one word.
package enum AttemptOutcome: Sendable, Hashable {
    /// A new version was stored.
    case stored
    /// Collected well; equal to the latest version.
    case unchanged
    /// Collected, but not to be trusted; it waits in quarantine.
    case quarantined
    /// Not contacted, because its credential is held or the run was ended.
    case spared
    /// Not contacted, because now is not the time (its window, a veto).
    case deferred
    case failed(CollectionFailure.Kind)

    package var isSuccess: Bool { self == .stored || self == .unchanged }

    package var word: String {
        switch self {
        case .stored: "stored"
        case .unchanged: "unchanged"
        case .quarantined: "quarantined"
        case .spared: "spared"
        case .deferred: "deferred"
        case .failed(let kind): kind.rawValue
        }
    }

    package init?(word: String) {
        switch word {
        case "stored": self = .stored
        case "unchanged": self = .unchanged
        case "quarantined": self = .quarantined
        case "spared": self = .spared
        case "deferred": self = .deferred
        default:
            guard let kind = CollectionFailure.Kind(rawValue: word) else { return nil }
            self = .failed(kind)
        }
    }
}

extension AttemptOutcome: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let word = try container.decode(String.self)
        guard let outcome = AttemptOutcome(word: word) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(word)' is not an outcome")
        }
        self = outcome
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(word)
    }
}

/// A run in a list of runs.
package struct RunSummary: Sendable, Hashable, Codable {
    package var run: RunID
    package var started: Date
    package var finished: Date
    package var exit: Int
    package var command: String
    package var commit: ObjectID?
    /// How many devices had which outcome, by its word.
    package var counts: [String: Int]
}

/// One device in one run, with the run.
package struct DeviceAttempt: Sendable, Hashable, Codable {
    package var run: RunID
    package var attempt: AttemptRecord
}

/// Where a device stands.
package struct DeviceState: Sendable, Hashable, Codable {
    package var device: DeviceID
    /// The number of its latest version; nil when there is none.
    package var latestVersion: Int?
    /// When it was last collected well, whether anything had changed or not.
    package var lastSuccess: Date?
    package var lastAttempt: Date?
    package var lastOutcome: AttemptOutcome?
    package var lastMessage: String
    /// The latest attempt ended in quarantine.
    package var quarantined: Bool { lastOutcome == .quarantined }
}
