import ConfigModel
import Patterns

/// Reads the device's own marks of a change out of a collected text.
struct ChangeMarks: Sendable {
    /// A text that has more or longer ones has none that mean anything.
    private static let mostValues = 64
    private static let longestValue = 200

    private let patterns: [PlacedPattern]
    private let prefilter: LinePrefilter

    var isEmpty: Bool { patterns.isEmpty }

    init(platform: Platform) throws(AnalysisError) {
        var patterns: [PlacedPattern] = []
        for text in platform.changed { patterns.append(try PlacedPattern(text, of: platform)) }
        self.patterns = patterns
        prefilter = LinePrefilter(patterns: patterns.map(\.pattern))
    }

    /// In the order of the text, each once; control characters taken out.
    func values(in bytes: UnsafeBufferPointer<UInt8>) throws(PatternFault) -> [String] {
        var values: [String] = []
        try prefilter.forEachLine(of: bytes) { (line, candidates) throws(PatternFault) in
            let text = UnsafeBufferPointer(rebasing: bytes[line])
            for index in candidates.rules {
                guard values.count < Self.mostValues else { return }
                let match = try patterns[index].placed { (pattern) throws(PatternError) in
                    try pattern.firstMatch(in: text)
                }
                guard let match, let range = match.groups.count > 1 ? match.groups[1] : match.range else { continue }
                let shown = text[range].prefix(Self.longestValue).filter { $0 >= 0x20 && $0 != 0x7F }
                let value = String(decoding: shown, as: UTF8.self)
                if !values.contains(value) { values.append(value) }
            }
        }
        return values
    }
}
