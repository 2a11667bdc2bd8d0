import ArgumentParser
import BackupWorkflow
import ConfigModel
import DeviceInventory
import FoundationEssentials

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Shows where each device stands: copy, age, baseline, drift.",
        discussion: "Contacts nothing. Exit status as of 'run'.")

    @Argument(help: "A selector; every device without one.") var selector: [String] = []
    @Option(help: "Which findings end with 1: any, new (not acknowledged), never.") var failOn: FailOn = .any
    @OptionGroup var output: ListFormatOption

    func run() async throws {
        let (report, paint) = try await Standings.report(selector, failOn: failOn)
        switch output.format {
        case .json: try JSONOutput.print(report)
        case .text: for line in report.statusText(paint: paint) { Console.say(line) }
        case .csv:
            try output.show(
                report.devices,
                columns: [
                    "device", "group", "platform", "stands", "version", "approved", "lastGood", "findings", "waived",
                ]
            ) { row in
                [
                    row.device.text, row.group, row.platform, row.word, row.version.map(String.init) ?? "",
                    row.baseline.map { String($0.version) } ?? "", row.lastGood?.formatted(.iso8601) ?? "",
                    "\(row.findings.count)", "\(row.waived.count)",
                ]
            }
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
