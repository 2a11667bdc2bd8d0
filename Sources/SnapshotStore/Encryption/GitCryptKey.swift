import Crypto
import FoundationEssentials

/// A key of git-crypt: what `git-crypt unlock FILE` takes, and what `git-crypt keygen FILE` makes.
///
/// The file, all numbers in big endian (git-crypt 0.7, `key.cpp`):
/// ```
/// "\0GITCRYPTKEY"  u32 format = 2
/// u32 field, u32 length, bytes …  u32 0     the header; field 1 is the key's name
/// u32 field, u32 length, bytes …  u32 0     one entry a version: 1 its number, 3 AES-256 key, 5 HMAC key of 64 bytes
/// ```
package struct GitCryptKey: Sendable, CustomStringConvertible, CustomReflectable {
    /// Why bytes are no key. Says nothing of what is in them.
    package enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
        case notAKey
        case otherFormat(Int)
        case damaged
        case severalVersions

        package var description: String {
            switch self {
            case .notAKey: "it is no key of git-crypt"
            case .otherFormat(let number): "it is a key of git-crypt in format \(number), which is not known here"
            case .damaged: "it is a key of git-crypt that is cut short or altered"
            case .severalVersions:
                "it holds several versions of a key, which Plumbline does not use: give one as 'git-crypt keygen' makes it"
            }
        }
    }

    private static let title: [UInt8] = [0] + Array("GITCRYPTKEY".utf8)
    private static let format: UInt32 = 2
    private static let aesLength = 32
    private static let hmacLength = 64

    private enum Field {
        static let end: UInt32 = 0
        static let version: UInt32 = 1
        static let aes: UInt32 = 3
        static let hmac: UInt32 = 5
    }

    let aes: SymmetricKey
    let hmac: SymmetricKey

    /// A new one, from the system's generator.
    package init() {
        aes = SymmetricKey(size: .bits256)
        hmac = SymmetricKey(size: SymmetricKeySize(bitCount: Self.hmacLength * 8))
    }

    /// Reads a key file.
    package init(parsing bytes: [UInt8]) throws(Fault) {
        guard bytes.starts(with: Self.title) else { throw .notAKey }
        var reader = FieldReader(rest: bytes[Self.title.count...])
        guard let format = reader.number() else { throw .damaged }
        guard format == Self.format else { throw .otherFormat(Int(format)) }
        while let field = reader.field(), field.number != Field.end {}
        var aes: [UInt8]?
        var hmac: [UInt8]?
        var hasVersion = false
        while true {
            guard let field = reader.field() else { throw .damaged }
            if field.number == Field.end { break }
            switch field.number {
            case Field.version: hasVersion = field.bytes.count == 4
            case Field.aes: aes = field.bytes
            case Field.hmac: hmac = field.bytes
            // A critical field that we do not know: git-crypt marks these by an odd number.
            default: guard field.number % 2 == 0 else { throw .damaged }
            }
        }
        guard reader.rest.isEmpty else { throw .severalVersions }
        guard hasVersion, let aes, aes.count == Self.aesLength, let hmac, hmac.count == Self.hmacLength else {
            throw .damaged
        }
        self.aes = SymmetricKey(data: aes)
        self.hmac = SymmetricKey(data: hmac)
    }

    /// The bytes of its file: secret.
    package var exposed: [UInt8] {
        var bytes = Self.title + Self.number(Self.format) + Self.number(Field.end)
        bytes += Self.field(Field.version, Self.number(0))
        bytes += Self.field(Field.aes, aes.withUnsafeBytes { Array($0) })
        bytes += Self.field(Field.hmac, hmac.withUnsafeBytes { Array($0) })
        return bytes + Self.number(Field.end)
    }

    /// Names the key without telling anything of it: 16 hexadecimal digits of an HMAC under it.
    package var name: String {
        let code = HMAC<Insecure.SHA1>.authenticationCode(
            for: Data("plumbline: the name of this key".utf8), using: hmac)
        return code.prefix(8).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
    }

    package var description: String { "<key \(name)>" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    private static func field(_ number: UInt32, _ bytes: [UInt8]) -> [UInt8] {
        self.number(number) + self.number(UInt32(bytes.count)) + bytes
    }

    private static func number(_ value: UInt32) -> [UInt8] {
        stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
    }
}

/// Takes a key file apart.
private struct FieldReader {
    var rest: ArraySlice<UInt8>

    mutating func number() -> UInt32? {
        guard rest.count >= 4 else { return nil }
        defer { rest = rest.dropFirst(4) }
        return rest.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// - Returns: nil where the bytes end too early. The end of a list of fields has no length.
    mutating func field() -> (number: UInt32, bytes: [UInt8])? {
        guard let number = number() else { return nil }
        if number == 0 { return (0, []) }
        guard let length = self.number(), length <= 1 << 16, rest.count >= Int(length) else { return nil }
        defer { rest = rest.dropFirst(Int(length)) }
        return (number, Array(rest.prefix(Int(length))))
    }
}
