import ConfigModel

/// Makes statements of exact lines, in the syntaxes whose sections are made by indentation.
struct StatementReader {
    private let rules: StatementRules
    private let lines: [ExactLine]
    private let tree: ConfigTree
    private let text: TextLines
    private var below: [Int: [Int]] = [:]

    static func read(_ lines: [ExactLine], rules: StatementRules) throws(PatternFault) -> [Statement] {
        let reader = StatementReader(lines, rules)
        return try reader.statements(below: -1, header: nil, isOrdered: false)
    }

    private init(_ lines: [ExactLine], _ rules: StatementRules) {
        self.rules = rules
        self.lines = lines
        let bytes: [UInt8] = lines.reduce(into: []) { $0 += Array($1.text.utf8) + [0x0A] }
        tree = ConfigTree(bytes, syntax: .indented)
        text = TextLines(bytes)
        for (index, node) in tree.nodes.enumerated() where node.kind != .filler {
            below[node.parent, default: []].append(index)
        }
    }

    /// Not deeper than a tree can be.
    private func statements(
        below section: Int, header: String?, isOrdered: Bool
    ) throws(PatternFault) -> [Statement] {
        var found: [Statement] = []
        for index in below[section] ?? [] where tree.nodes[index].kind != .closing {
            let node = tree.nodes[index]
            let isAtom = node.kind == .atom
            let own = isAtom ? atom(node) : line(node)
            let children = below[index]?.contains { tree.nodes[$0].kind != .closing } ?? false
            let bytes = Array(own.text.utf8)
            if try rules.isKept(bytes) { continue }
            if !children, try rules.isSilent(bytes) { continue }
            var statement = Statement(text: own.text, compared: own.compared, isAtom: isAtom)
            let closing = below[index]?.last { tree.nodes[$0].kind == .closing }
            statement.closing = closing.map { line(tree.nodes[$0]).text }.flatMap { $0 == "exit" ? nil : $0 }
            let matches = try rules.isOrdered(bytes)
            statement.isOrdered = matches || isOrdered
            let opens = try rules.isHeader(bytes)
            // Within a section a line that is followed by `exit` may be its last one.
            statement.isHeader = opens || statement.closing != nil || (closing != nil && section < 0)
            statement.children = try statements(below: index, header: own.text, isOrdered: statement.isOrdered)
            statement.isOrderedLine = matches && !statement.isSection
            statement.setting = try rules.setting(bytes)
            statement.list = try rules.list(bytes)
            statement.renews = try rules.renews(bytes)
            statement.isLate = try rules.isLate(bytes)
            statement.isUnique = try rules.isUnique(bytes)
            (statement.takenBack, statement.takes, statement.isByRule) = try rules.takenBack(
                own.text, under: header, isAtom: isAtom, isSection: statement.isSection)
            found.append(statement)
        }
        return found
    }

    private func line(_ node: ConfigTree.Node) -> (text: String, compared: String) {
        let line = lines[text.index(at: node.content.lowerBound) ?? 0]
        return (line.text.trimmed, line.compared.trimmed)
    }

    private func atom(_ node: ConfigTree.Node) -> (text: String, compared: String) {
        let first = text.index(at: node.content.lowerBound) ?? 0
        let last = text.index(at: node.content.upperBound - 1) ?? first
        // What is typed after a banner's delimiter belongs to it; elsewhere white space says nothing.
        let isBanner = lines[first].text.trimmed.begins(withWords: "banner")
        let own = lines[first...last].enumerated().map { number, line in
            isBanner && number > 0 ? line : ExactLine(text: line.text.trimmed, compared: line.compared.trimmed)
        }
        return (own.map(\.text).joined(separator: "\n"), own.map(\.compared).joined(separator: "\n"))
    }
}
