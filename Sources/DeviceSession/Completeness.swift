import ConfigModel
import Patterns

/// What a complete answer must show, and what it must not.
struct Completeness: Sendable {
    var endMarker: Pattern?
    var leastLines: Int?
    var errors: [Pattern]
    var mayBeEmpty = false

    /// The most lines that an answer has which is nothing but an error.
    static var longestRefusal: Int { 10 }

    /// Whether the last line that is not blank is the end marker.
    func hasEnd(_ text: ArraySlice<UInt8>) throws(PatternError) -> Bool {
        guard let endMarker else { return false }
        return try endMarker.matches(Array(Self.lastLine(of: text)))
    }

    /// The error line, when the text is short and shows one.
    func refusal(in text: [UInt8], mask: Mask) throws(PatternError) -> String? {
        guard Self.lineCount(of: text, upTo: Self.longestRefusal + 1) <= Self.longestRefusal, try !hasEnd(text[...])
        else { return nil }
        return try errorLine(in: text, mask: mask)
    }

    /// What the text falls short of, each in words for a person.
    func defects(of text: [UInt8], mask: Mask) throws(PatternError) -> [String] {
        var defects: [String] = []
        let lines = Self.lineCount(of: text, upTo: max(1, leastLines ?? 1))
        if lines == 0, !mayBeEmpty { defects.append("it is empty") }
        if let line = try errorLine(in: text, mask: mask) { defects.append("error text in it: '\(line)'") }
        if let endMarker, try !hasEnd(text[...]) {
            // What stands there may be half a line with a secret in it: it is not repeated.
            defects.append("no end marker: the last line is none that matches '\(endMarker.text)'")
        }
        if let leastLines, lines < leastLines {
            defects.append("too short: \(lines) lines, a complete text has at least \(leastLines)")
        }
        return defects
    }

    private func errorLine(in text: [UInt8], mask: Mask) throws(PatternError) -> String? {
        for pattern in errors {
            guard let match = try pattern.firstMatch(in: text) else { continue }
            let start = text[..<match.range.lowerBound].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
            let lineEnd = text[match.range.lowerBound...].firstIndex(of: 0x0A) ?? text.count
            return mask.shown(text[start..<max(lineEnd, match.range.upperBound)])
        }
        return nil
    }

    static func lastLine(of text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = text
        while let last = rest.last, last == 0x0A || last == 0x20 || last == 0x09 { rest.removeLast() }
        let start = rest.lastIndex(of: 0x0A).map { $0 + 1 } ?? rest.startIndex
        return rest[start...]
    }

    /// Lines that are not blank; counting ends at `limit`.
    static func lineCount(of text: [UInt8], upTo limit: Int) -> Int {
        var count = 0
        var isBlank = true
        for byte in text {
            if byte == 0x0A {
                isBlank = true
            } else if isBlank, byte != 0x20, byte != 0x09 {
                isBlank = false
                count += 1
                if count >= limit { break }
            }
        }
        return count
    }
}
