import CCrypt
import Crypto
import CryptoExtras
import FoundationEssentials

/// How a device shows a secret.
enum SecretForm {
    /// As it is, or after decoding.
    case plain(String)
    case hash(Hash)
    /// Encrypted by a key of the device's, or in a form that nobody has published.
    case opaque

    /// Passwords that vendors ship with, and words that stand in for one. The commonest first: slow hashes are tried with these
    /// alone. Collected from vendors' own manuals.
    static let knownDefaults = [
        "admin", "password", "cisco", "changeme", "1234", "secret", "public", "private", "root", "default", "12345",
        "123456", "Admin123", "admin123", "Cisco123", "cisco123", "juniper", "juniper123", "Juniper", "arista", "aruba",
        "procurve", "hp", "h3c", "fortinet", "paloalto", "vyos", "vyatta", "mikrotik", "ubnt", "netgear", "super",
        "manager", "switch", "router", "enable", "support", "service", "guest", "user", "test", "letmein", "calvin",
        "toor", "P@ssw0rd", "Password1", "zebra", "system", "security", "monitor", "operator", "pass",
    ]

    /// - Parameter before: The word before the value.
    init(_ bytes: [UInt8], before: [UInt8]) {
        var text = String(decoding: bytes, as: UTF8.self)
        while let last = text.last, ";,\"'".contains(last) { text.removeLast() }
        while let first = text.first, "\"'".contains(first) { text.removeFirst() }
        if text.hasPrefix("$"), let hash = Hash(text) {
            self = .hash(hash)
        } else if text.hasPrefix("$9$"), let decoded = JunosEncoding.decoded(text) {
            self = .plain(decoded)
        } else if before == Array("7".utf8), let decoded = CiscoType7.decoded(text) {
            self = .plain(decoded)
        } else if Self.isOpaque(text, before: String(decoding: before, as: UTF8.self)) {
            self = .opaque
        } else {
            self = .plain(text)
        }
    }

    /// Words that say that what follows is encrypted, and values that no person types.
    private static func isOpaque(_ text: String, before: String) -> Bool {
        let marks = ["ENC", "cipher", "ciphertext", "hash", "encrypted", "6", "8", "9", "5", "7"]
        if marks.contains(before) { return true }
        if ["$", "ENC ", "SH2", "AK1", "AQAAA", "0x", "-AQ=="].contains(where: text.hasPrefix) { return true }
        guard text.utf8.count >= 24 else { return false }
        return text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "+/=.".utf8.contains(byte)
        }
    }

    /// A hash that can be tried with its salt.
    enum Hash: Hashable {
        /// crypt(5): `$1$`, `$2b$`, `$5$`, `$6$`, `$y$`.
        case crypt(String)
        /// Cisco's type 8: PBKDF2 with SHA-256 and 20,000 rounds.
        case pbkdf2(salt: String, hash: String)
        /// Cisco's type 9: scrypt with N 16384, r 1, p 1.
        case scrypt(salt: String, hash: String)

        init?(_ text: String) {
            let parts = text.split(separator: "$", omittingEmptySubsequences: false).map(String.init)
            guard parts.count >= 4, parts[0].isEmpty else { return nil }
            switch parts[1] {
            case "1", "5", "6", "2a", "2b", "2y", "y", "7": self = .crypt(text)
            case "8": self = .pbkdf2(salt: parts[2], hash: parts[3])
            case "9": self = .scrypt(salt: parts[2], hash: parts[3])
            default: return nil
            }
        }

        /// Whether one try takes tens of milliseconds.
        var isSlow: Bool {
            switch self {
            case .crypt(let text): !text.hasPrefix("$1$")
            case .pbkdf2, .scrypt: true
            }
        }

        func fits(_ word: String) -> Bool {
            switch self {
            case .crypt(let text): Self.crypted(word, as: text) == text
            case .pbkdf2(let salt, let hash): Self.pbkdf2(word, salt) == hash
            case .scrypt(let salt, let hash): Self.scrypt(word, salt) == hash
            }
        }

        private static func crypted(_ word: String, as setting: String) -> String? {
            withUnsafeTemporaryAllocation(of: crypt_data.self, capacity: 1) { data in
                guard let base = data.baseAddress else { return nil }
                UnsafeMutableRawPointer(base).initializeMemory(
                    as: UInt8.self, repeating: 0, count: MemoryLayout<crypt_data>.size)
                return crypt_r(word, setting, base).map { String(cString: $0) }
            }
        }

        private static func pbkdf2(_ word: String, _ salt: String) -> String? {
            let key = try? KDF.Insecure.PBKDF2.deriveKey(
                from: Data(word.utf8), salt: Data(salt.utf8), using: .sha256, outputByteCount: 32,
                unsafeUncheckedRounds: 20_000)
            return key.map(Self.encoded)
        }

        private static func scrypt(_ word: String, _ salt: String) -> String? {
            let key = try? KDF.Scrypt.deriveKey(
                from: Data(word.utf8), salt: Data(salt.utf8), outputByteCount: 32, rounds: 16_384, blockSize: 1,
                parallelism: 1)
            return key.map(Self.encoded)
        }

        /// Base 64 with the alphabet of crypt, most significant bits first, without padding.
        private static func encoded(_ key: SymmetricKey) -> String {
            let alphabet = Array("./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
            let bytes = key.withUnsafeBytes { Array($0) }
            var text = ""
            for start in stride(from: 0, to: bytes.count, by: 3) {
                let group = (0..<3).map { start + $0 < bytes.count ? UInt32(bytes[start + $0]) : 0 }
                let value = group[0] << 16 | group[1] << 8 | group[2]
                for place in 0..<4 { text.append(alphabet[Int(value >> UInt32(18 - 6 * place)) & 0x3F]) }
            }
            return String(text.prefix(43))
        }
    }
}

/// Cisco's type 7: each byte exclusive-or a key that everybody knows, from the place that the first two digits say.
enum CiscoType7 {
    private static let key = Array("dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87".utf8)

    static func decoded(_ text: String) -> String? {
        let digits = Array(text.utf8)
        guard digits.count >= 4, digits.count % 2 == 0, let offset = Int(text.prefix(2)), offset < key.count else {
            return nil
        }
        var bytes: [UInt8] = []
        for (index, place) in stride(from: 2, to: digits.count, by: 2).enumerated() {
            guard let byte = UInt8(String(decoding: digits[place..<place + 2], as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(byte ^ key[(offset + index) % key.count])
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

/// Junos' `$9$`: differences between places in an alphabet, with weights that everybody knows.
enum JunosEncoding {
    private static let families = ["QzF3n6/9CAtpu0O", "B1IREhcSyrleKvMW8LXx", "7N-dVbwsY2g4oaJZGUDj", "iHkq.mPf5T"]
    private static let alphabet = Array(families.joined().utf8)
    private static let weights = [
        [1, 4, 32], [1, 16, 32], [1, 8, 32], [1, 64], [1, 32], [1, 4, 16, 128], [1, 32, 64],
    ]

    static func decoded(_ text: String) -> String? {
        var rest = Array(text.utf8.dropFirst(3))[...]
        guard let first = rest.popFirst(), let family = families.firstIndex(where: { $0.utf8.contains(first) }) else {
            return nil
        }
        // So many characters of nothing follow.
        rest = rest.dropFirst(3 - family)
        var before = first
        var bytes: [UInt8] = []
        while !rest.isEmpty {
            let weights = weights[bytes.count % weights.count]
            guard rest.count >= weights.count else { return nil }
            var value = 0
            for weight in weights {
                guard let next = rest.popFirst(), let place = alphabet.firstIndex(of: next),
                    let last = alphabet.firstIndex(of: before)
                else { return nil }
                let gap = ((place - last) % alphabet.count + alphabet.count) % alphabet.count - 1
                value += gap * weight
                before = next
            }
            bytes.append(UInt8(truncatingIfNeeded: value))
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
