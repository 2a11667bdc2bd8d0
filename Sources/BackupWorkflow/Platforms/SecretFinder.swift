import ConfigAnalysis
import ConfigModel
import Patterns

/// Finds the values that a platform's rules, or the generic net, mask in a text: to take them out of a recording.
///
/// It reads them off the comparable text, so that it finds what is masked and nothing else. Where the two texts cannot be
/// laid side by side a line counts as a secret whole.
struct SecretFinder {
    private let normaliser: Normaliser
    /// Sections that the platform leaves out as volatile: nothing masks what stands in them.
    private let sections: [(from: Pattern, until: Pattern)]

    init(_ platform: Platform) throws(AnalysisError) {
        var plain = platform
        plain.phi = false
        plain.volatile = []
        plain.wrapped = []
        normaliser = try Normaliser(platform: plain)
        var sections: [(Pattern, Pattern)] = []
        for case .section(let from, let until, _) in platform.volatile {
            // The normaliser of the platform has compiled them before.
            if let from = try? Pattern(from.text), let until = try? Pattern(until.text) {
                sections.append((from, until))
            }
        }
        self.sections = sections
    }

    func values(in text: String, isFile: Bool) throws(AnalysisError) -> [String] {
        // As a file an answer would keep its blanks, and as an answer a file would lose them.
        let name = ArtifactName(isFile ? "/file" : "answer")
        let artifact = Artifact(name: name, collected: Array(text.utf8))
        let key = FingerprintKey(epoch: 1, bytes: [UInt8](repeating: 0x5A, count: 32))
        guard let device = DeviceID("recording") else { return [] }
        let masked = try normaliser.comparable(artifact, device: device, key: key)
        let lines = TrialLines.of(text)
        return Self.values(lines[...], masked: TrialLines.of(masked.bytes)) + unseen(in: lines)
    }

    /// Words that stand within volatile sections and nowhere else.
    private func unseen(in lines: [String]) -> [String] {
        guard !sections.isEmpty else { return [] }
        var within: Set<String> = []
        var outside: Set<String> = []
        var until: Pattern?
        for line in lines {
            let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "-" && $0 != "_" }.map(String.init)
            if let end = until {
                guard (try? end.matches(line)) == true else {
                    within.formUnion(words.filter { $0.count > 3 })
                    continue
                }
                until = nil
            } else {
                until = sections.first { (try? $0.from.matches(line)) == true }?.until
            }
            outside.formUnion(words)
        }
        return Array(within.subtracting(outside))
    }

    private static func values(_ lines: ArraySlice<String>, masked: [String]) -> [String] {
        var values: [String] = []
        var rest = lines.drop { $0.isEmpty }
        for line in masked {
            let pieces = TrialLines.pieces(of: line)
            while let next = rest.first {
                rest = rest.dropFirst()
                if let gaps = TrialLines.gaps(in: next, pieces: pieces) {
                    values += gaps
                    break
                }
                // The body of a key, for which one mark stands.
                values.append(next)
            }
        }
        return values.map { String($0.drop(while: \.isWhitespace)) }.filter { !$0.isEmpty }
    }
}
