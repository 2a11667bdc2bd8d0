import ConfigModel
import Crypto
import Testing
import TransportContract

@testable import DeviceSession

@Suite("Files by a typed shell, and firmware")
struct FilesAndFirmwareTests {
    private static func files(_ glob: String, _ methods: [FileMethod], optional: Bool = false) -> CollectRule {
        CollectRule(source: .files(glob: glob, methods: methods), optional: optional)
    }

    // MARK: files

    @Test("cat and a listing are typed at the command line where there is nothing else")
    func typed() async throws {
        let peer = TalkingPeer(
            prompt: "fw#",
            [
                "ls -1dLF /etc/*.conf":
                    "/etc/a.conf\n/etc/b.conf*\n/etc/d.conf/\n/etc/p.conf|\n/etc/../x.conf\nls: oops\n",
                "cat /etc/a.conf": "a\n", "cat /etc/b.conf": "no line end",
                "cat /etc/none": "cat: /etc/none: No such file or directory\n",
            ])
        let device = ScriptedDevice(methods: [], shell: { peer })
        let platform = Ward.platform([
            Self.files("/etc/*.conf", [.shell]), Self.files("/etc/none", [.shell], optional: true),
        ])
        let capture = try await Ward.collect(platform, device)
        #expect(capture.artifacts.map(\.name.text) == ["/etc/a.conf", "/etc/b.conf"])
        #expect(Ward.text(capture, "/etc/a.conf") == "a\n")
        #expect(Ward.text(capture, "/etc/b.conf") == "no line end")
        #expect(capture.notes.isEmpty)
        let required = Ward.platform([Self.files("/etc/none", [.shell])])
        let error = await #expect(throws: SessionError.self) { try await Ward.collect(required, device) }
        guard case .fileUnavailable(_, "/etc/none", _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("what the login may not read is read by sudo")
    func sudo() async throws {
        let device = ScriptedDevice(
            files: ["/etc/key": .init("k", isReadable: false)], methods: [.sftp, .exec],
            commands: { command in
                command == "sudo -n cat /etc/key"
                    ? CommandResult(output: Array("k\n".utf8), errors: [], status: 0) : nil
            })
        let platform = Ward.platform([Self.files("/etc/key", [.sftp, .scp, .cat, .sudo])], prompt: nil)
        #expect(Ward.text(try await Ward.collect(platform, device), "/etc/key") == "k\n")
        #expect(device.asked == ["sftp: /etc/key", "exec: sudo -n cat /etc/key"])
    }

    @Test("the command line is left when a device allows one channel at a time")
    func oneChannel() async throws {
        let peer = TalkingPeer(prompt: "sw1#", ["show config": "x\n", "show version": "Version 1\n"])
        let device = ScriptedDevice(files: ["/etc/a": .init("a")], shell: { peer })
        device.allowsOneChannel = true
        let platform = Ward.platform(
            [Ward.command("show config"), Self.files("/etc/a", [.sftp])],
            facts: [
                FactRule(
                    source: .command("show version", effect: .none),
                    finders: [.init(field: .version, pattern: #"Version (\S+)"#)])
            ])
        let capture = try await Ward.collect(platform, device)
        #expect(capture.artifacts.map(\.name.text) == ["running-config", "/etc/a"])
        #expect(capture.facts.version == "1")
    }

    // MARK: firmware

    private static let digest = String(repeating: "0a", count: 64)

    private static func image(of capture: Capture, _ path: String) -> FirmwareImage? {
        capture.facts.images.first { $0.path == path }
    }

    private static func boot(heavy: Bool) -> Platform {
        Ward.platform(
            [Ward.command("show config")],
            facts: [
                FactRule(
                    source: .command(["show boot", "show bootvar"], effect: .none),
                    finders: [.init(field: .boot, pattern: "^boot ([^\n]+)$")])
            ],
            firmware: [
                FirmwareRule(
                    images: .boot(allow: #"[\w:./-]{1,64}"#),
                    hash: [
                        .init(
                            algorithm: .sha512, command: "verify /sha512 {image}", find: "= ([0-9a-f]{128})",
                            heavy: heavy)
                    ])
            ])
    }

    private static let router = TalkingPeer(
        prompt: "r1#",
        [
            "show config": "x\n",
            "show bootvar": "boot flash:a.bin\nboot flash:b.bin\nboot x; reload\nboot flash:a.bin\n",
            "verify /sha512 flash:a.bin": .init(text: "....\nverify (flash:a.bin) = \(digest)\n"),
            "verify /sha512 flash:b.bin": "%Error opening\n",
        ])

    @Test("boot images are hashed by a command, each that is not says why")
    func boot() async throws {
        let device = ScriptedDevice(shell: { Self.router })
        let capture = try await Ward.collect(Self.boot(heavy: true), device, inWindow: true)
        #expect(capture.facts.boot == ["flash:a.bin", "flash:b.bin", "x; reload"])
        #expect(Self.image(of: capture, "flash:a.bin")?.digest == ImageDigest(.sha512, Self.digest))
        #expect(Self.image(of: capture, "flash:b.bin")?.digest == nil)
        #expect(Self.image(of: capture, "flash:b.bin")?.note?.hasPrefix("not assessable: ") == true)
        #expect(Self.image(of: capture, "x; reload")?.note?.hasPrefix("not assessable: ") == true)
        #expect(await !device.typed.contains("reload"))
    }

    @Test("outside a window a heavy hash is not taken, and said so")
    func heavy() async throws {
        let device = ScriptedDevice(shell: { Self.router })
        let capture = try await Ward.collect(Self.boot(heavy: true), device)
        let note = Self.image(of: capture, "flash:a.bin")?.note ?? ""
        #expect(note.hasPrefix("not assessable: ") && note.contains("window"))
        #expect(await !device.typed.contains("verify"))
    }

    private static let bytes = [UInt8](repeating: 7, count: 5000)
    private static let sha256 = ImageDigest(.sha256, hexadecimal(SHA256.hash(data: bytes)))

    private static func linux(
        hash: [FirmwareRule.Hash] = [], neverRead: Bool = false, age: Duration? = nil
    ) -> Platform {
        Ward.platform(
            [files("/etc/a", [.sftp])],
            firmware: [
                FirmwareRule(
                    images: .files(glob: "/boot/*.img", methods: [.sftp]), hash: hash, neverRead: neverRead,
                    hashAge: age)
            ], prompt: nil)
    }

    private static func host() -> ScriptedDevice {
        ScriptedDevice(files: ["/etc/a": .init("a"), "/boot/k.img": .init(bytes, modified: 1_700_000_000)])
    }

    @Test("a digest that was taken before holds while size, time and age do", arguments: [nil, Duration.seconds(100)])
    func known(age: Duration?) async throws {
        func known(size: Int = 5000, modified: Int = 1_700_000_000, age: Duration = .seconds(50)) throws -> KnownImage {
            let digest = try #require(ImageDigest(.md5, String(repeating: "ab", count: 16)))
            return KnownImage(path: "/boot/k.img", size: size, modified: modified, digest: digest, age: age)
        }
        let platform = Self.linux(age: age)
        let device = Self.host()
        let same = try await Ward.collect(platform, device, known: [try known()])
        #expect(Self.image(of: same, "/boot/k.img")?.digest == (try known().digest))
        #expect(!device.asked.contains("sftp: /boot/k.img"))
        var others = [try known(size: 5001), try known(modified: 1)]
        if age != nil { others.append(try known(age: .seconds(100))) }
        for other in others {
            let capture = try await Ward.collect(platform, Self.host(), known: [other])
            #expect(Self.image(of: capture, "/boot/k.img")?.digest == Self.sha256)
        }
    }

    @Test("hashes are tried in order, then the file is read, unless the platform says never")
    func order() async throws {
        let hash = [
            FirmwareRule.Hash(algorithm: .sha512, command: "sha512sum {path}"),
            FirmwareRule.Hash(algorithm: .md5, command: "md5 -q {path}", find: "^([0-9a-f]{32})$"),
        ]
        let md5 = String(repeating: "cd", count: 16)
        let knows = ScriptedDevice(
            files: ["/etc/a": .init("a"), "/boot/k.img": .init(Self.bytes)],
            commands: { command in
                command == "md5 -q /boot/k.img"
                    ? CommandResult(output: Array((md5 + "\n").utf8), errors: [], status: 0) : nil
            })
        let taken = try await Ward.collect(Self.linux(hash: hash), knows)
        #expect(Self.image(of: taken, "/boot/k.img")?.digest == ImageDigest(.md5, md5))
        let read = try await Ward.collect(Self.linux(hash: hash), Self.host())
        #expect(Self.image(of: read, "/boot/k.img")?.digest == Self.sha256)
        let never = try await Ward.collect(Self.linux(hash: hash, neverRead: true), Self.host())
        #expect(Self.image(of: never, "/boot/k.img")?.digest == nil)
        #expect(Self.image(of: never, "/boot/k.img")?.note?.contains("md5") == true)
    }
}
