/// Firmware images on the device and how to get their digests.
package struct FirmwareRule: Sendable, Hashable, Codable {
    /// Where the names of the images come from.
    package enum Images: Sendable, Hashable, Codable {
        /// Files that a glob finds.
        case files(glob: String, methods: [FileMethod])
        /// Values of the list of this name, as `{image}`; they cannot be read, only hashed by the device.
        case list(String)
        /// The facts' boot images that match the pattern as a whole, as `{image}`.
        case boot(allow: PatternText)
    }

    /// A command by which the device hashes an image.
    package struct Hash: Sendable, Hashable, Codable {
        package var algorithm: DigestAlgorithm
        /// `{path}` stands for the path of a file, quoted for a POSIX shell; `{image}` for a value.
        package var command: String
        package var effect: LineEffect
        /// The first capture group is the digest; nil: the answer begins with it, as that of `sha256sum`.
        package var find: PatternText?
        /// Loads the device: only inside a window.
        package var heavy: Bool
        package var mode: String?

        package init(
            algorithm: DigestAlgorithm, command: String, effect: LineEffect = .none, find: PatternText? = nil,
            heavy: Bool = false, mode: String? = nil
        ) {
            self.algorithm = algorithm
            self.command = command
            self.effect = effect
            self.find = find
            self.heavy = heavy
            self.mode = mode
        }
    }

    package var images: Images
    /// Tried in order; files for which none works are read and hashed here, others are not assessable.
    package var hash: [Hash]
    /// Files are never read to be hashed here: the link or the device is too slow.
    package var neverRead: Bool
    /// How old a digest may become before it is taken anew although size and time are the same.
    package var hashAge: Duration?

    package init(
        images: Images, hash: [Hash] = [], neverRead: Bool = false, hashAge: Duration? = nil
    ) {
        self.images = images
        self.hash = hash
        self.neverRead = neverRead
        self.hashAge = hashAge
    }
}

/// How a digest was computed. `cksum` is the CRC of POSIX: it finds damage, and no forgery.
package enum DigestAlgorithm: String, Sendable, Hashable, Codable, CaseIterable {
    case sha512, sha384, sha256, sha1, md5, cksum

    /// Whether nobody can make another image with the same digest.
    package var isCollisionResistant: Bool { self == .sha512 || self == .sha384 || self == .sha256 }

    /// How many characters a digest has: hexadecimal digits, of `cksum` at most so many decimal ones.
    package var digits: Int {
        switch self {
        case .sha512: 128
        case .sha384: 96
        case .sha256: 64
        case .sha1: 40
        case .md5: 32
        case .cksum: 10
        }
    }
}

/// The digest of an image.
package struct ImageDigest: Sendable, Hashable, Codable, CustomStringConvertible {
    package let algorithm: DigestAlgorithm
    /// Lower-case hexadecimal; of `cksum` decimal.
    package let value: String

    /// - Returns: Nil unless the text is as long as such a digest, and of its digits.
    package init?(_ algorithm: DigestAlgorithm, _ value: some StringProtocol) {
        let digits = value.utf8
        if algorithm == .cksum {
            guard (1...algorithm.digits).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) })
            else {
                return nil
            }
        } else {
            let isHexadecimal = digits.allSatisfy {
                (0x30...0x39).contains($0) || (0x61...0x66).contains($0 | 0x20)
            }
            guard digits.count == algorithm.digits, isHexadecimal else { return nil }
        }
        self.algorithm = algorithm
        self.value = value.lowercased()
    }

    /// `sha256 9f86d0…`.
    package var description: String { "\(algorithm.rawValue) \(value)" }
}

extension ImageDigest {
    /// As `description` writes it: the algorithm, a colon, the digits.
    package init?(text: String) {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let algorithm = DigestAlgorithm(rawValue: parts[0].lowercased()) else { return nil }
        self.init(algorithm, parts[1])
    }
}
