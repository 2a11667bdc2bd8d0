import ConfigModel
import DeviceLab
import Foundation
import SnapshotStore
import Testing

@testable import BackupWorkflow

/// Counted on the devices' side, over real SSH.
@Suite("No account is ever locked", .serialized)
struct LockoutTests {
    private static let count = 200

    /// - Parameter credential: The name of a device's credential.
    private func fleet(credential: (Int) -> String) async throws -> (Lab, TestHospital) {
        let key = try LabKey.generate()
        let devices = try Fleet.devices(
            count: Self.count, configSize: 1000, delay: .zero, port: 0, authorizedKeys: [],
            hostKey: { (_) throws(LabError) in key })
        let lab = try Lab(devices: devices)
        try lab.start()
        let names = Set(devices.indices.map(credential)).sorted()
        let hospital = try await TestHospital(
            try devices.enumerated().map { index, device in
                TestHospital.Entry(
                    id: device.id, address: device.address, port: try lab.device(device.id).port,
                    credential: credential(index), hostKeys: [key.publicLine])
            },
            credentials: names.map { "\($0): { user: \(DemoHospital.user), password: \"env:PASSWORD\" }" }
                .joined(separator: "\n"), password: "wrong")
        return (lab, hospital)
    }

    private func refusals(_ lab: Lab) -> [Int] { lab.devices.map(\.counters.loginRefusals) }

    @Test("one wrong password of 200 devices: two refusals in all, over ten runs")
    func shared() async throws {
        let (lab, hospital) = try await fleet { _ in "backup" }
        defer { lab.stop() }
        for _ in 1...10 { #expect(try await hospital.run().exit == .stale) }
        #expect(refusals(lab).reduce(0, +) == 2)
        #expect(lab.devices.map(\.counters.loginAttempts).reduce(0, +) == 2)
    }

    @Test("200 wrong credentials of 200 devices: one refusal each, over three runs")
    func each() async throws {
        let (lab, hospital) = try await fleet { "c\($0)" }
        defer { lab.stop() }
        for _ in 1...3 { _ = try await hospital.run() }
        #expect(refusals(lab) == [Int](repeating: 1, count: Self.count))
    }
}
