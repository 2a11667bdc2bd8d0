import ArgumentParser
import BackupWorkflow
import FoundationEssentials
import SSHTransport

struct PlatformRecord: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record", abstract: "Records a session with a device as a transcript, its secrets replaced.",
        discussion: """
            Connects as a run does: the host key is on record, the window is open, the login is guarded, and nothing is sent but
            what the platform lists. What is written replays by 'plumbline platform test', holds invented values of the same
            shape in the place of the login's secrets and of whatever the platform's rules or the generic net find, and is for
            its owner alone (mode 0600). Read it before you give it to anybody: what nothing found is still in it.
            """)

    @Argument(help: "A device of the inventory.") var device: String
    @Option(help: "Where to write; var/transcripts/DEVICE-TIME.yaml without it.") var output: String?
    @Flag(help: "Replace serial numbers, host name and hardware addresses too.") var anonymise = false

    func run() async throws {
        let context = CommandContext()
        let workspace = try context.workspace()
        let recording = DeviceRecording(workspace: workspace, connector: .shared, desk: context.desk(workspace))
        let device = try context.device(device, in: workspace)
        let recorded = try await recording.record(device, anonymises: anonymise)
        let path: String
        if let output {
            path = CommandContext.absolute(output)
        } else {
            path = try recording.place(for: device, at: Date())
        }
        try recording.write(recorded, to: path)
        var report = recorded.report
        report.file = path
        for line in report.text(paint: Console.paint(), details: true, texts: false) { Console.say(line) }
        Console.say("\(Wording.count(recorded.replaced, "value")) replaced; read it before you give it away")
        throw ExitCode(report.passed ? 0 : 1)
    }
}
