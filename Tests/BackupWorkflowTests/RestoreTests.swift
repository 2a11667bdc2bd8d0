import ConfigModel
import DeviceInventory
import DeviceLab
import SnapshotStore
import Testing

@testable import BackupWorkflow

@Suite("Restoring an IOS-like switch", .serialized)
struct RestoreTests {
    @Test("drift is planned, replaced, verified, confirmed and saved, and the next run is clean")
    func whole() async throws {
        let lab = try await RestoringLab()
        defer { lab.lab.stop() }
        try await lab.drifted()
        let plan = try await lab.hospital.plan(["sw-a"])
        let entry = try #require(plan.entries.first)
        #expect(entry.target.isApproved && entry.cuts.isEmpty && !entry.isNothing)
        #expect(lab.device.counters.writes == 0, "planning wrote to the device")
        let text = plan.text(paint: Paint(isOn: false), width: 100, all: true).joined(separator: "\n")
        #expect(text.contains("- description changed by hand") && text.contains("+ description pump"), "\(text)")
        #expect(!text.contains("s3cretro"))

        let results = try await lab.hospital.apply(plan)
        #expect(results.map(\.outcome) == [.restored], "\(results)")
        #expect(lab.running == lab.startup && lab.running.contains(" description pump"))
        #expect(!lab.running.contains("ntp server 10.9.9.9"))
        #expect(lab.leftovers.isEmpty)
        #expect(
            try lab.hospital.steps(plan, "sw-a")
                == [.before, .check, .transfer, .push, .verify, .confirm, .save, .verifySaved, .clean])
        #expect(try await lab.hospital.run().exit == .clean)
    }

    @Test("only what the plan lists is sent")
    func listed() async throws {
        let lab = try await RestoringLab()
        defer { lab.lab.stop() }
        try await lab.drifted()
        let plan = try await lab.hospital.plan(["sw-a"])
        let entry = try #require(plan.entries.first)
        lab.device.resetCounters()
        _ = try await lab.hospital.apply(plan)
        let listed = Set(entry.actions.map(\.text))
        let platform = try #require(try lab.hospital.workspace().inventory.platform(named: "cisco_ios"))
        let reading = Set(platform.readingLines)
        for received in lab.device.counters.received {
            switch received {
            case .line(let line) where line.hasPrefix("scp -t "):
                #expect(listed.contains { $0.hasPrefix(line.dropFirst(7)) }, "\(line)")
            case .line(let line): #expect(line.isEmpty || listed.contains(line) || reading.contains(line), "\(line)")
            case .file(let path, _): #expect(listed.contains { $0.hasPrefix(path) || $0.contains(path) }, "\(path)")
            }
        }
    }
}

extension Platform {
    /// Every line that a collection may type.
    var readingLines: [String] {
        var lines = (session.start + session.begin + session.leave).map(\.send)
        if let enable = session.enable { lines.append(enable.send) }
        for rule in collect { if case .command(let commands, _, _) = rule.source { lines += commands } }
        for rule in facts { if case .command(let commands, _) = rule.source { lines += commands } }
        if let saved = restore?.saved { lines.append(saved) }
        return lines
    }
}

@Suite("A restore that meets trouble", .serialized)
struct RestoreFaultTests {
    @Test("a device that was changed between plan and apply is not written to")
    func changedSince() async throws {
        let lab = try await RestoringLab()
        defer { lab.lab.stop() }
        try await lab.drifted()
        let plan = try await lab.hospital.plan(["sw-a"])
        lab.device.editRunningConfig { $0.append("ntp server 10.7.7.7") }
        lab.device.resetCounters()
        let results = try await lab.hospital.apply(plan)
        #expect(results.map(\.outcome) == [.refused], "\(results)")
        #expect(results[0].message.contains("changed sw-a since the plan was made"))
        #expect(lab.device.counters.writes == 0)
    }

    @Test("a replace that answers an error and is half applied is undone, and nothing is saved")
    func halfApplied() async throws {
        let lab = try await RestoringLab(fault: .halfReplace)
        defer { lab.lab.stop() }
        try await lab.drifted()
        let before = (lab.running, lab.startup)
        let plan = try await lab.hospital.plan(["sw-a"])
        let results = try await lab.hospital.apply(plan)
        #expect(results.map(\.outcome) == [.undone], "\(results)")
        #expect(lab.running == before.0 && lab.startup == before.1)
        #expect(lab.leftovers.isEmpty)
    }

    @Test("a line that the device rejects undoes all of it")
    func rejected() async throws {
        let lab = try await RestoringLab()
        defer { lab.lab.stop() }
        try await lab.drifted()
        let before = lab.running
        let plan = try await lab.hospital.plan(["sw-a"])
        lab.device.setFault(.rejectLines("snmp-server location"))
        let results = try await lab.hospital.apply(plan)
        #expect(results.map(\.outcome) == [.undone], "\(results)")
        #expect(lab.running == before)
    }

    @Test("a full disk ends it before the configuration is touched")
    func diskFull() async throws {
        let lab = try await RestoringLab()
        defer { lab.lab.stop() }
        try await lab.drifted()
        let before = lab.running
        let plan = try await lab.hospital.plan(["sw-a"])
        lab.device.setFault(.diskFull)
        let results = try await lab.hospital.apply(plan)
        #expect(results.map(\.outcome) == [.undone], "\(results)")
        #expect(results[0].message.contains("not touched"))
        #expect(lab.running == before)
    }

    @Test("a timer that fires before the confirmation leaves the device as it was, and that is said")
    func timerFires() async throws {
        let lab = try await RestoringLab(minute: .milliseconds(5))
        defer { lab.lab.stop() }
        try await lab.drifted()
        let before = lab.running
        let plan = try await lab.hospital.plan(["sw-a"])
        let results = try await lab.hospital.apply(plan)
        #expect(results.map(\.outcome) == [.undone], "\(results)")
        #expect(lab.running == before && lab.leftovers.isEmpty)
    }

    @Test("a device without archive is told so before anything is written")
    func checks() async throws {
        let lab = try await RestoringLab()
        defer { lab.lab.stop() }
        try await lab.drifted()
        lab.device.editRunningConfig { lines in lines.removeAll { $0 == "archive" || $0 == " path flash:archive" } }
        let plan = try await lab.hospital.plan(["sw-a"])
        lab.device.resetCounters()
        let results = try await lab.hospital.apply(plan)
        #expect(results.map(\.outcome) == [.undone] && results[0].message.contains("needs `archive`"), "\(results)")
        #expect(lab.device.counters.writes == 0)
    }

    @Test("a plan that takes our way to the device away is refused, and may be overridden by name")
    func access() async throws {
        let lab = try await RestoringLab()
        defer { lab.lab.stop() }
        try await lab.drifted()
        lab.device.editRunningConfig { lines in
            if let place = lines.firstIndex(of: " permit 10.1.0.0 0.0.255.255") {
                lines.insert(" permit 10.5.0.0 0.0.255.255", at: place)
            }
        }
        let plan = try await lab.hospital.plan(["sw-a"])
        #expect(plan.entries[0].cuts.map(\.name).contains("access list"), "\(plan.entries[0].cuts)")
        lab.device.resetCounters()
        await #expect(throws: WorkflowError.self) { _ = try await lab.hospital.apply(plan) }
        #expect(lab.device.counters.writes == 0 && lab.device.counters.connections == 0)
        let meant = try await lab.hospital.plan(["sw-a"], overrides: ["access list"])
        #expect(meant.entries[0].cuts.isEmpty && meant.entries[0].overridden == ["access list"])
        #expect(try await lab.hospital.apply(meant).map(\.outcome) == [.restored])
    }

    @Test("a plan is applied once, and can be undone")
    func undo() async throws {
        let lab = try await RestoringLab()
        defer { lab.lab.stop() }
        try await lab.drifted()
        let before = lab.running
        let plan = try await lab.hospital.plan(["sw-a"])
        let results = try await lab.hospital.apply(plan)
        await #expect(throws: WorkflowError.self) { _ = try await lab.hospital.apply(plan) }
        let back = try await lab.hospital.plan(["sw-a"], to: .version(.number(try #require(results[0].before))))
        #expect(try await lab.hospital.apply(back).map(\.outcome) == [.restored])
        #expect(lab.running == before && lab.startup == before)
    }

    @Test("a session that holds the device is waited for, and in vain ends the restore before it began")
    func held() async throws {
        let lab = try await RestoringLab()
        defer { lab.lab.stop() }
        try await lab.drifted()
        let plan = try await lab.hospital.plan(["sw-a"])
        let lock = try WorkspaceLocks(directory: lab.hospital.root + "/var", command: "a test").device(
            DeviceID("sw-a")!)
        lab.device.resetCounters()
        let task = Task { try await lab.hospital.apply(plan) }
        let wanted = DeviceHandover(state: lab.hospital.root + "/var")
        while wanted.wanted().isEmpty { try await Task.sleep(for: .milliseconds(20)) }
        #expect(wanted.wanted() == [DeviceID("sw-a")!])
        lock.release()
        #expect(try await task.value.map(\.outcome) == [.restored])
        #expect(wanted.wanted().isEmpty)
    }
}

@Suite("After an interruption", .serialized)
struct InterruptedRestoreTests {
    /// A restore whose journal ends where it began to verify: the device has the target, unconfirmed.
    private func interrupted(_ lab: RestoringLab) async throws -> RestorePlan {
        try await lab.drifted()
        let plan = try await lab.hospital.plan(["sw-a"])
        try KilledRestore.apply(lab.hospital, plan, device: "sw-a", at: "collecting again", after: 0)
        return plan
    }

    @Test("no other plan is applied to the device, and its standing says so")
    func blocks() async throws {
        let lab = try await RestoringLab(minute: .seconds(30))
        defer { lab.lab.stop() }
        let plan = try await interrupted(lab)
        let other = try await lab.hospital.plan(["sw-a"])
        do {
            _ = try await lab.hospital.apply(other)
            Issue.record("it was applied")
        } catch let error as WorkflowError {
            #expect("\(error)".contains(plan.id), "\(error)")
        }
        let standing = try #require(try await lab.hospital.standing("sw-a"))
        #expect(standing.findings.contains { $0.rule == "restore-interrupted" })
        #expect(try await lab.hospital.status() != .clean)
        #expect(try await lab.hospital.resume(plan).map(\.outcome) == [.restored])
        #expect(try await lab.hospital.run().exit == .clean)
    }

    @Test("a line of the journal that a crash has cut keeps nothing from going on")
    func cutLine() async throws {
        let lab = try await RestoringLab(minute: .seconds(30))
        defer { lab.lab.stop() }
        let plan = try await interrupted(lab)
        let journal = RestoreShelf(state: lab.hospital.root + "/var").journal(of: plan.id, DeviceID("sw-a")!)
        try FileTree.append(Array("{\"event\":\"do".utf8), to: journal.path)
        #expect(try await lab.hospital.resume(plan).map(\.outcome) == [.restored])
        #expect(try RestoreShelf(state: lab.hospital.root + "/var").states(of: plan).map(\.state) == ["restored"])
    }

    @Test("another approval meanwhile neither stops the resume nor the undo", arguments: [true, false])
    func otherApproval(undoing: Bool) async throws {
        let lab = try await RestoringLab(minute: .seconds(30))
        defer { lab.lab.stop() }
        let plan = try await interrupted(lab)
        let workspace = try lab.hospital.workspace()
        let store = try await workspace.storeForReading()
        let latest = try await store.resolve(DeviceID("sw-a")!, .latest)
        _ = try await ApprovalWorkflow(workspace: workspace, store: store).decide(
            .init(approve: [.init(device: workspace.inventory.devices[0], version: .number(latest.number))], by: "ada"))
        let results = try await lab.hospital.resume(plan, undoing: undoing)
        #expect(results.map(\.outcome) == [undoing ? .undone : .restored], "\(results)")
        if undoing { #expect(lab.running.contains(" description changed by hand")) }
    }

    @Test("what has ended is not taken up again")
    func ended() async throws {
        let lab = try await RestoringLab()
        defer { lab.lab.stop() }
        try await lab.drifted()
        let plan = try await lab.hospital.plan(["sw-a"])
        #expect(try await lab.hospital.apply(plan).map(\.outcome) == [.restored])
        await #expect(throws: WorkflowError.self) { _ = try await lab.hospital.resume(plan, undoing: true) }
        #expect(lab.running == lab.startup)
    }
}
