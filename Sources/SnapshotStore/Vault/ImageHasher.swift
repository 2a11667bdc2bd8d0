import ConfigModel
import Crypto

/// Every digest by which a vendor or a device may name an image, taken in one pass.
struct ImageHasher: Sendable {
    private(set) var size = 0
    private var sha512 = SHA512()
    private var sha384 = SHA384()
    private var sha256 = SHA256()
    // What vendors and devices still publish: to be compared with, not to be relied on.
    private var sha1 = Insecure.SHA1()
    private var md5 = Insecure.MD5()
    private var cksum = PosixChecksum()

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        size += bytes.count
        sha512.update(bufferPointer: bytes)
        sha384.update(bufferPointer: bytes)
        sha256.update(bufferPointer: bytes)
        sha1.update(bufferPointer: bytes)
        md5.update(bufferPointer: bytes)
        cksum.update(bytes)
    }

    /// One for each algorithm, the strongest first.
    var digests: [ImageDigest] {
        DigestAlgorithm.allCases.compactMap { ImageDigest($0, text(of: $0)) }
    }

    private func text(of algorithm: DigestAlgorithm) -> String {
        switch algorithm {
        case .sha512: hexadecimal(sha512.finalize())
        case .sha384: hexadecimal(sha384.finalize())
        case .sha256: hexadecimal(sha256.finalize())
        case .sha1: hexadecimal(sha1.finalize())
        case .md5: hexadecimal(md5.finalize())
        case .cksum: String(cksum.value)
        }
    }
}

/// The CRC of `cksum` (POSIX.1-2017, cksum, "Rationale"): polynomial 0x04C11DB7, most significant bit first, the length
/// in bytes behind the bytes, and all bits inverted.
struct PosixChecksum: Sendable {
    private var register: UInt32 = 0
    private var count = 0

    /// For a byte that stands 0 to 7 bytes before the end of eight: 256 values each, so that eight are taken at once.
    private static let table: [UInt32] = {
        var table = (0..<256).map { index in
            var value = UInt32(index) << 24
            for _ in 0..<8 { value = value & 0x8000_0000 == 0 ? value << 1 : value << 1 ^ 0x04C1_1DB7 }
            return value
        }
        for index in 256..<2048 {
            let before = table[index - 256]
            table.append(before << 8 ^ table[Int(before >> 24)])
        }
        return table
    }()

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        count += bytes.count
        var register = register
        Self.table.withUnsafeBufferPointer { table in
            func value(_ word: UInt32, before rest: Int) -> UInt32 {
                table[rest + 768 + Int(word >> 24)] ^ table[rest + 512 + Int(word >> 16 & 0xFF)]
                    ^ table[rest + 256 + Int(word >> 8 & 0xFF)] ^ table[rest + Int(word & 0xFF)]
            }
            let whole = bytes.count & ~7
            for place in stride(from: 0, to: whole, by: 8) {
                let first = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self))
                let second = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: place + 4, as: UInt32.self))
                register = value(first ^ register, before: 1024) ^ value(second, before: 0)
            }
            for byte in bytes[whole...] {
                register = register << 8 ^ table[Int(UInt8(truncatingIfNeeded: register >> 24) ^ byte)]
            }
        }
        self.register = register
    }

    var value: UInt32 {
        var ended = self
        var length = count
        while length > 0 {
            withUnsafeBytes(of: UInt8(truncatingIfNeeded: length)) { ended.update($0) }
            length >>= 8
        }
        return ~ended.register
    }
}
