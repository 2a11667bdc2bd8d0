/// What a command ends with. The worst wins.
package enum ExitStatus: Int32, Sendable, Codable, Comparable {
    /// All asked devices are within their freshness objective, and there is no drift.
    case clean = 0
    case drift = 1
    /// A device is stale or quarantined, or its credential is held.
    case stale = 2
    /// The store, a signature or the mirror does not hold.
    case integrity = 3
    /// `sysexits.h`: wrong usage, another process holds the lock, faulty configuration.
    case usage = 64
    /// A file beside the report could not be written.
    case output = 74
    case locked = 75
    case configuration = 78

    package static func < (left: ExitStatus, right: ExitStatus) -> Bool { left.rawValue < right.rawValue }
}

/// Which findings make a command end with 1.
package enum FailOn: String, Sendable, CaseIterable {
    case any
    /// Those that nobody has acknowledged yet.
    case new
    case never
}
