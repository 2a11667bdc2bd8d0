import ArgumentParser
import BackupWorkflow
import ConfigModel
import SSHTransport

struct FirmwarePullCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull", abstract: "Reads a device's images into the vault.",
        discussion: """
            Connects as a run does: the host key is on record, the window is open, the login is guarded, and nothing is sent but
            what reads the files that the device's facts name. What comes is compared with the digest that the device itself
            reported: if it is another, the image is not stored and the exit status is 3. Without IMAGE, images that are in the
            vault already are not read again.
            """)

    @Argument(help: "A device of the inventory.") var device: String
    @Argument(help: "A path of the device's facts, or its last part; every image without it.") var image: String?
    @Option(help: "Which version it is; the one in the device's facts without it.") var version: String?
    @Option(help: "How long it may take, in minutes.") var minutes = 60
    @Flag(help: "Put it in the place of another image of the same name; history keeps that.") var replace = false
    @OptionGroup var output: FormatOption

    func validate() throws {
        guard (1...10_000).contains(minutes) else { throw ValidationError("--minutes is a number from 1 to 10000") }
    }

    func run() async throws {
        let context = CommandContext()
        let workspace = try context.workspace()
        let pull = FirmwarePull(workspace: workspace, connector: .shared, desk: context.desk(workspace))
        let request = FirmwarePull.Request(
            device: try context.device(device, in: workspace), image: image, version: version,
            timeout: .seconds(minutes * 60), by: context.person, replaces: replace)
        let line = ByteLine()
        let kept: [KeptImage]
        do {
            defer { line.clear() }
            kept = try await pull.pull(request) { line.show($0.image, $0.bytes, of: $0.total) }
        }
        if output.format == .json { return try JSONOutput.print(kept) }
        for image in kept { Console.say(FirmwareText.line(image)) }
    }
}
