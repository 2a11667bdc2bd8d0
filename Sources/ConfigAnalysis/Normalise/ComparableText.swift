/// A collected text without its volatile lines and with fingerprints in place of secrets.
package struct ComparableText: Sendable, Hashable {
    /// Line ends are LF; a text that is not empty has exactly one final line end.
    package var bytes: [UInt8]
    /// How many lines were dropped as volatile.
    package var droppedLines: Int
    /// How many secrets of each kind were replaced by the platform's rules.
    package var fingerprints: [String: Int]
    /// What no rule covered but looked like a secret: masked in `bytes` all the same.
    package var uncovered: [UncoveredSecret]

    package init(
        bytes: [UInt8] = [], droppedLines: Int = 0, fingerprints: [String: Int] = [:], uncovered: [UncoveredSecret] = []
    ) {
        self.bytes = bytes
        self.droppedLines = droppedLines
        self.fingerprints = fingerprints
        self.uncovered = uncovered
    }
}

/// A place in a comparable text where a secret was masked that no rule of the platform names.
package struct UncoveredSecret: Sendable, Hashable, Codable {
    /// In the comparable text, counted from 1.
    package var line: Int
    /// What it looks like: `password`, `community`, `private-key`, `hash`, `url`.
    package var kind: String

    package init(line: Int, kind: String) {
        self.line = line
        self.kind = kind
    }
}
