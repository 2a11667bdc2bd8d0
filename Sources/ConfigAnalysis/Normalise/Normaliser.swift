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
    let sections: SectionSecrets
    let joiner: LineJoiner
    let names: ArtifactRules
    let marks: ChangeMarks
    let platform: Platform

    /// Goes up whenever the same rules begin to give another text.
    private static let edition = 3

    /// - Throws: `faultyPattern` for a pattern of the platform that does not compile.
    package init(platform: Platform) throws(AnalysisError) {
        self.platform = platform
        rules = try LineRules(platform: platform)
        sections = try SectionSecrets(platform: platform)
        joiner = try LineJoiner(platform: platform)
        names = try ArtifactRules(platform: platform)
        marks = try ChangeMarks(platform: platform)
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

    /// The device's own marks of a change in a collected text, in the order of the text, each once: what the platform's
    /// `changed` patterns capture. Empty where it has none. They are stored with the restore copy, never shown for a platform
    /// that may hold patient data.
    package func changeMarks(of artifact: Artifact) throws(AnalysisError) -> [String] {
        guard !marks.isEmpty else { return [] }
        return try reading(artifact) { (bytes) throws(PatternFault) in try marks.values(in: bytes) }
    }

    private func masked(
        _ artifact: Artifact, device: DeviceID, key: FingerprintKey
    ) throws(AnalysisError) -> ComparableText {
        let syntax = names.syntax(of: artifact.name)
        return try reading(artifact, of: device) { (bytes) throws(PatternFault) in
            var pass = NormalisingPass(
                bytes: bytes, rules: rules, syntax: syntax, isFile: artifact.name.isFile, device: device, key: key)
            pass.sectioned = try sections.finds(in: bytes)[...]
            try pass.run()
            return pass.result
        }
    }

    /// Hands over the collected text with LF as its line ends and its wrapped lines joined.
    private func reading<T>(
        _ artifact: Artifact, of device: DeviceID? = nil,
        _ body: (UnsafeBufferPointer<UInt8>) throws(PatternFault) -> T
    ) throws(AnalysisError) -> T {
        do throws(PatternFault) {
            let unified = artifact.collected.withUnsafeBufferPointer { LineEnds.unified($0) } ?? artifact.collected
            return try unified.withUnsafeBufferPointer { (bytes) throws(PatternFault) in
                guard !joiner.isEmpty else { return try body(bytes) }
                return try joiner.joined(bytes).withUnsafeBufferPointer { (joined) throws(PatternFault) in
                    try body(joined)
                }
            }
        } catch {
            let place = device.map { "\(artifact.name) of \($0)" } ?? artifact.name.text
            throw .unmatchable(platform: platform.name, location: error.location, artifact: place, fault: error.fault)
        }
    }

    static func isBinary(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { $0.contains(0) || UTF8Text.firstFault(in: $0) != nil }
    }

    private static func summary(_ word: String, of bytes: [UInt8], device: DeviceID, key: FingerprintKey) -> [UInt8] {
        let digits = key.fingerprint(of: bytes, kind: word, device: device).dropLast().suffix(16)
        return Array("\(word), \(bytes.count) bytes, keyed digest \(digits)\n".utf8)
    }

    /// What `rulesDigest` of a platform's normaliser is, without compiling one.
    package static func digest(of platform: Platform) -> String {
        var hash = SHA256()
        func add(_ text: String) { hash.update(data: Data("\(text.utf8.count):\(text)".utf8)) }
        add("edition \(edition)")
        add(platform.phi ? "phi" : "clear")
        add("syntax \(platform.syntax)")
        for rule in platform.collect {
            if let syntax = rule.syntax { add("artifact \(ArtifactRules.title(of: rule)) \(syntax)") }
        }
        platform.wrapped.map(words).forEach(add)
        platform.volatile.map(words).forEach(add)
        for secret in platform.secrets {
            add("secret \(secret.kind) \(secret.resalted) \(secret.pattern.text)")
            if let section = secret.section { add("section \(section.from.text)\n\(section.until.text)") }
        }
        builtIn.forEach(add)
        return hexadecimal(hash.finalize())
    }

    /// The rules that every platform has.
    private static let builtIn: [String] =
        SecretNetRule.all.map { "net \($0.check) \($0.kind) \($0.triggers) \($0.pattern)" }
        + [
            OpenValue.description, SecretName.description, SecretValue.description, ProseLine.description,
            SecretNet.namesDescription,
        ]

    private static func words(of rule: WrapRule) -> String {
        switch rule.end {
        case .mark(let mark): "wrapped \(mark.text.utf8.count):\(mark.text) \(rule.next?.text ?? "")"
        case .columns(let count): "wrapped \(count) \(rule.next?.text ?? "")"
        }
    }

    private static func words(of rule: VolatileRule) -> String {
        switch rule {
        case .line(let text): "volatile \(text.text)"
        case .part(let text): "volatile part \(text.text)"
        case .section(let from, let until, let through):
            "volatile section \(from.text.utf8.count):\(from.text) \(through) \(until.text)"
        }
    }
}
