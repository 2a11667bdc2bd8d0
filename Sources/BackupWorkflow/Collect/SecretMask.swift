import ConfigModel

/// Takes the secrets of a credential out of what a session said.
struct SecretMask: Sendable {
    private static let shown = Array("<secret>".utf8)
    /// Longest first, so that a secret that begins with another one is hidden whole.
    private let secrets: [[UInt8]]

    /// Secrets of fewer than three characters are left: everything would be hidden that has these letters.
    init(hiding secrets: [Secret]) {
        self.secrets = Set(secrets.map { Array($0.exposed.utf8) }).filter { $0.count >= 3 }
            .sorted { $0.count > $1.count }
    }

    /// The most bytes of one secret; 0 where there is none.
    var longest: Int { secrets.first?.count ?? 0 }

    /// The bytes with `<secret>` in place of each secret.
    func masked(_ bytes: some Collection<UInt8>) -> [UInt8] { read(Array(bytes), isWhole: true).masked }

    /// The same of a text that goes on.
    /// - Returns: Also what may be the beginning of a secret whose rest has not come yet: it is not among what is masked.
    func maskedSoFar(_ bytes: [UInt8]) -> (masked: [UInt8], held: [UInt8]) { read(bytes, isWhole: false) }

    /// How many bytes at the beginning may be the rest of a secret that was cut away.
    func cutStart(of bytes: [UInt8]) -> Int {
        for count in stride(from: min(bytes.count, longest - 1), to: 0, by: -1) {
            let start = bytes.prefix(count)
            if secrets.contains(where: { $0.count > count && $0.suffix(count).elementsEqual(start) }) { return count }
        }
        return 0
    }

    private func read(_ bytes: [UInt8], isWhole: Bool) -> (masked: [UInt8], held: [UInt8]) {
        guard !secrets.isEmpty else { return (bytes, []) }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var place = 0
        while place < bytes.count {
            let rest = bytes[place...]
            if !isWhole, rest.count < longest,
                secrets.contains(where: { $0.count > rest.count && $0.starts(with: rest) })
            {
                return (result, Array(rest))
            }
            if let secret = secrets.first(where: { rest.starts(with: $0) }) {
                result += Self.shown
                place += secret.count
            } else {
                result.append(bytes[place])
                place += 1
            }
        }
        return (result, [])
    }
}
