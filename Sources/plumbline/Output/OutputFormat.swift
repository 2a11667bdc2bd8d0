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

    /// Prints rows for programs, where that was asked for.
    /// - Returns: False when text for people is wanted.
    func printed(_ rows: [some Encodable]) throws -> Bool {
        switch format {
        case .text: return false
        case .json: try JSONOutput.print(rows)
        case .csv: Console.write(try CSV.table(rows), to: 1)
        }
        return true
    }

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

    /// Any list as a table: one column for each key that some row has, in alphabetical order.
    static func table(_ rows: [some Encodable]) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let objects = try rows.map { row in
            let value = try JSONDecoder().decode(Loose.self, from: try encoder.encode(row))
            guard case .object(let members) = value else { return ["value": value] }
            return members
        }
        let columns = Set(objects.flatMap(\.keys)).sorted()
        return line(columns) + objects.flatMap { object in line(columns.map { object[$0]?.text ?? "" }) }
    }

    /// A JSON value of whatever kind, as a cell shows it.
    private enum Loose: Decodable {
        case text(String), list([Loose]), object([String: Loose]), nothing

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let flag = try? container.decode(Bool.self) {
                self = .text(flag ? "true" : "false")
            } else if let number = try? container.decode(Int.self) {
                self = .text(String(number))
            } else if let number = try? container.decode(Double.self) {
                self = .text(String(number))
            } else if let text = try? container.decode(String.self) {
                self = .text(text)
            } else if let list = try? container.decode([Loose].self) {
                self = .list(list)
            } else if let object = try? container.decode([String: Loose].self) {
                self = .object(object)
            } else {
                self = .nothing
            }
        }

        var text: String {
            switch self {
            case .text(let text): text
            case .list(let list): list.map(\.text).joined(separator: "; ")
            case .object(let members):
                members.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.text)" }.joined(separator: ", ")
            case .nothing: ""
            }
        }
    }

    /// What a spreadsheet would take for a formula gets a quote before it: the text may come from a device.
    private static func cell(_ text: String) -> String {
        var text = printable(text)
        if let first = text.first, "=+-@".contains(first), text.count > 1 { text = "'" + text }
        guard text.contains(where: { ",\"\r\n".contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
