import ArgumentParser
import BackupWorkflow
import FoundationEssentials

/// `--format text|json` of every reading command.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}

struct FormatOption: ParsableArguments {
    @Option(help: "text for people, json for programs ('plumbline schema' describes it).")
    var format: OutputFormat = .text
}

/// JSON as every command gives it: sorted keys, RFC 3339 times in UTC, a final newline.
enum JSONOutput {
    static func print(_ value: some Encodable) throws { Console.write(try bytes(value), to: 1) }

    static func bytes(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return Array(try encoder.encode(value)) + [0x0A]
    }
}

/// `--format text|json|csv` of commands that print a list.
enum ListFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, csv
}

struct ListFormatOption: ParsableArguments {
    @Option(help: "text for people, json and csv for programs ('plumbline schema' describes the JSON).")
    var format: ListFormat = .text

    /// Prints rows in the format that was asked for.
    /// - Parameter cells: One row's cells, as text from devices and people.
    func show<Row: Encodable>(_ rows: [Row], columns: [String], _ cells: (Row) -> [String]) throws {
        switch format {
        case .json: try JSONOutput.print(rows)
        case .csv:
            for row in [columns] + rows.map(cells) { Console.write(CSV.line(row), to: 1) }
        case .text:
            guard !rows.isEmpty else { return }
            let paint = Console.paint()
            let lines = Table.lines([columns] + rows.map { cells($0).map { printable($0) } })
            Console.say(paint(.dim, lines[0]))
            lines.dropFirst().forEach(Console.say)
        }
    }
}

/// Comma-separated values as RFC 4180 has them.
enum CSV {
    static func line(_ cells: [String]) -> [UInt8] { Array((cells.map(cell).joined(separator: ",") + "\r\n").utf8) }

    /// What a spreadsheet would take for a formula gets a quote before it: the text may come from a device.
    private static func cell(_ text: String) -> String {
        var text = printable(text)
        if let first = text.first, "=+-@".contains(first), text.count > 1 { text = "'" + text }
        guard text.contains(where: { ",\"\r\n".contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
