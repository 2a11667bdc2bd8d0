package import ConfigModel

/// What came of trying a platform on a transcript.
package struct TrialReport: Sendable, Encodable {
    package struct StoredText: Sendable, Encodable {
        package var artifact: String
        package var lines: Int
        package var bytes: Int
        /// The comparable text: no volatile lines, fingerprints in place of secrets.
        package var text: String
    }

    /// A line that is special, by its number in the text (counted from 1).
    package struct Line: Sendable, Hashable, Encodable {
        package var artifact: String
        package var line: Int
        package var text: String
    }

    package struct Secret: Sendable, Hashable, Encodable {
        package var artifact: String
        /// In the comparable text, counted from 1.
        package var line: Int
        package var kind: String
    }

    package var file: String
    package var platform: String
    package var title: String
    package var source: String
    package var passed: Bool
    /// What was not as expected, each in words; empty when everything was.
    package var failures: [String]
    /// Why nothing could be collected.
    package var error: String?
    /// Why the capture may not be stored as good.
    package var reasons: [String]
    package var stored: [StoredText]
    package var facts: Facts?
    package var notes: [String]
    /// Lines left out as volatile, secrets masked; numbered in the text that has them.
    package var dropped: [Line]
    /// Lines of which a part was replaced by `<volatile>`.
    package var replaced: [Line]
    package var fingerprinted: [Secret]
    /// What only the generic net found.
    package var uncovered: [Secret]
    /// Lines that were sent and are not in the transcript.
    package var unknown: [String]
    /// How many replays were held against the first one.
    package var cuts: Int
}
