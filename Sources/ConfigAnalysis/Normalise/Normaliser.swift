package import ConfigModel
import Crypto
import FoundationEssentials
import Patterns

/// Makes comparable texts of what a platform's devices give: drops volatile lines, puts fingerprints in place of secrets.
///
/// Compiled once for a platform and used for all of its devices, from any thread. A text is read in one pass; a scan for
/// the texts that patterns require decides which patterns are tried on which lines.
package struct Normaliser: Sendable {
    /// SHA-256 in hexadecimal over the rules that shape comparable text, those built in among them. Where it differs,
    /// comparable texts of two times must be made anew from the collected texts before they are compared.
    package let rulesDigest: String

    let rules: LineRules
    let platform: Platform

    /// Goes up whenever the same rules begin to give another text.
    private static let edition = 1

    /// - Throws: `faultyPattern` for a pattern of the platform that does not compile.
    package init(platform: Platform) throws(AnalysisError) {
        self.platform = platform
        rules = try LineRules(platform: platform)
        rulesDigest = Self.digest(of: platform)
    }

    /// - Parameters:
    ///   - device: Whose text it is: equal secrets of two devices get different fingerprints.
    ///   - key: The workspace's key for fingerprints.
    /// - Returns: For a file that is no text, and for every artifact of a platform that may hold patient data, one line
    ///   with its size and a keyed digest.
    package func comparable(
        _ artifact: Artifact, device: DeviceID, key: FingerprintKey
    ) throws(AnalysisError) -> ComparableText {
        if artifact.name.isFile, Self.isBinary(artifact.collected) {
            return ComparableText(bytes: Self.summary("binary", of: artifact.collected, device: device, key: key))
        }
        var text = try masked(artifact, device: device, key: key)
        if platform.phi, !text.bytes.isEmpty {
            text.bytes = Self.summary("content", of: text.bytes, device: device, key: key)
        }
        return text
    }

    private func masked(
        _ artifact: Artifact, device: DeviceID, key: FingerprintKey
    ) throws(AnalysisError) -> ComparableText {
        do throws(LineRules.Fault) {
            return try artifact.collected.withUnsafeBufferPointer { (bytes) throws(LineRules.Fault) in
                var pass = NormalisingPass(
                    bytes: bytes, rules: rules, isFile: artifact.name.isFile, device: device, key: key)
                try pass.run()
                return pass.result
            }
        } catch {
            throw .unmatchable(
                platform: platform.name, location: error.location, artifact: "\(artifact.name) of \(device)",
                fault: error.fault)
        }
    }

    static func isBinary(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { $0.contains(0) || UTF8Text.firstFault(in: $0) != nil }
    }

    private static func summary(_ word: String, of bytes: [UInt8], device: DeviceID, key: FingerprintKey) -> [UInt8] {
        let digits = key.fingerprint(of: bytes, kind: word, device: device).dropLast().suffix(16)
        return Array("\(word), \(bytes.count) bytes, keyed digest \(digits)\n".utf8)
    }

    private static func digest(of platform: Platform) -> String {
        var hash = SHA256()
        func add(_ text: String) { hash.update(data: Data("\(text.utf8.count):\(text)".utf8)) }
        add("edition \(edition)")
        add(platform.phi ? "phi" : "clear")
        for volatile in platform.volatile { add("volatile \(volatile.text)") }
        for secret in platform.secrets { add("secret \(secret.kind) \(secret.resalted) \(secret.pattern.text)") }
        for rule in SecretNetRule.all { add("net \(rule.check) \(rule.pattern)") }
        return hexadecimal(hash.finalize())
    }
}
