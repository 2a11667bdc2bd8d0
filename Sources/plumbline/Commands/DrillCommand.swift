import ArgumentParser
import BackupWorkflow
import ConfigModel
import DeviceInventory
import FoundationEssentials
import SnapshotStore

struct DrillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drill", abstract: "Rehearses a restore, times it, and keeps a record of it.",
        discussion: """
            'drill SELECTOR' does all that a restore does before it speaks with a device: finds what was approved, reads and decrypts
            the exact bytes, holds digests and signatures, computes the plan for the device as it is and for a replacement with nothing
            in it, and says what could be restored, how fast, what not and why. No device is contacted.
            'drill SELECTOR --lab --reason TEXT' restores for real, devices with the tag 'bench' alone, also where nothing differs.
            'drill --self --keys FILE' brings Plumbline itself back in an empty folder, from the mirror and the exported keys.
            The record goes to var/drills/ as JSON and as a page. With 'drillAge' in plumbline.yaml a drill that is too old is a
            finding; a device that could not be restored is one until a newer drill shows otherwise.
            Exit status: 0 all could be restored, in part at least; 2 some could not; 3 something does not hold, or Plumbline did not come
            back whole; 64 nothing was done.
            """,
        subcommands: [DrillRunCommand.self, DrillListCommand.self, DrillShowCommand.self, DrillVerifyCommand.self],
        defaultSubcommand: DrillRunCommand.self)
}

struct DrillRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Rehearses: what 'drill SELECTOR', 'drill --lab' and 'drill --self' do.",
        discussion: """
            Exit status: 0 all could be restored, in part at least; 2 some could not; 3 something does not hold, or Plumbline did not
            come back whole; 64 nothing was done.
            """)

    @Argument(help: "Device ids, globs, group:…, tag:…, platform:….") var selector: [String] = []
    @Option(help: ArgumentHelp("approved, latest, a version's number, a date or a commit.", valueName: "version"))
    var to = "approved"
    @Flag(help: "Restore for real: devices with the tag 'bench' alone; needs --reason.") var lab = false
    @Flag(name: .customLong("self"), help: "Bring Plumbline itself back, from its mirror.") var own = false
    @Option(help: ArgumentHelp("The mirror for --self; by default the setting 'mirror'.", valueName: "mirror"))
    var from: String?
    @Option(help: ArgumentHelp("For --self: the text that 'store export-key' has written.", valueName: "file"))
    var keys: String?
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("For --self: where it is brought back, and stays.", valueName: "folder")) var output: String?
    @Option(help: "For --self: the most seconds that one repository may take.") var seconds = 21_600
    @Option(help: "Who drills; by default who is logged in.") var by: String?
    @Option(help: "Why, for the record and the audit log.") var reason: String?
    @Option(help: ArgumentHelp("The key to sign the record with.", valueName: "file")) var key: String?
    @Option(help: ArgumentHelp("Write the page to this file, too.", valueName: "file")) var html: String?
    @OptionGroup var format: FormatOption

    func validate() throws {
        if own {
            guard selector.isEmpty, !lab, to == "approved" else {
                throw ValidationError("--self is of no device: leave the selector, --lab and --to out")
            }
        } else {
            guard !selector.isEmpty else {
                throw ValidationError("say which devices ('*' for all), or --self")
            }
            guard from == nil, keys == nil, output == nil else {
                throw ValidationError("--from, --keys and --output go with --self")
            }
        }
        if lab {
            guard reason?.contains(where: { !$0.isWhitespace }) ?? false else {
                throw ValidationError("--lab writes to devices: it needs --reason")
            }
            guard to == "approved" else { throw ValidationError("--lab restores what was approved: leave --to out") }
        }
        guard (1...604_800).contains(seconds) else { throw ValidationError("--seconds is 1 to 604800") }
    }

    func run() async throws {
        let context = CommandContext()
        let workspace = try context.workspace()
        let signing = DrillSigning(workspace: workspace)
        // Asked before the work: nobody wants to do it twice for want of a key.
        let key = try signing.key(self.key.map(CommandContext.absolute))
        let record = try await signing.keep(try await drill(context, workspace), key: key)
        let page = try page(of: record, workspace)
        if let html { try ReportFile.write(page, to: CommandContext.absolute(html)) }
        if format.format == .json {
            try JSONOutput.print(record)
        } else {
            let paint = Console.paint(workspace.settings.color)
            for line in record.text(paint: paint, width: Console.width, all: false) { Console.say(line) }
            let signed = record.isSigned ? ", signed" : "; not signed (--key FILE signs it)"
            Console.say("record: var/drills/\(record.id).json and .html\(signed)")
        }
        throw ExitCode(record.status.rawValue)
    }

    private func page(of record: DrillRecord, _ workspace: Workspace) throws(WorkflowError) -> String {
        let path = DrillShelf(state: workspace.state).page(of: record.id)
        do { return String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self) } catch {
            throw .file(path: path, reason: "it cannot be read")
        }
    }

    private var command: String {
        let words = own ? ["--self"] : selector + (to == "approved" ? [] : ["--to", to]) + (lab ? ["--lab"] : [])
        return (["drill"] + words).joined(separator: " ")
    }

    private func drill(_ context: CommandContext, _ workspace: Workspace) async throws -> DrillRecord {
        let tool = "plumbline \(Plumbline.version)"
        let person = by ?? context.person
        if own {
            guard let mirror = from.map(Self.mirror) ?? workspace.settings.mirror else {
                throw WorkflowError.request(
                    "no mirror is set: say in plumbline.yaml where ('mirror'), or name one by --from")
            }
            return try await SelfDrill(workspace: workspace, environment: context.environment).run(
                .init(
                    mirror: mirror, keys: keys.map(CommandContext.absolute),
                    folder: output.map(CommandContext.absolute),
                    by: person, reason: reason, command: command, tool: tool, span: .seconds(seconds))
            ) { step in if Console.isTerminal(2) { Console.complain(step) } }
        }
        let devices = try context.devices(selector, in: workspace)
        let request = DrillWorkflow.Request(
            devices: devices, source: try source(devices), target: to, by: person, reason: reason, command: command,
            tool: tool)
        let workflow = DrillWorkflow(workspace: workspace, collection: context.collection(workspace))
        if lab {
            return try await workflow.lab(request) { device, step in Console.complain("\(device): \(step.words)") }
        }
        let line = OverwrittenLine()
        defer { line.clear() }
        return try await workflow.rehearse(request) { ended, total in
            line.show(isLast: ended == total) { "\(ended) of \(total) devices" }
        }
    }

    /// A folder from here on; an address stays as it is.
    private static func mirror(_ text: String) -> String {
        let isFolder = FileManager.default.fileExists(atPath: CommandContext.absolute(text))
        return isFolder ? CommandContext.absolute(text) : text
    }

    private func source(_ devices: [Device]) throws(WorkflowError) -> RestoreSource {
        if to == "approved" { return .approved }
        do throws(StoreError) { return .version(try VersionSpecifier(to)) } catch { throw .store(error) }
    }
}

struct DrillListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the drills that there were, the newest first.")

    @OptionGroup var output: ListFormatOption

    struct Row: Encodable {
        var id: String
        var kind: DrillRecord.Kind
        var started: Date
        var by: String
        var command: String
        var devices: Int
        var yes: Int
        var partly: Int
        var no: Int
        var isSigned: Bool
        var exit: Int32
    }

    func run() async throws {
        let shelf = DrillShelf(state: try CommandContext().folder().state)
        var rows: [Row] = []
        for id in shelf.ids() {
            do throws(WorkflowError) {
                let record = try shelf.record(id)
                let totals = record.totals
                rows.append(
                    Row(
                        id: record.id, kind: record.kind, started: record.started, by: record.by,
                        command: record.command,
                        devices: totals.devices, yes: totals.yes, partly: totals.partly, no: totals.no,
                        isSigned: record.isSigned, exit: record.status.rawValue))
            } catch {
                Console.complain("plumbline: \(printable("\(error)"))")
            }
        }
        if rows.isEmpty, output.format == .text { return Console.say("there was no drill yet") }
        try output.show(rows, columns: ["drill", "time", "by", "what", "devices", "yes", "partly", "no", "signed"]) {
            row in
            [
                row.id, Wording.minute(row.started), row.by, row.command, "\(row.devices)", "\(row.yes)",
                "\(row.partly)",
                "\(row.no)", row.isSigned ? "yes" : "no",
            ]
        }
    }
}

struct DrillShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Prints the record of a drill whole.")

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, html }

    @Argument(help: "The drill's id; the latest without it.") var id: String?
    @Option(help: "text, json or html.") var format: Format = .text

    func run() async throws {
        let folder = try CommandContext().folder()
        let shelf = DrillShelf(state: folder.state)
        let id = try shelf.id(id)
        let record = try shelf.record(id)
        switch format {
        case .json: Console.write(try shelf.text(of: id), to: 1)
        case .html: Console.write(Array(DrillPage(record, digest: nil).html.utf8), to: 1)
        case .text:
            let paint = Console.paint(folder.settings.color)
            for line in record.text(paint: paint, width: Console.width, all: true) { Console.say(line) }
        }
    }
}

struct DrillVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Tells whether records are what was written: digests, signatures, and the audit log.",
        discussion: "Exit status: 0 all hold, 3 one does not.")

    @Argument(help: "The drill's id, or 'latest'; every drill without it.") var id: String?
    @OptionGroup var output: FormatOption

    func run() async throws {
        let workspace = try CommandContext().workspace()
        let shelf = DrillShelf(state: workspace.state)
        let signing = DrillSigning(workspace: workspace)
        var verdicts: [DrillSigning.Verdict] = []
        for id in try id.map({ id throws(WorkflowError) in [try shelf.id(id)] }) ?? shelf.ids() {
            verdicts.append(try await signing.verify(id))
        }
        if output.format == .json {
            try JSONOutput.print(verdicts)
        } else {
            let paint = Console.paint(workspace.settings.color)
            for verdict in verdicts {
                let word = verdict.faults.isEmpty ? paint(.green, "holds") : paint(.red, "does not hold")
                // Whose key it is, only allowed_signers says.
                let person = verdict.notices.isEmpty ? verdict.by.map { "by \(printable($0)) " } ?? "" : ""
                let signed = verdict.key.map { ", signed \(person)with \($0)" } ?? ""
                Console.say("\(verdict.id)  \(word)\(signed)")
                for fault in verdict.faults { Console.say("    \(printable(fault))") }
                for notice in verdict.notices { Console.say(paint(.dim, "    \(printable(notice))")) }
            }
            if verdicts.isEmpty { Console.say("there was no drill yet") }
        }
        if verdicts.contains(where: { !$0.faults.isEmpty }) { throw ExitCode(3) }
    }
}
