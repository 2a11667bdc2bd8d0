/// Lines of comparable texts, held against lines as a device said them.
enum TrialLines {
    private static let opening = "<secret:"
    private static let volatileMark = "<volatile>"

    /// The lines of a text, without blanks at their ends.
    static func of(_ bytes: [UInt8]) -> [String] {
        bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
            String(decoding: trimmed(line), as: UTF8.self)
        }
    }

    static func of(_ text: String) -> [String] { of(Array(text.utf8)) }

    private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var line = line
        while let last = line.last, last == 0x20 || last == 0x09 || last == 0x0D { line.removeLast() }
        return line
    }

    /// Whether a stored line is the one that was expected: literally, with fingerprints written without their digits, or as
    /// the device said it, with a secret where the stored line has a fingerprint.
    static func isSame(stored: String, expected: String) -> Bool {
        if stored == expected { return true }
        guard stored.contains(opening) || stored.contains(volatileMark) else { return false }
        if expected.contains(opening) || expected.contains(volatileMark) {
            return withoutDigits(stored) == withoutDigits(expected)
        }
        return fits(expected, pieces: pieces(of: stored))
    }

    /// What stands between the marks of a stored line; one piece where there is no mark.
    static func pieces(of line: String) -> [Substring] {
        var pieces: [Substring] = []
        var rest = line[...]
        while let mark = firstMark(in: rest) {
            pieces.append(rest[..<mark.lowerBound])
            rest = rest[mark.upperBound...]
        }
        return pieces + [rest]
    }

    /// The kinds of the secrets whose fingerprints stand in a line.
    static func kinds(in line: String) -> [String] {
        var kinds: [String] = []
        var rest = line[...]
        while let mark = firstMark(in: rest) {
            let text = rest[mark]
            if text.hasPrefix(opening) {
                kinds.append(String(text.dropFirst(opening.count).prefix { $0 != ":" && $0 != ">" }))
            }
            rest = rest[mark.upperBound...]
        }
        return kinds
    }

    private static func firstMark(in text: Substring) -> Range<Substring.Index>? {
        var place = text.startIndex
        while let start = text[place...].firstIndex(of: "<") {
            let rest = text[start...]
            if rest.hasPrefix(volatileMark) { return start..<text.index(start, offsetBy: volatileMark.count) }
            if rest.hasPrefix(opening), let end = rest.firstIndex(of: ">") { return start..<text.index(after: end) }
            place = text.index(after: start)
        }
        return nil
    }

    private static func withoutDigits(_ line: String) -> String {
        var result = ""
        var rest = line[...]
        while let mark = firstMark(in: rest) {
            result += rest[..<mark.lowerBound]
            let text = rest[mark]
            let kind = text.dropFirst(opening.count).prefix { $0 != ":" && $0 != ">" }
            result += text.hasPrefix(opening) ? "\(opening)\(kind)>" : String(text)
            rest = rest[mark.upperBound...]
        }
        return result + rest
    }

    /// Whether the pieces stand in the text, in order, with something in each gap.
    static func fits(_ text: String, pieces: [Substring]) -> Bool { gaps(in: text, pieces: pieces) != nil }

    /// What stands between the pieces, which stand in the text in order and fill it but for the gaps; nil when they do not.
    static func gaps(in text: String, pieces: [Substring]) -> [String]? {
        guard let first = pieces.first, let last = pieces.last, text.hasPrefix(first) else { return nil }
        var rest = text.dropFirst(first.count)
        guard pieces.count > 1 else { return rest.isEmpty ? [] : nil }
        var gaps: [String] = []
        for piece in pieces.dropFirst().dropLast() {
            guard !rest.isEmpty, let range = rest.dropFirst().firstRange(of: piece) else { return nil }
            gaps.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        guard rest.count > last.count, rest.hasSuffix(last) else { return nil }
        return gaps + [String(rest.dropLast(last.count))]
    }
}
