extension RunbookDocument {
    /// For a screen of 80 columns, `less` and every printer.
    var text: String {
        var lines = [title.uppercased(), subtitle, ""]
        for part in parts { lines += Self.lines(of: part) + [""] }
        while lines.last == "" { lines.removeLast() }
        return lines.map { Self.trimmed(printable($0)) + "\n" }.joined()
    }

    private static let width = 78

    private static func lines(of part: Part) -> [String] {
        switch part {
        case .device(let text): [String(repeating: "=", count: width), text, String(repeating: "=", count: width)]
        case .heading(let text): [text, String(repeating: "-", count: min(width, text.count))]
        case .paragraph(let text): Wording.wrapped(text, indent: 0, width: width)
        case .warning(let text): hung(text, behind: "!! ")
        case .list(let texts): texts.flatMap { hung($0, behind: "  - ") }
        case .facts(let facts):
            facts.flatMap { name, value in hung(value, behind: padded(name, to: 14)) }
        case .table(let columns, let rows): table([columns] + rows)
        case .steps(let steps):
            steps.enumerated().flatMap { number, step in
                hung(step.text, behind: padded("\(number + 1).", to: 4)) + step.lines.flatMap(typed)
            }
        }
    }

    /// What is typed stands alone on its line, however long it is.
    private static func typed(_ line: (typed: String, remark: String?)) -> [String] {
        line.typed.split(separator: "\n", omittingEmptySubsequences: false).map { "        " + $0 }
            + (line.remark.map { hung($0, behind: "            ") } ?? [])
    }

    private static func hung(_ text: String, behind mark: String) -> [String] {
        let lines = Wording.wrapped(text, indent: mark.count, width: width)
        guard let first = lines.first else { return [] }
        return [mark + first.dropFirst(mark.count)] + lines.dropFirst()
    }

    private static func table(_ rows: [[String]]) -> [String] {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
        return rows.map { row in
            row.enumerated().map { column, cell in
                cell + String(repeating: " ", count: widths[column] - cell.count)
            }.joined(separator: "  ")
        }
    }

    private static func padded(_ text: String, to width: Int) -> String {
        text.count < width ? text + String(repeating: " ", count: width - text.count) : text + (text.isEmpty ? "" : " ")
    }

    private static func trimmed(_ line: String) -> String {
        var line = line[...]
        while line.last == " " { line.removeLast() }
        return String(line)
    }
}
