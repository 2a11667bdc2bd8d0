import ArgumentParser
import BackupWorkflow
import ConfigAnalysis
import ConfigModel
import DeviceInventory
import FoundationEssentials
import SnapshotStore

struct QuarantineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine", abstract: "Shows and decides on captures that may not be complete or sound.",
        discussion: """
            What waits here never became the latest version. It stays until somebody accepts or discards it, or a good capture
            comes; the last few of each device are kept after that.
            """,
        subcommands: [List.self, Show.self, Accept.self, Discard.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists what waits, newest first.")

        @Argument(help: "A selector; every device without one.") var selector: [String] = []
        @Flag(help: "Also what was decided on and is still kept.") var all = false
        @OptionGroup var output: ListFormatOption

        func run() async throws {
            let context = CommandContext()
            let workspace = try context.workspace()
            let devices = selector.isEmpty ? nil : Set(try context.devices(selector, in: workspace).map(\.id))
            let entries = try QuarantineReview(workspace: workspace).entries(of: devices, decided: all)
            if try output.printed(entries) { return }
            if entries.isEmpty { return Console.say("nothing waits in quarantine") }
            let paint = Console.paint(workspace.settings.color)
            for entry in entries {
                Console.say("\(paint(.bold, "\(entry.device)@\(entry.run)"))  \(entry.summary)")
                for reason in entry.reasons {
                    for line in Wording.wrapped(printable(reason), indent: 6, width: Console.width) {
                        Console.say(line)
                    }
                }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows why a capture waits, and how it differs from the latest good version.",
            discussion: "Texts are shown as they would be stored: without volatile lines, secrets as fingerprints.")

        @Argument(help: "DEVICE, or DEVICE@RUN for the capture of a run.") var device: String
        @Flag(help: "What passed in the session, beginning and end, secrets masked.") var transcript = false
        @OptionGroup var output: FormatOption

        struct Document: Encodable {
            var entry: QuarantineEntry
            var latest: String?
            var differences: [DiffCommand.Document.Artifact]
            var remarks: [String]
            /// Only where it was asked for.
            var transcript: [String]?
        }

        func run() async throws {
            let workspace = try CommandContext().workspace()
            let review = QuarantineReview(workspace: workspace)
            let entry = try review.entry(device)
            let page = try await review.page(of: entry, store: try await workspace.storeForReading())
            let lines = transcript ? try review.transcript(of: entry) : nil
            if output.format == .json {
                let differences = DiffCommand.document(
                    page.differences, old: page.latest ?? "nothing", new: "quarantine")
                return try JSONOutput.print(
                    Document(
                        entry: entry, latest: page.latest, differences: differences.artifacts, remarks: page.remarks,
                        transcript: lines))
            }
            let paint = Console.paint(workspace.settings.color)
            show(entry, paint)
            for remark in page.remarks { Console.say(paint(.yellow, printable(remark))) }
            if let lines {
                Console.say(lines.isEmpty ? "no transcript was kept" : paint(.bold, "transcript"))
                for line in lines { Console.say(line) }
            } else {
                DiffCommand.show(
                    page.differences, old: page.latest ?? "nothing", new: "quarantine",
                    DiffText(layout: .lines, paint: paint))
                if page.differences.isEmpty, page.remarks.isEmpty {
                    Console.say("its comparable text is that of \(page.latest ?? "nothing")")
                }
            }
        }

        private func show(_ entry: QuarantineEntry, _ paint: Paint) {
            Console.say("\(paint(.bold, "\(entry.device)@\(entry.run)"))  \(entry.summary)")
            for reason in entry.reasons { Console.say("  reason: \(printable(reason))") }
            for artifact in entry.artifacts {
                Console.say("  \(printable(artifact.name.text)): \(artifact.bytes) bytes")
            }
            for note in entry.notes { Console.say("  note: \(printable(note))") }
            Console.say("")
        }
    }

    /// What both decisions ask for.
    struct DecisionOptions: ParsableArguments {
        @Argument(help: "DEVICE, or DEVICE@RUN for the capture of a run.") var device: String
        @Option(help: "Why: it is recorded.") var reason: String
        @Option(help: "Who decides; by default who is logged in.") var by: String?
        @OptionGroup var output: FormatOption

        func say(_ result: QuarantineDecision.Result) throws {
            if output.format == .json { return try JSONOutput.print(result) }
            let version = result.version.map { " as \(result.device)@\($0)" } ?? ""
            Console.say(
                "\(result.device): the capture of run \(result.run) is \(result.outcome.rawValue)\(version) by "
                    + printable(result.by))
        }
    }

    struct Accept: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Vouches for a capture: it is stored as the next version.",
            discussion: "It is normalised like any other, so secrets are masked. The reason is recorded.")

        @OptionGroup var options: DecisionOptions

        func run() async throws {
            let context = CommandContext()
            let decision = QuarantineDecision(workspace: try context.workspace())
            try options.say(
                try await decision.accept(options.device, by: options.by ?? context.person, reason: options.reason))
        }
    }

    struct Discard: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Puts a capture away: it no longer counts.")

        @OptionGroup var options: DecisionOptions

        func run() async throws {
            let context = CommandContext()
            let decision = QuarantineDecision(workspace: try context.workspace())
            try options.say(
                try await decision.discard(options.device, by: options.by ?? context.person, reason: options.reason))
        }
    }
}

extension QuarantineEntry {
    /// `captured 2026-11-23 02:15 as cisco_ios, 1 artifact`.
    fileprivate var summary: String {
        let state =
            decision.map { decision in
                ", \(decision.outcome.rawValue)" + (decision.by.map { " by \(printable($0))" } ?? "")
                    + (decision.reason.map { " (\(printable($0)))" } ?? "")
            } ?? ""
        return "captured \(Wording.minute(taken)) as \(platform.isEmpty ? "unknown" : platform), "
            + Wording.count(artifacts.count, "artifact") + state
    }
}
