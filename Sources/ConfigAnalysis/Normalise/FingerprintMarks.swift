/// Fingerprints in a line, hidden from the net: it would take their words for names of secrets.
enum FingerprintMarks {
    /// Stands in for every byte of a fingerprint; no pattern of the net has a meaning for it.
    private static let mark: UInt8 = 0x01
    private static let opening = Array("<secret:".utf8)
    /// Stands for a part that changes by itself.
    static let volatile = Array("<volatile>".utf8)

    /// The line with every whole fingerprint, `<secret:KIND:16 digits>` or `<secret:KIND:resalted>`, marked out.
    static func hidden(in line: [UInt8]) -> [UInt8] {
        var line = line
        var place = 0
        while place + opening.count <= line.count {
            guard line[place] == opening[0], let end = end(of: place, in: line) else {
                place += 1
                continue
            }
            for index in place..<end { line[index] = mark }
            place = end
        }
        return line
    }

    private static func end(of place: Int, in line: [UInt8]) -> Int? {
        if line[place...].starts(with: volatile) { return place + volatile.count }
        guard line[place...].starts(with: opening) else { return nil }
        let rest = line[(place + opening.count)...].prefix(80)
        guard let end = rest.firstIndex(of: UInt8(ascii: ">")),
            let colon = rest[..<end].firstIndex(of: UInt8(ascii: ":"))
        else {
            return nil
        }
        let kind = rest[..<colon]
        let value = rest[(colon + 1)..<end]
        let isKind = kind.allSatisfy {
            (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || "-_".utf8.contains($0)
        }
        let isDigest =
            value.count == 16 && value.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        return isKind && (isDigest || value.elementsEqual("resalted".utf8)) ? end + 1 : nil
    }

    /// Whether a fingerprint stands at or after a place of the line, within some hundred bytes.
    static func isMark(after place: Int, in line: UnsafeBufferPointer<UInt8>) -> Bool {
        line[place...].prefix(256).contains(mark)
    }

    /// Whether a word is a fingerprint, in quotes or not.
    static func isMark(_ word: [UInt8]) -> Bool {
        word.first { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "'") } == mark
    }

    /// The part of a value that no fingerprint stands for; nil when nothing of it can be a secret any more.
    static func rest(of range: Range<Int>, in line: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        guard line[range].contains(mark) else { return range }
        var range = range
        while let first = range.first, line[first] == mark { range = range.dropFirst() }
        while let last = range.last, line[last] == mark { range = range.dropLast() }
        guard let first = range.first, !TextLines.isSpace(line[first]), !line[range].contains(mark) else { return nil }
        return range
    }

    /// What follows the fingerprint that a value begins with, up to the end of the line; nil when it begins with none, or
    /// when nothing but a comment or the rest of a list follows.
    static func words(after range: Range<Int>, in line: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        guard line[range].first == mark, let last = line[range].lastIndex(of: mark) else { return nil }
        var rest = last + 1..<range.upperBound
        guard let next = rest.first, TextLines.isSpace(line[next]) else { return nil }
        while let first = rest.first, TextLines.isSpace(line[first]) { rest = rest.dropFirst() }
        guard let first = rest.first, !"#;,/)]}-&|<>".utf8.contains(line[first]) else { return nil }
        let isList = line[rest].contains { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ":") }
        return isList || !SecretValue.isSecret(line[rest], inProse: false) ? nil : rest
    }
}
