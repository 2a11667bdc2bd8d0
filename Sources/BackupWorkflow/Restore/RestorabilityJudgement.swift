import ConfigModel
import FoundationEssentials

/// Judges whether a version could be put back on its device.
struct RestorabilityJudgement: Sendable {
    let platform: Platform

    /// - Parameters:
    ///   - collected: The exact bytes; nil where they are missing or cannot be read, which is then said by `limit`.
    ///   - taken: When the exact bytes were last read from the device; nil of a file.
    ///   - facts: Of the version; nil of a file.
    ///   - collectedBy: The platform by which it was collected; nil of a file.
    ///   - now: What the device is.
    func judge(
        _ collected: [ArtifactName: [UInt8]], taken: Date?, facts: Facts?, collectedBy: String?, now: Facts,
        at time: Date
    ) -> Restorability {
        var result = Restorability()
        guard let restore = limit(&result) else { return result }
        let restored = collected.filter { platform.restores($0.key) }
        if restored.isEmpty, restore.method != .guided {
            result.limit(.no, "there are no exact bytes of what is put back")
        }
        if let collectedBy, collectedBy != platform.name {
            result.limit(.no, "it was collected as '\(collectedBy)', and the device is '\(platform.name)' now")
        }
        let masked = Self.maskedLines(restored, by: restore.masked)
        if masked > 0 {
            result.limit(
                .partly, "\(Wording.count(masked, "secret")) in it \(masked == 1 ? "is" : "are") masked by the device")
        }
        compare(facts, now, &result)
        result.gaps = restore.gaps
        if let facts, !facts.serials.isEmpty, !now.serials.isEmpty, facts.serials != now.serials {
            // On the same hardware what lies outside of the configuration is still there.
            for gap in restore.gaps {
                result.limit(.partly, "the hardware is another one, and this does not come back: \(gap)")
            }
        }
        if let taken, platform.secrets.contains(where: \.resalted) {
            let days = Int(time.timeIntervalSince(taken) / 86_400)
            if days > 30 { result.limit(.partly, "its encrypted secrets were last read \(days) days ago") }
        }
        return result
    }

    /// The most that can be said of any version: what the platform has.
    var most: Restorability {
        var result = Restorability()
        limit(&result)
        return result
    }

    /// - Returns: The platform's rules; nil where it has none.
    @discardableResult
    private func limit(_ result: inout Restorability) -> RestoreRules? {
        guard let restore = platform.restore else {
            result.limit(.no, "the platform does not say how a configuration is put back")
            return nil
        }
        if restore.method == .guided { result.limit(.partly, Self.byHand) }
        if platform.restoreEvidence == .assumed { result.limit(.partly, Self.assumed) }
        return restore
    }

    static let byHand = "by hand: the platform has no way for programs"
    static let assumed = "nobody has seen a restore of this platform work ('assumed')"

    private func compare(_ facts: Facts?, _ now: Facts, _ result: inout Restorability) {
        guard let facts else { return }
        if let old = facts.model, let new = now.model, old != new {
            result.limit(.partly, "it is of another model (\(old), and now \(new))")
        }
        if let old = facts.version, let new = now.version, Self.release(old) != Self.release(new) {
            result.limit(.partly, "it is of another version (\(old), and now \(new))")
        }
    }

    /// The parts of a version before the second dot: `15.2` of `15.2(7)E3`.
    static func release(_ version: String) -> [Substring] {
        Array(version.split { !$0.isNumber }.prefix(2))
    }

    static func maskedLines(_ texts: [ArtifactName: [UInt8]], by patterns: [PatternText]) -> Int {
        let matchers = patterns.compactMap { try? PatternMatcher($0, in: Platform(name: "")) }
        guard !matchers.isEmpty else { return 0 }
        var count = 0
        for text in texts.values {
            for line in text.split(separator: 0x0A) {
                let line = Array(line)
                if matchers.contains(where: { (try? $0.matches(line)) ?? false }) { count += 1 }
            }
        }
        return count
    }
}
