/// The text of a regular expression (PCRE2 syntax) and where it was written.
///
/// The nouns carry the text; the `Patterns` target compiles it. Two texts are equal when they match the same,
/// wherever they were written.
package struct PatternText: Sendable, Codable, CustomStringConvertible {
    package var text: String
    package var location: SourceLocation?

    package init(_ text: String, location: SourceLocation? = nil) {
        self.text = text
        self.location = location
    }

    package var description: String { text }
}

extension PatternText: Hashable {
    package static func == (left: PatternText, right: PatternText) -> Bool { left.text == right.text }
    package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

extension PatternText: ExpressibleByStringLiteral {
    package init(stringLiteral value: String) { self.init(value) }
}
