import Foundation
import Testing

@testable import DeviceLab

@Suite("Restores by stock scp and ssh")
struct RestoreTests {
    private static let config = ["hostname sw", "archive", " path flash:cfg", "ip scp server enable"]

    private static func fixture(
        _ config: [String] = config, _ change: (inout LabDevice) -> Void = { _ in }
    ) throws -> (LabFixture, SimulatedDevice) {
        let fixture = try LabFixture(["sw": .ios(IOSSystem(hostname: "sw", runningConfig: config))], change)
        return (fixture, try fixture.lab.device("sw"))
    }

    private static func bytes(_ lines: [String]) -> [UInt8] { Array(lines.map { $0 + "\n" }.joined().utf8) }

    @Test("a switch takes a file by scp and becomes what it says")
    func replace() async throws {
        let (fixture, device) = try Self.fixture()
        let wanted = IOSConfiguration(Self.config + ["vlan 30", " name VOICE", "hostname sw-2"]).text
        let sent = try await fixture.client.send(
            Self.bytes(wanted + ["end"]), to: "flash:new.cfg", on: device, old: true)
        #expect(sent.status == 0, "\(sent.errors)")
        let answer = try await fixture.client.ssh(
            device, terminal: true,
            input:
                "configure replace flash:new.cfg force time 5\rconfigure confirm\rcopy running-config startup-config\r\rexit\r"
        )
        #expect(answer.text.contains("Rollback Done\r\n"))
        #expect(
            answer.text.contains(
                "sw-2#copy running-config startup-config\r\nDestination filename [startup-config]? \r\n"))
        #expect(answer.text.contains("Building configuration...\r\n[OK]\r\nsw-2#exit"))
        #expect(device.system?.runningConfig == wanted)
        #expect(device.system?.startupConfig == wanted)
        #expect(
            device.counters.received.first { $0 != .line("scp -t flash:new.cfg") }
                == .file(path: "flash:new.cfg", size: Self.bytes(wanted + ["end"]).count))
    }

    @Test("it takes none without 'ip scp server enable', from a reader, or when flash is full")
    func refusedFiles() async throws {
        let (fixture, device) = try Self.fixture(["hostname sw"])
        let disabled = try await fixture.client.send([1], to: "flash:x", on: device, old: true)
        #expect(disabled.status != 0)
        #expect(disabled.errors.contains("Administratively disabled."))
        device.editRunningConfig { $0 = Self.config }
        #expect(try await fixture.client.send([1], to: "flash:x", on: device, old: true, user: "reader").status != 0)
        device.setFault(.diskFull)
        let full = try await fixture.client.send([1], to: "flash:x", on: device, old: true)
        #expect(full.status == 1)
        #expect(full.errors.contains("No space left on device"))
        #expect(device.counters.writes == 0)
        #expect(device.system?.flash.files.isEmpty == true)
    }

    @Test("a reload drops every session and forgets what was not saved")
    func reload() async throws {
        let (fixture, device) = try Self.fixture { $0.minute = .milliseconds(200) }
        let other = Task { [client = fixture.client] in
            try await client.ssh(device, terminal: true, input: "terminal length 0\r", staying: true)
        }
        while device.counters.commands.isEmpty { await Task.yield() }
        let answer = try await fixture.client.ssh(
            device, terminal: true, input: "configure terminal\rvlan 77\rend\rreload in 1\rno\r\r", staying: true)
        #expect(answer.text.contains("Proceed with reload? [confirm]\r\nsw#"))
        #expect(!answer.text.contains("exit"))
        #expect(answer.status == 255)
        #expect(try await other.value.status == 255)
        #expect(device.starts == 2)
        #expect(device.counters.open == 0)
        #expect(device.system?.runningConfig.contains("vlan 77") == false)
    }

    @Test("after a reload nobody gets in until it has come up")
    func booting() async throws {
        let (fixture, device) = try Self.fixture { $0.bootTime = .seconds(60) }
        #expect(try await fixture.client.ssh(device, "show clock").status == 0)
        device.restart()
        #expect(try await fixture.client.ssh(device, "show clock").status == 255)
        device.edit { $0.bootTime = .zero }
        device.restart()
        #expect(try await fixture.client.ssh(device, "show clock").status == 0)
    }

    @Test("the line can break after some lines of configuration, and those stay")
    func cutLines() async throws {
        let (fixture, device) = try Self.fixture { $0.fault = .cutLines(after: 3) }
        let answer = try await fixture.client.ssh(
            device, terminal: true, input: "configure terminal\rvlan 1\rvlan 2\rvlan 3\rvlan 4\rend\rexit\r")
        #expect(answer.status == 255)
        #expect(device.system?.runningConfig.contains("vlan 3") == true)
        #expect(device.system?.runningConfig.contains("vlan 4") == false)
    }

    @Test(
        "a Junos-like device takes a file by either protocol, loads it, and waits for the confirmation",
        arguments: [true, false])
    func junos(old: Bool) async throws {
        let fixture = try LabFixture(["ex": .junos(JunosSystem(configuration: "system { host-name blank; }"))]) {
            $0.minute = .seconds(1)
        }
        let device = try fixture.lab.device("ex")
        let text = Array((JunosConsole.config + "\n").utf8)
        let sent = try await fixture.client.send(text, to: "/var/tmp/new.conf", on: device, old: old)
        #expect(sent.status == 0, "\(sent.errors)")
        let answer = try await fixture.client.ssh(
            device, terminal: true,
            input: "configure exclusive\rload override /var/tmp/new.conf\rcommit confirmed 1\rexit\rexit\r")
        #expect(answer.text.contains("load complete\r\n"))
        #expect(answer.text.contains("commit complete\r\n"))
        #expect(answer.text.contains("netbackup@ex-1# exit\r\n"))
        let deadline = ContinuousClock.now + .seconds(60)
        while device.hostname != "blank", ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(device.junosSystem?.configuration.contains("    host-name blank;") == true)
        #expect(
            try await fixture.client.ssh(device, "show configuration | display set").text.contains(
                "set system host-name blank\n"))
        #expect(try await fixture.client.send(text, to: "/var/tmp/x", on: device, old: old, user: "reader").status != 0)
    }

    @Test("texts of the faults of restores are read")
    func faults() throws {
        #expect(try LabFault("reject:snmp-server community: x") == .rejectLines("snmp-server community: x"))
        #expect(try LabFault("cut-lines:7") == .cutLines(after: 7))
        #expect(try LabFault("half-replace") == .halfReplace)
        #expect(try LabFault("disk-full") == .diskFull)
        #expect(try LabFault("deaf-confirm") == .deafConfirm)
        #expect(try LabFault("service-fails") == .serviceFails)
        #expect(throws: LabError.self) { try LabFault("reject:") }
    }
}
