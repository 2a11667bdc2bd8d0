import Crypto
import CryptoExtras
import FoundationEssentials

/// Bytes as git-crypt keeps them in a blob: a title, a nonce of 12 bytes, and AES-256 in counter mode from block 0.
///
/// The nonce is the beginning of an HMAC-SHA1 of the clear bytes under the key's other half, so the same bytes always give
/// the same blob, and after decrypting it proves that key and bytes are right (git-crypt 0.7, `commands.cpp`).
enum GitCryptText {
    static let title: [UInt8] = [0] + Array("GITCRYPT".utf8) + [0]
    private static let nonceLength = 12
    /// How many bytes a blob has more than what is in it.
    static let overhead = title.count + nonceLength

    enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
        case notEncrypted
        case wrong

        var description: String {
            switch self {
            case .notEncrypted: "it is not encrypted, although its repository is"
            case .wrong: "it cannot be decrypted: its bytes are not those that were stored, or the key is another one"
            }
        }
    }

    static func isSealed(_ bytes: [UInt8]) -> Bool { bytes.count >= overhead && bytes.starts(with: title) }

    static func seal(_ clear: [UInt8], with key: GitCryptKey) -> [UInt8] {
        let nonce = nonce(of: clear, key)
        var sealed: [UInt8] = []
        sealed.reserveCapacity(overhead + clear.count)
        sealed += title
        sealed += nonce
        sealed += crypt(clear, nonce: nonce, key)
        return sealed
    }

    static func open(_ sealed: [UInt8], with key: GitCryptKey) throws(Fault) -> [UInt8] {
        guard isSealed(sealed) else { throw .notEncrypted }
        let nonce = Array(sealed[title.count..<overhead])
        let clear = [UInt8](crypt(sealed[overhead...], nonce: nonce, key))
        guard self.nonce(of: clear, key) == nonce else { throw .wrong }
        return clear
    }

    private static func nonce(of clear: [UInt8], _ key: GitCryptKey) -> [UInt8] {
        Array(HMAC<Insecure.SHA1>.authenticationCode(for: clear, using: key.hmac).prefix(nonceLength))
    }

    private static func crypt(_ bytes: some DataProtocol, nonce: [UInt8], _ key: GitCryptKey) -> Data {
        guard !bytes.isEmpty else { return Data() }
        do {
            return try AES._CTR.encrypt(bytes, using: key.aes, nonce: AES._CTR.Nonce(nonceBytes: nonce))
        } catch {
            // Only for keys and nonces of another length, which the types above exclude.
            preconditionFailure("AES-256 with a nonce of 12 bytes: \(error)")
        }
    }
}
