import Foundation
import Testing

@testable import DeviceLab

@Suite("Stock sftp, scp and ssh change a simulated Linux machine")
struct FileWritingTests {
    private static func fixture(_ fault: LabFault? = nil) throws -> (LabFixture, SimulatedDevice) {
        let fixture = try LabFixture(["a": FileTests.machine()]) { $0.fault = fault }
        return (fixture, try fixture.lab.device("a"))
    }

    @Test("scp puts a large file down by the old protocol and by SFTP", arguments: [true, false])
    func scp(old: Bool) async throws {
        let (fixture, device) = try Self.fixture()
        let answer = try await fixture.client.send(FileTests.image, to: "/opt/app/new.bin", on: device, old: old)
        #expect(answer.status == 0, "\(answer.errors)")
        #expect(device.files.read("/opt/app/new.bin") == FileTests.image)
        #expect(device.counters.received.contains(.file(path: "/opt/app/new.bin", size: FileTests.image.count)))
        #expect(device.counters.writes >= 1)
        #expect(try await fixture.client.send([1], to: "/none/x", on: device, old: old).status != 0)
        #expect(try await fixture.client.send([1], to: "/opt/app", on: device, old: old).status == 0)
        #expect((device.files.names(in: "/opt/app") ?? []).contains { $0.hasPrefix("sent-") })
    }

    @Test("sftp puts, renames over an old file, changes its mode and removes")
    func sftp() async throws {
        let (fixture, device) = try Self.fixture()
        let folder = fixture.client.folder
        try #require(FileManager.default.createFile(atPath: folder + "/new", contents: Data("new\n".utf8)))
        let answer = try await fixture.client.sftp(
            device,
            batch: """
                put -f \(folder)/new /etc/.hostname.new
                chmod 600 /etc/.hostname.new
                rename /etc/.hostname.new /etc/hostname
                mkdir /etc/more
                put -p \(folder)/new /etc/more/copy
                -put \(folder)/new /nowhere/x
                rm /etc/more/copy
                -rm /etc/more/copy

                """)
        #expect(answer.status == 0, "\(answer.errors)")
        #expect(device.files.read("/etc/hostname") == Array("new\n".utf8))
        #expect(device.files.file(at: "/etc/hostname")?.mode == 0o600)
        #expect(device.files.entry("/etc/.hostname.new") == nil)
        #expect(device.files.names(in: "/etc/more") == [])
        #expect(answer.errors.contains("No such file"))
    }

    @Test("on a full disk the client is told, and by SFTP the old file is lost", arguments: [true, false])
    func full(old: Bool) async throws {
        let (fixture, device) = try Self.fixture(.diskFull)
        let answer = try await fixture.client.send([1, 2, 3], to: "/etc/hostname", on: device, old: old)
        #expect(answer.status != 0)
        // By SFTP the old file is harmed before the client knows, as on a real disk.
        #expect((device.files.read("/etc/hostname") == Array("archive\n".utf8)) == old)
        #expect(answer.errors.contains(old ? "No space left on device" : "Failure"))
    }

    @Test(
        "commands that a restore needs do what Linux does",
        arguments: [
            ("cp -p /etc/hostname /etc/hostname.old", "/etc/hostname.old", "archive\n", 0),
            ("mv -f -- '/etc/hostname' '/opt/app'", "/opt/app/hostname", "archive\n", 0),
            ("cp -- /etc/hostname /opt/current/name", "/opt/app/name", "archive\n", 0),
            ("rm -f /etc/hostname /etc/none", "/etc/hostname", nil, 0), ("rm /etc/none", "/etc/none", nil, 1),
            ("mv /etc/none /etc/x", "/etc/x", nil, 1), ("cp /etc/hostname /none/x", "/none/x", nil, 1),
            ("sync", "/etc/hostname", "archive\n", 0), ("sudo -n rm /etc/hostname", "/etc/hostname", nil, 0),
        ] as [(String, String, String?, Int32)])
    func commands(command: String, path: String, text: String?, status: Int32) async throws {
        let (fixture, device) = try Self.fixture()
        let answer = try await fixture.client.ssh(device, command)
        #expect(answer.status == status, "\(answer.errors)")
        #expect(device.files.read(path) == text.map { Array($0.utf8) })
    }

    @Test("services are told of, and one can fail to come up")
    func services() async throws {
        let (fixture, device) = try Self.fixture()
        #expect(try await fixture.client.ssh(device, "systemctl restart chrony").status == 0)
        #expect(try await fixture.client.ssh(device, "systemctl is-active chrony").text == "active\n")
        device.setFault(.serviceFails)
        #expect(try await fixture.client.ssh(device, "systemctl reload chrony.service").status == 0)
        let answer = try await fixture.client.ssh(device, "systemctl is-active chrony")
        #expect(answer.text == "failed\n")
        #expect(answer.status == 3)
        #expect(device.counters.services == ["restart chrony.service", "reload chrony.service"])
        #expect(device.counters.writes == 2)
    }

    @Test("an account that may only read is refused every change")
    func reader() async throws {
        let (fixture, device) = try Self.fixture()
        let files = device.files
        for command in [
            "mv /etc/hostname /etc/x", "cp /etc/hostname /etc/x", "rm -f /etc/hostname", "chmod 777 /etc/hostname",
            "systemctl restart chrony", "mkdir /etc/x",
        ] {
            let answer = try await fixture.client.ssh(device, command, user: "reader")
            #expect(answer.status != 0)
            #expect(!answer.errors.isEmpty)
        }
        for old in [true, false] {
            let answer = try await fixture.client.send([1], to: "/etc/hostname", on: device, old: old, user: "reader")
            #expect(answer.status != 0)
            #expect(answer.errors.lowercased().contains("permission denied"), "\(answer.errors)")
        }
        #expect(device.files.read("/etc/hostname") == files.read("/etc/hostname"))
        #expect(device.files.names(in: "/etc") == files.names(in: "/etc"))
        #expect(device.counters.writes == 0)
    }
}
