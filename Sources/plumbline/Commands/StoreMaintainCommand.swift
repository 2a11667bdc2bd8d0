import ArgumentParser
import BackupWorkflow
import SnapshotStore

struct StoreMaintainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "maintain",
        abstract: "Packs what runs have written, by stock git, so that the store stays small and fast.",
        discussion: """
            A run does this by itself when a repository has some thousand loose objects. It is safe beside runs and readers and
            drops nothing. --full makes one pack of each repository, the smallest; that reads everything and takes its time.
            Exit status: 0 done, 3 a repository could not be packed (what is stored is as safe as before), 75 it is under way.
            """)

    @Flag(help: "One pack a repository.") var full = false
    @Option(help: "The most seconds that it may take; without it a day.") var seconds: Int?
    @OptionGroup var output: FormatOption

    func validate() throws {
        guard seconds.map({ (1...86_400).contains($0) }) ?? true else {
            throw ValidationError("--seconds is 1 to 86400")
        }
    }

    func run() async throws {
        let workspace = try CommandContext().workspace()
        let rows = try await StoreMaintenance(workspace: workspace)
            .run(isFull: full, within: .seconds(seconds ?? 86_400))
        if output.format == .json { try JSONOutput.print(rows) } else { say(rows) }
        if rows.contains(where: { $0.fault != nil }) { throw ExitCode(3) }
    }

    private func say(_ rows: [StoreMaintenance.Row]) {
        let lines = Table.lines(
            rows.map { row in
                [
                    row.repository, "\(row.before.loose) loose, \(Wording.count(row.before.packs, "pack"))",
                    "-> \(row.after.loose) loose, \(Wording.count(row.after.packs, "pack"))",
                    "\(FirmwareText.size(row.before.bytes)) -> \(FirmwareText.size(row.after.bytes))",
                ]
            })
        for line in lines { Console.say(line) }
        for row in rows {
            if let fault = row.fault { Console.complain("plumbline: \(row.repository): \(printable(fault))") }
        }
    }
}
