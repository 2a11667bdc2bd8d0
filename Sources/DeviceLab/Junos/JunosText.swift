/// Reading statements with braces.
struct JunosText {
    /// A statement with all that it stands in: what `set` would be given.
    struct Path: Sendable {
        var words: [String]
        /// From 1, of its last part.
        var line: Int
        var column: Int
    }

    private(set) var paths: [Path] = []
    /// Where the braces do not fit together; nil when they do.
    private(set) var fault: Path?

    private struct Token {
        var text: String
        /// A brace or a semicolon, and no word that looks like one.
        var isMark: Bool
        var line: Int
        var column: Int
    }

    static func read(_ text: String) -> JunosText {
        var result = JunosText()
        var open: [(words: [String], isEmpty: Bool)] = []
        var words: [String] = []
        var last = Token(text: "", isMark: true, line: 1, column: 1)
        for token in tokens(text) {
            let place = Path(words: open.flatMap(\.words) + words, line: last.line, column: last.column)
            switch token.text {
            case _ where !token.isMark: words.append(token.text)
            case "{":
                if !open.isEmpty { open[open.count - 1].isEmpty = false }
                open.append((words, true))
                words = []
            case ";":
                if !open.isEmpty { open[open.count - 1].isEmpty = false }
                if !words.isEmpty { result.paths.append(place) }
                words = []
            default:
                guard let closed = open.popLast(), words.isEmpty else {
                    result.fault = Path(words: [token.text], line: token.line, column: token.column)
                    return result
                }
                if closed.isEmpty {
                    let all = open.flatMap(\.words) + closed.words
                    result.paths.append(Path(words: all, line: token.line, column: token.column))
                }
            }
            last = token
        }
        if !open.isEmpty || !words.isEmpty {
            result.fault = Path(words: [words.last ?? "}"], line: last.line, column: last.column)
        }
        return result
    }

    /// Words, quoted ones without their quotes; comments go.
    private static func tokens(_ text: String) -> [Token] {
        var tokens: [Token] = []
        for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let characters = Array(line)
            var place = 0
            while place < characters.count {
                let start = place
                let character = characters[place]
                place += 1
                if character == "#" { break }
                if character == "/", place < characters.count, characters[place] == "*" { break }
                if character == " " || character == "\t" { continue }
                if "{};".contains(character) {
                    tokens.append(Token(text: String(character), isMark: true, line: number + 1, column: start + 1))
                    continue
                }
                var word = ""
                if character == "\"" {
                    while place < characters.count, characters[place] != "\"" {
                        if characters[place] == "\\", place + 1 < characters.count { place += 1 }
                        word.append(characters[place])
                        place += 1
                    }
                    place += 1
                } else {
                    word.append(character)
                    while place < characters.count, !" \t{};".contains(characters[place]) {
                        word.append(characters[place])
                        place += 1
                    }
                }
                tokens.append(Token(text: word, isMark: false, line: number + 1, column: start + 1))
            }
        }
        return tokens
    }

    /// The words of a command, quoted ones without their quotes, each with its offset.
    static func words(_ line: String) -> [(text: String, offset: Int)] {
        tokens(line).map { ($0.text, $0.column - 1) }
    }
}
