import BackupWorkflow
import ConfigModel
import DeviceInventory
import Foundation
import Testing

/// A trial that cannot fail says nothing: each expectation is broken once.
@Suite("A trial finds what is wrong")
struct TrialTests {
    private func failures(_ change: (inout Transcript) -> Void, cuts: PlatformTrial.Cuts = .samples(2)) async throws
        -> [String]
    {
        let each = try #require(Cases.ofMadeUp.first { $0.description == "made_texts/text.yaml" })
        var file = each.file
        change(&file.transcript)
        let report = try await PlatformTrial(each.platform).report(on: file, cuts: cuts)
        #expect(report.passed == report.failures.isEmpty)
        return report.failures
    }

    @Test("the case as it stands passes")
    func passes() async throws {
        #expect(try await failures { _ in } == [])
    }

    struct Breakage: Sendable, CustomTestStringConvertible {
        /// A part of the failure.
        var part: String
        var change: @Sendable (inout Transcript) -> Void
        var testDescription: String { part }

        init(_ part: String, _ change: @escaping @Sendable (inout Transcript) -> Void) {
            self.part = part
            self.change = change
        }
    }

    private static let breakages: [Breakage] = [
        Breakage("stored") { $0.expect.stored.append("not there") },
        Breakage("not in this order") { $0.expect.stored.swapAt(0, 4) },
        Breakage("stored") { $0.expect.stored = ["community <secret:password> ro"] },
        Breakage("dropped") { $0.expect.dropped = ["names one"] },
        Breakage("tests nothing") { $0.expect.dropped = ["is nowhere"] },
        Breakage("secrets") { $0.expect.secrets = ["permit"] },
        Breakage("tests nothing") { $0.expect.secrets = ["is nowhere"] },
        Breakage("uncovered") { $0.expect.uncovered = 3 },
        Breakage("stores a new version") { $0.expect.noise = [.init(change: "permit a", to: "permit b")] },
        Breakage("tests nothing") { $0.expect.noise = [.init(change: "is nowhere", to: "x")] },
        Breakage("goes unseen") { $0.expect.real = [.init(change: "clock 17179", to: "clock 3")] },
        Breakage("not good") { $0.expect.real = [.init(change: "end\n", to: "ende\n")] },
        Breakage("artifacts") { $0.expect.artifacts = ["running-config", "startup-config"] },
        Breakage("facts") { $0.expect.facts.version = "1" },
        Breakage("not recognised as a prompt") { $0.prompts.match = ["nobox"] },
        Breakage("taken for a prompt") { $0.prompts.not = ["box#"] },
        Breakage("the collection succeeds") { $0.expect.failure = "busy" },
        Breakage("is stored as good") { $0.expect.quarantine = "end" },
        Breakage("nothing would be stored") { $0.steps = [] },
    ]

    @Test("an expectation that does not hold is told", arguments: breakages)
    func breaks(breakage: Breakage) async throws {
        let failures = try await failures(breakage.change)
        #expect(failures.contains { $0.contains(breakage.part) }, "\(failures)")
    }

    @Test("no failure repeats a secret of the transcript")
    func withoutSecrets() async throws {
        let failures = try await failures {
            $0.expect.stored.append("community blue42moon rw")
            $0.expect.secrets += ["permit"]
            $0.expect.noise = [.init(change: "blue42moon", to: "blue43moon")]
        }
        #expect(failures.count >= 3)
        #expect(!failures.joined().contains("blue42moon"))
    }
}
