import ArgumentParser
import BackupWorkflow
import FoundationEssentials

struct StoreExportKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export-key",
        abstract: "Copies the keys of the exact bytes to a file, and to a text for a safe.",
        discussion: """
            FILE gets the key of the newest repository, for 'git-crypt unlock FILE' in a clone; FILE.txt gets every key, and the
            key of fingerprints, as text to be printed. Both are secret: whoever has them and the store reads every password.
            --text prints that text instead of writing files. Every run warns until this was done once for each key.
            """)

    @Argument(help: "A file that is not there yet, best on another medium.") var file: String?
    @Flag(help: "Print the text and write no file.") var text = false
    @Option(help: "The repository whose key FILE gets, such as collected-2025.") var repository: String?
    @OptionGroup var output: FormatOption

    func validate() throws {
        guard (file == nil) == text else { throw ValidationError("say FILE, or --text") }
        guard repository == nil || !text else { throw ValidationError("--text has every key: leave --repository out") }
        if text, output.format == .json { throw ValidationError("--text is for people: leave --format out") }
    }

    func run() async throws {
        let export = KeyExport(workspace: try CommandContext().workspace())
        guard let file else {
            Console.write(Array(try await export.text().text.utf8), to: 1)
            return
        }
        let result = try await export.export(to: CommandContext.absolute(file), repository: repository)
        if output.format == .json { return try JSONOutput.print(result) }
        Console.say("\(file): the key of \(repository ?? result.repositories.last ?? ""), for 'git-crypt unlock'")
        Console.say("\(file).txt: all keys as text (\(result.repositories.joined(separator: ", ")), fingerprint)")
        Console.say("Both are secret. Put them into a safe, away from this machine.")
    }
}

struct StoreImportKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import-key", abstract: "Puts an exported key back.",
        discussion: """
            FILE is a key file of git-crypt or the text of 'store export-key'. The key goes to the repositories that were
            encrypted with it. A key that lies there already stays.
            """)

    @Argument(help: "The file.") var file: String

    func run() async throws {
        let bytes: [UInt8]
        do {
            bytes = Array(try Data(contentsOf: URL(filePath: CommandContext.absolute(file))))
        } catch {
            throw WorkflowError.file(path: file, reason: "it cannot be read")
        }
        let opened = try await KeyExport(workspace: try CommandContext().workspace()).importKeys(bytes)
        for name in opened { Console.say("\(name): its key is in place") }
    }
}
