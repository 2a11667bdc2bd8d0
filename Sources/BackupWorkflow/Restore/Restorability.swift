import ConfigModel
import SnapshotStore

/// Whether a version could be put back on its device, and what of it could not.
package struct Restorability: Sendable, Hashable, Codable {
    package enum Verdict: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
        case no, partly, yes

        package static func < (left: Verdict, right: Verdict) -> Bool { left.rank < right.rank }
        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    package private(set) var verdict: Verdict
    /// Why not, or what is missing.
    package private(set) var reasons: [String]
    /// What does not come back on other hardware, because it is outside of the configuration.
    package var gaps: [String]

    package init(_ verdict: Verdict = .yes, reasons: [String] = [], gaps: [String] = []) {
        self.verdict = verdict
        self.reasons = reasons
        self.gaps = gaps
    }

    init(_ kept: KeptRestorability) {
        self.init(Verdict(rawValue: kept.verdict) ?? .no, reasons: kept.reasons)
    }

    func kept(of device: DeviceID, _ number: Int) -> KeptRestorability {
        KeptRestorability(device: device, number: number, verdict: verdict.rawValue, reasons: reasons)
    }

    mutating func limit(_ most: Verdict, _ reason: String) {
        verdict = min(verdict, most)
        if !reasons.contains(reason) { reasons.append(reason) }
    }
}
