import ConfigModel
import Patterns

/// Joins lines that a device wraps, before any other rule sees them.
struct LineJoiner: Sendable {
    private struct Rule: Sendable {
        enum End: Sendable {
            case mark(PlacedPattern)
            case columns(Int)
        }

        let end: End
        let next: PlacedPattern?
    }

    private let rules: [Rule]

    var isEmpty: Bool { rules.isEmpty }

    init(platform: Platform) throws(AnalysisError) {
        var rules: [Rule] = []
        for rule in platform.wrapped {
            let end: Rule.End =
                switch rule.end {
                case .mark(let text): .mark(try PlacedPattern(text, of: platform))
                case .columns(let count): .columns(count)
                }
            var next: PlacedPattern?
            if let text = rule.next { next = try PlacedPattern(text, of: platform, options: .anchored) }
            rules.append(Rule(end: end, next: next))
        }
        self.rules = rules
    }

    /// The text with its wrapped lines joined; line ends are LF.
    func joined(_ bytes: UnsafeBufferPointer<UInt8>) throws(PatternFault) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        // What the line before was cut by, and how it goes on.
        var open: (rule: Rule, cut: Range<Int>)?
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
            let line = start..<TextLines.withoutReturns(start..<end, in: bytes)
            var from = line.lowerBound
            if let (rule, cut) = open {
                if let length = try goesOn(rule, in: UnsafeBufferPointer(rebasing: bytes[line])) {
                    from += length
                } else {
                    text.append(contentsOf: bytes[cut])
                    text.append(0x0A)
                }
            }
            open = try wrapping(line, in: bytes)
            text.append(contentsOf: bytes[from..<max(from, open?.cut.lowerBound ?? line.upperBound)])
            if open == nil { text.append(0x0A) }
            start = end + 1
        }
        if let open { text.append(contentsOf: bytes[open.cut]) }
        return text
    }

    /// How much of the line is taken away because it goes on from the line before; nil when it does not.
    private func goesOn(_ rule: Rule, in line: UnsafeBufferPointer<UInt8>) throws(PatternFault) -> Int? {
        guard let next = rule.next else { return 0 }
        return try next.placed { (pattern) throws(PatternError) in try pattern.firstMatch(in: line)?.range.upperBound }
    }

    /// The rule by which the line goes on, and what of its end is taken away.
    private func wrapping(
        _ line: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>
    ) throws(PatternFault) -> (rule: Rule, cut: Range<Int>)? {
        let text = UnsafeBufferPointer(rebasing: bytes[line])
        for rule in rules {
            switch rule.end {
            case .columns(let count):
                guard text.count >= count, text.count <= 4 * count else { continue }
                // Bytes that do not begin a character of UTF-8 are not counted.
                guard text.count(where: { $0 & 0xC0 != 0x80 }) == count else { continue }
                return (rule, line.upperBound..<line.upperBound)
            case .mark(let mark):
                let cut = try mark.placed { (pattern) throws(PatternError) in
                    try pattern.allMatches(in: text).last { $0.range.upperBound == text.count && !$0.range.isEmpty }
                }
                if let cut { return (rule, line.lowerBound + cut.range.lowerBound..<line.upperBound) }
            }
        }
        return nil
    }
}
