import ConfigModel
import DeviceLab
import FoundationEssentials
import Glibc
import SnapshotStore
import Testing

@testable import BackupWorkflow

@Suite("Quarantine", .serialized)
struct QuarantineTests {
    /// One good run, approved, and then a capture without its end.
    private func spoiled(_ fault: LabFault = .noEndMarker) async throws -> LabHospital {
        let fixture = try await LabHospital(["ward-sw-1", "ward-sw-2"], timeout: "8s")
        _ = try await fixture.hospital.run()
        try await fixture.hospital.approveAll()
        try fixture.device("ward-sw-1").setFault(fault)
        let report = try await fixture.hospital.run()
        #expect(report.row("ward-sw-1")?.outcome == .quarantined)
        #expect(report.row("ward-sw-2")?.outcome == .unchanged)
        #expect(report.exit == .stale)
        return fixture
    }

    private func review(_ fixture: LabHospital) throws -> QuarantineReview {
        QuarantineReview(workspace: try fixture.hospital.workspace())
    }

    @Test("a capture waits, whatever comes after it, until a good one takes its place")
    func superseded() async throws {
        let fixture = try await spoiled()
        defer { fixture.lab.stop() }
        try fixture.device("ward-sw-1").setFault(.refuseLogin)
        let next = try await fixture.hospital.run()
        #expect(next.row("ward-sw-1")?.outcome == .failed)
        #expect(next.row("ward-sw-1")?.isQuarantined == true)
        #expect(next.exit == .stale)
        #expect(try await fixture.hospital.standing("ward-sw-1")?.word == "quarantined")
        #expect(try await fixture.hospital.status() == .stale)

        try fixture.device("ward-sw-1").setFault(nil)
        #expect(try await fixture.hospital.run().row("ward-sw-1")?.outcome == .spared)
        _ = try await CredentialReview(workspace: try fixture.hospital.workspace()).release("backup", reason: nil)
        let good = try await fixture.hospital.run()
        #expect(good.row("ward-sw-1")?.outcome == .unchanged)
        #expect(good.exit == .clean)
        let review = try review(fixture)
        #expect(try review.entries().isEmpty)
        #expect(try review.entries(decided: true).map { $0.decision?.outcome } == [.superseded])
        #expect(try await fixture.hospital.status() == .clean)
    }

    @Test("its files are for their owner alone, and hold what was captured and what passed")
    func files() async throws {
        let fixture = try await spoiled()
        defer { fixture.lab.stop() }
        let entry = try #require(try review(fixture).entries().first)
        let place = fixture.hospital.root + "/var/quarantine/\(entry.run)/ward-sw-1"
        for name in ["", "/entry.json", "/1.collected", "/transcript.jsonl"] {
            var status = stat()
            #expect(stat(place + name, &status) == 0, "\(name)")
            #expect(status.st_mode & 0o077 == 0, "\(name)")
        }
        #expect(entry.artifacts.map(\.name).contains(.runningConfig))
        #expect(entry.reasons.contains { $0.contains("running-config") })
        #expect(!(try fixture.hospital.holds(DemoHospital.password, in: "var/quarantine")))
    }

    @Test("what differs is shown with secrets masked, and the transcript too")
    func shown() async throws {
        let fixture = try await spoiled()
        defer { fixture.lab.stop() }
        let workspace = try fixture.hospital.workspace()
        let review = try review(fixture)
        let entry = try review.entry("ward-sw-1")
        let page = try await review.page(of: entry, store: try await workspace.storeForReading())
        #expect(page.latest == "ward-sw-1@1")
        let lines = page.differences.map { "\($0.hunks)" }.joined()
        #expect(lines.contains("removed, text: \"end\""), "\(lines)")
        #expect(!lines.contains(DemoHospital.mark))
        let transcript = try review.transcript(of: entry)
        #expect(transcript.contains { $0.hasPrefix("> show running-config") })
        #expect(transcript.contains { $0.contains("hostname ward-sw-1") })
        #expect(transcript.contains { $0.contains("<secret:") })
        #expect(!transcript.contains { $0.contains(DemoHospital.mark) })
        #expect(transcript.allSatisfy { $0.utf8.allSatisfy { (0x20..<0x7F).contains($0) } })
        #expect(throws: WorkflowError.self) { try review.entry("ward-sw-2") }
        #expect(throws: WorkflowError.self) { try review.entry("ward-sw-1@20") }
        #expect(try review.entry("ward-sw-1@\(entry.run.text.prefix(12))") == entry)
    }

    @Test("an accepted capture becomes the next version, normalised, with the reason on record")
    func accepted() async throws {
        let fixture = try await spoiled()
        defer { fixture.lab.stop() }
        let decision = QuarantineDecision(workspace: try fixture.hospital.workspace())
        let entry = try #require(try review(fixture).entries().first)
        let result = try await decision.accept("ward-sw-1", by: "kim", reason: "this firmware prints no end")
        #expect(result.version == 2)
        #expect(try await !fixture.hospital.text("ward-sw-1").hasSuffix("\nend\n"))
        #expect(try await !fixture.hospital.text("ward-sw-1").contains(DemoHospital.mark))
        let standing = try #require(try await fixture.hospital.standing("ward-sw-1"))
        #expect(!standing.isQuarantined && standing.version == 2 && standing.word == "drift")
        #expect(standing.lastAttempt?.outcome == .changed)
        #expect(standing.lastGood.map { abs($0.timeIntervalSince(entry.taken)) < 1 } == true)
        #expect(try fixture.hospital.holds("this firmware prints no end", in: "var/runs"))
        // Decided is decided.
        await #expect(throws: WorkflowError.self) {
            try await decision.accept("ward-sw-1", by: "kim", reason: "again")
        }
        await #expect(throws: WorkflowError.self) {
            try await decision.discard("ward-sw-1", by: "kim", reason: "again")
        }
    }

    @Test("a discarded capture counts no longer, and the last good version stays")
    func discarded() async throws {
        let fixture = try await spoiled()
        defer { fixture.lab.stop() }
        let decision = QuarantineDecision(workspace: try fixture.hospital.workspace())
        for reason in ["", " ", "two\nlines"] {
            await #expect(throws: WorkflowError.self) {
                try await decision.discard("ward-sw-1", by: "kim", reason: reason)
            }
        }
        let result = try await decision.discard("ward-sw-1", by: "kim", reason: "somebody reloaded it")
        #expect(result.version == nil)
        let standing = try #require(try await fixture.hospital.standing("ward-sw-1"))
        #expect(!standing.isQuarantined && standing.version == 1)
        #expect(try await fixture.hospital.status() == .clean)
        #expect(try fixture.hospital.holds("somebody reloaded it", in: "var/runs"))
        #expect(try review(fixture).entries(decided: true).first?.decision?.by == "kim")
    }

    @Test("what is too large waits without its bytes, and cannot be accepted")
    func tooLarge() async throws {
        let fixture = try await spoiled(.flood(.lines, bytes: 8_000_000))
        defer { fixture.lab.stop() }
        let entry = try #require(try review(fixture).entries().first)
        #expect(entry.reasons.contains { $0.contains("larger than") })
        #expect(try review(fixture).transcript(of: entry).contains { $0.hasPrefix("> show running-config") })
        let decision = QuarantineDecision(workspace: try fixture.hospital.workspace())
        if entry.artifacts.isEmpty {
            await #expect(throws: WorkflowError.self) {
                try await decision.accept("ward-sw-1", by: "kim", reason: "please")
            }
        }
        #expect(try await fixture.hospital.text("ward-sw-1").hasSuffix("\nend\n"))
    }

    @Test("old entries make room: one waits, and few of those that were replaced are kept")
    func pruned() async throws {
        let fixture = try await spoiled()
        defer { fixture.lab.stop() }
        for _ in 0..<(Quarantine.decidedKept + 2) { _ = try await fixture.hospital.run() }
        let all = try review(fixture).entries(decided: true)
        #expect(all.count(where: \.isOpen) == 1)
        #expect(all.first?.isOpen == true)
        #expect(all.count == 1 + Quarantine.decidedKept)
        let folders = FileTree.names(in: fixture.hospital.root + "/var/quarantine")
        #expect(folders.count == all.count)
    }

    @Test("a record that was meddled with still waits, and a folder that was never finished does not")
    func damaged() async throws {
        let fixture = try await spoiled()
        defer { fixture.lab.stop() }
        let entry = try #require(try review(fixture).entries().first)
        try fixture.hospital.folder.write("{", to: "var/quarantine/\(entry.run)/ward-sw-1/entry.json")
        try fixture.hospital.folder.write("x", to: "var/quarantine/20200101T000000Z-aaaa/ward-sw-2/1.collected")
        let entries = try review(fixture).entries()
        #expect(entries.map(\.device.text) == ["ward-sw-1"])
        #expect(entries.first?.reasons.first?.contains("cannot be read") == true)
        #expect(try await fixture.hospital.status() == .stale)
        try fixture.device("ward-sw-1").setFault(nil)
        _ = try await fixture.hospital.run()
        #expect(try review(fixture).entries().isEmpty)
        #expect(!FileTree.names(in: fixture.hospital.root + "/var/quarantine").contains("20200101T000000Z-aaaa"))
    }
}
