import ArgumentParser
import BackupWorkflow
import DeviceInventory
import FoundationEssentials

struct PlatformTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Replays recorded sessions and says what a platform would make of them.",
        discussion: """
            A FILE is a transcript (*.yaml), a recording (session.json with expected.json beside it), or a folder of them. Each is
            replayed with CR LF and with LF, and once for every place at which the byte stream can be cut: all must bring the
            same. Then what is stored is held against what the transcript expects.
            Exit status: 0 all pass, 1 an expectation does not hold, 78 a faulty file, 64 wrong usage.
            """)

    @Argument(help: "Transcripts, recordings, or folders of them.") var files: [String]
    @Option(help: "The platform, instead of the one that the transcript or its folder names.") var platform: String?
    @Option(help: "At how many places the stream is cut: a number, or all.") var cuts: CutCount = .all
    @Flag(help: "Say also of transcripts that pass what is stored, dropped and masked.") var details = false
    @Flag(help: "Print the comparable texts.") var texts = false
    @OptionGroup var output: FormatOption

    /// `--cuts`.
    enum CutCount: ExpressibleByArgument {
        case all
        case some(Int)

        init?(argument: String) {
            if argument == "all" {
                self = .all
            } else if let count = Int(argument), count > 0 {
                self = .some(count)
            } else {
                return nil
            }
        }

        var defaultValueDescription: String { "all" }
    }

    private struct Output: Encodable {
        var passed: Bool
        var transcripts: [TrialReport]
    }

    func run() async throws {
        let catalogue = try PlatformCatalogue(from: CommandContext.here)
        let files: [TranscriptFile]
        do throws(ConfigurationFaults) {
            files = try TranscriptFile.read(self.files)
        } catch {
            throw WorkflowError.configuration(error)
        }
        let bench = try TrialBench(catalogue: catalogue, platform: platform)
        let trials = try bench.trials(of: files)
        var reports: [TrialReport] = []
        for trial in trials {
            let report = await trial.platform.report(on: trial.file, cuts: places)
            reports.append(report)
            if output.format == .text { say(report, isOnly: trials.count == 1) }
        }
        let failed = reports.count { !$0.passed }
        if output.format == .json {
            try JSONOutput.print(Output(passed: failed == 0, transcripts: reports))
        } else if reports.count > 1 {
            Console.say(
                "\(Wording.count(reports.count, "transcript")), \(failed == 0 ? "all pass" : "\(failed) failed")")
        }
        throw ExitCode(failed == 0 ? 0 : 1)
    }

    private var places: PlatformTrial.Cuts {
        switch cuts {
        case .all: .every
        case .some(let count): .samples(count)
        }
    }

    private func say(_ report: TrialReport, isOnly: Bool) {
        for line in report.text(paint: Console.paint(), details: details || isOnly, texts: texts) { Console.say(line) }
    }
}
