import ArgumentParser
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
