/// Fingerprints in a line, hidden from the net: it would take their words for names of secrets.
enum FingerprintMarks {
    /// Stands in for every byte of a fingerprint; no pattern of the net has a meaning for it.
    private static let mark: UInt8 = 0x01
    private static let opening = Array("<secret:".utf8)

    /// The line with every whole fingerprint, `<secret:KIND:16 digits>` or `<secret:KIND:resalted>`, marked out.
    static func hidden(in line: [UInt8]) -> [UInt8] {
        var line = line
        var place = 0
        while place + opening.count < line.count {
            guard line[place] == opening[0], line[place...].starts(with: opening), let end = end(of: place, in: line)
            else {
                place += 1
                continue
            }
            for index in place..<end { line[index] = mark }
            place = end
        }
        return line
    }

    private static func end(of place: Int, in line: [UInt8]) -> Int? {
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

    /// The part of a value that no fingerprint stands for; nil when nothing of it can be a secret any more.
    static func rest(of range: Range<Int>, in line: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        guard line[range].contains(mark) else { return range }
        var range = range
        while let first = range.first, line[first] == mark { range = range.dropFirst() }
        while let last = range.last, line[last] == mark { range = range.dropLast() }
        guard let first = range.first, !TextLines.isSpace(line[first]), !line[range].contains(mark) else { return nil }
        return range
    }
}
