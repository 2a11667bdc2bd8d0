import ArgumentParser
import BackupWorkflow
import ConfigModel

struct FirmwareAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Puts an image from a file into the vault.",
        discussion: """
            The file is hashed while it is copied. Give the digest that the vendor published: if the bytes do not have it, nothing
            is stored and the exit status is 3. The same image again is no second copy; it mends one that was damaged. Other bytes
            under the same name are refused without --replace.
            """)

    @Argument(help: "The image; '-' for standard input.") var file: String
    @Option(help: "The platform that runs it, or an alias.") var platform: String
    @Option(help: "Its version, as devices say it.") var version: String
    @Option(help: "The SHA-256 that the vendor published.") var sha256: String?
    @Option(help: "The SHA-512 that the vendor published.") var sha512: String?
    @Option(help: "The MD5 that the vendor published.") var md5: String?
    @Option(help: "What to call it; the file's name without it.") var name: String?
    @Option(help: "A remark for the record.") var note: String?
    @Flag(help: "Put it in the place of another image of the same name; history keeps that.") var replace = false
    @OptionGroup var output: FormatOption

    private var expected: [ImageDigest] {
        get throws {
            let given: [(DigestAlgorithm, String?)] = [(.sha512, sha512), (.sha256, sha256), (.md5, md5)]
            return try given.compactMap { algorithm, value in
                guard let value else { return nil }
                if let digest = ImageDigest(algorithm, value) { return digest }
                throw WorkflowError.request(
                    "'\(value)' is no \(algorithm.rawValue): that has \(algorithm.digits) hexadecimal digits")
            }
        }
    }

    func run() async throws {
        let context = CommandContext()
        let request = FirmwareIntake.Request(
            file: file, platform: platform, version: version, image: name, expected: try expected, note: note,
            by: context.person, replaces: replace)
        let line = ByteLine()
        let kept: KeptImage
        do {
            defer { line.clear() }
            kept = try await FirmwareIntake(workspace: try context.workspace()).add(request) {
                line.show($0.image, $0.bytes, of: $0.total)
            }
        }
        if output.format == .json { return try JSONOutput.print([kept]) }
        Console.say(FirmwareText.line(kept))
    }
}
