/// Some changed lines of two texts with the unchanged lines around them.
package struct DiffHunk: Sendable, Hashable {
    package struct Line: Sendable, Hashable {
        package enum Kind: String, Sendable, Hashable, Codable { case context, removed, added }

        package var kind: Kind
        /// Without its line end. Bytes that are no UTF-8 show as U+FFFD.
        package var text: String

        package init(kind: Kind, text: String) {
            self.kind = kind
            self.text = text
        }
    }

    /// Line number of the first line in the old text, counted from 1; where the hunk has none of it, the line before.
    package var oldStart: Int
    package var oldCount: Int
    /// The same in the new text.
    package var newStart: Int
    package var newCount: Int
    /// Headers of the sections around the hunk's first change, outermost first.
    package var section: [String]
    package var lines: [Line]

    package init(oldStart: Int, oldCount: Int, newStart: Int, newCount: Int, section: [String], lines: [Line]) {
        self.oldStart = oldStart
        self.oldCount = oldCount
        self.newStart = newStart
        self.newCount = newCount
        self.section = section
        self.lines = lines
    }
}
