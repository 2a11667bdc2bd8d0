import Crypto
import Testing

@testable import DeviceLab

@Suite("Stock ssh, sftp and scp on a simulated Linux machine")
struct FileTests {
    static let image = DemoHospital.image(seed: 7, size: 3_000_001)

    static func machine(_ change: (inout LinuxSystem) -> Void = { _ in }) -> LabDevice.System {
        var files = FileTree()
        files.write("/etc/hostname", text: "archive\n")
        files.write("/etc/it's here.conf", text: "a b\n")
        files.write("/etc/shadow", text: "root:dEmOsEcReT\n", mode: 0o600)
        files.write("/opt/app/firmware/gw.bin", image, mode: 0o640 | 0o004, modified: 1_700_000_123)
        files.link("/opt/current", to: "app")
        files.link("/opt/loop", to: "/opt/loop")
        var system = LinuxSystem(hostname: "archive", files: files)
        change(&system)
        return .linux(system)
    }

    @Test(
        "commands that a collector needs print what Linux prints",
        arguments: [
            ("cat -- '/etc/hostname'", "archive\n", 0), ("cat '/etc/it'\\''s here.conf'", "a b\n", 0),
            ("uname -srm", "Linux 6.1.0-18-amd64 x86_64\n", 0), ("ls /etc", "hostname\nit's here.conf\nshadow\n", 0),
            ("ls -d /opt/*/firmware/*", "/opt/app/firmware/gw.bin\n/opt/current/firmware/gw.bin\n", 0),
            (#"for f in /etc/h*e; do if test -f "$f"; then printf '%s\n' "$f"; fi; done"#, "/etc/hostname\n", 0),
            (#"for f in /nowhere/*; do if test -f "$f"; then printf '%s\n' "$f"; fi; done"#, "", 0),
            ("cat /etc/nothing", "", 1), ("cat /etc/shadow", "", 1), ("reboot", "", 127), ("cat /etc/* | sh", "", 2),
        ] as [(String, String, Int32)])
    func commands(command: String, output: String, status: Int32) async throws {
        let fixture = try LabFixture(["a": Self.machine()])
        let device = try fixture.lab.device("a")
        let answer = try await fixture.client.ssh(device, command)
        #expect(answer.text == output)
        #expect(answer.status == status)
        #expect(answer.errors.isEmpty == (status == 0))
        #expect(device.counters.commands == [command])
    }

    @Test("sha256sum prints the file's digest, and a device without it says so")
    func digest() async throws {
        let fixture = try LabFixture(["with": Self.machine(), "without": Self.machine { $0.hasSHA256Sum = false }])
        let command = "sha256sum -- '/opt/app/firmware/gw.bin'"
        let digits = SHA256.hash(data: Self.image).description.split(separator: " ").last ?? ""
        let answer = try await fixture.client.ssh(try fixture.lab.device("with"), command)
        #expect(answer.text == "\(digits)  /opt/app/firmware/gw.bin\n")
        let refusal = try await fixture.client.ssh(try fixture.lab.device("without"), command)
        #expect(refusal.status == 127)
        #expect(refusal.errors == "sh: sha256sum: command not found\n")
    }

    @Test("sftp lists, follows links and fetches a large file whole; an account that may only read changes nothing")
    func sftp() async throws {
        let fixture = try LabFixture(["a": Self.machine()])
        let device = try fixture.lab.device("a")
        let target = fixture.client.folder + "/got"
        let answer = try await fixture.client.sftp(
            device,
            batch: """
                cd /opt/current/firmware
                pwd
                ls -l
                get -p gw.bin \(target)
                -get /opt/loop \(target)2
                -put \(target) /etc/new
                -rm /etc/hostname
                -get /etc/shadow \(target)3

                """, user: "reader")
        #expect(answer.status == 0, "\(answer.errors)")
        #expect(answer.text.contains("Remote working directory: /opt/app/firmware"))
        #expect(answer.text.contains("3000001"))
        #expect(fixture.client.read("got") == Self.image)
        #expect(fixture.client.read("got2") == nil)
        #expect((fixture.client.read("got3") ?? []).isEmpty)
        #expect(answer.errors.contains("Permission denied"))
        let expected = Self.machine()
        guard case .linux(let now) = device.current.system, case .linux(let before) = expected else { return }
        #expect(now.files.names(in: "/etc") == before.files.names(in: "/etc"))
    }

    @Test("scp fetches a file by the old protocol and by SFTP", arguments: [true, false])
    func scp(old: Bool) async throws {
        let fixture = try LabFixture(["a": Self.machine()])
        let device = try fixture.lab.device("a")
        let answer = try await fixture.client.scp(device, "/opt/app/firmware/gw.bin", to: "got", old: old)
        #expect(answer.status == 0, "\(answer.errors)")
        #expect(fixture.client.read("got") == Self.image)
        #expect(device.counters.filesRead == ["/opt/app/firmware/gw.bin"])
        #expect(try await fixture.client.scp(device, "/etc/none", to: "none", old: old).status == 1)
    }

    @Test("a gateway without SFTP and SCP refuses both, and cat still works")
    func gateway() async throws {
        let fixture = try LabFixture([
            "a": Self.machine {
                $0.hasSFTP = false
                $0.hasSCP = false
            }
        ])
        let device = try fixture.lab.device("a")
        #expect(try await fixture.client.sftp(device, batch: "pwd\n").status == 255)
        #expect(try await fixture.client.scp(device, "/etc/hostname", to: "got", old: true).status != 0)
        #expect(try await fixture.client.ssh(device, "cat /opt/app/firmware/gw.bin").output == Self.image)
    }

    @Test("a terminal on it echoes and prompts")
    func shell() async throws {
        let fixture = try LabFixture(["a": Self.machine()])
        let answer = try await fixture.client.ssh(
            try fixture.lab.device("a"), terminal: true, input: "cat /etc/hostname\rexit\r")
        #expect(answer.text == "netbackup@archive:~$ cat /etc/hostname\r\narchive\r\nnetbackup@archive:~$ exit\r\n")
    }
}
