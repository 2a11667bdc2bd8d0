/// A text of records as RFC 4180 has them: quoted fields may hold delimiters, quotes (doubled) and line ends.
struct DelimitedTable {
    struct Record {
        /// Where it begins, from 1.
        var line: Int
        var fields: [String]
    }

    private(set) var records: [Record] = []
    /// Where a quote opens that nothing closes.
    private(set) var openQuote: Int?

    init(_ text: String, delimiter: Character) {
        var fields: [String] = []
        var field = ""
        var line = 1
        var start = 1
        var quoted = false
        var closed = false
        func isNothing() -> Bool { fields.isEmpty && field.isEmpty && !closed }
        for character in text {
            if character.isNewline { line += 1 }
            switch character {
            case "\"" where quoted:
                quoted = false
                closed = true
            case "\"" where closed:
                field.append("\"")
                quoted = true
                closed = false
            case "\"" where field.isEmpty: quoted = true
            case _ where quoted: field.append(character)
            case delimiter:
                fields.append(field)
                field = ""
                closed = false
            case _ where character.isNewline:
                if !isNothing() { records.append(Record(line: start, fields: fields + [field])) }
                fields = []
                field = ""
                closed = false
                start = line
            default: field.append(character)
            }
        }
        if quoted { openQuote = start }
        if !isNothing() { records.append(Record(line: start, fields: fields + [field])) }
    }

    /// Of `,`, `;` and tab the one that a header line has most of.
    static func delimiter(of text: String) -> Character {
        let header = text.prefix { !$0.isNewline }
        let counts = [",", ";", "\t"].map { mark in
            (mark: Character(mark), count: header.count { $0 == Character(mark) })
        }
        return counts.max { $0.count < $1.count }.flatMap { $0.count > 0 ? $0.mark : nil } ?? ","
    }
}
