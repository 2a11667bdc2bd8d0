import ConfigModel
import DeviceInventory
import DeviceLab
import FoundationEssentials
import SnapshotStore
import Testing

@testable import BackupWorkflow

/// Runs against the lab: real SSH, simulated devices.
@Suite("A run over simulated devices", .serialized)
struct LabRunTests {
    private func fixture(
        _ ids: [String] = ["ward-sw-1", "ward-sw-2", "imaging-archive-1"], faults: [String: LabFault] = [:],
        timeout: String = "20s", password: String = DemoHospital.password, keys: [String: LabKey] = [:]
    ) async throws -> LabHospital {
        try await LabHospital(ids, faults: faults, timeout: timeout, password: password, keys: keys)
    }

    @Test("stores first versions, then nothing while nothing changes, then exactly the change")
    func wholeLine() async throws {
        let fixture = try await fixture()
        defer { fixture.lab.stop() }
        let first = try await fixture.hospital.run()
        #expect(first.rows.allSatisfy { $0.outcome == .new && $0.version == 1 && $0.isFresh })
        #expect(first.exit == .drift)
        try await fixture.hospital.approveAll()

        let second = try await fixture.hospital.run()
        #expect(second.rows.allSatisfy { $0.outcome == .unchanged })
        #expect(second.commit == nil)
        #expect(second.exit == .clean)

        _ = try fixture.lab.device("ward-sw-2").drift(.telnet)
        _ = try fixture.lab.device("imaging-archive-1").drift(.firmware)
        let third = try await fixture.hospital.run()
        #expect(third.row("ward-sw-1")?.outcome == .unchanged)
        #expect(third.row("ward-sw-2")?.outcome == .changed)
        #expect(third.exit == .drift)
        let paths = third.findings.filter { $0.class == .config }.map(\.path)
        #expect(Set(paths) == [["line vty 0 4"], ["line vty 5 15"]])
        let firmware = third.findings.filter { $0.class == .firmware && $0.isDrift }
        #expect(firmware.map(\.device.text) == ["imaging-archive-1"])
    }

    @Test("a renamed device keeps its history, its approval and its fingerprints: no drift, no new version")
    func renamed() async throws {
        let fixture = try await fixture(["ward-sw-1"])
        defer { fixture.lab.stop() }
        _ = try await fixture.hospital.run()
        try await fixture.hospital.approveAll()
        #expect(try await fixture.hospital.run().exit == .clean)
        let file = fixture.hospital.root + "/Inventory/groups/ward.yaml"
        let inventory = try String(contentsOfFile: file, encoding: .utf8)
        try fixture.hospital.folder.write(
            inventory.replacing("id: ward-sw-1,", with: "id: north-sw-7, was: ward-sw-1,"),
            to: "Inventory/groups/ward.yaml")
        let report = try await fixture.hospital.run()
        #expect(report.exit == .clean, "\(report.findings)")
        let row = try #require(report.row("north-sw-7"))
        #expect(row.outcome == .unchanged && row.version == 1)
        #expect(report.notices.contains("the history of ward-sw-1 goes on as north-sw-7"))
        let again = try await fixture.hospital.run()
        #expect(again.exit == .clean && !again.notices.contains { $0.contains("goes on as") })
    }

    @Test("no secret of a device reaches the store, the index, the report, or the approved files")
    func secrets() async throws {
        let fixture = try await fixture()
        defer { fixture.lab.stop() }
        let report = try await fixture.hospital.run()
        try await fixture.hospital.approveAll()
        #expect(report.exit == .drift)
        let root = fixture.hospital.root
        let export = root + "/export"
        for words in [
            ["git", "clone", "--quiet", root + "/var/store.git", export], ["git", "-C", export, "fsck", "--strict"],
        ] {
            let done = try ProcessOutput(words)
            #expect(done.status == 0, "\(words): \(done.text)")
        }
        for place in ["export", "Baselines", "var/runs", "var/state.sqlite", "Inventory", "var/quarantine"] {
            let found = try ProcessOutput(["grep", "-r", "-l", "-a", "-s", DemoHospital.mark, root + "/" + place])
            #expect(found.text.isEmpty, "secrets in \(found.text)")
        }
        let json = String(decoding: try JSONEncoder().encode(report), as: UTF8.self)
        #expect(!json.contains(DemoHospital.mark))
        // The exact bytes are what a restore needs: they do have them.
        let bytes = try await fixture.hospital.collected("ward-sw-1", .runningConfig)
        #expect(String(decoding: bytes, as: UTF8.self).contains(DemoHospital.mark))
    }

    @Test("only lines that the platform lists are sent to a device")
    func onlyListed() async throws {
        let fixture = try await fixture(["ward-sw-1"])
        defer { fixture.lab.stop() }
        _ = try await fixture.hospital.run()
        let platform = try #require(try fixture.hospital.workspace().inventory.platform(named: "cisco_ios"))
        var listed = (platform.session.begin + platform.session.start + platform.session.leave).map(\.send)
        for rule in platform.collect { if case .command(let lines, _, _) = rule.source { listed += lines } }
        for rule in platform.facts { if case .command(let lines, _) = rule.source { listed += lines } }
        // What stands for an image is filled in.
        let hashing = platform.firmware.flatMap(\.hash).map { String($0.command.prefix { $0 != "{" }) }
        let sent = try fixture.lab.device("ward-sw-1").counters.commands.filter { line in
            !line.isEmpty && !hashing.contains { line.hasPrefix($0) }
        }
        #expect(!sent.isEmpty)
        #expect(Set(sent).subtracting(listed).isEmpty)
    }

    @Test("the index is rebuilt from git when it is gone or damaged", arguments: [nil, "not a database"] as [String?])
    func index(contents: String?) async throws {
        let fixture = try await fixture(["ward-sw-1"])
        defer { fixture.lab.stop() }
        _ = try await fixture.hospital.run()
        _ = try fixture.lab.device("ward-sw-1").drift(.rogueUser)
        _ = try await fixture.hospital.run()
        let before = try await fixture.hospital.standings()
        let index = fixture.hospital.root + "/var/state.sqlite"
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: index + suffix) }
        if let contents { try fixture.hospital.folder.write(contents, to: "var/state.sqlite") }
        let after = try await fixture.hospital.standings()
        #expect(after.map(\.version) == [2])
        #expect(after.map(\.word) == before.map(\.word))
    }

    @Test(
        "a hostile device is a clear row and a finding, and its last good version stays",
        arguments: [
            (LabFault.cut(afterBytes: 600), [RunReport.Outcome.quarantined, .failed]),
            (.endless, [.quarantined, .failed]),
            (.mute, [.failed]), (.noEndMarker, [.quarantined]), (.invalidText, [.quarantined]),
            (.errorInside, [.quarantined]), (.silentAfterAccept, [.failed]), (.refuseLogin, [.failed]),
        ])
    func hostile(fault: LabFault, outcomes: [RunReport.Outcome]) async throws {
        let fixture = try await fixture(["ward-sw-1", "ward-sw-2"], timeout: "10s")
        defer { fixture.lab.stop() }
        _ = try await fixture.hospital.run()
        try await fixture.hospital.approveAll()
        try fixture.lab.device("ward-sw-1").setFault(fault)
        let report = try await fixture.hospital.run()
        let row = try #require(report.row("ward-sw-1"))
        #expect(outcomes.contains(row.outcome), "\(row)")
        #expect(row.message?.contains("ward-sw-1") == true)
        #expect(row.version == 1)
        #expect(report.findings.contains { $0.device == row.device && $0.class == .capture })
        #expect(report.row("ward-sw-2")?.outcome == .unchanged)
        #expect(report.exit == (row.outcome == .quarantined ? .stale : .clean))
        #expect(try await fixture.hospital.text("ward-sw-1").contains("end"))
    }

    @Test("a prompt look-alike inside the configuration does not end it")
    func lookAlike() async throws {
        let fixture = try await fixture(["ward-sw-1"], faults: ["ward-sw-1": .promptLookAlike])
        defer { fixture.lab.stop() }
        let report = try await fixture.hospital.run()
        #expect(report.row("ward-sw-1")?.outcome == .new)
        #expect(try await fixture.hospital.text("ward-sw-1").hasSuffix("\nend\n"))
    }

    @Test("a wrong password is tried once, and never again, whichever run it is")
    func wrongPassword() async throws {
        let fixture = try await fixture(["ward-sw-1"], password: "wrong")
        defer { fixture.lab.stop() }
        let report = try await fixture.hospital.run()
        #expect(report.row("ward-sw-1")?.failure == .refusedLogin)
        #expect(report.exit == .stale)
        for _ in 1...3 { #expect(try await fixture.hospital.run().row("ward-sw-1")?.outcome == .spared) }
        #expect(try fixture.lab.device("ward-sw-1").counters.loginAttempts == 1)
        #expect(try await fixture.hospital.standing("ward-sw-1")?.held == nil)
    }

    @Test(
        "a wrong password that many devices share is refused twice in all; the others are spared, until it is another one"
    )
    func sharedWrongPassword() async throws {
        let ids = ["core-sw-1", "ward-sw-1", "ward-sw-2", "ward-sw-3", "ward-sw-4", "icu-sw-1"]
        var fixture = try await fixture(ids, password: "wrong")
        defer { fixture.lab.stop() }
        let report = try await fixture.hospital.run()
        func attempts() throws -> Int {
            try ids.map { try fixture.lab.device($0).counters.loginAttempts }.reduce(0, +)
        }
        #expect(try attempts() == 2)
        #expect(report.rows.count { $0.outcome == .spared } == 4)
        let later = try await fixture.hospital.run()
        #expect(later.rows.count { $0.outcome == .spared } == 6)
        #expect(later.exit == .stale)
        #expect(later.rows.allSatisfy { $0.message?.contains("plumbline credential release") == true })
        #expect(try attempts() == 2)
        #expect(try await fixture.hospital.standing("icu-sw-1")?.held?.contains("is held") == true)

        fixture.hospital.environment["PASSWORD"] = DemoHospital.password
        #expect(try await fixture.hospital.run().rows.allSatisfy { $0.outcome == .new })
        #expect(try await fixture.hospital.standing("icu-sw-1")?.held == nil)
    }

    @Test("a credential that is held is used again once somebody releases it, which is recorded")
    func release() async throws {
        let fixture = try await fixture(
            ["core-sw-1", "ward-sw-1", "ward-sw-2"],
            faults: [
                "core-sw-1": .refuseLogin, "ward-sw-1": .refuseLogin, "ward-sw-2": .refuseLogin,
            ])
        defer { fixture.lab.stop() }
        _ = try await fixture.hospital.run()
        for id in ["core-sw-1", "ward-sw-1", "ward-sw-2"] { try fixture.lab.device(id).setFault(nil) }
        #expect(try await fixture.hospital.run().rows.allSatisfy { $0.outcome == .spared })
        let review = CredentialReview(workspace: try fixture.hospital.workspace())
        #expect(try await review.rows().filter(\.isHeld).count == 1)
        #expect(try await review.release("backup", reason: "the RADIUS server was down").count == 2)
        #expect(try await review.release("backup", reason: nil) == [])
        #expect(try await fixture.hospital.run().rows.allSatisfy { $0.outcome == .new })
        let log = try String(contentsOfFile: fixture.hospital.root + "/var/audit.jsonl", encoding: .utf8)
        #expect(log.contains("credential release") && log.contains("the RADIUS server was down"))
        await #expect(throws: WorkflowError.self) { try await review.release("nobody", reason: nil) }
    }

    @Test("a refused enable counts as a refused login: two of them hold the credential")
    func wrongEnable() async throws {
        let ids = ["core-sw-1", "ward-sw-1", "ward-sw-2", "ward-sw-3", "ward-sw-4"]
        var fixture = try await LabHospital(ids, unprivileged: true)
        defer { fixture.lab.stop() }
        fixture.hospital.environment["ENABLE"] = "wrong"
        let report = try await fixture.hospital.run()
        #expect(report.rows.count { $0.failure == .refusedLogin } == 2)
        #expect(report.rows.count { $0.outcome == .spared } == 3)
        fixture.hospital.environment["ENABLE"] = DemoHospital.enablePassword
        #expect(try await fixture.hospital.run().rows.allSatisfy { $0.outcome == .new })
    }

    @Test("a changed host key is a critical finding, and no credential leaves")
    func changedHostKey() async throws {
        let fixture = try await fixture(["ward-sw-1"], keys: ["ward-sw-1": try LabKey.generate()])
        defer { fixture.lab.stop() }
        let report = try await fixture.hospital.run()
        #expect(report.row("ward-sw-1")?.failure == .hostKeyChanged)
        #expect(report.findings.contains { $0.class == .hostkey && $0.severity == .critical })
        #expect(try fixture.lab.device("ward-sw-1").counters.loginAttempts == 0)
    }

    @Test("a run that is asked to stop starts no more devices, stores what came, and says so")
    func stopped() async throws {
        let fixture = try await fixture(["ward-sw-1", "ward-sw-2"], faults: ["ward-sw-2": .mute])
        defer { fixture.lab.stop() }
        let stop = StopRequest()
        let hospital = fixture.hospital
        async let report = hospital.run(stop, grace: .seconds(2))
        while try fixture.lab.device("ward-sw-2").counters.commands.isEmpty {
            try await Task.sleep(for: .milliseconds(20))
        }
        // The other device's session is over, and it is left alone until the mute one is cut.
        while try fixture.lab.device("ward-sw-1").counters.commands.isEmpty
            || fixture.lab.device("ward-sw-1").counters.open > 0
        { try await Task.sleep(for: .milliseconds(20)) }
        stop.request()
        let result = try await report
        #expect(result.wasStopped)
        #expect(result.row("ward-sw-1")?.outcome == .new)
        #expect(result.row("ward-sw-2")?.failure == .cancelled)
        #expect(try await fixture.hospital.text("ward-sw-1").contains("hostname"))
    }

    @Test("while one run is under way a second one is refused and names its process")
    func twoRuns() async throws {
        let fixture = try await fixture(["ward-sw-1"])
        defer { fixture.lab.stop() }
        let lock = try fixture.hospital.workspace().lockForRun(command: "run --all")
        defer { lock.release() }
        let error = await #expect(throws: WorkflowError.self) { try await fixture.hospital.run() }
        #expect(error?.status == .locked)
        #expect("\(error!)".contains("process \(ProcessInfo.processInfo.processIdentifier)"))
    }

    @Test("an approval that approves nothing, or could not be read back, is refused and leaves no file")
    func emptyApproval() async throws {
        let fixture = try await fixture(["ward-sw-1"])
        defer { fixture.lab.stop() }
        _ = try await fixture.hospital.run()
        let workspace = try fixture.hospital.workspace()
        let approval = ApprovalWorkflow(workspace: workspace, store: try await workspace.storeForReading())
        let device = ApprovalWorkflow.Request(device: workspace.inventory.devices[0], version: .latest)
        for (requests, by, reason) in [
            ([], "me", nil), ([device], "", nil), ([device], " ", nil), ([device, device], "me", nil),
            ([device], "me", "two\nlines"), ([device], "me", ""),
        ] as [([ApprovalWorkflow.Request], String, String?)] {
            await #expect(throws: WorkflowError.self) {
                try await approval.decide(.init(approve: requests, by: by, reason: reason))
            }
        }
        #expect(!FileManager.default.fileExists(atPath: workspace.baselines + "/approvals"))
        #expect(try await fixture.hospital.standings().map(\.word) == ["unbaselined"])
    }

    @Test("an approved file that was meddled with is an integrity finding and exit 3, never a pass")
    func tampered() async throws {
        let fixture = try await fixture(["ward-sw-1"])
        defer { fixture.lab.stop() }
        _ = try await fixture.hospital.run()
        try await fixture.hospital.approveAll()
        let file = "Baselines/approved/ward-sw-1/running-config.cfg"
        try fixture.hospital.folder.write(try fixture.hospital.folder.read(file) + "!\n", to: file)
        let report = try await fixture.hospital.run()
        #expect(report.exit == .integrity)
        #expect(report.findings.contains { $0.class == .integrity && $0.summary.contains("running-config.cfg") })
    }
}
