/// How far a secret reaches of which a rule captured a part: `(\S+)` of a quoted text with blanks, `(\w+)` of base64.
enum SecretExtent {
    /// - Parameters:
    ///   - range: What the rule captured, in `line`; not empty.
    static func whole(_ range: Range<Int>, in line: UnsafeBufferPointer<UInt8>) -> Range<Int> {
        let first = line[range.lowerBound]
        if isQuote(first) {
            return range.lowerBound..<quotedEnd(of: range, by: first, from: range.lowerBound + 1, in: line)
        }
        if range.lowerBound > 0 {
            let before = line[range.lowerBound - 1]
            if isQuote(before) {
                let end = quotedEnd(of: range, by: before, from: range.lowerBound, in: line)
                // The closing quote itself is no part of the secret.
                let isClosed = end > range.upperBound && line[end - 1] == before
                return range.lowerBound..<(isClosed ? closing(at: end - 1, in: line) : end)
            }
            if before == UInt8(ascii: ">"), isTag(endingAt: range.lowerBound - 1, in: line) {
                return range.lowerBound..<endOfElement(range, in: line)
            }
            if before == UInt8(ascii: "["), line[..<range.lowerBound].suffix(9).elementsEqual("<![CDATA[".utf8) {
                return range.lowerBound..<endOfElement(range, in: line)
            }
        }
        return range.lowerBound..<endOfToken(range, in: line)
    }

    private static func isQuote(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") }

    /// Behind the closing quote, and never before what was captured. A text whose double quote is not closed reaches to
    /// the end of the line.
    private static func quotedEnd(
        of range: Range<Int>, by quote: UInt8, from start: Int, in line: UnsafeBufferPointer<UInt8>
    ) -> Int {
        // A quote that is escaped itself, as in JSON within a string, is closed by an escaped one.
        let isEscaped = start >= 2 && line[start - 2] == UInt8(ascii: "\\")
        var place = start
        while place < line.count {
            if line[place] == quote { return max(range.upperBound, place + 1) }
            let skips =
                line[place] == UInt8(ascii: "\\") && !(isEscaped && place + 1 < line.count && line[place + 1] == quote)
            place += skips ? 2 : 1
        }
        return quote == UInt8(ascii: "\"") ? line.count : endOfToken(range, in: line)
    }

    /// Where the text before the quote at `place` ends: before the backslash of an escaped one.
    private static func closing(at place: Int, in line: UnsafeBufferPointer<UInt8>) -> Int {
        place > 0 && line[place - 1] == UInt8(ascii: "\\") ? place - 1 : place
    }

    private static func isTag(endingAt place: Int, in line: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let opening = line[..<place].suffix(256).lastIndex(of: UInt8(ascii: "<")), opening + 1 < place else {
            return false
        }
        return isLetter(line[opening + 1])
    }

    private static func endOfElement(_ range: Range<Int>, in line: UnsafeBufferPointer<UInt8>) -> Int {
        let end = line[range.lowerBound...].firstIndex(of: UInt8(ascii: "<")) ?? line.count
        return max(end, range.upperBound)
    }

    /// The rest of the word: up to white space or a sign that ends values.
    private static func endOfToken(_ range: Range<Int>, in line: UnsafeBufferPointer<UInt8>) -> Int {
        var end = range.upperBound
        guard let last = line[range].last, !TextLines.isSpace(last), !isQuote(last) else { return end }
        let authority = isInAddress(range, line)
        if authority, end < line.count, line[end] == UInt8(ascii: "@") {
            // A password with an @: the last one before the host counts.
            let rest = line[end...].prefix { $0 > 0x20 && !"/\"'<>,".utf8.contains($0) }
            return rest.lastIndex(of: UInt8(ascii: "@")) ?? end
        }
        while end < line.count, isWord(line[end]) || (line[end] == UInt8(ascii: "@") && !authority) {
            let isLast = end + 1 >= line.count || TextLines.isSpace(line[end + 1])
            if line[end] == UInt8(ascii: "\\"), isLast || isQuote(line[end + 1]) { break }
            // A full stop ends a sentence.
            if line[end] == UInt8(ascii: "."), isLast { break }
            end += 1
        }
        return end
    }

    /// Whether `scheme://` stands in the word before the range.
    private static func isInAddress(_ range: Range<Int>, _ line: UnsafeBufferPointer<UInt8>) -> Bool {
        var place = range.lowerBound
        while place >= 2, line[place - 1] > 0x20, range.lowerBound - place < 300 {
            if line[place - 1] == UInt8(ascii: "/"), line[place - 2] == UInt8(ascii: "/") { return true }
            place -= 1
        }
        return false
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        isLetter(byte) || (0x30...0x39).contains(byte) || byte >= 0x80 || "_-.+/=!#$%^*~?\\".utf8.contains(byte)
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
}
