import Crypto
import FoundationEssentials

/// The key under which secrets become fingerprints in comparable text.
///
/// A changed secret changes its fingerprint; the value cannot be had back, and equal secrets of two devices do not
/// look equal. The epoch counts the keys that a workspace has had.
package struct FingerprintKey: Sendable {
    package let epoch: Int
    private let key: SymmetricKey

    /// - Parameter bytes: 32 random bytes.
    package init(epoch: Int, bytes: [UInt8]) {
        self.epoch = epoch
        key = SymmetricKey(data: bytes)
    }

    /// `<secret:KIND:16 hexadecimal digits>`: the first 64 bits of HMAC-SHA-256 over device id, kind and value.
    package func fingerprint(of value: some Collection<UInt8>, kind: String, device: DeviceID) -> String {
        var code = HMAC<SHA256>(key: key)
        code.update(data: Data(device.text.utf8))
        code.update(data: Data([0]))
        code.update(data: Data(kind.utf8))
        code.update(data: Data([0]))
        code.update(data: Data(value))
        let digits = code.finalize().prefix(8).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }
        return "<secret:\(kind):\(digits.joined())>"
    }

    /// 32 hexadecimal digits: the first 128 bits of HMAC-SHA-256 over a kind and parts, of what belongs to no device.
    package func digest(of parts: [String], kind: String) -> String {
        var code = HMAC<SHA256>(key: key)
        for part in [kind] + parts {
            // The length before the text: no two lists run together to the same bytes.
            code.update(data: Data("\(part.utf8.count):".utf8))
            code.update(data: Data(part.utf8))
        }
        return hexadecimal(code.finalize().prefix(16))
    }

    /// What stands for a secret that the device re-encrypts at every read.
    package static func resalted(kind: String) -> String { "<secret:\(kind):resalted>" }
}
