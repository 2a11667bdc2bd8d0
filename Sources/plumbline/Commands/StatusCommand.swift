import ArgumentParser
import BackupWorkflow
import DeviceInventory
import FoundationEssentials

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Shows where each device stands: copy, age, baseline, drift.",
        discussion: "Contacts nothing. Exit status as of 'run'.")

    @Argument(help: "A selector; every device without one.") var selector: [String] = []
    @Option(help: "Which findings end with 1: any, new (not acknowledged), never.") var failOn: FailOn = .any
    @OptionGroup var output: FormatOption

    func run() async throws {
        let (report, paint) = try await Standings.report(selector, failOn: failOn)
        if output.format == .json {
            try JSONOutput.print(report)
        } else {
            for line in report.statusText(paint: paint) { Console.say(line) }
        }
        throw ExitCode(report.exit.rawValue)
    }
}

/// What `status` and `drift` look at.
enum Standings {
    static func report(_ selector: [String], failOn: FailOn) async throws -> (StandingReport, Paint) {
        let context = CommandContext()
        let workspace = try context.workspace()
        let devices = try context.devices(selector, in: workspace)
        let store = try await workspace.storeForReading()
        let now = Date()
        let standings = try await StandingCheck(workspace: workspace, store: store, now: now).standings(of: devices)
        for notice in await workspace.notices(store) { Console.complain("notice: \(printable(notice))") }
        let report = StandingReport(
            workspace: workspace.settings.workspace, at: now, devices: standings,
            exit: .of(standings, failOn: failOn, onboarding: workspace.isOnboarding(at: now)))
        return (report, Console.paint(workspace.settings.color))
    }
}
