/// Finds keys that are aliases or collections before the parser sees them.
///
/// Yams hashes the keys of a mapping while it parses. A key that is an alias of nested aliases would make it hash
/// exponentially many nodes, before any bound of ours applies. So a text that has anchors may not have such keys. The
/// look is at characters alone and errs on the side of refusing.
enum ComplexKeys {
    static func place(in text: String) -> TextPlace? {
        guard text.utf8.contains(UInt8(ascii: "&")), text.utf8.contains(UInt8(ascii: "*")), hasAnchor(text) else {
            return nil
        }
        var line = 1
        for piece in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            if let column = column(in: Array(piece)) { return TextPlace(line: line, column: column) }
            line += 1
        }
        return nil
    }

    private static func hasAnchor(_ text: String) -> Bool {
        var previous = UInt8(ascii: "\n")
        var candidate = false
        for byte in text.utf8 {
            if candidate, isWord(byte) { return true }
            candidate = byte == UInt8(ascii: "&") && !isWord(previous)
            previous = byte
        }
        return false
    }

    /// Where `? `, `]:`, `}:` or `*name:` stands in a line; blanks before the colon count as none.
    private static func column(in line: [UInt8]) -> Int? {
        var start: Int?
        for (index, byte) in line.enumerated() {
            switch byte {
            case UInt8(ascii: "?") where line[..<index].last.map(isBlankOrIndicator) ?? true:
                if line[(index + 1)...].first.map(isBlankOrIndicator) ?? true { return index + 1 }
            case UInt8(ascii: "]"), UInt8(ascii: "}"): start = index
            case UInt8(ascii: "*"): start = index
            case UInt8(ascii: ":"): if let start { return start + 1 }
            case UInt8(ascii: " "), UInt8(ascii: "\t"): break
            default: if let begun = start, !(line[begun] == UInt8(ascii: "*") && isWord(byte)) { start = nil }
            }
        }
        return nil
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
            || byte == 0x5F || byte >= 0x80
    }

    private static func isBlankOrIndicator(_ byte: UInt8) -> Bool { byte <= 0x20 || ",[]{}:?-".utf8.contains(byte) }
}
