import Yams

/// A place in a text.
struct TextPlace: Hashable {
    /// Both counted from 1; columns in Unicode scalars, as libYAML counts.
    var line: Int
    var column: Int

    static let start = TextPlace(line: 1, column: 1)

    init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    init(_ mark: Mark) { self.init(line: mark.line, column: mark.column) }
}

/// A YAML text in which repeated keys can be made different from each other, so that the parser reads on.
///
/// The mark is one private-use character before the key. Places in the marked text are told as those of the original.
struct MarkedText {
    /// The text as it is now.
    private(set) var text: String
    /// Of each line that was changed, the columns (from 1, in the text as it is now) at which marks stand.
    private var marks: [Int: [Int]] = [:]

    private static let mark: Unicode.Scalar = "\u{E000}"

    init(_ text: String) { self.text = text }

    /// The lines with their ends. Only a text with a fault is taken apart.
    private var lines: [String.UnicodeScalarView] {
        var lines: [String.UnicodeScalarView] = []
        var line = String.UnicodeScalarView()
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            if previous == "\r", scalar == "\n", !lines.isEmpty {
                lines[lines.count - 1].append(scalar)
            } else {
                line.append(scalar)
                if Self.isBreak(scalar) {
                    lines.append(line)
                    line = String.UnicodeScalarView()
                }
            }
            previous = scalar
        }
        lines.append(line)
        return lines
    }

    static func unmarked(_ key: String) -> String {
        String(String.UnicodeScalarView(key.unicodeScalars.drop { $0 == mark }))
    }

    /// Marks the key that begins at `place`.
    /// - Returns: false where the key has a form (an alias, an anchor, a tag, a collection) that cannot be marked.
    mutating func mark(_ place: TextPlace) -> Bool {
        var lines = lines
        guard lines.indices.contains(place.line - 1) else { return false }
        let line = lines[place.line - 1]
        guard let index = line.index(line.startIndex, offsetBy: place.column - 1, limitedBy: line.endIndex),
            index < line.endIndex
        else { return false }
        let first = line[index]
        guard !"*&![]{}?|>%@`,#".unicodeScalars.contains(first) else { return false }
        let quoted = first == "\"" || first == "'"
        lines[place.line - 1].insert(Self.mark, at: quoted ? line.index(after: index) : index)
        text = String(String.UnicodeScalarView(lines.joined()))
        let column = place.column + (quoted ? 1 : 0)
        marks[place.line] = (marks[place.line] ?? []).map { $0 >= column ? $0 + 1 : $0 } + [column]
        return true
    }

    /// The same place in the text as it was before any mark.
    func original(_ place: TextPlace) -> TextPlace {
        let before = marks[place.line]?.count { $0 < place.column } ?? 0
        return TextPlace(line: place.line, column: place.column - before)
    }

    func scalar(at place: TextPlace) -> Unicode.Scalar? {
        let lines = lines
        guard lines.indices.contains(place.line - 1) else { return nil }
        let line = lines[place.line - 1]
        guard let index = line.index(line.startIndex, offsetBy: place.column - 1, limitedBy: line.endIndex) else {
            return nil
        }
        return index < line.endIndex ? line[index] : nil
    }

    /// - Parameter offset: Counted in `Character`s, as Yams tells where a byte cannot be read.
    func mark(atCharacter offset: Int) -> TextPlace {
        var line = 1
        var column = 1
        for character in text.prefix(offset) {
            for scalar in character.unicodeScalars where scalar != "\n" || character == "\n" {
                if Self.isBreak(scalar) {
                    line += 1
                    column = 1
                } else {
                    column += 1
                }
            }
        }
        return TextPlace(line: line, column: column)
    }

    /// What libYAML takes for the end of a line (YAML 1.1, section 5.4).
    private static func isBreak(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\n" || scalar == "\r" || scalar == "\u{85}" || scalar == "\u{2028}" || scalar == "\u{2029}"
    }
}
