import ArgumentParser
import BackupWorkflow

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Makes a workspace: a folder with settings, inventory, baselines and var/.",
        discussion: "What is there already stays as it is, so it is safe to run again.")

    @Argument(help: "The folder.") var directory: String = "."
    @Flag(help: "Make a new key of fingerprints although the old one is lost: every secret will look changed once.")
    var newFingerprintKey = false

    func run() async throws {
        let result = try await WorkspaceCreation.create(
            at: CommandContext.absolute(directory), newFingerprintKey: newFingerprintKey)
        let rest =
            result.created.isEmpty ? "everything was there already" : "made " + result.created.joined(separator: ", ")
        Console.say("workspace \(result.root): \(rest)")
        Console.say(
            """
            next: name a credential in Inventory/credentials.yaml and a device in Inventory/groups/, then
              plumbline inventory check && plumbline hostkey enrol && plumbline run
            """)
    }
}
