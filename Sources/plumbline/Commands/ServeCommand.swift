import ArgumentParser
import BackupWorkflow
import DeviceInventory
import Dispatch
import FoundationEssentials
import Glibc
import Logging
import SSHTransport
import ServiceLifecycle

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Runs what is due, whenever it is due, until it is told to end.",
        discussion: """
            The same as 'run' under cron, as a daemon: it wakes for devices that are due, at most every 'pace', reads the inventory
            anew when it changes or on SIGHUP (a faulty one is told, and the one before goes on), keeps a report of each run, and
            takes 'plumbline run … --via-daemon' by var/serve.sock. It opens no network port. SIGTERM or Ctrl-C: no new sessions,
            the open ones have 'grace', what came is stored; again: ends at once.
            """)

    @Option(help: ArgumentHelp("After each run, write a page of HTML.", valueName: "file")) var html: String?
    @Option(help: ArgumentHelp("After each run, write metrics for Prometheus' textfile collector.", valueName: "file"))
    var metricsFile: String?

    func run() async throws {
        for file in [html, metricsFile].compactMap(\.self) {
            let folder = URL(filePath: CommandContext.absolute(file)).deletingLastPathComponent().path
            guard access(folder, W_OK) == 0 else {
                throw WorkflowError.output(
                    path: file, reason: "the folder \(folder) is not there, or not ours to write to")
            }
        }
        let context = CommandContext()
        let logger = Self.logger()
        let (html, metrics) = (html.map(CommandContext.absolute), metricsFile.map(CommandContext.absolute))
        let daemon = try Daemon(
            Daemon.Surroundings(
                open: { () throws(WorkflowError) in try context.workspace() },
                stage: { workspace in
                    CollectionStage(
                        connector: .shared, desk: context.desk(workspace), credentials: CredentialGuard(),
                        concurrency: workspace.settings.concurrency)
                },
                finished: { report, workspace in
                    // A page and metrics are about the whole inventory.
                    guard !report.isPartial else { return }
                    do throws(WorkflowError) {
                        if let metrics { try ReportFile.write(RunMetrics(report).text, to: metrics) }
                        if let html { try ReportFile.write(try await RunPages.html(report, in: workspace), to: html) }
                    } catch {
                        logger.error("\(error)")
                    }
                }), logger: logger)
        let group = ServiceGroup(configuration: .init(services: [daemon], logger: logger))
        let signals = DaemonSignals(
            stop: {
                logger.info("stopping: no new sessions; once more to stop now")
                await group.triggerGracefulShutdown()
            }, reload: { await daemon.requestReload() })
        defer { signals.end() }
        try await group.run()
    }

    private static func logger() -> Logger {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        return Logger(label: "plumbline")
    }
}

/// SIGTERM and SIGINT ask the daemon to end, the second one ends the process; SIGHUP has the inventory read anew.
private final class DaemonSignals {
    private var sources: [any DispatchSourceSignal] = []

    init(stop: @escaping @Sendable () async -> Void, reload: @escaping @Sendable () async -> Void) {
        let asked = StopRequest()
        for number in [SIGINT, SIGTERM] {
            watch(number) {
                if asked.isRequested { Glibc._exit(128 + number) }
                asked.request()
                // Ends with the process.
                Task { await stop() }
            }
        }
        watch(SIGHUP) { Task { await reload() } }
    }

    private func watch(_ number: Int32, _ body: @escaping @Sendable () -> Void) {
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler(handler: body)
        source.resume()
        sources.append(source)
    }

    func end() { for source in sources { source.cancel() } }
}
