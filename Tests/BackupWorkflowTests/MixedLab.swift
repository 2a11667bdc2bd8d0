import ConfigModel
import DeviceLab
import SnapshotStore

@testable import BackupWorkflow

/// A switch, a firewall and a machine that a workspace may restore: one device of each kind that the lab has.
struct MixedLab {
    let lab: Lab
    let hospital: TestHospital

    static let (ios, junos, linux) = ("sw-a", "ex-1", "monitor-icu-1")
    static let all = [ios, junos, linux]

    static let junosConfig = """
        version 22.4R3.25;
        system {
            host-name ex-1;
            root-authentication {
                encrypted-password "$6$aBcDeFgH$0123456789"; ## SECRET-DATA
            }
            login {
                user netbackup {
                    uid 2001;
                    class super-user;
                }
            }
            services {
                ssh;
            }
            ntp {
                server 10.1.1.1;
            }
        }
        interfaces {
            ge-0/0/2 {
                description "Ward 3, bed 2";
                unit 0 {
                    family ethernet-switching {
                        vlan {
                            members pumps;
                        }
                    }
                }
            }
            ge-0/0/10 {
                unit 0 {
                    family inet {
                        address 10.20.0.3/24;
                    }
                }
            }
        }
        snmp {
            location ward-3;
        }
        vlans {
            pumps {
                vlan-id 20;
            }
        }
        """

    /// - Parameter only: Which of the devices there are.
    init(only: [String] = Self.all, minute: Duration = .seconds(3), settings: String = "timeout: 20s") async throws {
        let login = LabLogin(user: DemoHospital.user, password: DemoHospital.password)
        var devices = try DemoHospital.devices(port: 0, authorizedKeys: []) { (_) throws(LabError) in
            try LabKey.generate()
        }
        .filter { $0.id == Self.linux }
        devices += [
            LabDevice(
                id: Self.ios, hostKey: try .generate(), logins: [login],
                system: .ios(IOSSystem(hostname: "sw-a", runningConfig: RestoringLab.config))),
            LabDevice(
                id: Self.junos, hostKey: try .generate(), logins: [login],
                system: .junos(JunosSystem(configuration: Self.junosConfig))),
        ]
        devices.removeAll { !only.contains($0.id) }
        for index in devices.indices { devices[index].minute = minute }
        let lab = try Lab(devices: devices)
        try lab.start()
        let platforms = [Self.ios: "cisco_ios", Self.junos: "juniper_junos", Self.linux: "linux"]
        let user = "{ user: \(DemoHospital.user), password: \"env:PASSWORD\" }"
        hospital = try await TestHospital(
            try devices.map { device in
                TestHospital.Entry(
                    id: device.id, address: device.address, port: try lab.device(device.id).port,
                    platform: platforms[device.id] ?? "linux", more: "restoreCredential: writer",
                    hostKeys: [device.hostKey.publicLine])
            }, credentials: "backup: \(user)\nwriter: \(user)", settings: settings, password: DemoHospital.password)
        self.lab = lab
    }

    func device(_ id: String) throws -> SimulatedDevice { try lab.device(id) }

    /// Somebody changes each device past us.
    func drift() throws {
        for id in Self.all {
            guard let device = try? lab.device(id) else { continue }
            device.editRunningConfig { lines in
                if let place = lines.firstIndex(of: " description pump") { lines[place] = " description by hand" }
                lines.append("ntp server 10.9.9.9")
            }
            device.editJunos { lines in
                lines.removeAll { $0 == "    location ward-3;" }
                if let place = lines.firstIndex(where: { $0.contains("Ward 3, bed 2") }) {
                    lines[place] = "        description \"by hand\";"
                }
                if let place = lines.firstIndex(where: { $0.contains("server 10.1.1.1") }) {
                    lines.insert("        server 10.9.9.9;", at: place)
                }
            }
            device.editFiles { $0.write("/etc/hosts", text: "127.0.0.1 localhost\n10.9.9.9 by-hand\n") }
        }
    }
}

extension SimulatedDevice {
    /// Changes what a Junos-like device runs, as somebody else's commit would; others stay as they are.
    func editJunos(_ change: (inout [String]) -> Void) {
        edit { device in
            guard case .junos(var system) = device.system else { return }
            var lines = system.configuration
            change(&lines)
            system.change { $0 = JunosConfiguration(lines.joined(separator: "\n")) }
            device.system = .junos(system)
        }
    }

    /// What a Junos-like device runs.
    var junosConfiguration: [String] {
        guard case .junos(let system) = current.system else { return [] }
        return system.configuration
    }
}
