import ConfigModel
import DeviceLab
import FoundationEssentials
import RealServers
import SnapshotStore
import Testing

@testable import BackupWorkflow

@Suite(
    "A night in which things fail", .serialized, .enabled(if: RealSSHServer.isAvailable, "needs root for namespaces"))
struct NightFaultTests {
    @Test("devices that failed the last time hold up nobody, and are tried again all the same")
    func dead() async throws {
        let backlog = try PlainListener(.full)
        defer { backlog.stop() }
        let ids = ["core-sw-1", "ward-sw-1", "ward-sw-2", "ward-sw-3", "ward-sw-4", "icu-sw-1"]
        let fixture = try await LabHospital(ids, timeout: "3s")
        defer { fixture.lab.stop() }
        let hospital = fixture.hospital
        // Their names come first.
        let dead = (1...8).map { TestHospital.Entry(id: "a-dead-\($0)", port: backlog.port) }
        try hospital.folder.write("workspace: test\ntimeout: 3s\nconcurrency: 8\n", to: "plumbline.yaml")
        let living = try hospital.folder.read("Inventory/groups/ward.yaml")
        let entries = dead.map {
            "  - { id: \($0.id), address: 127.0.0.1, port: \($0.port), platform: cisco_ios, credential: backup }\n"
        }
        try hospital.folder.write(living + entries.joined(), to: "Inventory/groups/ward.yaml")
        for night in 1...2 {
            let report = try await hospital.run()
            #expect(report.rows.count { $0.failure == .timeout } == 8)
            #expect(report.rows.count { $0.outcome.isGood } == ids.count)
            guard night == 2 else { continue }
            let store = try await hospital.workspace().storeForReading()
            // Before the first dead one gives its place up.
            var firstDead = Date.distantFuture
            for entry in dead {
                let attempt = try #require(try await store.attempts(of: DeviceID(entry.id)!, limit: 1).first).attempt
                firstDead = min(firstDead, attempt.finished)
            }
            for id in ids {
                let attempt = try #require(try await store.attempts(of: DeviceID(id)!, limit: 1).first).attempt
                #expect(attempt.finished < firstDead, "\(id)")
            }
        }
    }

    @Test("a jump host that dies in the middle of a session is a row that names it; others are collected")
    func jumpDies() async throws {
        let outer = try await RealSSHServer.openSSH()
        let inner = try await RealSSHServer.openSSH()
        defer {
            outer.stop()
            inner.stop()
        }
        let hospital = try await TestHospital([], settings: "timeout: 15s")
        try hospital.folder.write(
            """
            platform: slow
            extends: linux
            title: Slow
            evidence: assumed
            collect:
              - { artifact: running-config, command: 'sleep 3; echo done', effect: none }
            """, to: "Inventory/platforms/slow.yaml")
        func entry(_ id: String, more: String) -> TestHospital.Entry {
            TestHospital.Entry(
                id: id, port: inner.port, platform: "slow", more: more,
                hostKeys: inner.hostKeys.map { "\($0.type) \($0.base64)" })
        }
        let jumps = "jumps: [{ id: bastion, address: 127.0.0.1, port: \(outer.port), credential: backup }]\n"
        try hospital.write([entry("behind", more: "jump: bastion"), entry("beside", more: "tags: [x]")], jumps: jumps)
        let lines = outer.hostKeys.map { "[127.0.0.1]:\(outer.port) \($0.type) \($0.base64)\n" }.joined()
        try hospital.folder.write(
            try hospital.folder.read("Inventory/known_hosts") + lines, to: "Inventory/known_hosts")
        async let running = hospital.run()
        _ = await inner.occurrences(of: "Starting session", atLeast: 2)
        outer.stop()
        let report = try await running
        let row = try #require(report.row("behind"))
        #expect(row.outcome == .failed && row.message?.contains("bastion") == true, "\(row)")
        #expect(row.message?.contains("tried") == true, "\(row)")
        #expect(report.row("beside")?.outcome == .new, "\(report.rows)")
        #expect(try await hospital.workspace().storeForReading().refusals() == [])
    }
}
