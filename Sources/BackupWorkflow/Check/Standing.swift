package import ConfigModel
package import FoundationEssentials

/// Where one device stands: its backup, its baseline, and what is to be said about them.
package struct Standing: Sendable, Hashable, Codable {
    package struct Attempt: Sendable, Hashable, Codable {
        package var at: Date
        package var outcome: RunReport.Outcome
        package var message: String?
        package var failure: CollectionFailure.Kind?
    }

    package struct Baseline: Sendable, Hashable, Codable {
        /// The device's version that was approved.
        package var version: Int
        package var sequence: Int
        package var by: String
        package var at: Date
        package var reason: String?
        package var isSigned: Bool
        /// Whether nobody looked at what was approved: day one.
        package var isAdopted = false
        /// The last day on which it holds.
        package var expires: Day?
        /// Who approved the same.
        package var others: [String] = []
    }

    /// A capture that waits for a person.
    package struct Quarantined: Sendable, Hashable, Codable {
        package var run: RunID
        package var taken: Date
        package var reasons: [String]
    }

    package var device: DeviceID
    package var group: String
    package var platform: String
    /// What the platform file rests on; nil for a platform that is not known.
    package var evidence: Platform.Evidence?
    /// Whether the latest version could be put back; without one, what the platform allows at most.
    package var restorability = Restorability(.no, reasons: ["the platform is not known"])
    /// Whether artifacts may hold patient data, so that only digests of them are kept in clear.
    package var mayHoldPatientData = false
    package var state: Device.State
    /// Why nothing can be collected; nil for a covered device.
    package var uncovered: String?
    /// The number of the latest good version.
    package var version: Int?
    /// The tool that the latest version was imported from: unproven until a collection takes its place. Nil for what
    /// Plumbline collected itself.
    package var imported: String?
    package var lastGood: Date?
    /// The freshness objective in seconds.
    package var freshness: Double
    package var isFresh: Bool
    package var lastAttempt: Attempt?
    /// Nil when nothing waits.
    package var quarantine: Quarantined?
    /// Why the credential is held that the device, or a jump host on the way to it, is asked with; nil for one that is not held.
    package var held: String?
    /// What people approved; nil when nobody has.
    package var baseline: Baseline?
    /// What one person has approved, and another must approve, too; nil where nothing waits.
    package var half: Baseline?
    package var findings: [Finding]
    /// When a run first found them, by their ids; those that no run has found yet are not in it.
    package var since: [String: Date] = [:]
    /// What people have said of them, by their ids.
    package var marks: [String: Mark] = [:]
    /// Findings that people have accepted for a time: they do not count.
    package var waived: [Waived] = []

    /// Whether the device is to be backed up and checked at all.
    package var isAsked: Bool { state == .active && uncovered == nil }
    package var isQuarantined: Bool { quarantine != nil }

    /// The most that one word can say: what a table shows.
    package var word: String {
        if state != .active { return state.rawValue }
        if uncovered != nil { return "uncovered" }
        if isQuarantined { return "quarantined" }
        if version == nil { return "never collected" }
        if !isFresh { return "stale" }
        if held != nil { return "held" }
        if findings.contains(where: { $0.class == .integrity }) { return "integrity" }
        if findings.contains(where: \.isDrift) { return "drift" }
        if lastAttempt?.outcome.isMiss == true { return "missed" }
        if half != nil { return "half-approved" }
        if baseline == nil { return "unbaselined" }
        return "clean"
    }
}

extension Finding {
    /// Of an approval that will not hold much longer: a notice, and no drift.
    static let expiring = "approval-expiring"

    /// Whether a report lists it beside the rows, which tell of misses and of old copies already.
    var isWorthTelling: Bool {
        guard self.class != .freshness, self.class != .capture else { return false }
        return isDrift || severity > .notice
    }

    /// Whether the device has moved from its baseline, or must not be trusted: what ends a command with 1.
    ///
    /// A missed collection alone is not drift, it shows in the freshness; nor is a device that nobody approved yet.
    package var isDrift: Bool {
        switch self.class {
        case .capture, .freshness, .baseline, .integrity: false
        // A note on how well it could be put back is none; that it could not is one.
        case .restorability: severity > .notice
        // That nothing can be said of an image is no change of it.
        case .firmware: severity > .notice
        default: true
        }
    }
}

extension ExitStatus {
    /// What standings come to.
    /// - Parameter onboarding: Whether devices that nobody approved yet are still expected.
    package static func of(_ standings: [Standing], failOn: FailOn, onboarding: Bool) -> ExitStatus {
        standings.reduce(.clean) { worst, standing in
            max(worst, of(standing, failOn: failOn, onboarding: onboarding))
        }
    }

    private static func of(_ standing: Standing, failOn: FailOn, onboarding: Bool) -> ExitStatus {
        guard standing.isAsked else { return .clean }
        if standing.findings.contains(where: { $0.class == .integrity }) { return .integrity }
        if !standing.isFresh || standing.isQuarantined || standing.held != nil { return .stale }
        guard failOn != .never else { return .clean }
        let counts = standing.findings.contains { finding in
            if failOn == .new, standing.marks[finding.id]?.kind == .acknowledged { return false }
            guard finding.rule != Finding.expiring else { return false }
            return finding.isDrift || (finding.class == .baseline && (!onboarding || finding.severity > .warning))
        }
        return counts ? .drift : .clean
    }
}
