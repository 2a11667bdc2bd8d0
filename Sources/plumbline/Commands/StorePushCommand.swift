import ArgumentParser
import BackupWorkflow

struct StorePushCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "push",
        abstract: "Sends the store, the spare firmware and the workspace to the mirror, and reads it back.",
        discussion: """
            The mirror is the setting 'mirror': a folder or an address that has store.git, collected-….git and workspace.git in
            it, or one with '{repository}' for their names. Stock git does it with this user's keys and settings; nobody is asked
            for a password. Nothing is ever forced: a mirror that has other commits stays as it is. The keys of exact bytes do
            not go: 'store export-key' is for them. Exit status: 0 the mirror has everything, 3 it has not.
            """)

    @Flag(help: "Send exact bytes that are not encrypted, secrets and all.") var includeUnencrypted = false
    @Option(help: "The most seconds that one repository may take.") var seconds = 21_600
    @OptionGroup var output: FormatOption

    func validate() throws {
        guard (1...604_800).contains(seconds) else { throw ValidationError("--seconds is 1 to 604800") }
    }

    func run() async throws {
        let workspace = try CommandContext().workspace()
        let report = try await StoreMirror(
            workspace: workspace, sendsClear: includeUnencrypted, within: .seconds(seconds)
        ).push()
        if output.format == .json { try JSONOutput.print(report) } else { say(report) }
        if !report.isGood { throw ExitCode(3) }
    }

    private func say(_ report: MirrorReport) {
        let paint = Console.paint()
        let lines = Table.lines(
            report.rows.map { row in
                var what = Wording.count(row.references, "reference")
                if row.images > 0 { what += ", \(Wording.count(row.images, "image"))" }
                return [
                    row.repository, row.outcome.isGood ? row.outcome.rawValue : paint(.red, row.outcome.rawValue),
                    row.outcome.isGood ? what : "", printable(row.place),
                ]
            })
        for line in lines { Console.say(line) }
        for row in report.rows {
            guard let reason = row.reason else { continue }
            Console.complain("plumbline: \(row.repository): \(printable(reason))")
        }
        for notice in report.notices { Console.complain("notice: \(printable(notice))") }
    }
}
