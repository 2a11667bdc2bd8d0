import ConfigModel

/// Makes statements of lines `config … edit … set … next … end`.
struct EditReader {
    private let rules: StatementRules
    private var open: [Statement] = [Statement(text: "", compared: "")]

    static func read(_ lines: [ExactLine], rules: StatementRules) throws(PatternFault) -> [Statement] {
        var reader = EditReader(rules: rules)
        for line in lines { try reader.take(line) }
        while reader.open.count > 1 { reader.close() }
        return reader.open[0].children
    }

    private init(rules: StatementRules) { self.rules = rules }

    private mutating func take(_ line: ExactLine) throws(PatternFault) {
        let text = line.text.trimmed
        if text.isEmpty || text.utf8.first == UInt8(ascii: "#") { return }
        if try rules.isKept(Array(text.utf8)) { return }
        if text == "next" {
            if open.last?.text.hasPrefix("edit ") ?? false { close() }
        } else if text == "end" {
            while open.count > 1, open.last?.text.hasPrefix("edit ") ?? false { close() }
            if open.count > 1 { close() }
        } else {
            var statement = Statement(text: text, compared: line.compared.trimmed)
            statement.isHeader = text.hasPrefix("config ") || text.hasPrefix("edit ")
            if !statement.isHeader, try rules.isSilent(Array(text.utf8)) { return }
            statement.isOrdered = try rules.isOrdered(Array(text.utf8))
            open.append(statement)
            if !statement.isHeader { close() }
        }
    }

    /// Of the same header one section, wherever it goes on.
    private mutating func close() {
        let statement = open.removeLast()
        let last = open.count - 1
        if statement.isHeader, let place = open[last].children.firstIndex(where: { $0.compared == statement.compared })
        {
            open[last].children[place].children += statement.children
        } else {
            open[last].children.append(statement)
        }
    }
}
