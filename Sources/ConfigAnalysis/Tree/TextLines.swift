import Patterns

/// A text and where its lines are.
struct TextLines: Sendable {
    let bytes: [UInt8]
    /// Of each line, without LF and a CR before it. The empty rest after a final line end is no line.
    let ranges: [Range<Int>]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        ranges = bytes.withUnsafeBufferPointer { buffer in
            var ranges: [Range<Int>] = []
            var start = 0
            for position in buffer.indices where buffer[position] == 0x0A {
                let hasReturn = position > start && buffer[position - 1] == 0x0D
                ranges.append(start..<(hasReturn ? position - 1 : position))
                start = position + 1
            }
            if start < buffer.count { ranges.append(start..<buffer.count) }
            return ranges
        }
    }

    /// Where line `index` begins in the bytes, and, for the line after the last, where the text ends.
    func start(of index: Int) -> Int { index < ranges.count ? ranges[index].lowerBound : bytes.count }

    func withLine<T>(
        _ index: Int, _ body: (UnsafeBufferPointer<UInt8>) throws(PatternError) -> T
    ) throws(PatternError) -> T {
        try bytes.withUnsafeBufferPointer { (buffer) throws(PatternError) in
            try body(UnsafeBufferPointer(rebasing: buffer[ranges[index]]))
        }
    }

    /// Without white space at both ends.
    func trimmed(_ index: Int) -> Range<Int> { Self.trim(ranges[index], in: bytes) }

    static func trim(_ range: Range<Int>, in bytes: [UInt8]) -> Range<Int> {
        var range = range
        while let first = range.first, isSpace(bytes[first]) { range = range.dropFirst() }
        while let last = range.last, isSpace(bytes[last]) { range = range.dropLast() }
        return range
    }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }

    func isBlank(_ index: Int) -> Bool { bytes[ranges[index]].allSatisfy(Self.isSpace) }

    func string(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// The line for a message: cut to a sensible length, control characters taken out.
    func shown(_ index: Int) -> String {
        String(decoding: bytes[ranges[index]].prefix(100).filter { $0 >= 0x20 && $0 != 0x7F }, as: UTF8.self)
    }
}
