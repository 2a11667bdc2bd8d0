import ArgumentParser
import BackupWorkflow
import SnapshotStore

struct StoreRekeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rekey",
        abstract: "Begins the next repository of exact bytes, under a new key, and stores the tips there anew.",
        discussion: """
            For when a key may be known to others. The exact bytes of each device's latest version and of approved ones are
            stored anew; what was stored before stays under its old key until 'store retire'. The key of fingerprints stays:
            no comparable text changes. Export the new key afterwards. Exit status: 0 all, 3 some bytes could not be read.
            """)

    @Option(help: "Why, for the audit log.") var reason: String?
    @OptionGroup var output: FormatOption

    func run() async throws {
        let context = CommandContext()
        let (summary, notices) = try await StoreRenewal(workspace: try context.workspace(), by: context.person)
            .rekey(reason: reason)
        for notice in notices { Console.complain("notice: \(printable(notice))") }
        if output.format == .json {
            try JSONOutput.print(summary)
        } else {
            Console.say("\(summary.repository): begun, under a key of its own")
            Console.say("\(Wording.count(summary.copies, "version")) stored there anew, as restore copies")
            for text in summary.unreadable { Console.complain("plumbline: \(printable(text))") }
        }
        if !summary.unreadable.isEmpty { throw ExitCode(3) }
    }
}

struct StoreRetireCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retire", abstract: "Archives or drops a whole old repository of exact bytes.",
        discussion: """
            Refused while a latest or an approved version needs it, and for the one that runs write to. The archive is a bundle of
            git: 'git clone FILE' and 'git-crypt unlock KEY' open it; its key stays in var/keys. Comparable texts and history
            stay as they are in store.git. A note stays in var/, so that 'store verify' knows.
            """)

    @Argument(help: "Such as collected-2024.") var repository: String
    @Option(help: "The folder that gets the archive.") var archive: String?
    @Flag(help: "Keep no archive.") var drop = false
    @Option(help: "Why, for the note and the audit log.") var reason: String
    @OptionGroup var output: FormatOption

    func validate() throws {
        guard (archive == nil) == drop else { throw ValidationError("say --archive FOLDER, or --drop") }
    }

    func run() async throws {
        let context = CommandContext()
        let note = try await StoreRenewal(workspace: try context.workspace(), by: context.person)
            .retire(repository, archive: archive.map(CommandContext.absolute), reason: reason)
        if output.format == .json { return try JSONOutput.print(note) }
        Console.say("\(note.repository): retired")
        if let archive = note.archive, let digest = note.digest {
            Console.say("\(archive): its archive, sha256 \(digest)")
        }
    }
}
