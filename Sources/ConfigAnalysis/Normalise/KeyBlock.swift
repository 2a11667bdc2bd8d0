/// A private key written over several lines, or inside one string, between PEM's marks (RFC 7468).
struct KeyBlock {
    /// Where the opening mark begins.
    var mark: Int
    /// What stands between the marks: the secret.
    var body: Range<Int>
    /// Behind the closing mark, or where the body ends.
    var end: Int
    /// Whether the closing mark was found.
    var isClosed: Bool

    /// A key of 16 kbit in PEM has some 220 lines.
    private static let mostBytes = 64 * 1024

    /// The first block that opens in `line`.
    /// - Parameters:
    ///   - line: A range of `bytes`; the block may go on behind it.
    ///   - searched: Up to where an earlier call looked for a closing mark in vain: many opening marks without a closing
    ///     one cost no more than one.
    static func first(
        in bytes: UnsafeBufferPointer<UInt8>, openingIn line: Range<Int>, searched: inout Int
    ) -> KeyBlock? {
        var from = line.lowerBound
        while let mark = find("-----BEGIN ", in: bytes, from: from, to: line.upperBound) {
            let title = mark + 11
            from = title
            guard let titleEnd = find("-----", in: bytes, from: title, to: min(line.upperBound, title + 64)) else {
                continue
            }
            from = titleEnd + 5
            guard find("PRIVATE KEY", in: bytes, from: title, to: titleEnd) != nil else { continue }
            return block(in: bytes, mark: mark, from: titleEnd + 5, searched: &searched)
        }
        return nil
    }

    private static func block(
        in bytes: UnsafeBufferPointer<UInt8>, mark: Int, from start: Int, searched: inout Int
    ) -> KeyBlock {
        let limit = min(bytes.count, start + mostBytes)
        if let end = find("-----END ", in: bytes, from: max(start, searched), to: limit) {
            let lineEnd = lineEnd(in: bytes, from: end, to: min(limit, end + 80))
            let behind = find("-----", in: bytes, from: end + 9, to: lineEnd).map { $0 + 5 }
            return KeyBlock(mark: mark, body: start..<end, end: behind ?? end, isClosed: true)
        }
        searched = max(searched, limit - 8)
        let end = endOfKeyLines(in: bytes, from: start, to: limit)
        return KeyBlock(mark: mark, body: start..<end, end: end, isClosed: false)
    }

    /// Of a block that was cut short: the rest of its line, and the lines after it that look like those of a key.
    private static func endOfKeyLines(in bytes: UnsafeBufferPointer<UInt8>, from start: Int, to limit: Int) -> Int {
        var end = lineEnd(in: bytes, from: start, to: limit)
        var last = end
        while last < limit {
            let next = lineEnd(in: bytes, from: last + 1, to: limit)
            let line = SecretValue.trimmed(bytes[last + 1..<next].prefix(1024))
            guard line.isEmpty || isKeyLine(line) else { break }
            last = next
            // Empty lines belong to it only between others.
            if !line.isEmpty { end = next }
        }
        return TextLines.withoutBlanks(start..<end, in: bytes)
    }

    /// Base64 that is no word of a configuration, or a header of PEM.
    private static func isKeyLine(_ text: [UInt8]) -> Bool {
        if ["Proc-Type:", "DEK-Info:", "Version:", "Comment:"].contains(where: { text.starts(with: $0.utf8) }) {
            return true
        }
        let isBase64 = text.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || "+/=,\"'\\".utf8.contains(byte)
        }
        return isBase64 && (text.count >= 20 || text.contains { !(0x61...0x7A).contains($0) })
    }

    private static func lineEnd(in bytes: UnsafeBufferPointer<UInt8>, from start: Int, to limit: Int) -> Int {
        var end = min(start, limit)
        while end < limit, bytes[end] != 0x0A { end += 1 }
        return end
    }

    private static func find(
        _ text: StaticString, in bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int
    ) -> Int? {
        text.withUTF8Buffer { text in
            guard end - start >= text.count else { return nil }
            return (start...(end - text.count)).first { place in
                bytes[place] == text[0] && bytes[place..<place + text.count].elementsEqual(text)
            }
        }
    }
}
