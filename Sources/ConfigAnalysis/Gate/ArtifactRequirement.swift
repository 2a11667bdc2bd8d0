import ConfigModel
import Patterns

/// What a rule of `collect` asks of a complete text.
struct ArtifactRequirement: Sendable {
    let rule: CollectRule
    private let endMarker: PlacedPattern?

    init(_ rule: CollectRule, of platform: Platform) throws(AnalysisError) {
        self.rule = rule
        if let text = rule.endMarker { endMarker = try PlacedPattern(text, of: platform) } else { endMarker = nil }
    }

    func faults(of lines: TextLines) throws(PatternFault) -> [String] {
        var faults: [String] = []
        if let least = rule.leastLines {
            let filled = lines.ranges.indices.count { !lines.isBlank($0) }
            if filled < least { faults.append("it has \(filled) lines, a complete one has at least \(least)") }
        }
        if let endMarker, try !isSeen(endMarker, in: lines) {
            faults.append("its end ('\(endMarker.pattern.text)') was not seen: the text was cut short")
        }
        return faults
    }

    /// Whether the last line that is not blank is the end.
    private func isSeen(_ marker: PlacedPattern, in lines: TextLines) throws(PatternFault) -> Bool {
        guard let last = lines.ranges.indices.last(where: { !lines.isBlank($0) }) else { return false }
        return try marker.placed { (pattern) throws(PatternError) in
            try lines.withLine(last) { (line) throws(PatternError) in try pattern.matches(line) }
        }
    }
}
