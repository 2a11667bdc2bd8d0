import ConfigModel
import DeviceLab
import Testing

@testable import BackupWorkflow

@Suite("A capture that lost more than half is read again", .serialized)
struct SecondReadingTests {
    @Test("a device that says the same twice is believed, over two connections")
    func agreed() async throws {
        let fixture = try await LabHospital(["ward-sw-1"])
        defer { fixture.lab.stop() }
        _ = try await fixture.hospital.run()
        let device = try fixture.device("ward-sw-1")
        device.editRunningConfig { $0 = Array($0.prefix($0.count / 4)) }
        device.resetCounters()
        let report = try await fixture.hospital.run()
        let row = try #require(report.row("ward-sw-1"))
        #expect(row.outcome == .changed, "\(row)")
        #expect(row.version == 2)
        #expect(row.notes.contains { $0.contains("shrank") && $0.contains("second reading agreed") })
        #expect(device.counters.connections == 2)
        #expect(device.counters.loginAttempts == 2)
        // From now on that is its size.
        device.resetCounters()
        #expect(try await fixture.hospital.run().row("ward-sw-1")?.outcome == .unchanged)
        #expect(device.counters.connections == 1)
    }

    @Test("a device that says another thing at each reading is quarantined")
    func disagreed() async throws {
        let fixture = try await LabHospital(["ward-sw-1"])
        defer { fixture.lab.stop() }
        _ = try await fixture.hospital.run()
        let device = try fixture.device("ward-sw-1")
        device.setFault(.forgetful)
        device.resetCounters()
        let report = try await fixture.hospital.run()
        let row = try #require(report.row("ward-sw-1"))
        #expect(row.outcome == .quarantined, "\(row)")
        #expect(row.version == 1)
        #expect(row.message?.contains("second reading brought something else") == true)
        #expect(device.counters.connections == 2)
        #expect(report.exit == .stale)
    }

    @Test("a file that is gone is doubted once, and gone when it is gone twice")
    func gone() async throws {
        let fixture = try await LabHospital(["imaging-archive-1"])
        defer { fixture.lab.stop() }
        _ = try await fixture.hospital.run()
        let device = try fixture.device("imaging-archive-1")
        device.editFiles { _ = $0.remove("/etc/ssh/sshd_config") }
        device.resetCounters()
        let report = try await fixture.hospital.run()
        let row = try #require(report.row("imaging-archive-1"))
        #expect(row.outcome == .changed, "\(row)")
        #expect(row.notes.contains { $0.contains("/etc/ssh/sshd_config: it is gone") })
        #expect(device.counters.connections == 2)
    }
}
