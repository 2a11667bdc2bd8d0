import ConfigModel
import Patterns

/// Finds the secrets that their line does not show, only the section that it stands in: `set name "…"` is a secret below
/// FortiOS' `config system snmp community` and nowhere else.
struct SectionSecrets: Sendable {
    private struct Rule: Sendable {
        let from: PlacedPattern
        let until: PlacedPattern
        let pattern: PlacedPattern
        let mark: MaskedSpan.Mark
    }

    private let rules: [Rule]
    /// Which rules' sections may begin on a line.
    private let headers: LinePrefilter

    init(platform: Platform) throws(AnalysisError) {
        var rules: [Rule] = []
        for secret in platform.secrets {
            guard let section = secret.section else { continue }
            rules.append(
                Rule(
                    from: try PlacedPattern(section.from, of: platform),
                    until: try PlacedPattern(section.until, of: platform),
                    pattern: try PlacedPattern(secret.pattern, of: platform),
                    mark: .secret(kind: secret.kind, isResalted: secret.resalted)))
        }
        self.rules = rules
        headers = LinePrefilter(patterns: rules.map(\.from.pattern))
    }

    /// In the order of the text; each lies within one line.
    func finds(in bytes: UnsafeBufferPointer<UInt8>) throws(PatternFault) -> [MaskedSpan] {
        guard !rules.isEmpty else { return [] }
        var spans: [MaskedSpan] = []
        var open: Set<Int> = []
        var candidates = headers.noCandidates
        var start = 0
        while start < bytes.count {
            let end = headers.scanLine(of: bytes, from: start, into: &candidates)
            if !open.isEmpty || !candidates.rules.isEmpty {
                let line = start..<TextLines.withoutBlanks(start..<end, in: bytes)
                let text = UnsafeBufferPointer(rebasing: bytes[line])
                for index in rules.indices {
                    if open.contains(index), try !Self.isMatch(rules[index].until, text) {
                        spans += try Self.finds(by: rules[index], in: text, at: start)
                    } else {
                        open.remove(index)
                        if candidates.contains(index), try Self.isMatch(rules[index].from, text) { open.insert(index) }
                    }
                }
            }
            candidates.removeAll()
            start = end + 1
        }
        return spans
    }

    private static func isMatch(
        _ pattern: PlacedPattern, _ text: UnsafeBufferPointer<UInt8>
    ) throws(PatternFault) -> Bool {
        try pattern.placed { (pattern) throws(PatternError) in try pattern.matches(text) }
    }

    private static func finds(
        by rule: Rule, in text: UnsafeBufferPointer<UInt8>, at start: Int
    ) throws(PatternFault) -> [MaskedSpan] {
        let matches = try rule.pattern.placed { (pattern) throws(PatternError) in try pattern.allMatches(in: text) }
        return matches.compactMap { match in
            guard let group = match.groups.count > 1 ? match.groups[1] : match.range, !group.isEmpty else { return nil }
            let whole = SecretExtent.whole(group, in: text)
            return MaskedSpan(range: whole.lowerBound + start..<whole.upperBound + start, mark: rule.mark)
        }
    }
}
