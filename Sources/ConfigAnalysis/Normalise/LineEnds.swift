import Glibc

/// Makes one text of those that differ in their line ends only.
enum LineEnds {
    /// The text with LF for CR LF and CR CR LF; nil when it has none of them.
    static func unified(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard let base = bytes.baseAddress, next(0x0D, in: base, from: 0, to: bytes.count) != nil else { return nil }
        return [UInt8](unsafeUninitializedCapacity: bytes.count) { text, count in
            guard let output = text.baseAddress else { return }
            var start = 0
            while start < bytes.count {
                let end = next(0x0A, in: base, from: start, to: bytes.count) ?? bytes.count
                let kept = end < bytes.count ? TextLines.withoutReturns(start..<end, in: bytes) : end
                memcpy(output + count, base + start, kept - start)
                count += kept - start
                if end < bytes.count {
                    output[count] = 0x0A
                    count += 1
                }
                start = end + 1
            }
        }
    }

    private static func next(_ byte: UInt8, in base: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Int? {
        guard let found = memchr(base + start, Int32(byte), end - start) else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }
}
