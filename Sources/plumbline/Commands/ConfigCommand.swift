import ArgumentParser
import BackupWorkflow
import DeviceInventory

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Prints the settings in force, and whence each comes.")

    @OptionGroup var output: FormatOption

    struct Row: Encodable {
        var key: String
        var value: String
        var origin: String
        var meaning: String
    }

    func run() throws {
        let context = CommandContext()
        let rows = try context.settings().describe().map {
            Row(key: $0.key, value: $0.value, origin: "\($0.origin)", meaning: $0.summary)
        }
        if output.format == .json { return try JSONOutput.print(rows) }
        let paint = Console.paint()
        let key = rows.map(\.key.count).max() ?? 0
        let value = rows.map(\.value.count).max() ?? 0
        for row in rows {
            Console.say(
                "\(padded(row.key, to: key))  \(padded(row.value, to: value))  \(paint(.dim, row.origin))")
            Console.say(paint(.dim, "    \(row.meaning)"))
        }
    }
}
