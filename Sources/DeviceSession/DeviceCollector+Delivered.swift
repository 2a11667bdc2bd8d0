package import ConfigModel
import Patterns

/// Where nobody speaks SSH: a program or a person delivers the texts.
extension DeviceCollector {
    /// What delivered texts come to: held against the same rules as what a device says itself, facts found in them.
    /// - Parameter delivered: Artifacts of the platform by their names; of files their absolute paths.
    /// - Throws: `undeliverable` for a name that the platform does not have; `nothingCollected`.
    package func capture(of delivered: [ArtifactName: [UInt8]]) async throws(SessionError) -> Capture {
        var pass = CollectionPass(self, NoConnection(host: host), .now + .seconds(60), nil)
        var waiting = delivered
        for rule in rules.collect {
            switch rule.source {
            case .files(let glob, _):
                for (name, bytes) in waiting.sorted(by: { $0.key < $1.key })
                where name.isFile && glob.matches(path: name.text) {
                    try pass.take(bytes, as: name, rule)
                    waiting[name] = nil
                }
            case .command(let lines, let artifact):
                let names = waiting.keys.filter { Self.fits($0, artifact) }.sorted()
                for name in names {
                    guard let bytes = waiting.removeValue(forKey: name) else { continue }
                    try pass.take(bytes, as: name, rule)
                    if rule.list == nil { try pass.seed(lines, rule, with: bytes) }
                }
                if names.isEmpty, !rule.isOptional, !pass.artifacts.contains(where: { Self.fits($0.name, artifact) }) {
                    pass.notes.append("\(artifact): it was not delivered")
                }
            }
        }
        if let unknown = waiting.keys.min() {
            throw .undeliverable(
                host: host, name: unknown.text, platform: platform.name, known: rules.collect.map(\.name).sorted())
        }
        guard !pass.artifacts.isEmpty else { throw .nothingCollected(host: host) }
        for rule in rules.facts {
            // What nobody delivered cannot be asked for.
            do throws(SessionError) {
                try await pass.find(rule)
            } catch {
                guard case .unsupported = error else { throw error }
            }
        }
        pass.notes.removeAll { $0.contains(NoConnection.what) }
        try pass.noteMissingFacts()
        return Capture(artifacts: pass.artifacts, facts: pass.sortedFacts, notes: pass.notes)
    }

    /// The artifact that the platform's first rule brings: what a single text without a name is.
    package var mainArtifact: ArtifactName? {
        for rule in rules.collect {
            guard case .command(_, let artifact) = rule.source, rule.list == nil else { continue }
            return ArtifactName(artifact)
        }
        return nil
    }

    /// Whether a name is that of a rule, values of lists filled in.
    private static func fits(_ name: ArtifactName, _ artifact: String) -> Bool {
        guard let open = artifact.firstIndex(of: "{"), let close = artifact.lastIndex(of: "}") else {
            return name.text == artifact
        }
        let (head, tail) = (artifact[..<open], artifact[artifact.index(after: close)...])
        return name.text.count > head.count + tail.count && name.text.hasPrefix(head) && name.text.hasSuffix(tail)
    }
}

extension CollectionPass {
    fileprivate mutating func take(
        _ bytes: [UInt8], as name: ArtifactName, _ rule: CollectionRules.Collect
    ) throws(SessionError) {
        guard !artifacts.contains(where: { $0.name == name }) else { return }
        let defects = try matching { () throws(PatternError) in try rule.completeness.defects(of: bytes, mask: mask) }
        try keep(Artifact(name: name, collected: bytes, defects: defects))
    }

    /// Lets the text stand for the answer to a rule's commands: facts may come from them too.
    fileprivate mutating func seed(
        _ lines: [ListedLine], _ rule: CollectionRules.Collect, with text: [UInt8]
    ) throws(SessionError) {
        for listed in lines {
            let line = try filled(listed, filling)
            replies[(try place(rule.mode, filling)?.key ?? "") + "\n" + line.text] = .text(text)
        }
    }
}

/// Stands where there is no device to ask.
private struct NoConnection: DeviceConnection {
    static let what = "connection: its texts are delivered"
    let host: String

    private var refusal: SessionError { .unsupported(host: host, what: Self.what) }

    func openShell(
        _ terminal: TerminalRules, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> any Transport { throw refusal }

    func execute(
        _ command: String, limit: Int, until deadline: ContinuousClock.Instant, piece: @escaping Piece
    ) async throws(SessionError) -> CommandEnd { throw refusal }

    func listDirectory(
        _ path: String, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> [DirectoryEntry] { throw refusal }

    func status(of path: String, until deadline: ContinuousClock.Instant) async throws(SessionError) -> DirectoryEntry?
    { throw refusal }

    func readFile(
        _ path: String, by method: FileMethod, limit: Int, until deadline: ContinuousClock.Instant,
        piece: @escaping Piece
    ) async throws(SessionError) { throw refusal }

    var legacyAlgorithms: [String] { [] }
    func close() async {}
}
