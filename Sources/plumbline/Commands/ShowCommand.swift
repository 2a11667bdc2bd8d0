import ArgumentParser
import BackupWorkflow
import ConfigAnalysis
import ConfigModel
import SnapshotStore

struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Prints a stored version: its comparable text, or the exact bytes.",
        discussion: """
            Without --artifact a device with one artifact prints as it is; of several, each comes under a heading.
            --collected prints the exact bytes, secrets included: mind where they go.
            """)

    @Argument(help: "DEVICE, DEVICE@3, DEVICE@2026-11-23, DEVICE@COMMIT or DEVICE@approved.") var version: String
    @Option(help: "One artifact, such as running-config or /etc/hosts.") var artifact: String?
    @Flag(help: "The exact bytes as collected, with secrets.") var collected = false
    @Flag(help: "What the device is: model, serial, version, firmware images.") var facts = false
    @OptionGroup var output: FormatOption

    struct Document: Encodable {
        struct Artifact: Encodable {
            var artifact: ArtifactName
            /// The text; of bytes that are no UTF-8, with replacement characters.
            var text: String
        }

        var version: String
        var facts: Facts
        var artifacts: [Artifact]
        /// Whether texts may hold patient data, so that only digests of them are shown.
        var digestOnly: Bool
    }

    func validate() throws {
        if collected, facts { throw ValidationError("say --collected or --facts, not both") }
    }

    func run() async throws {
        let context = CommandContext()
        let folder = try context.folder()
        let store = try await folder.storeForReading()
        if collected {
            try folder.auditWhereOwner("show --collected", subject: version)
            return try await showCollected(store)
        }
        let side = try await side(context, folder, store)
        if facts, output.format == .text { return Console.write(Array(side.snapshot.facts.readable.utf8), to: 1) }
        try print(
            side.snapshot.texts, facts: side.snapshot.facts, name: side.name, digestOnly: side.isDigestOnly)
    }

    /// What is stored needs no inventory; what is approved does.
    private func side(
        _ context: CommandContext, _ folder: WorkspaceFolder, _ store: SnapshotStore
    ) async throws -> SnapshotComparison.Side {
        let reference = try await WorkspaceFolder.asking { () throws(StoreError) in
            try VersionSpecifier.reference(version)
        }
        guard let (device, specifier) = reference, specifier != .approved else {
            return try await SnapshotComparison(workspace: try context.workspace(), store: store).side(version)
        }
        var platform = ""
        var side = try await SnapshotComparison.side(device, specifier, in: store) { name in
            platform = name
            return nil
        }
        // Only what is as short as a digest can be one: the platform need not be read for the others.
        if side.snapshot.texts.values.allSatisfy({ $0.count < 512 }) {
            side.platform = folder.platform(named: platform)
        }
        return side
    }

    private func showCollected(_ store: SnapshotStore) async throws {
        let bytes = try await WorkspaceFolder.asking { () throws(StoreError) in
            guard let (device, specifier) = try VersionSpecifier.reference(version) else {
                throw .notASpecifier(version)
            }
            let found = try await store.resolve(device, specifier)
            var bytes: [ArtifactName: [UInt8]] = [:]
            for name in try await store.collectedReferences(of: found).keys {
                bytes[name] = try await store.collected(of: found, artifact: name)
            }
            return bytes
        }
        try print(bytes, facts: Facts(), name: version)
    }

    private func print(
        _ all: [ArtifactName: [UInt8]], facts: Facts, name: String, digestOnly: Bool = false
    ) throws {
        var texts = all
        if let artifact {
            let wanted = ArtifactName(artifact)
            guard let bytes = all[wanted] else {
                let names = all.keys.sorted().map { printable($0.text) }.joined(separator: ", ")
                throw WorkflowError.request("\(name) has no artifact '\(artifact)'; it has \(names)")
            }
            texts = [wanted: bytes]
        }
        if output.format == .json {
            let artifacts = texts.sorted { $0.key < $1.key }.map {
                Document.Artifact(artifact: $0.key, text: String(decoding: $0.value, as: UTF8.self))
            }
            return try JSONOutput.print(
                Document(version: name, facts: facts, artifacts: artifacts, digestOnly: digestOnly))
        }
        // Not among the text, which may go into a file.
        if digestOnly { Console.complain("\(name) \(PatientData.remark)") }
        let isPlain = texts.count == 1
        for (artifact, bytes) in texts.sorted(by: { $0.key < $1.key }) {
            if !isPlain { Console.say(Console.paint()(.bold, "== \(printable(artifact.text))")) }
            Console.write(harmless(bytes), to: 1)
            if !isPlain, bytes.last != 0x0A { Console.say("") }
        }
    }

    /// Into a pipe or a file the bytes go as they are; onto a terminal, control characters do not.
    private func harmless(_ bytes: [UInt8]) -> [UInt8] {
        guard Console.isTerminal(1) else { return bytes }
        return Array(printable(String(decoding: bytes, as: UTF8.self), keepingLines: true).utf8)
    }
}
