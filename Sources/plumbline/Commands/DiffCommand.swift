import ArgumentParser
import BackupWorkflow
import ConfigAnalysis
import ConfigModel
import DeviceInventory

struct DiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Compares two versions, a version with its baseline, or two devices.",
        discussion: """
            diff sw-1            the latest version with what was approved
            diff sw-1@3          version 3 with what was approved
            diff sw-1@3 sw-1@5   two versions
            diff sw-1 sw-2       two devices
            Exit status: 0 nothing differs, 1 something does, 2 trouble.
            """)

    @Argument(help: "DEVICE or DEVICE@VERSION.") var first: String
    @Argument(help: "DEVICE or DEVICE@VERSION.") var second: String?
    @Option(name: [.customShort("U"), .long], help: "Lines around each change.") var context = 3
    @Option(help: "One artifact alone.") var artifact: String?
    @Flag(help: "Show what differs within a line, as [-old-]{+new+}.") var word = false
    @Flag(name: [.customShort("y"), .long], help: "Show old and new beside each other.") var sideBySide = false
    @OptionGroup var output: FormatOption

    struct Document: Encodable {
        struct Hunk: Encodable {
            var section: [String]
            var oldStart: Int
            var newStart: Int
            var lines: [Line]
        }

        struct Line: Encodable {
            var kind: DiffHunk.Line.Kind
            var text: String
        }

        struct Artifact: Encodable {
            var artifact: ArtifactName
            var onlyIn: String?
            /// Whether its text may hold patient data, so that only a digest of it is shown.
            var digestOnly: Bool
            var hunks: [Hunk]
        }

        var old: String
        var new: String
        var artifacts: [Artifact]
    }

    func validate() throws {
        guard (0...10_000).contains(context) else { throw ValidationError("--context takes 0 to 10000 lines") }
        if word, sideBySide { throw ValidationError("--word and --side-by-side are two ways to show it: name one") }
    }

    func run() async throws {
        do {
            let differs = try await compare()
            throw ExitCode(differs ? 1 : 0)
        } catch let error as WorkflowError where error.status != .configuration {
            // Like its namesake: 1 means a difference, so trouble is 2.
            Console.complain("plumbline: \(printable(error.message, keepingLines: true))")
            throw ExitCode(2)
        }
    }

    private func compare() async throws -> Bool {
        let workspace = try CommandContext().workspace()
        let store = try await workspace.storeForReading()
        let comparison = SnapshotComparison(workspace: workspace, store: store)
        let name = first.prefix { $0 != "@" }
        let old = try await comparison.side(second == nil ? "\(name)@approved" : first)
        let new = try await comparison.side(second ?? first)
        let diffs = comparison.differences(
            from: old, to: new, context: context, only: artifact.map { ArtifactName($0) })
        if output.format == .json {
            try JSONOutput.print(Self.document(diffs, old: old.name, new: new.name))
        } else {
            let layout: DiffLayout =
                word ? .words : sideBySide ? .sideBySide(width: Console.width ?? 130) : .lines
            Self.show(
                diffs, old: old.name, new: new.name,
                DiffText(layout: layout, paint: Console.paint(workspace.settings.color)))
        }
        return !diffs.isEmpty
    }

    static func document(_ diffs: [SnapshotComparison.ArtifactDiff], old: String, new: String) -> Document {
        Document(
            old: old, new: new,
            artifacts: diffs.map { diff in
                Document.Artifact(
                    artifact: diff.artifact, onlyIn: diff.isMissingOld ? new : diff.isMissingNew ? old : nil,
                    digestOnly: diff.isDigestOnly,
                    hunks: diff.hunks.map { hunk in
                        Document.Hunk(
                            section: hunk.section, oldStart: hunk.oldStart, newStart: hunk.newStart,
                            lines: hunk.lines.map { Document.Line(kind: $0.kind, text: $0.text) })
                    })
            })
    }

    static func show(_ diffs: [SnapshotComparison.ArtifactDiff], old: String, new: String, _ text: DiffText) {
        let paint = text.paint
        for diff in diffs {
            let artifact = printable(diff.artifact.text)
            Console.say(paint(.bold, "--- \(diff.isMissingOld ? "nothing" : "\(old)  \(artifact)")"))
            Console.say(paint(.bold, "+++ \(diff.isMissingNew ? "nothing" : "\(new)  \(artifact)")"))
            if diff.isDigestOnly { Console.say(paint(.dim, "# \(PatientData.remark)")) }
            for hunk in diff.hunks {
                let place = hunk.section.map { printable($0) }.joined(separator: " › ")
                let range = "@@ -\(hunk.oldStart),\(hunk.oldCount) +\(hunk.newStart),\(hunk.newCount) @@"
                Console.say(paint(.cyan, place.isEmpty ? range : "\(range) \(place)"))
                text.lines(of: hunk).forEach(Console.say)
            }
        }
    }
}
