import ConfigModel

/// Names of SSH algorithms of the four kinds that two sides must agree on, the preferred first.
struct AlgorithmLists: Sendable, Hashable {
    var keyExchange: [String]
    var hostKey: [String]
    var cipher: [String]
    var mac: [String]
}

extension AlgorithmLists {
    /// What is sound today, in the order of its cost: curve25519 and nistp256 take a millisecond of our processor,
    /// group14 four, group16 and group-exchange some 26, group18 200.
    private static let modern = AlgorithmLists(
        keyExchange: [
            "curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384",
            "ecdh-sha2-nistp521", "diffie-hellman-group14-sha256", "diffie-hellman-group16-sha512",
            "diffie-hellman-group-exchange-sha256", "diffie-hellman-group18-sha512",
        ],
        hostKey: [
            "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-512",
            "rsa-sha2-256",
        ],
        cipher: [
            "aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes192-ctr", "aes256-ctr",
            "chacha20-poly1305@openssh.com",
        ],
        mac: [
            "hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512",
        ])

    /// What old devices have and nothing else should use.
    private static let weak = AlgorithmLists(
        keyExchange: [
            "diffie-hellman-group14-sha1", "diffie-hellman-group-exchange-sha1", "diffie-hellman-group1-sha1",
        ],
        hostKey: ["ssh-rsa", "ssh-dss"],
        cipher: ["aes128-cbc", "aes192-cbc", "aes256-cbc", "3des-cbc"],
        mac: ["hmac-sha1-etm@openssh.com", "hmac-sha1", "hmac-sha1-96", "hmac-md5"])

    /// What the profile allows, whether or not the library has it.
    static func allowed(by profile: AlgorithmProfile) -> AlgorithmLists {
        switch profile {
        case .modern: modern
        case .legacy:
            AlgorithmLists(
                keyExchange: modern.keyExchange + weak.keyExchange, hostKey: modern.hostKey + weak.hostKey,
                cipher: modern.cipher + weak.cipher, mac: modern.mac + weak.mac)
        }
    }

    /// Whether only the legacy profile allows the algorithm.
    static func isLegacy(_ name: String) -> Bool {
        let sound = modern.keyExchange + modern.hostKey + modern.cipher + modern.mac
        return !sound.contains(name)
    }

    /// What both lists have, in the order of this one.
    func limited(to other: AlgorithmLists) -> AlgorithmLists {
        AlgorithmLists(
            keyExchange: keyExchange.filter(other.keyExchange.contains),
            hostKey: hostKey.filter(other.hostKey.contains), cipher: cipher.filter(other.cipher.contains),
            mac: mac.filter(other.mac.contains))
    }

    /// The host key algorithms of the accepted keys first, as OpenSSH asks, so that a host with several keys shows one
    /// that is on record.
    func preferring(_ accepted: [HostKey]) -> AlgorithmLists {
        let types = Set(accepted.map(\.algorithm))
        var lists = self
        lists.hostKey =
            hostKey.filter { types.contains(Self.keyType(of: $0)) }
            + hostKey.filter { !types.contains(Self.keyType(of: $0)) }
        return lists
    }

    /// The type of the key that a host key algorithm signs with: RSA keys have three algorithms (RFC 8332).
    static func keyType(of algorithm: String) -> String {
        algorithm.hasPrefix("rsa-sha2-") ? "ssh-rsa" : algorithm
    }
}
