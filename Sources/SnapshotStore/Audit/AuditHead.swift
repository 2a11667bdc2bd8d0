/// The end of the audit log at some moment: the number of its last entry, and SHA-256 of that line.
///
/// Kept outside of the log, in the trailers of commits and in the index, so that a tail that was cut off is missed.
package struct AuditHead: Sendable, Hashable, CustomStringConvertible {
    package var sequence: Int
    /// 64 lower-case hexadecimal digits.
    package var hash: String

    package init(sequence: Int, hash: String) {
        self.sequence = sequence
        self.hash = hash
    }

    /// Reads `17 9f3a…`; nil when it has another form.
    package init?(_ text: some StringProtocol) {
        let words = text.split(separator: " ")
        guard words.count == 2, let sequence = Int(words[0]), sequence > 0, words[1].utf8.count == 64,
            words[1].utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        self.init(sequence: sequence, hash: String(words[1]))
    }

    package var description: String { "\(sequence) \(hash)" }
}
