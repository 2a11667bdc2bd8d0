package import ConfigModel

/// How a kit is closed: always in the format of a stock tool, by the tool itself, so that it opens it again without Plumbline.
package enum KitSeal: Sendable {
    /// To public keys: `age1…`, `ssh-ed25519 …`, or files of them.
    case age(recipients: [String])
    /// To keys of gpg's keyring, to a passphrase, or to both, of which either opens it.
    case gpg(keys: [String], passphrase: Secret?)
    /// Not at all.
    case clear

    /// The fewest characters of a passphrase: it is all that stands between a lost stick and every password of the hospital.
    package static let leastPassphrase = 12

    /// - Throws: `request` for a passphrase that protects nothing, or that `gpg` could not be given.
    package func check() throws(WorkflowError) {
        switch self {
        case .age(let recipients):
            guard !recipients.isEmpty else { throw .request("name a recipient") }
            // A private key is no recipient, and a path that begins with a dash would be an option.
            if recipients.contains(where: { $0.uppercased().hasPrefix("AGE-SECRET-KEY") }) {
                throw .request("that is a secret key of age: name the public one, which begins with age1")
            }
            if recipients.contains(where: { $0.isEmpty || $0.hasPrefix("-") }) {
                throw .request("that is no recipient")
            }
        case .gpg(let keys, let passphrase):
            if keys.contains(where: { $0.isEmpty || $0.hasPrefix("-") }) { throw .request("that is no key of gpg") }
            guard let passphrase else { break }
            guard passphrase.exposed.count >= Self.leastPassphrase else {
                throw .request(
                    "the passphrase is too short: \(Self.leastPassphrase) characters are the least, six random words are good"
                )
            }
            guard !passphrase.exposed.contains(where: \.isNewline), !passphrase.exposed.utf8.contains(0) else {
                throw .request("the passphrase must be one line")
            }
        case .clear: break
        }
    }

    /// For the audit log and for people; no secret.
    package var summary: String {
        switch self {
        case .age(let recipients): "age, to " + recipients.map { Self.short($0) }.joined(separator: ", ")
        case .gpg(let keys, let passphrase):
            "gpg (AES256), to "
                + (keys + (passphrase == nil ? [] : ["a passphrase"])).joined(separator: " or ")
        case .clear: "NOT ENCRYPTED"
        }
    }

    private static func short(_ recipient: String) -> String {
        let words = recipient.split(separator: " ").map(String.init)
        return words.count > 2 ? "\(words[0]) \(words[2...].joined(separator: " "))" : recipient
    }

    /// The program that closes it: what goes in is the archive, what comes out is the kit.
    var closing: SealProgram {
        switch self {
        case .age(let recipients):
            SealProgram(
                name: "age",
                arguments: ["--encrypt"]
                    + recipients.flatMap { [Self.isKey($0) ? "--recipient" : "--recipients-file", $0] })
        case .gpg(let keys, let passphrase):
            SealProgram(
                name: "gpg",
                arguments: Self.gpg + ["--no-armor", "--cipher-algo", "AES256", "--compress-algo", "none"]
                    + (passphrase == nil ? [] : Self.symmetric) + (keys.isEmpty ? [] : Self.encrypting(to: keys))
                    + ["--output", "-"],
                opening: passphrase, hasOwnHome: keys.isEmpty)
        case .clear: SealProgram(name: "cat", arguments: [])
        }
    }

    static func isKey(_ recipient: String) -> Bool {
        recipient.hasPrefix("age1") || recipient.hasPrefix("ssh-")
    }

    /// Nothing of the user's own options, no questions.
    static let gpg = ["--no-options", "--batch", "--no-tty", "--quiet"]

    /// The passphrase comes before the archive, on the same pipe: in no argument, no file. No agent is asked to keep it. The count is
    /// the largest that the format has (RFC 4880, 3.7.1.3).
    private static let symmetric =
        [
            "--symmetric", "--s2k-mode", "3", "--s2k-digest-algo", "SHA512", "--s2k-cipher-algo", "AES256",
            "--s2k-count",
            "65011712",
        ] + passphraseFirst
    static let passphraseFirst = [
        "--pinentry-mode", "loopback", "--passphrase-fd", "0", "--no-symkey-cache", "--no-autostart",
    ]

    /// A whole fingerprint is its own assurance; of a shorter name the keyring must vouch for the key.
    private static func encrypting(to keys: [String]) -> [String] {
        let areFingerprints = keys.allSatisfy { key in
            let digits = key.hasPrefix("0x") ? key.dropFirst(2) : key[...]
            return digits.count >= 40 && digits.allSatisfy(\.isHexDigit)
        }
        return (areFingerprints ? ["--trust-model", "always"] : []) + ["--encrypt"]
            + keys.flatMap { ["--recipient", $0] }
    }
}

/// What opens a kit.
package struct KitKey: Sendable {
    /// Files of `age`, with its private key or one of SSH.
    package var identities: [String]
    package var passphrase: Secret?

    package init(identities: [String] = [], passphrase: Secret? = nil) {
        self.identities = identities
        self.passphrase = passphrase
    }

    /// The program that opens a kit which begins with these bytes.
    func opening(_ beginning: [UInt8]) throws(WorkflowError) -> SealProgram {
        if beginning.starts(with: "age-encryption.org/".utf8) || beginning.starts(with: "-----BEGIN AGE ".utf8) {
            guard !identities.isEmpty else {
                throw .request("the kit is closed by age: name the key that opens it by --identity FILE")
            }
            return SealProgram(
                name: "age", arguments: ["--decrypt"] + identities.flatMap { ["--identity", $0] }, mayAsk: true)
        }
        if beginning.count > 262, beginning[257..<262].elementsEqual("ustar".utf8) {
            return SealProgram(name: "cat", arguments: [])
        }
        if Self.wantsPassphrase(beginning), passphrase == nil {
            throw .request("the kit is closed by a passphrase: give it by --passphrase-file")
        }
        // Without a passphrase of ours gpg asks its agent, which may ask a person.
        let asking = passphrase == nil ? ["--no-options", "--quiet"] : KitSeal.gpg + KitSeal.passphraseFirst
        return SealProgram(
            name: "gpg", arguments: asking + ["--decrypt"], opening: passphrase, mayAsk: passphrase == nil,
            hasOwnHome: passphrase != nil)
    }

    /// Whether the first packet is one of a passphrase (RFC 4880, 4.2 and 5.3).
    package static func wantsPassphrase(_ beginning: [UInt8]) -> Bool {
        guard let first = beginning.first, first & 0x80 != 0 else { return false }
        return (first & 0x40 != 0 ? first & 0x3F : first >> 2 & 0x0F) == 3
    }
}
