import ConfigModel
import Patterns

/// Compares one artifact's comparable texts and words the findings.
struct ArtifactComparison {
    private let device: DeviceID
    private let platform: Platform
    private let ordered: [PlacedPattern]
    private let defaults: [PlacedPattern]
    private let weight: LineWeight

    /// Longer lists of lines are cut: a finding is read by people.
    private static let mostLines = 1_000

    init(device: DeviceID, platform: Platform) throws(AnalysisError) {
        self.device = device
        self.platform = platform
        var ordered: [PlacedPattern] = []
        for text in platform.ordered { ordered.append(try PlacedPattern(text, of: platform)) }
        self.ordered = ordered
        var defaults: [PlacedPattern] = []
        for text in platform.defaults { defaults.append(try PlacedPattern(text, of: platform)) }
        self.defaults = defaults
        do throws(PatternError) { weight = try LineWeight.shared.get() } catch {
            throw .faultyPattern(platform: "built in", location: nil, fault: error)
        }
    }

    func findings(of artifact: ArtifactName, old: [UInt8], new: [UInt8]) throws(AnalysisError) -> [Finding] {
        guard old != new else { return [] }
        do throws(PatternFault) {
            // Both sides by the same syntax: the one that the expected text has.
            let syntax = ArtifactSyntax.syntax(of: artifact, text: old, platform: platform)
            let trees = (
                try ComparedTree(old, syntax: syntax, ordered: ordered, defaults: defaults),
                try ComparedTree(new, syntax: syntax, ordered: ordered, defaults: defaults)
            )
            var findings: [Finding] = []
            for change in TreeComparison.changes(from: trees.0, to: trees.1) {
                findings.append(try finding(change, in: artifact))
            }
            return findings
        } catch {
            throw .unmatchable(
                platform: platform.name, location: error.location, artifact: "\(artifact) of \(device)",
                fault: error.fault)
        }
    }

    private func finding(_ change: TreeComparison.Change, in artifact: ArtifactName) throws(PatternFault) -> Finding {
        let weighed: Finding.Severity
        do throws(PatternError) { weighed = try weight.severity(of: change) } catch {
            throw PatternFault(location: nil, fault: error)
        }
        let (kind, severity): (Finding.Class, Finding.Severity) =
            switch change.kind {
            case .config: (.config, weighed)
            case .secret: (.secret, .major)
            case .order: (.order, max(.warning, weighed))
            }
        return Finding(
            device: device, class: kind, severity: severity, artifact: artifact, path: change.path,
            summary: Self.summary(of: change), missing: Self.cut(change.missing), extra: Self.cut(change.extra))
    }

    private static func summary(of change: TreeComparison.Change) -> String {
        let place = change.path.isEmpty ? "" : " in \(change.path.joined(separator: " › "))"
        switch change.kind {
        case .secret: return "a secret changed\(place)"
        case .order: return "the order of \(count(change.missing.count, "line")) changed\(place)"
        case .config where change.isSection:
            let header = (change.missing.first ?? change.extra.first) ?? ""
            return "section '\(header)' is \(change.extra.isEmpty ? "missing" : "extra")\(place)"
        case .config:
            switch (change.missing.count, change.extra.count) {
            case (let missing, 0): return "\(count(missing, "line")) missing\(place)"
            case (0, let extra): return "\(count(extra, "line")) extra\(place)"
            case (1, 1): return "1 line changed\(place)"
            case (let missing, let extra): return "\(count(missing, "line")) replaced by \(extra)\(place)"
            }
        }
    }

    private static func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }

    private static func cut(_ lines: [String]) -> [String] {
        guard lines.count > mostLines else { return lines }
        return lines.prefix(mostLines) + ["… and \(lines.count - mostLines) more lines"]
    }
}
