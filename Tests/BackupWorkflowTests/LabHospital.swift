import ConfigModel
import DeviceLab
import FoundationEssentials
import SnapshotStore

@testable import BackupWorkflow

/// Devices of the demo hospital that speak real SSH, and a workspace that knows them.
struct LabHospital: Sendable {
    let lab: Lab
    var hospital: TestHospital

    /// - Parameters:
    ///   - unprivileged: Every login lands without privileges, at `>`.
    ///   - platforms: Own platform files by name; a device named there is of this platform.
    ///   - keys: Keys that are on record in place of the devices' own.
    init(
        _ ids: [String], faults: [String: LabFault] = [:], timeout: String = "20s", artifactLimit: String = "4MiB",
        password: String = DemoHospital.password, keys: [String: LabKey] = [:],
        platforms: [(name: String, text: String, devices: [String])] = [], unprivileged: Bool = false
    ) async throws {
        var devices = try DemoHospital.devices(port: 0, authorizedKeys: []) { (_) throws(LabError) in
            try LabKey.generate()
        }
        .filter { ids.contains($0.id) }
        for index in devices.indices {
            devices[index].fault = faults[devices[index].id]
            if unprivileged { devices[index].takePrivilege(enable: DemoHospital.enablePassword) }
        }
        let lab = try Lab(devices: devices)
        try lab.start()
        let own = platforms.flatMap { platform in platform.devices.map { ($0, platform.name) } }
        let entries = try devices.map { device in
            TestHospital.Entry(
                id: device.id, address: device.address, port: try lab.device(device.id).port,
                platform: own.first { $0.0 == device.id }?.1 ?? (device.isLinux ? "linux" : "cisco_ios"),
                credential: device.logins.contains { !$0.privileged } ? "privileged" : "backup",
                hostKeys: [(keys[device.id] ?? device.hostKey).publicLine])
        }
        self.lab = lab
        let login = "user: \(DemoHospital.user), password: \"env:PASSWORD\""
        hospital = try await TestHospital(
            entries, credentials: "backup: { \(login) }\nprivileged: { \(login), enable: \"env:ENABLE\" }",
            settings: "timeout: \(timeout)\nartifactLimit: \(artifactLimit)", password: password,
            environment: ["ENABLE": DemoHospital.enablePassword],
            files: Dictionary(
                platforms.map { ("Inventory/platforms/\($0.name).yaml", $0.text) }, uniquingKeysWith: { $1 }))
    }

    func device(_ id: String) throws -> SimulatedDevice { try lab.device(id) }
}

extension LabDevice {
    fileprivate mutating func takePrivilege(enable: String) {
        for index in logins.indices { logins[index].privileged = false }
        guard case .ios(var system) = system else { return }
        system.enablePassword = enable
        self.system = .ios(system)
    }

    fileprivate var isLinux: Bool {
        if case .linux = system { return true }
        return false
    }
}

extension SimulatedDevice {
    func drift(_ drift: Drift) throws(LabError) -> String {
        var done = ""
        try edit { (device) throws(LabError) in done = try device.drift(drift) }
        return done
    }
}
