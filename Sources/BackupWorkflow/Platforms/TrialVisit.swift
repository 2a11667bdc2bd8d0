import ConfigAnalysis
import ConfigModel

/// One collection of a transcript: what the real path makes of it.
struct TrialVisit: Sendable {
    enum Outcome: Sendable, Hashable {
        case captured(Capture)
        /// Why nothing was.
        case failed(String)
    }

    var outcome: Outcome
    /// Why the capture may not be stored as good.
    var reasons: [String] = []
    /// The texts that would be stored.
    var texts: [ArtifactName: ComparableText] = [:]
    /// How many bytes the device said, so that cuts can be made between them.
    var length = 0
    /// What was asked that the transcript does not know.
    var unknown: [String] = []

    var capture: Capture? {
        if case .captured(let capture) = outcome { capture } else { nil }
    }

    /// Why nothing of it is stored as a good version; nil when it is.
    var obstacle: String? {
        if case .failed(let reason) = outcome { return reason }
        return reasons.isEmpty ? nil : reasons.joined(separator: "; ")
    }

    /// Whether a version of this visit says the same as one of another.
    func isSameVersion(as other: TrialVisit) -> Bool {
        guard let capture, let before = other.capture else { return false }
        return capture.facts == before.facts && texts.mapValues(\.bytes) == other.texts.mapValues(\.bytes)
    }
}
