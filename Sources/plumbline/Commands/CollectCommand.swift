import ArgumentParser
import BackupWorkflow
import ConfigModel
import DeviceInventory
import FoundationEssentials
import SSHTransport

struct CollectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "collect", abstract: "Takes in files that a person brings of a device nobody can ask.",
        discussion: """
            For devices with 'method: manual', and for one that is out of reach. FILE is the platform's main artifact, or a folder
            with a file for each, named for it, files of the device below files/. They pass the same gate as what is collected
            over SSH; their age counts from --taken. Recorded in var/audit.jsonl. Exit status as of 'run'.
            """)

    @Argument(help: "The device.") var device: String
    @Option(help: ArgumentHelp("What was brought.", valueName: "file")) var from: String
    @Option(help: "When it was taken from the device: 2026-11-23, or 2026-11-23T14:30:00Z.") var taken: String
    @Option(help: "Who brought it.") var by: String
    @Option(help: "Which artifact FILE is, where it is not the main one.") var artifact: String?
    @Option(help: "Why, for the audit log.") var reason: String?
    @OptionGroup var output: FormatOption

    func run() async throws {
        let context = CommandContext()
        let workspace = try context.workspace()
        let stage = CollectionStage(
            connector: .shared, desk: context.desk(workspace), credentials: CredentialGuard(), concurrency: 1)
        let report = try await ManualCollection(workspace: workspace, collection: stage).collect(
            ManualCollection.Request(
                device: try context.device(device, in: workspace), path: CommandContext.absolute(from),
                artifact: artifact.map { ArtifactName($0) }, taken: try time(), by: by, reason: reason))
        if output.format == .json {
            try JSONOutput.print(report)
        } else {
            for text in report.text(paint: Console.paint(workspace.settings.color), width: Console.width) {
                Console.say(text)
            }
        }
        throw ExitCode(report.exit.rawValue)
    }

    /// A day counts as its beginning, in UTC: no copy is told younger than it may be.
    private func time() throws(WorkflowError) -> Date {
        for text in [taken, taken + "T00:00:00Z", taken.replacing(" ", with: "T") + ":00Z"] {
            if let date = try? Date(text, strategy: .iso8601) { return date }
        }
        throw .request("--taken '\(taken)' is no time: write 2026-11-23, or 2026-11-23T14:30:00Z")
    }
}
