package import ConfigModel

/// The devices of the demo: a small hospital. Its people, addresses and secrets are made up; every secret holds `dEmOsEcReT`,
/// so that a search for the word finds where one leaked.
package enum DemoHospital {
    /// What every secret of the demo holds.
    package static let mark = "dEmOsEcReT"
    /// The account that collects.
    package static let user = "netbackup"
    package static let password = "dEmOsEcReT-netbackup-2027"
    /// Of `or-sw-1`, whose login lands at `or-sw-1>`.
    package static let enablePassword = "dEmOsEcReT-enable-2027"

    /// - Parameters:
    ///   - port: The port of each; 0 for free ones.
    ///   - hostKey: Gives a device's host key by its id.
    ///   - authorizedKeys: Keys that open the account beside its password.
    package static func devices(
        port: Int, authorizedKeys: [HostKey], hostKey: (String) throws(LabError) -> LabKey
    ) throws(LabError) -> [LabDevice] {
        var devices: [LabDevice] = []
        for (id, address, system) in systems {
            let login = LabLogin(
                user: user, password: password, authorizedKeys: authorizedKeys, privileged: id != "or-sw-1")
            devices.append(
                LabDevice(
                    id: id, address: address, port: port, hostKey: try hostKey(id), logins: [login], system: system))
        }
        return devices
    }

    private static var systems: [(id: String, address: String, system: LabDevice.System)] {
        switches.map { ($0.name, $0.address, .ios($0.system)) } + [
            ("pump-gw-icu-1", "127.20.2.21", .linux(pumpGateway)),
            ("monitor-icu-1", "127.20.2.31", .linux(monitor)),
            ("imaging-archive-1", "127.20.4.10", .linux(imagingArchive)),
        ]
    }

    private static var switches: [HospitalSwitch] {
        let wards = ["Ward 1 Surgery", "Ward 2 Medicine", "Ward 3 Paediatrics", "Ward 4 Maternity"]
        return [
            HospitalSwitch(
                name: "core-sw-1", address: "127.20.0.1", place: "Core room, basement", number: 1, ports: 24,
                model: "WS-C3850-24XS-E", enablePassword: nil)
        ]
            + wards.enumerated().map { index, ward in
                HospitalSwitch(
                    name: "ward-sw-\(index + 1)", address: "127.20.1.\(index + 11)", place: ward, number: index + 11,
                    ports: 48, model: "WS-C2960X-48FPD-L", enablePassword: nil)
            } + [
                HospitalSwitch(
                    name: "icu-sw-1", address: "127.20.2.11", place: "Intensive care", number: 21, ports: 48,
                    model: "WS-C2960X-48FPD-L", enablePassword: nil),
                HospitalSwitch(
                    name: "or-sw-1", address: "127.20.3.11", place: "Operating rooms", number: 31, ports: 24,
                    model: "WS-C2960X-24PS-L", enablePassword: enablePassword),
            ]
    }
}
