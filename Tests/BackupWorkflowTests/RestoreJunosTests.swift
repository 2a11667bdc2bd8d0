import ConfigModel
import DeviceLab
import SnapshotStore
import Testing

@testable import BackupWorkflow

/// One simulated Junos-like device with a workspace that may restore it.
private struct JunosLab {
    let mixed: MixedLab
    let device: SimulatedDevice
    var hospital: TestHospital { mixed.hospital }
    var running: [String] { device.junosConfiguration }

    init(minute: Duration = .milliseconds(300)) async throws {
        mixed = try await MixedLab(only: [MixedLab.junos], minute: minute)
        device = try mixed.device(MixedLab.junos)
    }

    /// Collected and approved, then changed by somebody, and a way back planned.
    func planned() async throws -> RestorePlan {
        _ = try await hospital.run()
        try await hospital.approveAll()
        try mixed.drift()
        device.resetCounters()
        return try await hospital.plan([MixedLab.junos])
    }

    func stop() { mixed.lab.stop() }

    /// Files of ours that are still on the device.
    var leftovers: [String] {
        guard case .junos(let system) = device.current.system else { return [] }
        return (system.files.names(in: "/var/tmp") ?? []).filter { $0.contains("plumbline") }
    }

    /// Whether the candidate waits with something that was not committed, or a commit for its confirmation.
    var isOpen: Bool {
        guard case .junos(let system) = device.current.system else { return true }
        return system.isPending
    }
}

@Suite("Restoring a Junos-like firewall", .serialized)
struct RestoreJunosTests {
    private static let approved = MixedLab.junosConfig.split(separator: "\n").map(String.init)

    @Test("drift is planned, overridden, confirmed by a commit, and the next run is clean")
    func whole() async throws {
        let lab = try await JunosLab()
        defer { lab.stop() }
        let plan = try await lab.planned()
        #expect(lab.device.counters.writes == 0, "planning wrote to the device")
        let results = try await lab.hospital.apply(plan)
        #expect(results.map(\.outcome) == [.restored], "\(results)")
        #expect(lab.running == Self.approved && lab.leftovers.isEmpty && !lab.isOpen)
        // What was confirmed stays.
        lab.device.elapse(.seconds(3600))
        #expect(lab.running == Self.approved)
        let run = try await lab.hospital.run()
        let standing = try await lab.hospital.standing(MixedLab.junos)
        #expect(run.exit == .clean, "\(standing?.findings.map { "\($0.summary) \($0.missing) \($0.extra)" } ?? [])")
    }

    @Test("a target that the device rejects half of is undone, and nothing is committed")
    func rejected() async throws {
        let lab = try await JunosLab()
        defer { lab.stop() }
        let plan = try await lab.planned()
        let before = lab.running
        for fault in [LabFault.halfReplace, .rejectLines("snmp location")] {
            lab.device.setFault(fault)
            lab.device.resetCounters()
            let results = try await lab.hospital.apply(
                fault == .halfReplace ? plan : try await lab.hospital.plan([MixedLab.junos]))
            #expect(results.map(\.outcome) == [.undone], "\(results)")
            #expect(lab.running == before && !lab.isOpen && lab.leftovers.isEmpty)
            let commits = lab.device.counters.commands.filter { $0.hasPrefix("commit") }
            #expect(commits.isEmpty, "\(commits)")
        }
    }

    @Test("while somebody else holds the configuration nothing is touched, and that is said")
    func locked() async throws {
        let lab = try await JunosLab()
        defer { lab.stop() }
        let plan = try await lab.planned()
        let before = lab.running
        let other = JunosHold(of: lab.device, by: "netadmin")
        let results = try await lab.hospital.apply(plan)
        #expect(results.map(\.outcome) == [.undone], "\(results)")
        #expect(results[0].message.contains("locked"), "\(results)")
        #expect(lab.running == before && lab.leftovers.isEmpty)
        other.release()
        let again = try await lab.hospital.plan([MixedLab.junos])
        #expect(try await lab.hospital.apply(again).map(\.outcome) == [.restored])
    }

    @Test("a timer that fires before the confirmation leaves the device as it was, and that is said")
    func timerFires() async throws {
        let lab = try await JunosLab(minute: .milliseconds(5))
        defer { lab.stop() }
        let plan = try await lab.planned()
        let before = lab.running
        let results = try await lab.hospital.apply(plan)
        #expect(results.map(\.outcome) == [.undone], "\(results)")
        #expect(lab.running == before && lab.leftovers.isEmpty && !lab.isOpen)
    }

    @Test("undone by 'undo', the device is as it was before the restore")
    func undo() async throws {
        let lab = try await JunosLab()
        defer { lab.stop() }
        let plan = try await lab.planned()
        let before = lab.running
        let results = try await lab.hospital.apply(plan)
        let back = try await lab.hospital.plan(
            [MixedLab.junos], to: .version(.number(try #require(results[0].before))))
        #expect(try await lab.hospital.apply(back).map(\.outcome) == [.restored])
        #expect(lab.running == before)
    }

    @Test(
        "killed at any step it is finished or undone by resume, and nothing is left behind",
        arguments: ["transferring", "writing", "collecting again", "confirming", "cleaning up"], [0, 150])
    func killed(words: String, after milliseconds: Int) async throws {
        let lab = try await JunosLab(minute: .seconds(3))
        defer { lab.stop() }
        let plan = try await lab.planned()
        let before = lab.running
        try KilledRestore.apply(lab.hospital, plan, device: MixedLab.junos, at: words, after: milliseconds)
        let shelf = RestoreShelf(state: lab.hospital.root + "/var")
        if try #require(try shelf.states(of: plan).first).state == "interrupted" {
            let results = try await lab.hospital.resume(plan)
            #expect([.restored, .undone].contains(results.first?.outcome), "\(results)")
        }
        let ended = try #require(try shelf.states(of: plan).first)
        #expect(["restored", "undone", "planned"].contains(ended.state), "\(ended)")
        lab.device.elapse(.seconds(3600))
        #expect(lab.running == (ended.state == "restored" ? Self.approved : before), "\(ended)")
        #expect(lab.leftovers.isEmpty && !lab.isOpen)
    }
}

/// The connection breaks at each line that a restore sends, before the device has done it, and as soon as it has.
@Suite("A restore whose connection breaks", .serialized)
struct RestoreCutTests {
    @Test(
        "an IOS-like switch is restored or as it was, at once or after 'resume', and never half",
        arguments: [
            "show archive", "scp -t", "configure replace", "show running-config", "configure confirm",
            "copy running-config", "show startup-config", "delete /force",
        ], [false, true])
    func ios(line: String, isDone: Bool) async throws {
        let lab = try await RestoringLab(minute: .milliseconds(300))
        defer { lab.lab.stop() }
        try await lab.drifted()
        let (before, saved) = (lab.running, lab.startup)
        let plan = try await lab.hospital.plan(["sw-a"])
        let state = try await Self.restore(lab.hospital, plan, lab.device, .cutAt(line, isDone: isDone))
        lab.device.elapse(.seconds(3600))
        switch state {
        case .restored:
            #expect(lab.running == lab.startup && lab.running.contains(" description pump"))
            #expect(!lab.running.contains("ntp server 10.9.9.9"))
            #expect(try await lab.hospital.run().exit == .clean)
        case .undone, .refused: #expect(lab.running == before && lab.startup == saved)
        default: Issue.record("it ended \(state)")
        }
    }

    @Test(
        "a Junos-like firewall is restored or as it was, at once or after 'resume', and never half",
        arguments: [
            "scp -t", "configure exclusive", "load override", "commit check", "commit confirmed", "exit",
            "show configuration", "commit", "file delete",
        ], [false, true])
    func junos(line: String, isDone: Bool) async throws {
        let lab = try await JunosLab(minute: .milliseconds(300))
        defer { lab.stop() }
        let plan = try await lab.planned()
        let before = lab.running
        let state = try await Self.restore(lab.hospital, plan, lab.device, .cutAt(line, isDone: isDone))
        lab.device.elapse(.seconds(3600))
        switch state {
        case .restored:
            #expect(lab.running == MixedLab.junosConfig.split(separator: "\n").map(String.init))
            #expect(try await lab.hospital.run().exit == .clean)
        case .undone, .refused: #expect(lab.running == before)
        default: Issue.record("it ended \(state)")
        }
        #expect(!lab.isOpen)
    }

    /// Applies the plan with a fault that comes with the first step after the before-image, and goes on with what stays open.
    /// - Returns: How it ended at last.
    private static func restore(
        _ hospital: TestHospital, _ plan: RestorePlan, _ device: SimulatedDevice, _ fault: LabFault
    ) async throws -> RestoreWorkflow.Result.Outcome {
        // What confirms on Junos begins like what is asked before: it is meant only when its turn comes.
        let steps: [RestoreMachine.Step] = fault.isAboutCommit ? [.confirm] : [.check, .transfer]
        let workflow = RestoreWorkflow(
            workspace: try hospital.workspace(), collection: try hospital.stage(),
            progress: { _, step in if steps.contains(step) { device.setFault(fault) } })
        let results = try await workflow.apply(plan, .init(by: "tester", reason: "a test"))
        #expect(device.fault == nil, "the connection did not break: \(results)")
        device.setFault(nil)
        guard let result = results.first, result.outcome == .unresolved else { return results[0].outcome }
        let resumed = try await hospital.resume(plan)
        #expect(resumed.first?.outcome != .unresolved, "\(result) then \(resumed)")
        return resumed[0].outcome
    }
}

extension LabFault {
    fileprivate var isAboutCommit: Bool {
        if case .cutAt("commit", _) = self { true } else { false }
    }
}
