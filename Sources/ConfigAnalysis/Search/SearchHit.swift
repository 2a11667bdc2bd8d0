/// A line in which something was found.
package struct SearchHit: Sendable, Hashable {
    /// Counted from 1.
    package var line: Int
    /// Headers of the sections around the line, outermost first.
    package var section: [String]
    /// The line without its end.
    package var bytes: [UInt8]
    /// Where the pattern matched in `bytes`, left to right. A match may be empty.
    package var matches: [Range<Int>]

    /// Bytes that are no UTF-8 show as U+FFFD.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The line in pieces, which together are the line: those that matched, and what stands between them.
    package var pieces: [(text: String, isMatch: Bool)] {
        var pieces: [(text: String, isMatch: Bool)] = []
        var end = 0
        for match in matches where match.lowerBound >= end && !match.isEmpty {
            if match.lowerBound > end { pieces.append((text(end..<match.lowerBound), false)) }
            pieces.append((text(match), true))
            end = match.upperBound
        }
        if end < bytes.count { pieces.append((text(end..<bytes.count), false)) }
        return pieces
    }

    private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}
