import Crypto
import FoundationEssentials

/// A server's public key as it travels in SSH (RFC 4253, section 6.6).
package struct HostKey: Sendable, Hashable, Codable {
    /// The key type, such as `ssh-ed25519`.
    package var algorithm: String
    /// The wire form of the key, type name included.
    package var blob: [UInt8]

    package init(algorithm: String, blob: [UInt8]) {
        self.algorithm = algorithm
        self.blob = blob
    }

    /// `SHA256:` and unpadded base64, as `ssh-keygen -l` prints it.
    package var fingerprint: String {
        let digest = Data(SHA256.hash(data: blob)).base64EncodedString()
        return "SHA256:" + digest.prefix { $0 != "=" }
    }

    /// The key as a line of `known_hosts` has it, without the host.
    package var base64: String { Data(blob).base64EncodedString() }
}

/// Which keys a host may show. Always strict: a host without an accepted key is not spoken to.
package struct HostKeyPolicy: Sendable, Hashable, Codable {
    package var accepted: [HostKey]
    package var revoked: [HostKey]

    package init(accepted: [HostKey], revoked: [HostKey] = []) {
        self.accepted = accepted
        self.revoked = revoked
    }
}
