import FoundationEssentials

/// What a private key file says about itself in clear, without its passphrase.
struct PrivateKeyText: Hashable {
    enum Kind: Hashable { case ed25519, ecdsa, rsa, dsa, other(String) }

    let kind: Kind
    let isEncrypted: Bool

    /// Nil when the text is no private key.
    init?(_ text: String) {
        guard let begin = text.firstRange(of: "-----BEGIN "),
            let label = text[begin.upperBound...].firstRange(of: "-----"),
            let end = text[label.upperBound...].firstRange(of: "-----END ")
        else { return nil }
        let name = text[begin.upperBound..<label.lowerBound]
        let body = text[label.upperBound..<end.lowerBound]
        switch name {
        case "OPENSSH PRIVATE KEY":
            guard let parsed = Self.openSSH(body) else { return nil }
            (kind, isEncrypted) = parsed
        case "RSA PRIVATE KEY": (kind, isEncrypted) = (.rsa, body.contains("ENCRYPTED"))
        case "DSA PRIVATE KEY": (kind, isEncrypted) = (.dsa, body.contains("ENCRYPTED"))
        case "EC PRIVATE KEY": (kind, isEncrypted) = (.ecdsa, body.contains("ENCRYPTED"))
        case "PRIVATE KEY": (kind, isEncrypted) = (Self.pkcs8(body), false)
        case "ENCRYPTED PRIVATE KEY": (kind, isEncrypted) = (.other("PKCS #8"), true)
        default: return nil
        }
    }

    private static func bytes(_ body: Substring) -> [UInt8]? {
        let letters = body.filter { !$0.isWhitespace }
        return Data(base64Encoded: String(letters)).map { [UInt8]($0) }
    }

    /// The format of OpenSSH's PROTOCOL.key: the public half stands in clear.
    private static func openSSH(_ body: Substring) -> (Kind, Bool)? {
        guard let bytes = bytes(body), bytes.starts(with: "openssh-key-v1\0".utf8) else { return nil }
        var reader = WireReader(bytes.dropFirst(15))
        guard let cipher = reader.string(), reader.string() != nil, reader.string() != nil, reader.uint32() == 1,
            let key = reader.string()
        else { return nil }
        var inner = WireReader(key)
        guard let type = inner.string() else { return nil }
        return (kind(printable(type, limit: 64)), !cipher.elementsEqual("none".utf8))
    }

    static func kind(_ type: String) -> Kind {
        switch type {
        case "ssh-ed25519": .ed25519
        case "ssh-rsa": .rsa
        case "ssh-dss": .dsa
        case _ where type.hasPrefix("ecdsa-sha2-"): .ecdsa
        default: .other(type)
        }
    }

    /// The algorithm's object identifier stands near the beginning (RFC 5208).
    private static func pkcs8(_ body: Substring) -> Kind {
        guard let head = bytes(body)?.prefix(40) else { return .other("PKCS #8") }
        let data = Data(head)
        let identifiers: [(Kind, [UInt8])] = [
            (.rsa, [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01]),
            (.dsa, [0x2A, 0x86, 0x48, 0xCE, 0x38, 0x04, 0x01]),
            (.ecdsa, [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01]), (.ed25519, [0x2B, 0x65, 0x70]),
        ]
        for (kind, identifier) in identifiers where data.firstRange(of: Data(identifier)) != nil { return kind }
        return .other("PKCS #8")
    }
}

extension PrivateKeyText.Kind {
    /// Why a key of this kind cannot be used; nil when it can.
    func objection(isModern: Bool, libraryHasRSASHA2: Bool, version: String) -> String? {
        switch self {
        case .ed25519, .ecdsa: nil
        case .rsa where libraryHasRSASHA2 || !isModern: nil
        case .rsa:
            "with libssh2 \(version) an RSA key works only with SHA-1, which the profile 'modern' forbids: use an "
                + "ed25519 key, or a newer libssh2, or set 'ssh: {profile: legacy}'"
        case .dsa: isModern ? "DSA keys are not allowed by the profile 'modern': use an ed25519 key" : nil
        case .other(let name): name == "PKCS #8" ? nil : "keys of type '\(name)' are not supported: use an ed25519 key"
        }
    }
}
