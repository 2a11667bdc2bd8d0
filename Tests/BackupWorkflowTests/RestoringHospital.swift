import ConfigModel
import DeviceLab
import FoundationEssentials
import SSHTransport
import SnapshotStore

@testable import BackupWorkflow

/// What a person does with `plumbline restore`.
extension TestHospital {
    func stage() throws -> CollectionStage {
        CollectionStage(
            connector: .shared,
            desk: LoginDesk(
                secrets: SecretResolver(environment: environment, root: root), key: try workspace().fingerprintKey()),
            credentials: CredentialGuard())
    }

    func plan(
        _ devices: [String], to source: RestoreSource = .approved, offline: Bool = false, overrides: [String] = []
    ) async throws -> RestorePlan {
        let workspace = try workspace()
        let planning = try await RestorePlanning(
            workspace: workspace, collection: try stage(), store: try await workspace.storeForReading())
        let plan = try await planning.plan(
            RestorePlanning.Request(
                devices: try workspace.devices(devices), source: source, isOffline: offline, overrides: overrides,
                by: "tester", command: "restore plan"))
        try RestoreShelf(state: workspace.state).keep(plan)
        return plan
    }

    func workflow() throws -> RestoreWorkflow {
        RestoreWorkflow(workspace: try workspace(), collection: try stage(), progress: { _, _ in })
    }

    func apply(
        _ plan: RestorePlan, _ order: RestoreWorkflow.Order = .init(by: "tester", reason: "a test")
    ) async throws -> [RestoreWorkflow.Result] {
        try await workflow().apply(plan, order)
    }

    func resume(_ plan: RestorePlan, undoing: Bool = false) async throws -> [RestoreWorkflow.Result] {
        try await workflow().resume(plan, .init(by: "tester", reason: "a test"), undoing: undoing)
    }

    /// The steps that a journal has, in order, as far as they were begun.
    func steps(_ plan: RestorePlan, _ device: String) throws -> [RestoreMachine.Step] {
        try RestoreShelf(state: workspace().state).journal(of: plan.id, DeviceID(device)!).entries()
            .filter { $0.event == .began }.compactMap(\.step)
    }
}

/// One simulated switch with a workspace that may restore it.
struct RestoringLab {
    let lab: Lab
    let hospital: TestHospital
    let device: SimulatedDevice

    static let config: [String] = [
        "version 15.2", "service timestamps log datetime msec", "hostname sw-a",
        "enable secret 5 $1$abcd$qwertyuiopasdfghjkl",
        "username backup1 privilege 15 secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0", "ip domain-name hospital.example",
        "vlan 10", " name clinical", "vlan 20", " name visitors",
        "archive", " path flash:archive", "interface GigabitEthernet1/0/1", " description pump",
        " switchport access vlan 10", " switchport mode access", "interface GigabitEthernet1/0/2",
        " description printer", " switchport access vlan 20", "interface Vlan10",
        " ip address 10.20.0.2 255.255.255.0", "ip default-gateway 10.20.0.1", "ip scp server enable",
        "ip access-list standard ADMIN", " permit 10.1.0.0 0.0.255.255", " deny any",
        "snmp-server community s3cretro RO", "snmp-server location ward-3", "line con 0", "line vty 0 4",
        " access-class ADMIN in", " transport input ssh", "ntp server 10.1.1.1",
    ]

    init(fault: LabFault? = nil, minute: Duration = .milliseconds(300), settings: String = "timeout: 20s") async throws
    {
        let system = IOSSystem(
            hostname: "sw-a", runningConfig: Self.config)
        var device = LabDevice(
            id: "sw-a", hostKey: try LabKey.generate(), logins: [LabLogin(user: "backup1", password: "correct-horse")],
            system: .ios(system), fault: fault)
        device.minute = minute
        lab = try Lab(devices: [device])
        try lab.start()
        self.device = try lab.device("sw-a")
        hospital = try await TestHospital(
            [
                TestHospital.Entry(
                    id: "sw-a", port: self.device.port, more: "restoreCredential: writer",
                    hostKeys: [device.hostKey.publicLine])
            ],
            credentials: "backup: { user: backup1, password: \"env:PASSWORD\" }\n"
                + "writer: { user: backup1, password: \"env:PASSWORD\" }", settings: settings)
        self.device.edit { device in
            if case .ios(var system) = device.system {
                system.save()
                device.system = .ios(system)
            }
        }
    }

    /// Collected and approved, then changed by somebody.
    func drifted() async throws {
        _ = try await hospital.run()
        try await hospital.approveAll()
        device.editRunningConfig { lines in
            if let place = lines.firstIndex(of: " description pump") { lines[place] = " description changed by hand" }
            lines.removeAll { $0 == "snmp-server location ward-3" }
            lines.append("ntp server 10.9.9.9")
        }
        device.resetCounters()
    }

    var running: [String] {
        guard case .ios(let system) = device.current.system else { return [] }
        return system.runningConfig
    }

    var startup: [String] {
        guard case .ios(let system) = device.current.system else { return [] }
        return system.startupConfig
    }

    /// The only file on its flash that is ours.
    var leftovers: [String] {
        guard case .ios(let system) = device.current.system else { return [] }
        return system.flash.files.keys.filter { $0.contains("plumbline") }
    }
}
