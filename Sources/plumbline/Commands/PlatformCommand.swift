import ArgumentParser
import BackupWorkflow
import ConfigModel

struct PlatformCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "platform",
        abstract: "Shows how kinds of devices are spoken to, and tries it on recorded sessions.",
        discussion: """
            A platform is a YAML file: bundled ones are built in, a workspace adds its own in Inventory/platforms/, or replaces a
            bundled one by the same name. Docs/platforms.md teaches the language. All but 'record' work without a workspace too.
            """,
        subcommands: [PlatformList.self, PlatformShow.self, PlatformTest.self, PlatformRecord.self])
}

struct PlatformList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the platforms, what each rests on, and what a backup of it can restore.",
        discussion: """
            evidence: recorded (held against a recording of a real device), documented (the vendor's words), assumed.
            restore: fully, partly (lines can be merged in, or nobody has seen it work), by hand, no.
            """)

    @OptionGroup var output: ListFormatOption

    func run() throws {
        let rows = try PlatformCatalogue(from: CommandContext.here).rows
        if try output.printed(rows) { return }
        let heads = ["PLATFORM", "EVIDENCE", "RESTORE", "DATA", "SOURCE", "TITLE", "ALIASES"]
        let table = rows.map { row in
            [
                row.platform, row.evidence.rawValue, row.restore.rawValue, row.phi ? "phi" : "", row.source, row.title,
                row.aliases.joined(separator: " "),
            ].map { printable($0) }
        }
        for line in Table.lines([heads] + table) {
            Console.say(line)
        }
    }
}

struct PlatformShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Prints a platform as it is in force, and every line that it would ever send.",
        discussion: """
            What the platform takes from another one ('extends') is written out. The YAML can be the start of a file of your own
            (write it elsewhere first, then move it to Inventory/platforms/): the lines that it would send stand behind it as \
            comments.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case yaml, json }

    @Argument(help: "A name or an alias; 'plumbline platform list' shows them.") var name: String
    @Option(help: "yaml for people, json for programs ('plumbline schema' describes it).") var format: Format = .yaml

    private struct Output: Encodable {
        var row: PlatformCatalogue.Row
        var platform: DocumentTree
        var sends: [PlatformLines.Line]
    }

    func run() throws {
        let catalogue = try PlatformCatalogue(from: CommandContext.here)
        let platform = try catalogue.requiredPlatform(named: name)
        let tree = PlatformDocument.tree(of: platform)
        let lines = PlatformLines(platform).lines
        let row = catalogue.row(platform)
        guard format == .yaml else {
            return try JSONOutput.print(Output(row: row, platform: tree, sends: lines))
        }
        Console.say("# \(printable(row.source)); restore: \(row.restore.rawValue)")
        Console.write(Array(tree.yaml.utf8), to: 1)
        Console.say("\n# Every line that it would ever send:")
        for line in lines {
            let when = line.when.isEmpty ? "" : ": \(line.when)"
            Console.say(
                "#   \(printable(line.text))  (\(line.section), effect \(line.effect.rawValue)\(printable(when)))")
        }
    }
}
