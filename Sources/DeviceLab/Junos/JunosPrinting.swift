/// How `show configuration` prints.
extension JunosConfiguration {
    /// With braces, four blanks to a level, without line ends.
    package var text: [String] { Self.text(of: statements, depth: 0) }

    /// As `set` commands.
    package var setText: [String] { Self.setText(of: statements, path: []) }

    static func text(of statements: [Statement], depth: Int) -> [String] {
        let indent = String(repeating: "    ", count: depth)
        return statements.flatMap { statement -> [String] in
            let head = indent + statement.words.map(quoted).joined(separator: " ")
            if statement.inner.isEmpty { return [head + statement.tail] }
            let isOneLine = statement.kind.map { JunosSchema.known.statements[$0].isOneLine } ?? false
            if isOneLine, statement.inner.count == 1, statement.inner[0].inner.isEmpty {
                return [head + " " + statement.inner[0].words.joined(separator: " ") + statement.inner[0].tail]
            }
            return [head + " {"] + text(of: statement.inner, depth: depth + 1) + [indent + "}"]
        }
    }

    static func setText(of statements: [Statement], path: [String]) -> [String] {
        statements.flatMap { statement -> [String] in
            let path = path + statement.words
            if !statement.inner.isEmpty { return setText(of: statement.inner, path: path) }
            let head = "set " + path.map(quoted).joined(separator: " ")
            return statement.values.isEmpty ? [head] : statement.values.map { head + " " + quoted($0) }
        }
    }

    /// A word as Junos writes it: in quotes where it could be misread.
    static func quoted(_ word: String) -> String {
        let plain = word.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte & 0xdf) || "._/:-+*@,%".utf8.contains(byte)
        }
        if plain, !word.isEmpty { return word }
        return "\"" + word.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// What `show | compare` prints of the way from another configuration to this one.
    func comparison(with old: JunosConfiguration) -> [String] { Self.comparison(old.statements, statements, path: []) }

    private static func comparison(_ old: [Statement], _ new: [Statement], path: [String]) -> [String] {
        var here: [String] = []
        var deeper: [String] = []
        for statement in old where !new.contains(where: { $0.words == statement.words }) {
            here += marked("-", [statement])
        }
        for statement in new {
            guard let before = old.first(where: { $0.words == statement.words }) else {
                here += marked("+", [statement])
                continue
            }
            if before.values != statement.values {
                here += ["-  "].map { $0 + text(of: [before], depth: 0)[0] }
                here += ["+  "].map { $0 + text(of: [statement], depth: 0)[0] }
            }
            deeper += comparison(before.inner, statement.inner, path: path + statement.words)
        }
        guard !here.isEmpty else { return deeper }
        return ["[" + (["edit"] + path).joined(separator: " ") + "]"] + here + deeper
    }

    private static func marked(_ mark: String, _ statements: [Statement]) -> [String] {
        text(of: statements, depth: 0).map { mark + "   " + $0 }
    }
}

extension JunosConfiguration.Statement {
    private static let secrets: Set<String> = ["encrypted-password", "secret", "authentication-key", "pre-shared-key"]

    /// Values, the end of the statement, and the mark of a secret.
    fileprivate var tail: String {
        let isSecret = Self.secrets.contains(words.last ?? "") && !values.isEmpty
        return written(values) + (isSecret ? "; ## SECRET-DATA" : ";")
    }

    private func written(_ values: [String]) -> String {
        let quoted = values.map(JunosConfiguration.quoted)
        switch quoted.count {
        case 0: return ""
        case 1: return " " + quoted[0]
        default: return " [ " + quoted.joined(separator: " ") + " ]"
        }
    }
}
