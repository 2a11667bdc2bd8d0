import ArgumentParser
import BackupWorkflow
import ConfigModel
import Glibc
import SnapshotStore

struct RestoreFileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "file",
        abstract: "Writes the text that a restore would send to a file, for a console or a USB stick.",
        discussion: """
            The exact bytes, secrets included, as the device takes them; it is recorded. The file is made for you alone (0600).
            Of platforms that are restored by files it is a folder.
            """)

    @Argument(help: "The device's id.") var device: String
    @Option(help: ArgumentHelp("What is put back: approved, a version, a date, a commit.", valueName: "target"))
    var to = "approved"
    @Option(name: [.customShort("o"), .long], help: ArgumentHelp("Where to; it must not be there.", valueName: "path"))
    var output: String
    @Option(help: "Why, for the audit log.") var reason: String?

    func run() async throws {
        let context = CommandContext()
        let workspace = try context.workspace()
        let device = try context.device(device, in: workspace)
        let source: RestoreSource =
            to == "approved"
            ? .approved
            : .version(try await workspace.asking { () throws(StoreError) in try VersionSpecifier(to) })
        let store = try await workspace.storeForReading()
        let written = try await RestoreExport(workspace: workspace, store: store).write(
            device, source, to: CommandContext.absolute(output), reason: reason, by: context.person)
        Console.say("\(written.target) is in \(printable(output)): \(Wording.count(written.files, "file"))")
        for note in written.notes { Console.say("  \(printable(note))") }
    }
}
