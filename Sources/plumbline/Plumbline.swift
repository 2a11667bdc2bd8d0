import ArgumentParser
import BackupWorkflow
import Glibc

/// The command line. Each command has a file of its own in `Commands/`.
@main
struct Plumbline: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "plumbline",
        abstract: "Backs up device configurations, compares them with approved baselines, reports the drift.",
        discussion: """
            Commands find their workspace as git does: upwards from here, or from DIR with 'plumbline -C DIR COMMAND'.
            Exit status of run, drift and status: 0 clean, 1 drift, 2 a device is stale, quarantined or its credential held, 3 the store or an
            approval does not hold; 64 wrong usage, 75 another run holds the lock, 78 faulty configuration.
            """,
        version: version,
        subcommands: [
            InitCommand.self, ConfigCommand.self, SchemaCommand.self, InventoryCommand.self, CredentialCommand.self,
            HostkeyCommand.self, DeviceCommand.self,
            RunCommand.self, ServeCommand.self, CollectCommand.self, StatusCommand.self, HistoryCommand.self,
            ShowCommand.self,
            DiffCommand.self,
            SearchCommand.self,
            ReportCommand.self, DriftCommand.self, ApproveCommand.self, RejectCommand.self, ReviewCommand.self,
            BaselineCommand.self,
            RestoreCommand.self, DrillCommand.self, BundleCommand.self,
            QuarantineCommand.self, FirmwareCommand.self,
            PlatformCommand.self, HooksCommand.self,
            StoreCommand.self,
        ])

    @Option(name: .customShort("C"), help: "Run as if started in this folder; stands before the command.")
    var directory: String?

    static func main() async {
        // A reader that goes away (`plumbline history x | head`) is an error to see, not a death by signal.
        signal(SIGPIPE, SIG_IGN)
        var words = Array(CommandLine.arguments.dropFirst())
        while let directory = leadingDirectory(&words) {
            guard chdir(directory) == 0 else {
                Console.complain("plumbline: cannot change to '\(directory)': \(String(cString: strerror(errno)))")
                Glibc.exit(ExitStatus.usage.rawValue)
            }
        }
        do {
            var command = try parseAsRoot(words)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let failure as any CommandFailure {
            Console.complain("plumbline: \(printable(failure.message, keepingLines: true))")
            Glibc.exit(failure.code)
        } catch {
            exit(withError: error)
        }
    }

    /// Takes `-C DIR` from the front, if it stands there: each is relative to the one before, as with git.
    private static func leadingDirectory(_ words: inout [String]) -> String? {
        guard let first = words.first, first.hasPrefix("-C") else { return nil }
        if first.count > 2 {
            words.removeFirst()
            return String(first.dropFirst(2))
        }
        guard words.count >= 2 else { return nil }
        let directory = words[1]
        words.removeFirst(2)
        return directory
    }
}
