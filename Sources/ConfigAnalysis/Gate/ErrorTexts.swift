import ConfigModel
import Patterns

/// Looks for texts by which a device says that a command failed.
struct ErrorTexts: Sendable {
    /// How much of a line is shown: the device may echo what was a secret.
    private static let longestShown = 60

    private let patterns: [PlacedPattern]
    private let prefilter: LinePrefilter
    private let isIndented: Bool

    init(platform: Platform) throws(AnalysisError) {
        var patterns: [PlacedPattern] = []
        // At the start of a line only: a line of the configuration may quote an error text.
        for text in platform.errors { patterns.append(try PlacedPattern(text, of: platform, options: .anchored)) }
        self.patterns = patterns
        prefilter = LinePrefilter(patterns: patterns.map(\.pattern))
        isIndented = platform.syntax == .indented
    }

    /// The first line that is an error text, banners and their like left out; in words, with what the pattern matched.
    func first(in lines: TextLines) throws(PatternFault) -> String? {
        guard !patterns.isEmpty else { return nil }
        let hits = try lines.bytes.withUnsafeBufferPointer { (bytes) throws(PatternFault) in try self.hits(in: bytes) }
        guard !hits.isEmpty else { return nil }
        let quoted = isIndented ? IndentedAtoms.lines(of: lines) : []
        for hit in hits {
            guard let line = lines.index(at: hit.lowerBound), !quoted.contains(line) else { continue }
            let text = lines.bytes[hit].prefix(Self.longestShown).filter { $0 >= 0x20 && $0 != 0x7F }
            return "line \(line + 1) is an error text of the device: '\(String(decoding: text, as: UTF8.self))'"
        }
        return nil
    }

    /// What of each line that is an error text the first pattern matched.
    private func hits(in bytes: UnsafeBufferPointer<UInt8>) throws(PatternFault) -> [Range<Int>] {
        var hits: [Range<Int>] = []
        try prefilter.forEachLine(of: bytes) { (line, candidates) throws(PatternFault) in
            let text = UnsafeBufferPointer(rebasing: bytes[line])
            for index in candidates.rules where hits.count < 1_000 {
                let match = try patterns[index].placed { (pattern) throws(PatternError) in
                    try pattern.firstMatch(in: text)
                }
                guard let match else { continue }
                hits.append(line.lowerBound + match.range.lowerBound..<line.lowerBound + match.range.upperBound)
                return
            }
        }
        return hits
    }
}
