import ConfigModel
import Crypto
import Testing
import TransportContract

@testable import DeviceSession

@Suite("The collector")
struct DeviceCollectorTests {
    private static let cli = Platform(
        name: "switch", prompt: #"^[\w.\-]{1,63}[>#]\s?$"#, errors: ["^% Invalid"],
        pager: [PagerRule(pattern: "^--More--$", answer: " ")],
        session: SessionRules(
            enable: .init(send: "enable", ask: "^Password: ?", privileged: #"#\s?$"#),
            leave: [.init(send: "exit", effect: .session)]),
        collect: [
            CollectRule(
                source: .command("show running-config", artifact: "running-config", effect: .none), endMarker: "^end$"),
            CollectRule(
                source: .command("show startup-config", artifact: "startup-config", effect: .none), optional: true),
        ],
        facts: [
            FactRule(
                source: .command("show version", effect: .none),
                finders: [
                    .init(field: .version, pattern: #"Version (\S+)"#),
                    .init(field: .serial, pattern: #"^Serial: (\S+)"#),
                    .init(field: .model, pattern: #"^Model: (\S+)"#),
                ])
        ],
        vendor: "Acme")

    private static let config = "hostname sw1\n" + (1...60).map { "interface Gi1/0/\($0)\n" }.joined() + "end\n"

    private static func peer() -> ScriptedCLI {
        var peer = ScriptedCLI(
            name: "sw1",
            answers: [
                "show running-config": config, "show version": "Version 17.9\nSerial: B2\nSerial: A1\nSerial: B2\n",
            ])
        peer.banner = "Ward 3"
        peer.enablePassword = "s3cret"
        peer.page = 24
        return peer
    }

    private func collect(_ platform: Platform, _ device: ScriptedDevice, limit: Int = 1 << 20, enable: Secret? = nil)
        async throws -> Capture
    {
        let patience = Patience(
            settle: .milliseconds(20), confirm: .milliseconds(10), unechoed: .milliseconds(30), pager: .milliseconds(2),
            leave: .milliseconds(10))
        let collector = try DeviceCollector(
            platform: platform, host: "dev (192.0.2.7:22)", artifactLimit: limit, enable: enable, patience: patience)
        return try await collector.collect(from: device, until: .now + .seconds(30))
    }

    @Test("asks a command line for config and facts in one shell, privileged, through its pager")
    func commandLine() async throws {
        let device = ScriptedDevice(shell: { Self.peer() })
        let capture = try await collect(Self.cli, device, enable: Secret("s3cret"))
        #expect(capture.artifacts == [Artifact(name: .runningConfig, collected: Array(Self.config.utf8))])
        #expect(capture.facts.version == "17.9")
        #expect(capture.facts.serials == ["A1", "B2"])
        #expect(capture.facts.vendor == "Acme")
        #expect(capture.notes.count == 2)
        #expect(capture.notes.contains { $0.contains("startup-config") && $0.contains("Invalid") })
        #expect(capture.notes.contains("facts: no model was found"))
        let typed = await device.typed
        #expect(typed == "\nenable\ns3cret\n\nshow running-config\n  show startup-config\nshow version\nexit\n")
        #expect(device.asked.isEmpty)
    }

    @Test("tries a wrong enable password once, and shows it nowhere")
    func enableRefused() async throws {
        let device = ScriptedDevice(shell: { Self.peer() })
        await #expect(throws: SessionError.enableRefused(host: "dev (192.0.2.7:22)")) {
            try await collect(Self.cli, device, enable: Secret("wrong-pw"))
        }
        #expect(await device.typed == "\nenable\nwrong-pw\n")
    }

    @Test("fails on a command that must work and does not")
    func rejected() async throws {
        var platform = Self.cli
        platform.collect[1].optional = false
        let faulty = platform
        let error = await #expect(throws: SessionError.self) {
            try await collect(faulty, ScriptedDevice(shell: { Self.peer() }), enable: Secret("s3cret"))
        }
        guard case .commandRejected(_, "show startup-config", _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    // MARK: files

    private static let linux = Platform(
        name: "linux",
        collect: [
            CollectRule(source: .files(glob: "/etc/app/*.json", methods: [.sftp, .scp, .cat])),
            CollectRule(source: .files(glob: "/etc/hosts", methods: [.sftp, .scp, .cat])),
            CollectRule(source: .files(glob: "/etc/absent.conf", methods: [.sftp, .scp, .cat]), optional: true),
        ],
        facts: [
            FactRule(
                source: .file("/etc/os-release"),
                finders: [.init(field: .version, pattern: #"^VERSION_ID="?([^"\n]+)"#)]),
            FactRule(source: .command("uname -m", effect: .none), finders: [.init(field: .model, pattern: "^(.+)$")]),
        ],
        firmware: [
            FirmwareRule(
                images: .files(glob: "/boot/*.img", methods: FileMethod.usual),
                hash: [.init(algorithm: .sha256, command: "sha256sum {path}")])
        ])

    private static let image = [UInt8](repeating: 0x5A, count: 10_001)
    private static let digest = hexadecimal(SHA256.hash(data: image))

    private static func device(_ methods: Set<ScriptedDevice.Method>, knowsSHA: Bool = true) -> ScriptedDevice {
        ScriptedDevice(
            files: [
                "/etc/app/b.json": .init("{}"), "/etc/app/a.json": .init("{\"a\": 1}\r\n"),
                "/etc/app/link.json": .init(.link(to: "/etc/hosts")),
                "/etc/app/dangling.json": .init(.link(to: "/nowhere")),
                "/etc/app/pipe.json": .init(.other), "/etc/app/dir.json/x": .init("no"),
                "/etc/app/key.json": .init("secret", isReadable: false), "/etc/app/.hidden.json": .init("no"),
                "/etc/app/evil\u{1B}.json": .init("no"), "/etc/hosts": .init("127.0.0.1 localhost\n"),
                "/etc/os-release": .init("NAME=x\nVERSION_ID=\"12\"\n"), "/boot/it's.img": .init(image),
            ],
            methods: methods,
            commands: { command in
                switch command {
                case "uname -m": CommandResult(output: Array("x86_64\n".utf8), errors: [], status: 0)
                case "sha256sum '/boot/it'\\''s.img'" where knowsSHA:
                    CommandResult(output: Array("\(digest.uppercased())  /boot/it's.img\n".utf8), errors: [], status: 0)
                default: nil
                }
            })
    }

    @Test(
        "reads files by SFTP, else by SCP, else by cat, and finds the same",
        arguments: [[ScriptedDevice.Method.sftp, .scp, .exec], [.scp, .exec], [.exec]])
    func files(methods: [ScriptedDevice.Method]) async throws {
        let device = Self.device(Set(methods))
        let capture = try await collect(Self.linux, device)
        #expect(
            capture.artifacts.map(\.name.text) == [
                "/etc/app/a.json", "/etc/app/b.json", "/etc/app/link.json", "/etc/hosts",
            ])
        #expect(capture.artifacts.first?.collected == Array("{\"a\": 1}\r\n".utf8))
        #expect(capture.artifacts.allSatisfy { $0.defects.isEmpty })
        #expect(capture.facts.version == "12")
        #expect(capture.facts.model == "x86_64")
        #expect(capture.facts.images.map(\.sha256) == [Self.digest])
        #expect(capture.notes.contains { $0.contains("/etc/app/key.json is not in the backup") })
        #expect(!capture.notes.contains { $0.contains("absent.conf") })
        #expect(capture.notes.allSatisfy { !$0.contains("\u{1B}") })
        #expect(!device.asked.contains { $0.contains("pipe.json") || $0.contains("evil") })
    }

    @Test("hashes a firmware image here when the device cannot", arguments: [true, false])
    func hashing(hasSFTP: Bool) async throws {
        let device = Self.device(hasSFTP ? [.sftp, .exec] : [.exec], knowsSHA: false)
        let capture = try await collect(Self.linux, device)
        #expect(capture.facts.images == [FirmwareImage(path: "/boot/it's.img", size: 10_001, sha256: Self.digest)])
    }

    @Test(
        "believes only a digest of the right length for a SHA-256",
        arguments: [
            "", "sha256sum: not found\n", String(repeating: "a", count: 63) + "  x\n",
            String(repeating: "g", count: 64) + "  x\n",
        ])
    func noDigest(output: String) throws {
        #expect(try Self.sha256.digest(in: Array(output.utf8)) == nil)
    }

    @Test("GNU's mark before a name with escapes is no part of the digest")
    func escapedName() throws {
        let digits = String(repeating: "0a", count: 32)
        let digest = try Self.sha256.digest(in: Array("\\\(digits)  a\\nb\n".utf8))
        #expect(digest == ImageDigest(.sha256, digits))
    }

    private static var sha256: CollectionRules.Firmware.Hash {
        get throws { try #require(try CollectionRules(linux).firmware.first?.hash.first) }
    }

    @Test("fails when a file that must be there is not, and when nothing is there at all")
    func absent() async throws {
        var platform = Self.linux
        platform.facts = []
        let required = platform
        let error = await #expect(throws: SessionError.self) { try await collect(required, ScriptedDevice()) }
        guard case .fileUnavailable(_, "/etc/app/*.json", _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        for index in platform.collect.indices { platform.collect[index].optional = true }
        let optional = platform
        await #expect(throws: SessionError.nothingCollected(host: "dev (192.0.2.7:22)")) {
            try await collect(optional, ScriptedDevice())
        }
        await #expect(throws: SessionError.nothingCollected(host: "dev (192.0.2.7:22)")) {
            try await collect(optional, ScriptedDevice(methods: []))
        }
    }

    @Test("a file larger than the limit is an error, not a shorter file")
    func tooLarge() async throws {
        let error = await #expect(throws: SessionError.self) {
            try await collect(Self.linux, Self.device([.sftp, .exec]), limit: 5)
        }
        guard case .tooLarge(_, "/etc/app/a.json", 5)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("a platform's fault is told before anything is sent")
    func faults() {
        for platform in [
            Platform(
                name: "x", prompt: "(", collect: [CollectRule(source: .command("a", artifact: "a", effect: .none))]),
            Platform(
                name: "x", prompt: "#", collect: [CollectRule(source: .command("a\nb", artifact: "a", effect: .none))]),
            Platform(name: "x", collect: [CollectRule(source: .files(glob: "relative", methods: [.sftp]))]),
        ] {
            #expect(throws: CollectorFault.self) {
                try DeviceCollector(platform: platform, host: "h", artifactLimit: 1, enable: nil)
            }
        }
    }
}
