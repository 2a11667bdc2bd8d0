import ArgumentParser
import BackupWorkflow
import ConfigModel
import DeviceInventory

struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Shows the report of a run again: as text, JSON, a page, metrics or a message.",
        discussion: """
            Reports of the last runs are kept in var/runs. Contacts nothing. Exit status: that of the run; with --owners and
            --format mail 0.
            --format html is one page without scripts, for a browser, paper or a mail. --format mail, with --owner, is a message for
            'sendmail -t': nothing at all where there is nothing to say.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, html, metrics, mail }

    @Argument(help: "The run; the last one without it.") var run: String?
    @Option(help: "text, json, html, metrics or mail.") var format: Format = .text
    @Flag(help: "List the runs whose reports are kept, newest first.") var runs = false
    @Flag(help: "List the owners of devices.") var owners = false
    @Option(help: "For mail: whose devices it is about.") var owner: String?
    @Option(help: "For mail: the sender.") var from: String?
    @Flag(help: "For mail: with what changed, line by line.") var diffs = false
    @Flag(help: "List every device, also of a large fleet.") var list = false
    @Option(name: .shortAndLong, help: ArgumentHelp("Write it to a file.", valueName: "file")) var output: String?

    func validate() throws {
        if runs || owners {
            guard !(runs && owners), [.text, .json].contains(format), output == nil, run == nil else {
                throw ValidationError("--runs and --owners each stand alone, as text or json")
            }
            return
        }
        if format == .mail, owner == nil { throw ValidationError("--format mail needs --owner") }
        if format != .mail, owner != nil || from != nil || diffs {
            throw ValidationError("--owner, --from and --diffs go with --format mail")
        }
    }

    func run() async throws {
        let workspace = try CommandContext().workspace()
        let archive = ReportArchive(state: workspace.state)
        if runs {
            if format == .json { return try JSONOutput.print(archive.runs()) }
            for run in archive.runs() { Console.say(run.text) }
            return
        }
        if owners {
            if format == .json { return try JSONOutput.print(RunMail.owners(of: workspace.inventory.devices)) }
            for owner in RunMail.owners(of: workspace.inventory.devices) { Console.say(printable(owner)) }
            return
        }
        let report = try archive.report(try run.map(Self.id))
        switch format {
        case .json where output == nil: try JSONOutput.print(report)
        case .json: try write(String(decoding: try JSONOutput.bytes(report), as: UTF8.self))
        case .text:
            let paint = output == nil ? Console.paint(workspace.settings.color) : Paint(isOn: false)
            let lines = report.text(paint: paint, listAll: list, width: output == nil ? Console.width : nil)
            try write(lines.map { $0 + "\n" }.joined())
        case .html: try write(try await RunPages.html(report, in: workspace))
        case .metrics: try write(RunMetrics(report).text)
        case .mail: return try await mail(report, workspace)
        }
        throw ExitCode(report.exit.rawValue)
    }

    private static func id(_ text: String) throws(WorkflowError) -> RunID {
        guard let id = RunID(text) else { throw .request("'\(text)' is no run: 'plumbline report --runs' lists them") }
        return id
    }

    private func mail(_ report: RunReport, _ workspace: Workspace) async throws {
        let mail = RunMail(report, owner: owner ?? "", devices: workspace.inventory.devices)
        guard mail.isWorthSending else { return }
        var changes: RunChanges?
        if diffs {
            changes = await RunChanges.read(
                of: report, workspace: workspace, store: try await workspace.storeForReading())
        }
        try write(mail.message(changes: changes, from: from))
    }

    private func write(_ text: String) throws(WorkflowError) {
        guard let output else { return Console.write(Array(text.utf8), to: 1) }
        try RunPages.write(text, to: CommandContext.absolute(output))
    }
}

/// Pages of a run, made from what the store has.
enum RunPages {
    static func html(_ report: RunReport, in workspace: Workspace) async throws(WorkflowError) -> String {
        let store = try await workspace.storeForReading()
        let changes = await RunChanges.read(of: report, workspace: workspace, store: store)
        let digestOnly = workspace.inventory.devices.filter {
            workspace.inventory.platform(named: $0.platform)?.phi ?? false
        }
        return RunPage(report, changes: changes, digestOnly: Set(digestOnly.map(\.id))).html
    }

    static func write(_ text: String, to path: String) throws(WorkflowError) { try ReportFile.write(text, to: path) }
}
