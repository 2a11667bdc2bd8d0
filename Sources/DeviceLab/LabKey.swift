import CLibSSH
package import ConfigModel
import FoundationEssentials

/// An ed25519 key pair, as a device's host key or as a collector's key.
package struct LabKey: Sendable, Hashable {
    /// The private key in OpenSSH form, unencrypted.
    package let pem: String
    package let publicKey: HostKey

    /// A new key.
    package static func generate() throws(LabError) -> LabKey {
        var key: OpaquePointer?
        guard ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &key) == SSH_OK, let key else {
            throw .keyUnusable(reason: "libssh generated none")
        }
        defer { ssh_key_free(key) }
        var text: UnsafeMutablePointer<CChar>?
        guard ssh_pki_export_privkey_base64(key, nil, nil, nil, &text) == SSH_OK, let text else {
            throw .keyUnusable(reason: "libssh did not export it")
        }
        defer { ssh_string_free_char(text) }
        return LabKey(pem: String(cString: text), publicKey: try publicPart(of: key))
    }

    /// - Parameter pem: An unencrypted private key in OpenSSH form.
    package init(pem: String) throws(LabError) {
        let key = try Self.imported(pem)
        defer { ssh_key_free(key) }
        self.init(pem: pem, publicKey: try Self.publicPart(of: key))
    }

    private init(pem: String, publicKey: HostKey) {
        self.pem = pem
        self.publicKey = publicKey
    }

    /// The key as a line of `authorized_keys`, or of `known_hosts` without the host.
    package var publicLine: String { "\(publicKey.algorithm) \(publicKey.base64)" }

    /// The key in libssh's hands; the caller frees it or hands it to a bind.
    static func imported(_ pem: String) throws(LabError) -> OpaquePointer {
        var key: OpaquePointer?
        guard ssh_pki_import_privkey_base64(pem, nil, nil, nil, &key) == SSH_OK, let key else {
            throw .keyUnusable(reason: "libssh cannot read it")
        }
        guard ssh_key_type(key) == SSH_KEYTYPE_ED25519 else {
            ssh_key_free(key)
            throw .keyUnusable(reason: "it is of another type")
        }
        return key
    }

    /// Type and blob of a key of libssh's, public or private.
    static func publicPart(of key: OpaquePointer) throws(LabError) -> HostKey {
        var text: UnsafeMutablePointer<CChar>?
        guard ssh_pki_export_pubkey_base64(key, &text) == SSH_OK, let text else {
            throw .keyUnusable(reason: "libssh cannot give its public half")
        }
        defer { ssh_string_free_char(text) }
        guard let blob = Data(base64Encoded: String(cString: text)),
            let name = ssh_key_type_to_char(ssh_key_type(key))
        else { throw .keyUnusable(reason: "its public half is not base64") }
        return HostKey(algorithm: String(cString: name), blob: [UInt8](blob))
    }
}

extension HostKey {
    /// Reads a line of `authorized_keys` that has no options: type, base64, comment. Nil when it is none.
    package init?(publicLine line: some StringProtocol) {
        let fields = line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0.isNewline })
        guard fields.count >= 2, let blob = Data(base64Encoded: String(fields[1])), !blob.isEmpty else { return nil }
        self.init(algorithm: String(fields[0]), blob: [UInt8](blob))
    }
}
