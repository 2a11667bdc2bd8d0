import ConfigModel
import DeviceLab
import FoundationEssentials
import SnapshotStore
import Synchronization
import Testing

@testable import BackupWorkflow

/// What a platform says, as a run carries it out.
@Suite("Runs by platforms of the workspace", .serialized)
struct PlatformRunTests {
    // MARK: Firmware

    private static let firmware = DemoHospital.firmwareImage

    /// The imaging archive, of which the firmware is hashed on the device.
    private func archive(_ hash: String) async throws -> LabHospital {
        try await LabHospital(
            ["imaging-archive-1"],
            platforms: [
                (
                    "archive",
                    """
                    platform: archive
                    title: The archive
                    evidence: assumed
                    phi: none
                    syntax: opaque
                    collect: [{ files: /etc/hostname }]
                    firmware:
                      - files: \(Self.firmware)
                        read: never
                        hash: [\(hash)]
                    restore: { method: files, transfer: scp }

                    """, ["imaging-archive-1"]
                )
            ])
    }

    private func hashings(_ device: SimulatedDevice) -> Int {
        device.counters.commands.count { $0.hasPrefix("sha256sum") || $0.contains("sum ") }
    }

    @Test("a digest is taken on the device, and at most once while size and time stay the same")
    func digestOnce() async throws {
        let fixture = try await archive("{ algorithm: sha256, command: 'sha256sum {path}', effect: none }")
        defer { fixture.lab.stop() }
        let device = try fixture.device("imaging-archive-1")
        #expect(try await fixture.hospital.run().row("imaging-archive-1")?.outcome == .new)
        #expect(hashings(device) == 1)
        #expect(try await fixture.hospital.run().row("imaging-archive-1")?.outcome == .unchanged)
        #expect(hashings(device) == 1, "\(device.counters.commands)")

        // The same bytes, written anew: looked at again, and no new version.
        device.editFiles { files in
            if let bytes = files.read(Self.firmware) { files.write(Self.firmware, bytes, modified: 1_750_000_000) }
        }
        #expect(try await fixture.hospital.run().row("imaging-archive-1")?.outcome == .unchanged)
        #expect(hashings(device) == 2)

        // Other bytes of the same size and time would not be seen; of another time they are.
        device.editFiles { files in
            files.write(Self.firmware, Array(repeating: 7, count: 1 << 20), modified: 1_760_000_000)
        }
        #expect(try await fixture.hospital.run().row("imaging-archive-1")?.outcome == .changed)
        #expect(hashings(device) == 3)
    }

    @Test("what cannot be hashed is a note and a finding, never silent, and no drift")
    func notAssessable() async throws {
        let fixture = try await archive("{ algorithm: sha512, command: 'sha512sum {path}', effect: none }")
        defer { fixture.lab.stop() }
        let report = try await fixture.hospital.run()
        let row = try #require(report.row("imaging-archive-1"))
        #expect(row.outcome == .new)
        #expect(row.notes.contains { $0.contains(Self.firmware) && $0.contains("not assessable") }, "\(row)")
        let findings = report.findings.filter { $0.class == .firmware }
        #expect(findings.count == 1 && findings[0].summary.contains("not assessable"))
        try await fixture.hospital.approveAll()
        let standing = try #require(try await fixture.hospital.standing("imaging-archive-1"))
        #expect(standing.findings.map(\.class) == [.firmware])
        #expect(try await fixture.hospital.status() == .clean)
        // The platform only assumes.
        #expect(standing.restorability.verdict == .partly && standing.evidence == .assumed)
    }

    // MARK: Secrets without a rule

    private func unruled(_ ids: [String] = ["ward-sw-1"]) async throws -> LabHospital {
        try await LabHospital(
            ids,
            platforms: [("unruled", "platform: unruled\nextends: cisco_ios\nevidence: recorded\nsecrets: []\n", ids)])
    }

    @Test("what only the net masks is a finding of the same id at every collection, and after the index was lost")
    func uncovered() async throws {
        let fixture = try await unruled()
        defer { fixture.lab.stop() }
        let first = try await fixture.hospital.run()
        let found = first.findings.filter { $0.class == .uncoveredSecret }
        #expect(!found.isEmpty)
        let finding = try #require(found.first { $0.artifact == .runningConfig })
        #expect(finding.severity == .warning)
        #expect(finding.extra.contains { $0.contains("<secret:uncovered>") })
        let kinds = try #require(finding.summary.firstIndex(of: "("))
        #expect(finding.summary[kinds...].contains("community"), "\(finding.summary)")
        #expect(first.row("ward-sw-1")?.notes.contains { $0.contains("no rule covers") } == true)
        let json = String(decoding: try JSONEncoder().encode(first), as: UTF8.self)
        #expect(!json.contains(DemoHospital.mark))

        try await fixture.hospital.approveAll()
        let second = try await fixture.hospital.run()
        #expect(second.row("ward-sw-1")?.outcome == .unchanged)
        #expect(second.findings.filter { $0.class == .uncoveredSecret }.map(\.id) == found.map(\.id))
        #expect(second.exit == .drift)
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: fixture.hospital.root + "/var/state.sqlite" + suffix)
        }
        let standing = try #require(try await fixture.hospital.standing("ward-sw-1"))
        #expect(standing.findings.filter { $0.class == .uncoveredSecret }.map(\.id) == found.map(\.id))
    }

    // MARK: Patient data

    @Test("of a device that may hold patient data only digests stand in the clear")
    func patientData() async throws {
        let fixture = try await LabHospital(
            ["imaging-archive-1"],
            platforms: [
                (
                    "archive", "platform: archive\nextends: linux\nevidence: assumed\nphi: possible\n",
                    ["imaging-archive-1"]
                )
            ])
        defer { fixture.lab.stop() }
        let device = try fixture.device("imaging-archive-1")
        device.editFiles { $0.write("/etc/hosts", text: "10.1.1.1 bed-Jane-Doe\n") }
        let first = try await fixture.hospital.run()
        #expect(first.row("imaging-archive-1")?.outcome == .new)
        let hosts = ArtifactName("/etc/hosts")
        #expect(try await fixture.hospital.text("imaging-archive-1", hosts).contains("keyed digest"))
        try await fixture.hospital.approveAll()
        device.editFiles { $0.write("/etc/hosts", text: "10.1.1.2 bed-John-Doe\n") }
        let second = try await fixture.hospital.run()
        #expect(second.row("imaging-archive-1")?.outcome == .changed)
        #expect(second.findings.contains { $0.artifact == hosts })
        for report in [first, second] {
            #expect(!String(decoding: try JSONEncoder().encode(report), as: UTF8.self).contains("Doe"))
        }
        for place in ["var/store.git", "var/runs", "var/state.sqlite", "Baselines"] {
            #expect(!(try fixture.hospital.holds("Doe", in: place)), "\(place)")
        }
        #expect(try fixture.hospital.holds("keyed digest", in: "var/store.git"))
        let bytes = try await fixture.hospital.collected("imaging-archive-1", hosts)
        #expect(String(decoding: bytes, as: UTF8.self).contains("John"))

        let workspace = try fixture.hospital.workspace()
        let comparison = SnapshotComparison(workspace: workspace, store: try await workspace.storeForReading())
        let diffs = comparison.differences(
            from: try await comparison.side("imaging-archive-1@1"),
            to: try await comparison.side("imaging-archive-1@2"),
            context: 3, only: nil)
        #expect(diffs.first { $0.artifact == hosts }?.isDigestOnly == true)
        let standings = try await fixture.hospital.standings()
        let text = StandingReport(workspace: "t", at: Date(), devices: standings, exit: .clean)
        #expect(text.driftText(paint: Paint(isOn: false)).joined().contains(PatientData.remark))
        #expect(text.statusText(paint: Paint(isOn: false)).joined().contains("patient data possible"))
    }

    // MARK: Devices at work, and what is sent

    @Test("a device at work is left alone: deferred, no drift, and no 2 while its last copy is fresh")
    func busy() async throws {
        func platform(_ ready: String) -> String {
            "platform: minding\nextends: cisco_ios\nevidence: recorded\n"
                + "session:\n  start: [{ send: terminal length 0, effect: session }]\n"
                + "  ready: { command: show clock, effect: none, \(ready) }\n"
                + "  leave: [{ send: exit, effect: session }]\n"
        }
        let fixture = try await LabHospital(
            ["ward-sw-1"], platforms: [("minding", platform("idle: 'UTC'"), ["ward-sw-1"])])
        defer { fixture.lab.stop() }
        #expect(try await fixture.hospital.run().row("ward-sw-1")?.outcome == .new)
        try await fixture.hospital.approveAll()
        try fixture.hospital.folder.write(platform("busy: 'UTC'"), to: "Inventory/platforms/minding.yaml")
        let device = try fixture.device("ward-sw-1")
        device.resetCounters()
        let report = try await fixture.hospital.run()
        let row = try #require(report.row("ward-sw-1"))
        #expect(row.outcome == .deferred, "\(row)")
        #expect(row.failure == .busy)
        #expect(report.exit == .clean)
        #expect(!report.findings.contains { $0.class == .capture })
        #expect(!device.counters.commands.contains { $0.contains("running-config") })
    }

    @Test("a followed session shows each line and byte, and no secret of the credential")
    func trace() async throws {
        let fixture = try await LabHospital(["or-sw-1", "ward-sw-1"])
        defer { fixture.lab.stop() }
        let seen = Mutex<[String: [String]]>([:])
        let report = try await fixture.hospital.run(
            follow: SessionFollower { device, lines in seen.withLock { $0[device.text, default: []] += lines } })
        #expect(report.rows.allSatisfy { $0.outcome == .new }, "\(report.rows)")
        let lines = seen.withLock { $0 }
        #expect(lines["ward-sw-1"]?.contains(#"> terminal length 0\n"#) == true)
        #expect(lines["ward-sw-1"]?.contains(#"< hostname ward-sw-1\r\n"#) == true)
        #expect(lines["or-sw-1"]?.contains { $0.hasPrefix("> <secret>") } == true)
        let all = lines.values.joined()
        #expect(!all.contains { $0.contains(DemoHospital.password) || $0.contains(DemoHospital.enablePassword) })
        #expect(all.allSatisfy { $0.utf8.allSatisfy { (0x20..<0x7F).contains($0) } })
    }

    @Test("a pattern that runs away is a row that names the platform's file and line; others are unaffected")
    func runaway() async throws {
        let fixture = try await LabHospital(
            ["ward-sw-1", "ward-sw-2"],
            platforms: [
                (
                    "slow",
                    "platform: slow\nextends: cisco_ios\nevidence: recorded\nvolatile+:\n  - '^! (x+x+)+y$'\n",
                    ["ward-sw-1"]
                )
            ])
        defer { fixture.lab.stop() }
        try fixture.device("ward-sw-1").editRunningConfig {
            $0.append("! " + String(repeating: "x", count: 4000) + "yz")
        }
        let report = try await fixture.hospital.run()
        let row = try #require(report.row("ward-sw-1"))
        #expect(row.outcome == .quarantined || row.outcome == .failed, "\(row)")
        #expect(row.message?.contains("slow.yaml:5") == true, "\(row)")
        #expect(report.row("ward-sw-2")?.outcome == .new)
    }

    @Test(
        "a device that floods is a clear row, and the small one beside it is unaffected",
        arguments: LabFault.Flood.allCases)
    func flood(kind: LabFault.Flood) async throws {
        let fixture = try await LabHospital(
            ["ward-sw-1", "ward-sw-2"], faults: ["ward-sw-1": .flood(kind, bytes: 6_000_000)], timeout: "30s",
            artifactLimit: "2MiB")
        defer { fixture.lab.stop() }
        let report = try await fixture.hospital.run()
        let row = try #require(report.row("ward-sw-1"))
        #expect(row.message?.contains("ward-sw-1") == true || row.outcome == .new, "\(row)")
        #expect(report.row("ward-sw-2")?.outcome == .new)
        if kind == .lines || kind == .line { #expect(row.outcome == .quarantined) }
        #expect(!row.notes.joined().contains("\u{1B}"))
    }
}
