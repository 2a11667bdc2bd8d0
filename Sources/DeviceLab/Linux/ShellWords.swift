/// A simple command of a shell, cut into words: quotes, backslashes and file name patterns, and nothing else.
struct ShellWords {
    enum Failure: Error, Equatable {
        case unterminatedQuote
        /// A pipe, a redirection, an expansion: the lab has no such thing.
        case unsupported(String)
    }

    /// A word as characters, each with whether it was quoted (and so is no pattern).
    private typealias Word = [(character: Character, quoted: Bool)]

    /// The words, patterns replaced by what they find in the tree; a pattern that finds nothing stays as it is.
    static func read(_ line: String, in files: FileTree) throws(Failure) -> [String] {
        try split(line).flatMap { word in
            let text = String(word.map(\.character))
            guard word.contains(where: { !$0.quoted && "*?".contains($0.character) }) else { return [text] }
            let found = expand(word, in: files)
            return found.isEmpty ? [text] : found
        }
    }

    private static func split(_ line: String) throws(Failure) -> [Word] {
        var words: [Word] = []
        var word: Word?
        var quote: Character?
        var escaped = false
        for character in line {
            if escaped {
                word = (word ?? []) + [(character, true)]
                escaped = false
            } else if let open = quote {
                if character == open {
                    quote = nil
                } else if character == "\\", open == "\"" {
                    escaped = true
                } else {
                    word = (word ?? []) + [(character, true)]
                }
            } else if character == "'" || character == "\"" {
                quote = character
                word = word ?? []
            } else if character == "\\" {
                escaped = true
            } else if character.isWhitespace {
                if let whole = word { words.append(whole) }
                word = nil
            } else if ";|&<>$`()".contains(character) {
                throw .unsupported(String(character))
            } else {
                word = (word ?? []) + [(character, false)]
            }
        }
        guard quote == nil, !escaped else { throw .unterminatedQuote }
        if let whole = word { words.append(whole) }
        return words
    }

    private static func expand(_ word: Word, in files: FileTree) -> [String] {
        guard word.first?.character == "/" else { return [] }
        let steps = word.split { $0.character == "/" }.map(Array.init)
        var found = ["/"]
        for step in steps {
            found = found.flatMap { directory in
                (files.names(in: directory) ?? [])
                    .filter { matches(Array($0)[...], step[...]) }
                    .map { FileTree.join(directory, $0) }
            }
        }
        return found
    }

    private static func matches(_ name: ArraySlice<Character>, _ pattern: Word.SubSequence) -> Bool {
        guard let (character, quoted) = pattern.first else { return name.isEmpty }
        let rest = pattern.dropFirst()
        if !quoted, character == "*" {
            return (name.startIndex...name.endIndex).contains { matches(name[$0...], rest) }
        }
        guard let first = name.first, first == character || (!quoted && character == "?") else { return false }
        return matches(name.dropFirst(), rest)
    }
}
