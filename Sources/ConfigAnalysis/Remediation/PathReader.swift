import ConfigModel

/// Makes a tree of paths of lines `set a b c`, or of sections in braces.
struct PathReader {
    private let rules: StatementRules
    private(set) var root = PathNode(words: "", compared: "")
    /// Lines that are no statement of either kind.
    private(set) var strange: [String] = []

    init(rules: StatementRules) { self.rules = rules }

    mutating func read(_ lines: [ExactLine], syntax: Platform.Syntax) throws(PatternFault) {
        if syntax == .braces { try readBraces(lines) } else { try readSets(lines) }
    }

    private mutating func readSets(_ lines: [ExactLine]) throws(PatternFault) {
        for line in lines {
            let text = line.text.trimmed
            if text.isEmpty || text.utf8.first == UInt8(ascii: "#") { continue }
            if try rules.isKept(Array(text.utf8)) { continue }
            if try rules.isSilent(Array(text.utf8)) { continue }
            let (own, compared) = (PathWords.split(text), PathWords.split(line.compared.trimmed))
            guard own.count > 1, own.count == compared.count, own[0] == "set" || own[0] == "deactivate" else {
                strange.append(text)
                continue
            }
            let setting = try rules.setting(Array(text.utf8))
            insert(zip(own, compared).dropFirst()) { node in
                if own[0] == "deactivate" { node.isInactive = true } else { node.isStatement = true }
                node.setting = setting ?? node.setting
            }
        }
    }

    /// The words one below the other.
    private mutating func insert(_ words: some Sequence<(String, String)>, _ last: (inout PathNode) -> Void) {
        func descend(_ node: inout PathNode, _ words: ArraySlice<(String, String)>) {
            guard let first = words.first else { return last(&node) }
            let place = node.place(of: first.0, compared: first.1)
            descend(&node.children[place], words.dropFirst())
        }
        descend(&root, Array(words)[...])
    }

    private mutating func readBraces(_ lines: [ExactLine]) throws(PatternFault) {
        var open: [PathNode] = [root]
        var isComment = false
        func close() {
            let node = open.removeLast()
            let place = open[open.count - 1].place(of: node.words, compared: node.compared)
            open[open.count - 1].children[place] = node
        }
        for line in lines {
            var text = BraceLine.withoutComment(line.text.trimmed)
            if isComment || text.hasPrefix("/*") {
                isComment = !text.hasSuffix("*/")
                continue
            }
            let isKept = try rules.isKept(Array(text.utf8))
            if text.isEmpty || text.hasPrefix("#") || isKept { continue }
            if text.hasPrefix("}") {
                if open.count > 1 { close() }
                continue
            }
            let isInactive = text.hasPrefix("inactive: ")
            let compared = BraceLine.withoutComment(line.compared.trimmed).dropped("inactive: ")
            text = text.dropped("inactive: ")
            let path = open.dropFirst().map(\.words)
            if text.hasSuffix("{") {
                let words = String(text.dropLast()).trimmed
                let own = String(compared.dropLast()).trimmed
                // A section that was there already goes on.
                var node = open[open.count - 1].child(own) ?? PathNode(words: words, compared: own)
                node.isStatement = true
                node.isInactive = isInactive
                let matches = try rules.isOrdered(Array(text.utf8))
                node.isOrdered = matches || open[open.count - 1].isOrdered
                open.append(node)
            } else if text.hasSuffix(";") {
                try add(text, compared, isInactive, to: &open[open.count - 1], path)
            } else {
                strange.append(text)
            }
        }
        while open.count > 1 { close() }
        root = open[0]
    }

    private func add(
        _ text: String, _ compared: String, _ isInactive: Bool, to section: inout PathNode, _ path: [String]
    ) throws(PatternFault) {
        let (values, list) = BraceLine.values(String(text.dropLast()).trimmed)
        let (others, _) = BraceLine.values(String(compared.dropLast()).trimmed)
        for (words, own) in zip(values, others) {
            let full = (["set"] + path + [words]).joined(separator: " ")
            let place = section.place(of: words, compared: own)
            section.children[place].isStatement = true
            section.children[place].isInactive = isInactive
            section.children[place].list = list
            section.children[place].setting = try rules.setting(Array(full.utf8))
            section.children[place].whole = try rules.list(Array(full.utf8))
        }
    }
}

/// What one line of a configuration in braces says.
enum BraceLine {
    /// Without `## SECRET-DATA` and the like at its end.
    static func withoutComment(_ text: String) -> String {
        guard let place = text.lastIndex(of: ";") ?? text.lastIndex(of: "{") ?? text.lastIndex(of: "}") else {
            return text
        }
        let rest = String(text[text.index(after: place)...]).trimmed
        return rest.hasPrefix("#") || rest.hasPrefix("/*") ? String(text[...place]) : text
    }

    /// Of `name [ a b ]` each value with the name before it, and the name.
    static func values(_ text: String) -> (values: [String], list: String?) {
        let words = PathWords.split(text)
        guard words.last == "]", let opening = words.lastIndex(of: "["), opening > 0 else { return ([text], nil) }
        let name = words[..<opening].joined(separator: " ")
        return (words[(opening + 1)...].dropLast().map { "\(name) \($0)" }, name)
    }
}

extension String {
    func dropped(_ prefix: String) -> String { hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self }
}
