import ArgumentParser
import BackupWorkflow
import ConfigModel
import FoundationEssentials

struct DriftCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drift", abstract: "Shows how far devices have moved from their approved baselines.",
        discussion: """
            Contacts nothing: compares the latest stored version with what was approved. '-' stands before what the baseline has and
            the device lacks, '+' before what the device has in addition. What three devices or more have alike is told once, with
            their names; --each tells it under each. Exit status as of 'run'.
            """)

    @Argument(help: "A selector; every device without one.") var selector: [String] = []
    @Option(help: "Which findings end with 1: any, new (not acknowledged), never.") var failOn: FailOn = .any
    @Flag(help: "Tell each finding under its device, also where many have the same.") var each = false
    @OptionGroup var output: ListFormatOption

    func run() async throws {
        let (report, paint) = try await Standings.report(selector, failOn: failOn)
        switch output.format {
        case .json: try JSONOutput.print(report)
        case .text:
            for line in report.driftText(paint: paint, width: Console.width, each: each) { Console.say(line) }
        case .csv:
            let rows = report.devices.flatMap { standing in
                standing.findings.map { Row(standing, $0, nil) }
                    + standing.waived.map { Row(standing, $0.finding, $0) }
            }
            try output.show(rows, columns: Row.columns) { $0.cells }
        }
        throw ExitCode(report.exit.rawValue)
    }
}

/// One finding as a row of a table, with what was said of it.
private struct Row: Encodable {
    static let columns = [
        "id", "device", "group", "class", "severity", "state", "by", "until", "ticket", "since", "rule", "artifact",
        "path",
        "summary", "missing", "extra",
    ]

    var cells: [String]

    init(_ standing: Standing, _ finding: Finding, _ waived: Standing.Waived?) {
        let mark = standing.marks[finding.id]
        let state =
            waived != nil ? "waived" : mark.map { $0.kind == .waived ? "waiver-expired" : $0.kind.rawValue } ?? "open"
        cells = [
            finding.id, finding.device.text, standing.group, finding.class.rawValue, finding.severity.rawValue, state,
            waived?.by ?? mark?.by ?? "", (waived?.until ?? mark?.until)?.description ?? "",
            waived?.ticket ?? mark?.ticket ?? "", standing.since[finding.id]?.formatted(.iso8601) ?? "",
            finding.rule ?? "", finding.artifact?.text ?? "", finding.path.joined(separator: " › "), finding.summary,
            finding.missing.joined(separator: "\u{240A}"), finding.extra.joined(separator: "\u{240A}"),
        ]
    }
}
