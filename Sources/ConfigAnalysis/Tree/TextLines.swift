import Patterns

/// A text and where its lines are.
struct TextLines: Sendable {
    let bytes: [UInt8]
    /// Of each line, without LF and the CRs before it. The empty rest after a final line end is no line.
    let ranges: [Range<Int>]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        ranges = bytes.withUnsafeBufferPointer { buffer in
            var ranges: [Range<Int>] = []
            var start = 0
            for position in buffer.indices where buffer[position] == 0x0A {
                ranges.append(start..<Self.withoutReturns(start..<position, in: buffer))
                start = position + 1
            }
            if start < buffer.count {
                ranges.append(start..<Self.withoutReturns(start..<buffer.count, in: buffer))
            }
            return ranges
        }
    }

    /// Where a line ends, less the CRs at its end: some devices send CR CR LF.
    static func withoutReturns(_ line: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var end = line.upperBound
        while end > line.lowerBound, bytes[end - 1] == 0x0D { end -= 1 }
        return end
    }

    /// Where line `index` begins in the bytes, and, for the line after the last, where the text ends.
    func start(of index: Int) -> Int { index < ranges.count ? ranges[index].lowerBound : bytes.count }

    /// Where a line ends, less white space at its end.
    static func withoutBlanks(_ line: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var end = line.upperBound
        while end > line.lowerBound, isSpace(bytes[end - 1]) { end -= 1 }
        return end
    }

    /// The line that holds the byte at `place`; nil when it stands between lines.
    func index(at place: Int) -> Int? {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].lowerBound <= place { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? low - 1 : nil
    }

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
}
