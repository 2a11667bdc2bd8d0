import ArgumentParser
import BackupWorkflow

struct DriftCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drift", abstract: "Shows how far devices have moved from their approved baselines.",
        discussion: """
            Contacts nothing: compares the latest stored version with what was approved. '-' stands before what the baseline has and
            the device lacks, '+' before what the device has in addition. Exit status as of 'run'.
            """)

    @Argument(help: "A selector; every device without one.") var selector: [String] = []
    @Option(help: "Which findings end with 1: any, new (not acknowledged), never.") var failOn: FailOn = .any
    @OptionGroup var output: FormatOption

    func run() async throws {
        let (report, paint) = try await Standings.report(selector, failOn: failOn)
        if output.format == .json {
            try JSONOutput.print(report)
        } else {
            for line in report.driftText(paint: paint, width: Console.width) { Console.say(line) }
        }
        throw ExitCode(report.exit.rawValue)
    }
}
