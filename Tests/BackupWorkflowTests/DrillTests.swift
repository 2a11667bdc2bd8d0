import ConfigModel
import DeviceInventory
import DeviceLab
import Foundation
import SnapshotStore
import Testing

@testable import BackupWorkflow

/// What a person does with `plumbline drill`.
extension TestHospital {
    func drill(
        _ words: [String] = ["*"], to source: RestoreSource = .approved, target: String = "approved",
        by: String = "ada",
        key: String? = nil
    ) async throws -> DrillRecord {
        let workspace = try workspace()
        let signing = DrillSigning(workspace: workspace)
        let key = try signing.key(key)
        let record = try await DrillWorkflow(workspace: workspace, collection: try stage()).rehearse(
            .init(
                devices: try workspace.devices(words), source: source, target: target, by: by, reason: "an exercise",
                command: "drill", tool: "test"))
        return try await signing.keep(record, key: key)
    }

    func lab(_ words: [String]) async throws -> DrillRecord {
        let workspace = try workspace()
        let record = try await DrillWorkflow(workspace: workspace, collection: try stage()).lab(
            .init(
                devices: try workspace.devices(words), by: "ada", reason: "an exercise", command: "drill --lab",
                tool: "test"),
            progress: { _, _ in })
        return try await DrillSigning(workspace: workspace).keep(record, key: nil)
    }

    func verdict(_ id: String) async throws -> DrillSigning.Verdict {
        try await DrillSigning(workspace: try workspace()).verify(id)
    }
}

extension DrillRecord {
    fileprivate func row(_ device: String) -> Device? { devices.first { $0.device.text == device } }
}

@Suite("Rehearsing restores")
struct DrillTests {
    private func paper(
        _ devices: [String: String] = ["pump-1": "cisco_ios"], settings: String = "", approved: Bool = true
    ) async throws -> PaperHospital {
        let paper = try await PaperHospital(devices, settings: settings)
        for name in devices.keys { try paper.write(PaperHospital.config, to: name) }
        _ = try await paper.hospital.run()
        if approved { try await paper.approve() }
        return paper
    }

    @Test(
        "what was approved is read, decrypted, planned and timed; no device is contacted, and no secret is in the record"
    )
    func rehearsal() async throws {
        let lab = try await RestoringLab()
        defer { lab.lab.stop() }
        try await lab.drifted()
        _ = try await lab.hospital.run()
        lab.device.resetCounters()
        let record = try await lab.hospital.drill()
        #expect(lab.device.counters.received.isEmpty)
        let row = try #require(record.row("sw-a"))
        #expect(row.verdict == .yes && row.isApproved && row.version == 1, "\(row)")
        #expect(row.same?.differences ?? 0 > 0 && row.replacement?.verdict == .partly)
        #expect(row.commit?.count == 40 && row.blobs.map(\.artifact) == ["running-config"] && row.bytes > 500)
        #expect(Set(row.times.keys) == ["resolve", "fetch", "normalise", "compare", "plan", "replace"])
        #expect(row.estimate ?? 0 > 0 && record.totals.sequential == row.estimate && record.status == .clean)

        let shelf = DrillShelf(state: try lab.hospital.workspace().state)
        #expect(shelf.ids() == [record.id] && record.id.hasSuffix("-1"))
        for path in [shelf.path(of: record.id), shelf.page(of: record.id)] {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            #expect(text.contains("sw-a@1") && !text.contains("s3cretro") && !text.contains("<script"))
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o640)
        }
        let text = record.text(paint: Paint(isOn: false), width: 100, all: false).joined(separator: "\n")
        #expect(text.contains("1 device: 1 yes") && text.contains("no device was contacted"), "\(text)")
        #expect(try await lab.hospital.drill().id.hasSuffix("-2"))
    }

    @Test(
        "a device never approved, one whose platform puts nothing back, and one that lacks the writing account are told apart"
    )
    func reasons() async throws {
        let paper = try await paper(
            ["pump-1": "cisco_ios", "gone-1": "cisco_ios", "odd-1": "odd"].filter { $0.value != "odd" })
        try paper.hospital.folder.write(
            try #require(BundledPlatforms.withoutRestore), to: "Inventory/platforms/unrestorable.yaml")
        let groups = try paper.hospital.folder.read("Inventory/groups/ward.yaml")
        try paper.hospital.folder.write(
            groups + "  - { id: odd-1, platform: unrestorable, method: { command: [./fetch] } }\n"
                + "  - { id: new-1, platform: cisco_ios, method: { command: [./fetch] } }\n",
            to: "Inventory/groups/ward.yaml")
        for name in ["odd-1", "new-1"] { try paper.write(PaperHospital.config, to: name) }
        _ = try await paper.hospital.run()
        let workspace = try paper.workspace
        try await paper.decide(
            .init(
                approve: workspace.inventory.devices.filter { $0.id.text == "odd-1" }.map {
                    .init(device: $0, version: .latest)
                }, by: "ada"))
        let record = try await paper.hospital.drill()
        let pump = try #require(record.row("pump-1"))
        #expect(
            pump.verdict == .partly && pump.reasons.contains { $0.contains("restoreCredential") }
                && pump.estimate == nil)
        let new = try #require(record.row("new-1"))
        #expect(new.verdict == .no && new.reasons.contains { $0.contains("never approved") } && !new.isIntegrity)
        let odd = try #require(record.row("odd-1"))
        #expect(odd.verdict == .no && odd.reasons.contains { $0.contains("does not say how") }, "\(odd)")
        #expect(record.status == .stale && record.totals.no == 2 && record.totals.byHand == 2)
        let latest = try await paper.hospital.drill(["new-1"], to: .version(.latest), target: "latest")
        #expect(latest.status == .clean && latest.devices[0].isApproved == false)
        // Another version tells nothing of what would be put back.
        let first = try await paper.hospital.drill(["odd-1"], to: .version(.number(1)), target: "1")
        #expect(!first.notices.isEmpty)
    }

    @Test("a damaged blob is told by name, ends with 3, and keeps no other device from being looked at")
    func damaged() async throws {
        let paper = try await paper(["pump-1": "cisco_ios", "pump-2": "cisco_ios"])
        try paper.change("bed 40", "bed 41", of: "pump-2")
        _ = try await paper.hospital.run()
        try await paper.approve()
        let before = try await paper.hospital.drill()
        #expect(before.status == .clean)
        let blob = try #require(before.row("pump-2")?.blobs.first)
        let path =
            "\(try paper.workspace.state)/\(blob.repository)/objects/\(blob.blob.prefix(2))/\(blob.blob.dropFirst(2))"
        chmod(path, 0o600)
        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes[bytes.count / 2] ^= 0xFF
        try bytes.write(to: URL(filePath: path))
        let record = try await paper.hospital.drill()
        let row = try #require(record.row("pump-2"))
        #expect(row.verdict == .no && row.isIntegrity && row.reasons[0].contains("exact bytes are damaged"), "\(row)")
        #expect(record.row("pump-1")?.verdict == .partly && record.status == .integrity)
    }

    @Test("a signed record holds; a changed one, a changed page, a lost signature and a missing key are told")
    func signing() async throws {
        let paper = try await paper()
        let unsigned = try await paper.hospital.drill()
        #expect(!unsigned.isSigned)
        let held = try await paper.hospital.verdict(unsigned.id)
        #expect(held.faults.isEmpty && held.notices == ["it is not signed"], "\(held)")

        let key = paper.hospital.root + "/../drill-key-\(UUID().uuidString)"
        defer { for suffix in ["", ".pub"] { try? FileManager.default.removeItem(atPath: key + suffix) } }
        #expect(try ProcessOutput(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key]).status == 0)
        try paper.hospital.folder.write(
            "ada \(try String(contentsOfFile: key + ".pub", encoding: .utf8))", to: "Baselines/allowed_signers")
        await #expect(throws: WorkflowError.self) { try await paper.hospital.drill() }
        #expect(DrillShelf(state: try paper.workspace.state).ids() == [unsigned.id], "a refused drill leaves no record")
        // Of another person the key is not.
        await #expect(throws: WorkflowError.self) { try await paper.hospital.drill(by: "grace", key: key) }
        let record = try await paper.hospital.drill(key: key)
        let good = try await paper.hospital.verdict(record.id)
        #expect(
            record.isSigned && good.isSigned && good.faults.isEmpty && good.key?.hasPrefix("SHA256:") == true, "\(good)"
        )
        let path = DrillShelf(state: try paper.workspace.state).path(of: record.id)
        let stock = try ProcessOutput([
            "sh", "-c",
            "ssh-keygen -Y verify -f '\(paper.hospital.root)/Baselines/allowed_signers' -I ada -n plumbline-drill -s '\(path).sig' < '\(path)'",
        ])
        #expect(stock.status == 0, "\(stock.text)")
        let sums = try ProcessOutput(["sh", "-c", "cd '\(paper.hospital.root)/var/drills' && sha256sum -c digests"])
        #expect(sums.status == 0, "\(sums.text)")

        let text = try String(contentsOfFile: path, encoding: .utf8)
        try Data(text.replacing("an exercise", with: "an incident").utf8).write(to: URL(filePath: path))
        let changed = try await paper.hospital.verdict(record.id)
        #expect(changed.faults.contains { $0.contains("is not what was written") }, "\(changed)")
        #expect(changed.faults.contains { $0.contains("signature does not hold") })
        #expect(changed.faults.contains { $0.contains("audit log does not know") })
        try Data("{}".utf8).write(to: URL(filePath: path))
        #expect(try await paper.hospital.verdict(record.id).faults.contains { $0.contains("no record of a drill") })
        try Data(text.utf8).write(to: URL(filePath: path))
        unlink(path + ".sig")
        #expect(try await paper.hospital.verdict(record.id).faults == ["its signature is gone"])
    }

    @Test("no drill, an old one and one that failed are findings, until there is a newer one")
    func overdue() async throws {
        let paper = try await paper(settings: "drillAge: 30d")
        func drills(_ standing: Standing) -> [Finding] { standing.findings.filter { $0.class == .drill } }
        let none = try await paper.standing()
        #expect(drills(none).map(\.severity) == [.warning] && drills(none)[0].summary.contains("no drill yet"))
        #expect(paper.exit(none) == .drift && none.word == "drift")
        let record = try await paper.hospital.drill()
        #expect(drills(try await paper.standing()).isEmpty)
        let old = try await paper.standing(at: Date(timeIntervalSinceNow: 31 * 86_400))
        #expect(drills(old).first?.summary.contains("the last drill was on \(record.id.prefix(10))") == true)

        try paper.hospital.folder.write("workspace: test\n", to: "plumbline.yaml")
        #expect(drills(try await paper.standing(at: Date(timeIntervalSinceNow: 31 * 86_400))).isEmpty)
        // One that failed is a finding without an objective, too.
        let approved = paper.hospital.root + "/Baselines/approvals"
        let kept = FileTree.names(in: approved).first { $0.hasSuffix(".yaml") } ?? ""
        let manifest = try String(contentsOfFile: approved + "/" + kept, encoding: .utf8)
        try Data((manifest + "# changed\n").utf8).write(to: URL(filePath: approved + "/" + kept))
        #expect(try await paper.hospital.drill().status == .integrity)
        try Data(manifest.utf8).write(to: URL(filePath: approved + "/" + kept))
        let failed = try await paper.standing()
        #expect(drills(failed).map(\.severity) == [.major] && paper.exit(failed) == .drift, "\(failed.findings)")
        #expect(drills(failed)[0].summary.contains("could not be restored"))
        // The small file can be lost: the records have it.
        unlink(try paper.workspace.state + "/drills/latest")
        #expect(drills(try await paper.standing()).map(\.severity) == [.major])
        _ = try await paper.hospital.drill()
        #expect(drills(try await paper.standing()).isEmpty)
    }

    @Test("a hook hears of an overdue drill once")
    func hook() async throws {
        let paper = try await paper(settings: "drillAge: 30d\nonboarding: until 2099-01-01", approved: false)
        try paper.hospital.folder.write(
            "#!/bin/sh\necho \"$PLUMBLINE_DEVICE $PLUMBLINE_MESSAGE\" >> \"$PLUMBLINE_ROOT/heard\"\n",
            to: "Hooks/drill-overdue.d/10-note", mode: 0o755)
        for folder in ["/Hooks", "/Hooks/drill-overdue.d"] { chmod(paper.hospital.root + folder, 0o755) }
        try paper.hospital.folder.write(
            "group: ward\ndevices:\n"
                + ["pump-1", "pump-2"].map {
                    "  - { id: \($0), platform: cisco_ios, method: { command: [./fetch] } }\n"
                }.joined(),
            to: "Inventory/groups/ward.yaml")
        try paper.write(PaperHospital.config, to: "pump-2")
        for _ in 0..<2 { _ = try await paper.hospital.run() }
        let heard = try paper.hospital.folder.read("heard")
        #expect(heard.split(separator: "\n").count == 1 && heard.contains("pump-2 no drill yet"), "\(heard)")
    }
}

extension BundledPlatforms {
    /// Something as simple as a platform can be.
    fileprivate static var withoutRestore: String? {
        """
        platform: unrestorable
        title: A device that takes nothing back
        vendor: nobody
        evidence: assumed
        phi: none
        syntax: indented
        prompt: '^# $'
        collect:
          - { artifact: running-config, command: show, effect: none }
        """
    }
}

@Suite("Drills on the bench", .serialized)
struct LabDrillTests {
    /// A switch on the bench that has what was approved.
    private func bench(_ more: String = ", tags: [bench]") async throws -> RestoringLab {
        let lab = try await RestoringLab()
        let groups = try lab.hospital.folder.read("Inventory/groups/ward.yaml")
        try lab.hospital.folder.write(
            groups.replacing("restoreCredential: writer", with: "restoreCredential: writer\(more)"),
            to: "Inventory/groups/ward.yaml")
        _ = try await lab.hospital.run()
        try await lab.hospital.approveAll()
        lab.device.resetCounters()
        return lab
    }

    @Test("a bench device is restored for real, also where nothing differs, and the journal is named")
    func real() async throws {
        let lab = try await bench()
        defer { lab.lab.stop() }
        let before = lab.running
        let record = try await lab.hospital.lab(["sw-a"])
        let row = try #require(record.row("sw-a"))
        #expect(row.verdict == .yes && row.lab?.outcome == .restored && row.lab?.hasWritten == true, "\(row)")
        #expect(lab.device.counters.writes > 0 && lab.running == before && lab.leftovers.isEmpty)
        #expect(record.status == .clean && row.lab?.seconds ?? 0 > 0)
        let plan = try RestoreShelf(state: try lab.hospital.workspace().state).plan(row.lab?.plan ?? "")
        #expect(
            try lab.hospital.steps(plan, "sw-a")
                == [.before, .check, .transfer, .push, .verify, .confirm, .save, .verifySaved, .clean])
        #expect(DrillShelf(state: try lab.hospital.workspace().state).last()[row.device]?.verdict == .yes)
    }

    @Test("what goes wrong on the bench is undone, and is the record's verdict")
    func undone() async throws {
        let lab = try await bench()
        defer { lab.lab.stop() }
        lab.device.setFault(.diskFull)
        let record = try await lab.hospital.lab(["sw-a"])
        #expect(
            record.devices[0].verdict == .no && record.devices[0].lab?.outcome == .undone && record.status == .stale)
        #expect(try await lab.hospital.standing("sw-a")?.findings.contains { $0.class == .drill } == true)
    }

    @Test(
        "a device without the tag, or with its window closed, is refused before anything is sent",
        arguments: [
            ("", "tag 'bench'"),
            (", tags: [bench], window: { from: \"WINDOW\", to: \"WINDOWEND\", zone: UTC }", "window of sw-a is closed"),
        ])
    func refused(more: String, words: String) async throws {
        let hour = ((Int(Wording.time(Date()).dropFirst(11).prefix(2)) ?? 0) + 12) % 24
        func clock(_ hour: Int) -> String { (hour < 10 ? "0" : "") + "\(hour):00" }
        let lab = try await bench("")
        defer { lab.lab.stop() }
        let groups = try lab.hospital.folder.read("Inventory/groups/ward.yaml")
        let keys = more.replacing("WINDOWEND", with: clock((hour + 1) % 24)).replacing("WINDOW", with: clock(hour))
        try lab.hospital.folder.write(
            groups.replacing("restoreCredential: writer", with: "restoreCredential: writer\(keys)"),
            to: "Inventory/groups/ward.yaml")
        lab.device.resetCounters()
        let error = await #expect(throws: WorkflowError.self) { try await lab.hospital.lab(["sw-a"]) }
        #expect("\(error.map { "\($0)" } ?? "")".contains(words), "\(String(describing: error))")
        #expect(lab.device.counters.received.isEmpty)
    }

    @Test("nothing is forced on a device that is not on the bench")
    func unforced() async throws {
        let lab = try await bench("")
        defer { lab.lab.stop() }
        let plan = try await lab.hospital.plan(["sw-a"])
        var order = RestoreWorkflow.Order(by: "tester", reason: "a test")
        order.isForced = true
        #expect(try await lab.hospital.apply(plan, order).map(\.outcome) == [.unchanged])
        #expect(lab.device.counters.writes == 0)
    }
}
