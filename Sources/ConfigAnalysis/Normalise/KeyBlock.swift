/// A private key written over several lines, or inside one string, between PEM's marks (RFC 7468).
struct KeyBlock {
    /// What stands between the marks: the secret.
    var body: Range<Int>
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
            return block(in: bytes, from: titleEnd + 5, searched: &searched)
        }
        return nil
    }

    private static func block(in bytes: UnsafeBufferPointer<UInt8>, from start: Int, searched: inout Int) -> KeyBlock {
        let limit = min(bytes.count, start + mostBytes)
        if let end = find("-----END ", in: bytes, from: max(start, searched), to: limit) {
            return KeyBlock(body: start..<end, isClosed: true)
        }
        searched = max(searched, limit - 8)
        return KeyBlock(body: start..<endOfKeyLines(in: bytes, from: start, to: limit), isClosed: false)
    }

    /// Of a block that was cut short: the rest of its line, and the lines after it that are base64 or a header of PEM.
    private static func endOfKeyLines(in bytes: UnsafeBufferPointer<UInt8>, from start: Int, to limit: Int) -> Int {
        var end = lineEnd(in: bytes, from: start, to: limit)
        while end < limit {
            let next = lineEnd(in: bytes, from: end + 1, to: limit)
            guard isKeyLine(bytes[end + 1..<next]) else { break }
            end = next
        }
        return end
    }

    private static func isKeyLine(_ line: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        let text = SecretValue.trimmed(line.prefix(1024))
        let isHeader = ["Proc-Type:", "DEK-Info:", "Version:", "Comment:"].contains { text.starts(with: $0.utf8) }
        return isHeader
            || text.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || "+/=,\"'\\".utf8.contains(byte)
            }
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
