import Testing

@testable import DeviceLab

@Suite("The demo hospital and its drifts")
struct HospitalTests {
    private static func hospital() throws -> [LabDevice] {
        let key = try LabKey.generate()
        return try DemoHospital.devices(port: 0, authorizedKeys: []) { (_) throws(LabError) in key }
    }

    @Test("it has the devices that the demo's inventory names")
    func devices() throws {
        #expect(
            try Self.hospital().map(\.id) == [
                "core-sw-1", "ward-sw-1", "ward-sw-2", "ward-sw-3", "ward-sw-4", "icu-sw-1", "or-sw-1", "pump-gw-icu-1",
                "monitor-icu-1", "imaging-archive-1",
            ])
    }

    @Test("every device can drift in every way that it has, and a failed drift changes nothing", arguments: Drift.names)
    func drifts(name: String) throws {
        let drift = try #require(Drift(named: name))
        for var device in try Self.hospital() {
            let before = Self.text(device)
            let said = try device.drift(drift)
            #expect(Self.text(device) != before)
            #expect(!said.contains(DemoHospital.mark))
            let after = Self.text(device)
            #expect(throws: LabError.self) {
                try device.drift(.lines(section: "interface Nowhere", add: ["x"], remove: []))
            }
            #expect(Self.text(device) == after)
        }
    }

    @Test("a line of a section is replaced where it stood")
    func lineDrift() throws {
        var device = try Self.hospital()[1]
        _ = try device.drift(
            .lines(
                section: "interface GigabitEthernet1/0/1", add: ["switchport access vlan 666"],
                remove: ["switchport access vlan 20"]))
        guard case .ios(let system) = device.system else { return }
        let start = try #require(system.runningConfig.firstIndex(of: "interface GigabitEthernet1/0/1"))
        #expect(system.runningConfig[start + 2] == " switchport access vlan 666")
    }

    @Test("a fleet's configurations have the size that was asked for, and devices differ")
    func fleet() throws {
        let key = try LabKey.generate()
        let devices = try Fleet.devices(
            count: 600, configSize: 50_000, delay: .zero, port: 0, authorizedKeys: []
        ) { (_) throws(LabError) in key }
        #expect(Set(devices.map(\.address)).count == 600)
        guard case .ios(var first) = devices[0].system, case .ios(let last) = devices[599].system else { return }
        #expect((50_000...52_000).contains(first.readRunningConfig().count))
        #expect(first.runningConfig != last.runningConfig)
    }

    private static func text(_ device: LabDevice) -> [String] {
        switch device.system {
        case .ios(let system): system.runningConfig + [system.version]
        case .junos(let system): system.configuration
        case .linux(let system):
            ["/etc/passwd", "/etc/inetd.conf", "/etc/snmp/snmpd.conf"].map { "\(system.files.read($0) ?? [])" }
                + [
                    "/opt/pumpgw/firmware/pumpgw-3.1.8.bin", "/opt/centralstation/firmware/bedside-7.4.img",
                    DemoHospital.firmwareImage,
                ]
                .map { "\((system.files.read($0) ?? []).hashValue)" }
        }
    }
}
