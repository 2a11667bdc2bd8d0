import ArgumentParser
import BackupWorkflow
import DeviceInventory
import Dispatch
import Glibc
import SSHTransport
import Synchronization

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Collects devices, stores what is new, compares with the baseline, reports.",
        discussion: """
            Without a selector it takes what is due: what its 'schedule' or 'every' says, else what has used up half of its
            'freshness'; the most urgent first. --all takes everything, a selector the named.
            Exit status: 0 all asked devices fresh and without drift, 1 drift, 2 a device is stale, quarantined or its credential
            held, 3 the store or an approval does not hold, 75 another run is under way, 78 faulty configuration.
            Ctrl-C starts no more sessions, gives the open ones 'grace', stores what came and reports; again: stops now.
            --trace prints the dialogue on standard error: '>' what was sent, '<' what came, control characters as \\r, \\n or
            \\x1b, the credential's secrets as <secret>. Secrets of the device's own configuration stand in it: mind where it goes.
            """)

    @Argument(help: "Device ids, globs, group:…, tag:…, platform:…; what is due without one.")
    var selector: [String] = []
    @Flag(help: "Every device of the inventory, due or not.") var all = false
    @Flag(help: "Say what would be done and why not the rest; contact nothing.") var dryRun = false
    @Flag(help: "With --dry-run: every line that would be sent, now or when the time comes.") var commands = false
    @Flag(help: "Contact devices also outside of their windows; needs --reason, and is recorded.") var outsideWindow =
        false
    @Option(help: "Why, for the audit log.") var reason: String?
    @Flag(help: "Let the daemon ('plumbline serve') do it, and wait for its report.") var viaDaemon = false
    @Option(help: "Which findings end with 1: any, new (not acknowledged), never.") var failOn: FailOn = .any
    @Flag(help: "List every device, also of a large fleet.") var list = false
    @Flag(help: "Print what is sent and received, byte by byte, on standard error.") var trace = false
    @Option(help: ArgumentHelp("Write a page of HTML, without scripts.", valueName: "file")) var html: String?
    @Option(help: ArgumentHelp("Write metrics for Prometheus' textfile collector.", valueName: "file"))
    var metricsFile: String?
    @OptionGroup var output: FormatOption

    func validate() throws {
        if all, !selector.isEmpty { throw ValidationError("say a selector or --all, not both") }
        if metricsFile != nil, !selector.isEmpty {
            throw ValidationError("--metrics-file is about the whole inventory: run what is due, or --all")
        }
        if viaDaemon, dryRun || trace { throw ValidationError("--via-daemon goes with neither --dry-run nor --trace") }
        if commands, !dryRun { throw ValidationError("--commands goes with --dry-run") }
        if outsideWindow, reason?.contains(where: { !$0.isWhitespace }) != true {
            throw ValidationError("--outside-window needs --reason: windows protect patients")
        }
        if reason != nil, !outsideWindow { throw ValidationError("--reason goes with --outside-window") }
    }

    func run() async throws {
        // From the first moment on: a signal ends a run by its result.
        let stop = StopRequest()
        let signals = Interruption(stop)
        defer { signals.end() }
        let context = CommandContext()
        let workspace = try context.workspace()
        let devices = try context.devices(selector, in: workspace)
        let request = RunWorkflow.Request(
            devices: devices, command: (["run"] + (all ? ["--all"] : selector)).joined(separator: " "), failOn: failOn,
            onlyDue: !all && selector.isEmpty, outsideWindows: outsideWindow ? reason : nil)
        if viaDaemon { return try await askDaemon(workspace) }
        if dryRun { return try await preview(request, workspace) }
        let stage = CollectionStage(
            connector: .shared, desk: context.desk(workspace), credentials: CredentialGuard(),
            follow: trace ? Trace.follower(naming: devices.count > 1) : nil,
            concurrency: workspace.settings.concurrency)
        let line = trace ? nil : ProgressLine()
        let report = try await RunWorkflow(workspace: workspace, collection: stage).run(
            request, stop: stop, progress: { line?.show($0) })
        line?.clear()
        try await show(report, workspace)
        // After the report, which nobody should have to wait for.
        for notice in await StoreMaintenance(workspace: workspace).afterRun() {
            Console.complain("notice: \(printable(notice))")
        }
        throw ExitCode(report.exit.rawValue)
    }
}

extension RunCommand {
    private func show(_ report: RunReport, _ workspace: Workspace) async throws {
        if output.format == .json {
            try JSONOutput.print(report)
        } else {
            for text in report.text(paint: Console.paint(workspace.settings.color), listAll: list, width: Console.width)
            { Console.say(text) }
        }
        try await write(report, workspace)
    }

    private func askDaemon(_ workspace: Workspace) async throws {
        let line = ProgressLine()
        let reply = try await ControlSocket(state: workspace.state).ask(
            DaemonRequest(
                selector: selector, all: all, failOn: failOn, outsideWindows: outsideWindow ? reason : nil)
        ) { reply in
            if case .progress(let progress) = reply { line.show(progress) }
        }
        line.clear()
        switch reply {
        case .report(let report):
            try await show(report, workspace)
            throw ExitCode(report.exit.rawValue)
        case .refused(let message, let status):
            Console.complain("plumbline: \(printable(message, keepingLines: true))")
            throw ExitCode(status)
        case .waiting, .progress: return
        }
    }

    /// Files beside the report. Where one cannot be written it is told, and a run that would end with 0 ends with 74.
    private func write(_ report: RunReport, _ workspace: Workspace) async throws {
        do throws(WorkflowError) {
            if let metricsFile {
                try ReportFile.write(RunMetrics(report).text, to: CommandContext.absolute(metricsFile))
            }
            if let html {
                try ReportFile.write(try await RunPages.html(report, in: workspace), to: CommandContext.absolute(html))
            }
        } catch {
            guard report.exit != .clean else { throw error }
            Console.complain("plumbline: \(printable("\(error)"))")
        }
    }

    private func preview(_ request: RunWorkflow.Request, _ workspace: Workspace) async throws {
        let preview = try await RunPreview(of: request, in: workspace)
        if output.format == .json { return try JSONOutput.print(preview.document(withCommands: commands)) }
        for line in preview.text(
            paint: Console.paint(workspace.settings.color), withCommands: commands, width: Console.width)
        { Console.say(line) }
    }
}

extension FailOn: ExpressibleByArgument {}

/// What passes in the sessions of a run, on standard error.
private enum Trace {
    /// - Parameter naming: Whether each line begins with the device's id.
    static func follower(naming: Bool) -> SessionFollower {
        let turn = Mutex(())
        return SessionFollower { device, lines in
            let name = naming ? "\(device) " : ""
            let text = lines.map { "\(name)\($0)\n" }.joined()
            // One at a time: the lines of one device stay together.
            turn.withLock { _ in Console.write(Array(text.utf8), to: 2) }
        }
    }
}

/// The first SIGINT or SIGTERM asks the run to end; the second ends the process.
private final class Interruption {
    private let sources: [any DispatchSourceSignal]

    init(_ stop: StopRequest) {
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if stop.isRequested { Glibc._exit(128 + number) }
                Console.complain("stopping: no new sessions; the open ones have 'grace' left; once more to stop now")
                stop.request()
            }
            source.resume()
            return source
        }
    }

    func end() { for source in sources { source.cancel() } }
}
