/// Tells values of secrets from words that merely follow a word such as `password`.
enum SecretValue {
    /// Whether `value`, which stands where a secret would, is to be masked. In doubt it is.
    /// - Parameter inProse: Whether it stands in a comment or a description, where any word may follow.
    static func isSecret(_ value: some Collection<UInt8>, inProse: Bool) -> Bool {
        let text = trimmed(value)
        guard !text.isEmpty, !isReference(text), !isMask(text) else { return false }
        let words = text.split { $0 == 0x20 || $0 == 0x09 }
        guard !words.allSatisfy({ isKeyword($0) }) else { return false }
        return !inProse || (words.count == 1 && looksOpaque(text))
    }

    /// Whether a value after a mere `key` is one: long and mixed, as no name is.
    static func isOpaqueKey(_ value: some Collection<UInt8>) -> Bool {
        let text = trimmed(value)
        guard text.count >= 16, !isReference(text), !isPublicKey(text) else { return false }
        let hasDigit = text.contains { isDigit($0) }
        let hasLetter = text.contains { isLetter($0) }
        let fits = text.allSatisfy { isDigit($0) || isLetter($0) || "+/=_-".utf8.contains($0) }
        return hasDigit && hasLetter && fits
    }

    static func isPublicKey(_ text: some Collection<UInt8>) -> Bool {
        // How the base64 of an SSH key begins: the length and the name of its kind.
        [
            "AAAAB3NzaC1", "AAAAC3NzaC1", "AAAAE2VjZHNhL", "AAAAGnNrLXNz", "AAAAInNrLWVj", "ssh-rsa", "ssh-ed25519",
            "ssh-dss", "ecdsa-sha2", "sk-ssh-", "sk-ecdsa-",
        ].contains { text.starts(with: $0.utf8) }
    }

    static func isNumber(_ text: some Collection<UInt8>) -> Bool { !text.isEmpty && text.allSatisfy(isDigit) }

    /// Words that belong to the language of devices and files, and the commonest of prose.
    static func isKeyword(_ word: some Collection<UInt8>) -> Bool {
        var lower = word.map(RequiredLiterals.folded)
        while let last = lower.last, ",;.:)".utf8.contains(last) { lower.removeLast() }
        if lower.isEmpty || lower == [0x30] { return true }
        // An IPv4 address: `pre-shared-key address 192.0.2.1 … key v`.
        if lower.allSatisfy({ isDigit($0) || $0 == 0x2E }), lower.count(where: { $0 == 0x2E }) == 3 { return true }
        return keywords.contains(lower)
    }

    private static func isReference(_ text: [UInt8]) -> Bool {
        if contains(text, "<secret:") || text.starts(with: "-----BEGIN ".utf8) || text.starts(with: "-----END ".utf8) {
            return true
        }
        let openings = ["${", "{{", "$(", "%(", "env:", "file:", "!vault", "ref+", "vault:", "secretref:"]
        if openings.contains(where: { text.starts(with: $0.utf8) }) { return true }
        let roots = [
            "/etc/", "/var/", "/usr/", "/opt/", "/home/", "/root/", "/run/", "/srv/", "/mnt/", "/tmp/", "/lib/",
            "/data/",
            "~/", "./", "flash:", "nvram:", "bootflash:", "disk0:",
        ]
        return roots.contains { text.starts(with: $0.utf8) }
    }

    /// What devices print in place of a secret, and brackets that open something (those of PAM among them).
    private static func isMask(_ text: [UInt8]) -> Bool {
        text.allSatisfy { "*.xX#-_{}[]()|>;,\"'</".utf8.contains($0) } || text == Array("<removed>".utf8)
            || text == Array("<hidden>".utf8) || text == Array("<redacted>".utf8)
            || ["SECRET-DATA", "[success=", "[default=", "[new_authtok"].contains { text.starts(with: $0.utf8) }
    }

    /// A digit or sign among letters, or capitals after small ones: no word of a sentence.
    private static func looksOpaque(_ text: [UInt8]) -> Bool {
        var core = text[...]
        while let last = core.last, ",;.:)]}>!?'\"".utf8.contains(last) { core.removeLast() }
        while let first = core.first, "([{<'\"".utf8.contains(first) { core.removeFirst() }
        guard core.count >= 4 else { return false }
        if core.contains(where: { !isLetter($0) && $0 != 0x2D && $0 != 0x27 }) { return true }
        return core.dropFirst().contains { (0x41...0x5A).contains($0) } && core.contains { (0x61...0x7A).contains($0) }
    }

    private static func contains(_ text: [UInt8], _ part: StaticString) -> Bool {
        part.withUTF8Buffer { part in
            guard text.count >= part.count else { return false }
            return (0...(text.count - part.count)).contains { text[$0...].starts(with: part) }
        }
    }

    static func trimmed(_ value: some Collection<UInt8>) -> [UInt8] {
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0D }
        var bytes = Array(value.drop(while: isSpace))
        while let last = bytes.last, isSpace(last) { bytes.removeLast() }
        return bytes
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

    /// What goes into the digest of the rules.
    static var description: String { words }

    private static let keywords: Set<[UInt8]> = Set(
        words.split { $0 == " " || $0 == "\n" }.map { Array($0.utf8) })

    private static let words = """
        yes no true false none null nil on off enable enabled disable disabled default undefined unset empty optional
        required requisite sufficient include substack binding die ask prompt login change update reset recovery
        authentication authenticate authorization accounting encryption encrypted encrypt encoding expire expires expiry
        expiration aging age lifetime lifetimes history length min-length minimum-length minimum-lengths max-length minimum maximum
        min max policy complexity strength strength-check strength-meter rotate rotation retry retries attempts attempt
        lockout timeout removal storage-scheme mode type method level format hash hashing algorithm manager rules
        profile template group list map key-chain keychain key-id keyid address hostname local remote any
        files file systemd compat sss ldap db nis winbind radius tacacs tacacs+ kerberos local-case
        prohibit-password without-password publickey keyboard-interactive forced-commands-only
        aes des 3des md5 sha sha1 sha256 sha512 sha-256 sha-512 aes128 aes192 aes256 aes-128 aes-256 scrypt bcrypt pbkdf2
        will is are was be been has have had and or for to of the a an must should shall may can with in from by at as
        not it this that when where which if then than used using use set your our per via expired invalid incorrect
        protected server client user users name names here below above ring bucket members trap traps view only access
        both standard extended add delete additive no-export no-advertise no-export-subconfed local-as internet no-peer
        chain generate zeroize export import config-key storage size usage management exchange rsa ecdsa label
        modulus identity length-check plain-text-password based id operator role index community key-string auth-pass
        control uniqueness constraints-apply-to priv-pass pass-phrase complexity-check readonly readwrite encrypt-key hash-key
        ckn row trusted configuration non-plaintext-sha256 interface sha2-256 wep40 wep104 wep128
        """
}
