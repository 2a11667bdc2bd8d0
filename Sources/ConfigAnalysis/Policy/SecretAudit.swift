import ConfigModel
import Patterns
import Synchronization

/// Looks in memory at the secrets of a collected text: whether one is a word that it must not be.
///
/// Reversible encodings are decoded, hashes are tried with their salt. No value leaves this type.
struct SecretAudit: Sendable {
    /// A secret where it stands.
    struct Value: Sendable {
        var artifact: ArtifactName
        /// Counted from 1.
        var line: Int
        var kind: String
        fileprivate var bytes: [UInt8]
        /// The word before it: `7` says how it is encoded.
        fileprivate var before: [UInt8]
    }

    enum Judgement {
        case fine
        /// It is one of the words.
        case known
        /// It is hidden in a form that cannot be tried.
        case opaque
    }

    private let rules: [(pattern: Pattern, kind: String)]
    private let prefilter: LinePrefilter
    /// Secrets that the section says, and not their line.
    private let sections: SectionSecrets

    init(platform: Platform) throws(AnalysisError) {
        do throws(PatternError) { (rules, prefilter) = try Self.rules(of: platform) } catch {
            throw .faultyPattern(platform: platform.name, location: nil, fault: error)
        }
        sections = try SectionSecrets(platform: platform)
    }

    private static func rules(
        of platform: Platform
    ) throws(PatternError) -> ([(pattern: Pattern, kind: String)], LinePrefilter) {
        var rules: [(pattern: Pattern, kind: String)] = []
        for rule in platform.secrets where rule.section == nil {
            rules.append((try Pattern(rule.pattern.text), rule.kind))
        }
        return (rules, LinePrefilter(patterns: rules.map(\.pattern)))
    }

    func values(in texts: [ArtifactName: [UInt8]]) throws(PolicyFault) -> [Value] {
        var values: [Value] = []
        for (artifact, bytes) in texts.sorted(by: { $0.key < $1.key }) where !Normaliser.isBinary(bytes) {
            do throws(PatternError) {
                values += try self.values(in: artifact, bytes)
                values += try sectioned(in: artifact, bytes)
            } catch {
                throw PolicyFault(rule: "secrets", reason: "\(artifact) cannot be searched: \(error)")
            }
        }
        return values
    }

    private func values(in artifact: ArtifactName, _ bytes: [UInt8]) throws(PatternError) -> [Value] {
        var values: [Value] = []
        let lines = TextLines(bytes)
        try bytes.withUnsafeBufferPointer { (buffer) throws(PatternError) in
            try prefilter.forEachLine(of: buffer) { (range, candidates) throws(PatternError) in
                let line = UnsafeBufferPointer(rebasing: buffer[range])
                for rule in candidates.rules {
                    guard let match = try rules[rule].pattern.firstMatch(in: line),
                        let group = match.firstGroup, !group.isEmpty
                    else { continue }
                    let before = line[..<group.lowerBound].split { $0 <= 0x20 }.last.map(Array.init) ?? []
                    values.append(
                        Value(
                            artifact: artifact, line: (lines.index(at: range.lowerBound) ?? 0) + 1,
                            kind: rules[rule].kind, bytes: Array(line[group]), before: before))
                    return
                }
            }
        }
        return values
    }

    private func sectioned(in artifact: ArtifactName, _ bytes: [UInt8]) throws(PatternError) -> [Value] {
        let lines = TextLines(bytes)
        do throws(PatternFault) {
            return try bytes.withUnsafeBufferPointer { (buffer) throws(PatternFault) in
                try sections.finds(in: buffer).compactMap { span in
                    guard case .secret(let kind, _) = span.mark else { return nil }
                    return Value(
                        artifact: artifact, line: (lines.index(at: span.range.lowerBound) ?? 0) + 1, kind: kind,
                        bytes: Array(buffer[span.range]), before: [])
                }
            }
        } catch {
            throw error.fault
        }
    }

    func judge(_ value: Value, words: [String], knownDefaults: Bool) -> Judgement {
        let form = SecretForm(value.bytes, before: value.before)
        let defaults = knownDefaults ? SecretForm.knownDefaults : []
        switch form {
        case .plain(let text):
            let known = words + defaults
            return known.contains { $0 == text || $0.lowercased() == text.lowercased() } ? .known : .fine
        case .hash(let hash):
            return Self.cracks.isCracked(hash, by: words + (hash.isSlow ? Array(defaults.prefix(6)) : defaults))
                ? .known : .fine
        case .opaque: return .opaque
        }
    }

    private static let cracks = Cracks()

    /// The same hash stands on many devices: each is tried once.
    private final class Cracks: Sendable {
        private struct Key: Hashable {
            var hash: SecretForm.Hash
            var words: [String]
        }

        private let known = Mutex<[Key: Bool]>([:])

        func isCracked(_ hash: SecretForm.Hash, by words: [String]) -> Bool {
            let key = Key(hash: hash, words: words)
            if let answer = known.withLock({ $0[key] }) { return answer }
            let answer = words.contains { hash.fits($0) }
            known.withLock { $0[key] = answer }
            return answer
        }
    }
}

extension PatternMatch {
    /// What the first group captured, or the whole match where there is none.
    var firstGroup: Range<Int>? { groups.count > 1 ? groups[1] : range }
}
