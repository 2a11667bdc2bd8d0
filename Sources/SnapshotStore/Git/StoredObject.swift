import Glibc
import SystemPackage

/// A loose blob whose bytes stand in it uncompressed: a zlib stream of stored blocks (RFC 1950, RFC 1951 section 3.2.4), as
/// git writes it with `core.looseCompression=0`.
///
/// By hand because libgit2 takes level 0 for "no zlib at all", which git cannot read, and every other level spends more on
/// encrypted bytes than hashing and encrypting them together.
enum StoredObject {
    private static let largestBlock = 0xFFFF

    /// Writes it under a temporary name and gives it its own. Not synced: `syncfs` comes before the ref moves.
    /// - Parameter folder: The repository's `objects`.
    static func write(blob: [UInt8], as id: ObjectID, in folder: String) throws(StoreError) {
        let digits = "\(id)"
        let home = "\(folder)/\(digits.prefix(2))"
        let path = "\(home)/\(digits.dropFirst(2))"
        if mkdir(home, 0o777) != 0, errno != EEXIST {
            throw .system(Errno(rawValue: errno), path: home, operation: "create it")
        }
        // git removes old ones of this name when it prunes.
        let temporary = "\(home)/tmp_obj_\(getpid())_\(UInt32.random(in: 0 ... .max))"
        var isDone = false
        defer { if !isDone { unlink(temporary) } }
        try StoreError.wrapping(temporary, "write an object") {
            let file = try FileDescriptor.open(
                temporary, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: [.ownerRead, .groupRead, .otherRead])
            try file.closeAfter { _ = try file.writeAll(stream(of: Array("blob \(blob.count)".utf8) + [0], blob)) }
            guard rename(temporary, path) == 0 else { throw Errno(rawValue: errno) }
        }
        isDone = true
    }

    /// The zlib stream of two pieces.
    static func stream(of head: [UInt8], _ body: [UInt8]) -> [UInt8] {
        let total = head.count + body.count
        let blocks = max(1, (total + largestBlock - 1) / largestBlock)
        var stream: [UInt8] = []
        stream.reserveCapacity(total + blocks * 5 + 6)
        // Deflate with a window of 32 kB, lowest level; the two bytes as one number are a multiple of 31.
        stream += [0x78, 0x01]
        var rest = body[...]
        var start = head
        for block in 1...blocks {
            let count = min(largestBlock, start.count + rest.count)
            let length = UInt16(count)
            stream.append(block == blocks ? 1 : 0)
            stream += [UInt8(truncatingIfNeeded: length), UInt8(truncatingIfNeeded: length >> 8)]
            stream += [UInt8(truncatingIfNeeded: ~length), UInt8(truncatingIfNeeded: ~length >> 8)]
            let taken = count - start.count
            stream += start
            stream += rest.prefix(taken)
            rest = rest.dropFirst(taken)
            start = []
        }
        var checksum = Adler32()
        checksum.update(head)
        checksum.update(body)
        for shift in stride(from: 24, through: 0, by: -8) {
            stream.append(UInt8(truncatingIfNeeded: checksum.value >> UInt32(shift)))
        }
        return stream
    }
}

/// The checksum at the end of a zlib stream (RFC 1950, section 8.2).
private struct Adler32 {
    private static let prime: UInt32 = 65_521
    /// So many bytes can be added before a 32-bit sum overflows.
    private static let stretch = 5552
    private var low: UInt32 = 1
    private var high: UInt32 = 0

    var value: UInt32 { high << 16 | low }

    mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { bytes in
            var start = 0
            while start < bytes.count {
                let end = min(start + Self.stretch, bytes.count)
                for index in start..<end {
                    low &+= UInt32(bytes[index])
                    high &+= low
                }
                low %= Self.prime
                high %= Self.prime
                start = end
            }
        }
    }
}
