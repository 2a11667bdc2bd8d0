import ConfigModel
import DeviceInventory
import DeviceLab
import Foundation
import SnapshotStore
import Testing

@testable import BackupWorkflow

/// A kit, and what a person does with it who has stock tools alone.
private struct Bench {
    let folder: TemporaryFolder
    static let passphrase = "six words that nobody guesses"

    init() throws { folder = try TemporaryFolder() }

    var kit: String { folder.path + "/kit.gpg" }

    struct Ending {
        var status: Int32
        var output: String
    }

    static func has(_ tool: String) -> Bool {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
            access("\($0)/\(tool)", X_OK) == 0
        }
    }

    @discardableResult
    func shell(_ script: String, in place: String? = nil, environment: [String: String] = [:]) throws -> Ending {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-ec", script]
        process.currentDirectoryURL = URL(filePath: place ?? folder.path)
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        let log = folder.path + "/.log-\(UInt64.random(in: 0 ... .max))"
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        defer { try? FileManager.default.removeItem(atPath: log) }
        let handle = FileHandle(forWritingAtPath: log)
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
        process.waitUntilExit()
        return Ending(
            status: process.terminationStatus,
            output: String(decoding: try Data(contentsOf: URL(filePath: log)), as: UTF8.self))
    }

    /// A home of gpg whose options give the passphrase, as a person would at the prompt.
    func gpgHome() throws -> [String: String] {
        let home = folder.path + "/gnupg"
        try FileManager.default.createDirectory(
            atPath: home, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try folder.write(Self.passphrase + "\n", to: "passphrase")
        try folder.write(
            "batch\npinentry-mode loopback\npassphrase-file \(folder.path)/passphrase\n", to: "gnupg/gpg.conf")
        return ["GNUPGHOME": home]
    }

    /// Does what a README says, in an empty folder beside the kit.
    func following(_ readme: String, kit: String = "kit.gpg") throws -> Ending {
        let commands = readme.split(separator: "\n").filter { $0.hasPrefix("    ") && !$0.hasPrefix("     ") }
        #expect(commands.count >= 6, "\(readme)")
        return try shell(
            "mkdir empty && cp \(kit) empty && cd empty\n" + commands.joined(separator: "\n"),
            environment: try gpgHome())
    }

    /// Opens it without Plumbline.
    func unpacked(as name: String = "kit") throws -> String {
        try shell("mkdir \(name) && gpg --quiet --decrypt kit.gpg | tar -xf - -C \(name)", environment: try gpgHome())
        return folder.path + "/" + name
    }
}

extension TestHospital {
    fileprivate func bundle(
        to path: String, seal: KitSeal = .gpg(keys: [], passphrase: Secret(Bench.passphrase)), latest: Bool = false,
        firmware: Bool = true, key: String? = nil, reason: String? = nil
    ) async throws -> BundleCreation.Result {
        let workspace = try workspace()
        return try await BundleCreation(workspace: workspace, store: try await workspace.storeForReading()).create(
            BundleCreation.Request(
                devices: workspace.inventory.devices, selector: [], output: path, seal: seal, takesLatest: latest,
                hasFirmware: firmware, key: key, by: "ada", reason: reason))
    }

    fileprivate func verify(
        _ path: String, _ key: KitKey = KitKey(passphrase: Secret(Bench.passphrase))
    ) async throws -> BundleVerification.Result {
        try await BundleVerification(workspace: try workspace()).verify(path, with: key)
    }
}

extension PaperHospital {
    fileprivate static func approved(_ devices: [String: String] = ["pump-1": "cisco_ios"]) async throws
        -> PaperHospital
    {
        let paper = try await PaperHospital(devices)
        _ = try await paper.hospital.run()
        try await paper.approve()
        return paper
    }
}

@Suite("The offline kit", .enabled(if: Bench.has("gpg"), "needs gpg"))
struct BundleTests {
    @Test("README.txt's own commands open and check the kit with stock tools, and the bytes of the device are in it")
    func readme() async throws {
        let bench = try Bench()
        let lab = try await RestoringLab()
        defer { lab.lab.stop() }
        _ = try await lab.hospital.run()
        try await lab.hospital.approveAll()
        try bench.shell("ssh-keygen -q -t ed25519 -N '' -C ada -f ada")
        let result = try await lab.hospital.bundle(to: bench.kit, key: bench.folder.path + "/ada")
        #expect(
            result.status == .clean && result.isSigned && result.devices.map(\.device.text) == ["sw-a"], "\(result)")
        var status = stat()
        #expect(stat(bench.kit, &status) == 0 && status.st_mode & 0o777 == 0o600)

        let ending = try bench.following(
            try String(contentsOfFile: try bench.unpacked() + "/README.txt", encoding: .utf8))
        #expect(ending.status == 0, "\(ending.output)")
        #expect(
            ending.output.contains("Good \"plumbline-bundle\" signature") && ending.output.contains("Order of work"))
        let text = try bench.folder.read("empty/kit/devices/001-sw-a/running-config")
        let lines = text.split(separator: "\n").map(String.init)
        // Remarks at the head, then its configuration byte for byte, then the mark of its end.
        #expect(Array(lines.drop { $0.hasPrefix("!") }) == lab.running + ["end"])
        let runbook = try bench.folder.read("empty/kit/RUNBOOK.txt")
        #expect(runbook.contains(sha256(Array(text.utf8))) && runbook.contains("'backup1'"), "\(runbook)")
        let verified = try await lab.hospital.verify(bench.kit)
        #expect(verified.status == .clean && verified.key?.hasPrefix("SHA256:") == true && verified.signer == nil)
    }

    @Test("where signers are named the kit's signer is one of them, for kits, and else it does not hold")
    func signed() async throws {
        let bench = try Bench()
        let paper = try await PaperHospital()
        _ = try await paper.hospital.run()
        for name in ["ada", "eve"] { try bench.shell("ssh-keygen -q -t ed25519 -N '' -C \(name) -f \(name)") }
        let key = bench.folder.path + "/ada"
        func allow(_ name: String, _ namespaces: String) throws {
            let line = "ada namespaces=\"\(namespaces)\" " + (try bench.folder.read(name + ".pub"))
            try paper.hospital.folder.write(line, to: "Baselines/allowed_signers")
        }
        try allow("ada", "plumbline-approval")
        try await paper.approve(key: key)
        await #expect(throws: WorkflowError.self) { try await paper.hospital.bundle(to: bench.kit, key: key) }
        #expect(try bench.shell("ls").output == "ada\nada.pub\neve\neve.pub\n")

        try allow("ada", "plumbline-approval,plumbline-bundle")
        _ = try await paper.hospital.bundle(to: bench.kit, key: key)
        let good = try await paper.hospital.verify(bench.kit)
        #expect(good.status == .clean && good.signer == "ada", "\(good)")
        let ending = try bench.following(
            try String(contentsOfFile: try bench.unpacked() + "/README.txt", encoding: .utf8))
        #expect(ending.status == 0 && ending.output.contains("signature for ada"), "\(ending.output)")
        #expect(try bench.shell("ls kit/baselines").output.contains(".yaml.sig"))
        try allow("eve", "plumbline-approval,plumbline-bundle")
        let bad = try await paper.hospital.verify(bench.kit)
        #expect(bad.status == .integrity && bad.faults.contains { $0.contains("signature") }, "\(bad)")
    }

    @Test("spare copies that the firmware baselines name are in it; a damaged one is not, and makes exit 3")
    func firmware() async throws {
        let bench = try Bench()
        let paper = try await PaperHospital(
            files: [
                "Baselines/firmware/f.yaml":
                    "firmware: f\nplatform: cisco_ios\nversions: [{ version: '15.2', state: approved }]\n"
            ])
        _ = try await paper.hospital.run()
        try await paper.approve()
        let image = String(repeating: "firmware ", count: 300_000)
        try paper.hospital.folder.write(image, to: "images/c2960.bin")
        _ = try await FirmwareIntake(workspace: try paper.workspace).add(
            FirmwareIntake.Request(
                file: paper.hospital.root + "/images/c2960.bin", platform: "cisco_ios", version: "15.2", expected: [],
                by: "ada", replaces: false), progress: { _ in })
        let result = try await paper.hospital.bundle(to: bench.kit)
        #expect(result.status == .clean, "\(result)")
        let kit = try bench.unpacked()
        #expect(try String(contentsOfFile: kit + "/firmware/cisco_ios/15.2/c2960.bin", encoding: .utf8) == image)
        #expect(
            try String(contentsOfFile: kit + "/RUNBOOK.txt", encoding: .utf8).contains(
                "firmware/cisco_ios/15.2/c2960.bin"))
        let without = bench.folder.path + "/without.tar"
        _ = try await paper.hospital.bundle(to: without, seal: .clear, firmware: false, reason: "a test")
        #expect(try !bench.shell("tar -tf without.tar").output.contains("firmware/"))

        let object = paper.hospital.root + "/var/store.git/lfs/objects"
        try bench.shell(
            "f=$(find \(object) -type f) && chmod u+w \"$f\" && printf X | dd of=\"$f\" bs=1 seek=9 conv=notrunc 2>/dev/null"
        )
        let damaged = bench.folder.path + "/damaged.tar"
        let second = try await paper.hospital.bundle(to: damaged, seal: .clear, reason: "a test")
        #expect(second.status == .integrity && second.devices.count == 1, "\(second)")
        #expect(try !bench.shell("tar -tf damaged.tar").output.contains("firmware/"))
    }

    @Test("a flipped byte anywhere is exit 3, and so is another passphrase", arguments: [20, 400, -30])
    func flipped(at place: Int) async throws {
        let bench = try Bench()
        let paper = try await PaperHospital.approved()
        _ = try await paper.hospital.bundle(to: bench.kit)
        let good = try await paper.hospital.verify(bench.kit)
        #expect(good.status == .clean, "\(good.faults) \(good.older)")
        let other = try await paper.hospital.verify(bench.kit, KitKey(passphrase: Secret("not the passphrase")))
        #expect(other.status == .integrity)
        var bytes = try Data(contentsOf: URL(filePath: bench.kit))
        bytes[place < 0 ? bytes.count + place : place] ^= 1
        try bytes.write(to: URL(filePath: bench.kit))
        #expect(try await paper.hospital.verify(bench.kit).status == .integrity)
    }

    @Test("a kit in clear in which somebody has changed, added or left out a file does not hold")
    func meddled() async throws {
        let bench = try Bench()
        let paper = try await PaperHospital.approved()
        let path = bench.folder.path + "/kit.tar"
        _ = try await paper.hospital.bundle(to: path, seal: .clear, reason: "a test")
        #expect(try await paper.hospital.verify(path).status == .clean)
        for (change, word) in [
            ("echo x >> devices/001-pump-1/running-config", "not what was written"),
            ("echo x > more", "not written by us"),
            ("rm devices/001-pump-1/facts.yaml", "is missing"), ("rm SHA256SUMS", "no SHA256SUMS"),
        ] {
            let script =
                "rm -rf t && mkdir t && tar -xf kit.tar -C t && cd t && \(change) && tar --format=ustar -cf ../bad.tar $(find * -type f)"
            let made = try bench.shell(script)
            #expect(made.status == 0, "\(made.output)")
            let result = try await paper.hospital.verify(bench.folder.path + "/bad.tar")
            #expect(
                result.status == .integrity && result.faults.contains { $0.contains(word) },
                "\(change): \(result.faults)")
        }
    }

    @Test("a kit that is older than what is approved is told so, device by device")
    func older() async throws {
        let bench = try Bench()
        let paper = try await PaperHospital.approved()
        _ = try await paper.hospital.bundle(to: bench.kit)
        try paper.change("bed 40", "bed 41")
        _ = try await paper.hospital.run()
        try await paper.approve()
        let result = try await paper.hospital.verify(bench.kit)
        #expect(result.status == .drift)
        #expect(result.older.contains { $0.hasPrefix("older than what is approved now: pump-1") }, "\(result.older)")
    }

    @Test("a device that was never approved is left out and named, and with --latest is marked everywhere")
    func unapproved() async throws {
        let bench = try Bench()
        let paper = try await PaperHospital(["pump-1": "cisco_ios", "pump-2": "cisco_ios"])
        _ = try await paper.hospital.run()
        await #expect(throws: WorkflowError.self) { try await paper.hospital.bundle(to: bench.kit) }
        #expect(!FileManager.default.fileExists(atPath: bench.kit))
        try await paper.decide(
            .init(approve: [.init(device: try paper.workspace.inventory.devices[0], version: .latest)], by: "ada"))
        let some = try await paper.hospital.bundle(to: bench.kit)
        #expect(some.status == .stale && some.missing.map(\.device.text) == ["pump-2"])
        let text = try String(contentsOfFile: try bench.unpacked() + "/RUNBOOK.txt", encoding: .utf8)
        #expect(text.contains("Not in this kit") && text.contains("pump-2: it was never approved"))

        let whole = bench.folder.path + "/whole.tar"
        let all = try await paper.hospital.bundle(to: whole, seal: .clear, latest: true, reason: "a test")
        #expect(all.status == .clean && all.devices.map(\.isApproved) == [true, false])
        try bench.shell("mkdir whole && tar -xf whole.tar -C whole")
        for name in ["RUNBOOK.txt", "RUNBOOK.html"] {
            let text = try bench.folder.read("whole/" + name)
            #expect(text.components(separatedBy: "NOT APPROVED").count > 3, "\(name)")
        }
    }

    @Test("an approved text that was meddled with is not in it, and makes exit 3")
    func broken() async throws {
        let bench = try Bench()
        let paper = try await PaperHospital.approved(["pump-1": "cisco_ios", "pump-2": "cisco_ios"])
        try paper.hospital.folder.write("hostname evil\n", to: "Baselines/approved/pump-2/running-config.cfg")
        let result = try await paper.hospital.bundle(to: bench.kit, latest: true)
        #expect(result.status == .integrity && result.missing.map(\.device.text) == ["pump-2"], "\(result)")
    }

    @Test("of what is put back by hand all that was collected is in it; else what is no part of a restore lies apart")
    func artifacts() async throws {
        let bench = try Bench()
        let hospital = try await TestHospital([
            .init(id: "pdu", port: 22, platform: "apc_aos"), .init(id: "sw", port: 22),
        ])
        let store = try await hospital.workspace().storeForWriting()
        try await store.begin(run: RunID.new(at: Date()), workspace: "test", started: Date())
        for (id, platform) in [("pdu", "apc_aos"), ("sw", "cisco_ios")] {
            let texts: [ArtifactName: [UInt8]] = [
                .runningConfig: Array("hostname x\n".utf8), .startupConfig: Array("hostname y\n".utf8),
                ArtifactName("/config.ini"): Array("[NetworkTCP/IP]\n".utf8),
            ]
            _ = try await store.add(
                NewSnapshot(
                    device: try #require(DeviceID(id)), group: "ward", taken: Date(), platform: platform, texts: texts,
                    facts: Facts(), collected: texts))
        }
        _ = try await store.finish()
        let result = try await hospital.bundle(to: bench.kit, latest: true)
        #expect(result.status == .clean, "\(result)")
        let found = try bench.shell("cd \(try bench.unpacked())/devices && find . -type f | LC_ALL=C sort").output
        #expect(
            found.split(separator: "\n") == [
                "./001-pdu/facts.yaml", "./001-pdu/files/config.ini", "./001-pdu/running-config",
                "./001-pdu/startup-config",
                "./002-sw/facts.yaml", "./002-sw/more/files/config.ini", "./002-sw/more/startup-config",
                "./002-sw/running-config",
            ])
    }

    @Test("a device of which there are no exact bytes is named and makes exit 2; damaged ones make exit 3")
    func bytes() async throws {
        let bench = try Bench()
        let hospital = try await TestHospital(
            ["a", "b", "c"].map { TestHospital.Entry(id: $0, port: 22) }, settings: "encryption: none")
        let store = try await hospital.workspace().storeForWriting()
        try await store.begin(run: RunID.new(at: Date()), workspace: "test", started: Date())
        for id in ["a", "b", "c"] {
            let text = Array("hostname \(id)\n".utf8)
            _ = try await store.add(
                NewSnapshot(
                    device: try #require(DeviceID(id)), group: "ward", taken: Date(), platform: "cisco_ios",
                    texts: [.runningConfig: text], facts: Facts(), collected: id == "b" ? [:] : [.runningConfig: text]))
        }
        _ = try await store.finish()
        let some = try await hospital.bundle(to: bench.kit, latest: true)
        #expect(some.status == .stale && some.missing.map(\.device.text) == ["b"], "\(some)")
        let damage = """
            id=$(printf 'hostname c\\n' | git hash-object --stdin); cd \(hospital.root)/var/collected-*.git
            f=objects/$(printf %s $id | cut -c1-2)/$(printf %s $id | cut -c3-); chmod u+w $f; printf garbage > $f
            """
        let done = try bench.shell(damage)
        #expect(done.status == 0, "\(done.output)")
        let two = try await hospital.bundle(to: bench.folder.path + "/two.gpg", latest: true)
        #expect(two.status == .integrity && two.missing.map(\.device.text) == ["b", "c"], "\(two)")
    }

    @Test("secrets are in the configurations alone: not in the runbook, the README, the audit log or the inventory")
    func secrets() async throws {
        let bench = try Bench()
        let paper = try await PaperHospital.approved()
        _ = try await paper.hospital.bundle(to: bench.kit)
        let kit = try bench.unpacked()
        let found = try bench.shell("grep -rlF '$1$mERr$hx5rVt7rPNoS4wqbXKX7m0' . || true", in: kit)
        #expect(found.output == "./devices/001-pump-1/running-config\n")
        let audit = try String(contentsOfFile: paper.hospital.root + "/var/audit.jsonl", encoding: .utf8)
        #expect(audit.contains("bundle create") && !audit.contains(Bench.passphrase))
        let page = try String(contentsOfFile: kit + "/RUNBOOK.html", encoding: .utf8)
        #expect(page.contains("configure replace flash:plumbline-kit.cfg") && !page.contains("<script"))
    }

    @Test("no kit is written over a file, into the workspace, in clear without a reason, or to a short passphrase")
    func refused() async throws {
        let bench = try Bench()
        let paper = try await PaperHospital.approved()
        try bench.folder.write("mine", to: "kit.gpg")
        await #expect(throws: WorkflowError.self) { try await paper.hospital.bundle(to: bench.kit) }
        #expect(try bench.folder.read("kit.gpg") == "mine")
        let inside = paper.hospital.root + "/kit"
        await #expect(throws: WorkflowError.self) { try await paper.hospital.bundle(to: inside) }
        let other = bench.folder.path + "/other"
        await #expect(throws: WorkflowError.self) { try await paper.hospital.bundle(to: other, seal: .clear) }
        await #expect(throws: WorkflowError.self) {
            try await paper.hospital.bundle(to: other, seal: .gpg(keys: [], passphrase: Secret("short")))
        }
        await #expect(throws: WorkflowError.self) {
            try await paper.hospital.bundle(to: other, seal: .gpg(keys: ["nobody@nowhere.example"], passphrase: nil))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: bench.folder.path).sorted() == ["kit.gpg"])
    }

    @Test("what boots without a spare copy, what the device is, and what it is reached through stand in the runbook")
    func told() async throws {
        let bench = try Bench()
        let hospital = try await TestHospital([])
        try hospital.write(
            [
                .init(
                    id: "sw-1", address: "10.0.0.1", port: 22,
                    more: "jump: zz, owner: \"Network team\", vars: { slot: two }"),
                .init(id: "zz", address: "10.0.0.9", port: 22), .init(id: "gone", address: "10.0.0.3", port: 22),
            ])
        let store = try await hospital.workspace().storeForWriting()
        try await store.begin(run: RunID.new(at: Date()), workspace: "test", started: Date())
        for id in ["sw-1", "zz"] {
            _ = try await store.add(
                NewSnapshot(
                    device: try #require(DeviceID(id)), group: "ward", taken: Date(), platform: "cisco_ios",
                    texts: [.runningConfig: Array("hostname x\n".utf8)],
                    facts: Facts(
                        model: "WS-C2960X", serials: ["FOC1"], version: "15.2", boot: ["flash:/c2960.bin"],
                        images: [FirmwareImage(path: "flash:/c2960.bin"), FirmwareImage(path: "flash:/old.bin")]),
                    collected: [.runningConfig: Array("hostname x\n".utf8)]))
        }
        _ = try await store.finish()
        let result = try await hospital.bundle(to: bench.kit, latest: true)
        #expect(
            result.devices.map(\.device.text) == ["zz", "sw-1"] && result.missing.map(\.device.text) == ["gone"],
            "\(result)")
        #expect(result.status == .stale && result.withoutFirmware.count == 4)
        let kit = try bench.unpacked()
        let text = try String(contentsOfFile: kit + "/RUNBOOK.txt", encoding: .utf8)
        let page = try String(contentsOfFile: kit + "/RUNBOOK.html", encoding: .utf8)
        for word in [
            "WS-C2960X", "FOC1", "Network team", "10.0.0.1", "no spare copy", "flash:/c2960.bin",
            "zz, through which it is reached", "gone: ",
        ] {
            let joined = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(joined.contains(word) && page.contains(word), "\(word): \(text)")
        }
    }

    @Test("a kit for a key of age opens with age alone", .enabled(if: Bench.has("age"), "needs age"))
    func age() async throws {
        let bench = try Bench()
        let paper = try await PaperHospital.approved()
        try bench.shell("age-keygen -o identity.txt 2>/dev/null")
        let recipient = try #require(
            try bench.folder.read("identity.txt").split(separator: "\n").first { $0.contains("age1") }?.split(
                separator: " "
            ).last)
        let path = bench.folder.path + "/kit.age"
        _ = try await paper.hospital.bundle(to: path, seal: .age(recipients: [String(recipient)]))
        let identity = KitKey(identities: [bench.folder.path + "/identity.txt"])
        #expect(try await paper.hospital.verify(path, identity).status == .clean)
        try bench.shell("mkdir kit && age --decrypt --identity identity.txt kit.age | tar -xf - -C kit")
        let readme = try bench.folder.read("kit/README.txt")
        let commands = readme.split(separator: "\n").filter { $0.hasPrefix("    ") && !$0.hasPrefix("     ") }
        let ending = try bench.shell(
            "mkdir e && cp kit.age identity.txt e && cd e\n" + commands.joined(separator: "\n"))
        #expect(ending.status == 0, "\(ending.output)")
        #expect(try bench.folder.read("e/kit/devices/001-pump-1/running-config") == PaperHospital.config)
    }
}

@Suite("The order of work")
struct RestoreSequenceTests {
    private func device(_ id: String, _ order: Int = 1000, jump: String? = nil, group: String = "ward") -> Device {
        Device(id: DeviceID(id)!, group: group, address: "", platform: "linux", jump: jump, restoreOrder: order)
    }

    private func order(_ devices: [Device], jumps: [JumpHost] = []) -> [String] {
        let inventory = Inventory(
            devices: devices, platforms: [], credentials: [], jumps: jumps, knownHosts: KnownHosts())
        return RestoreSequence(devices.reversed(), in: inventory).places.map(\.device.id.text)
    }

    @Test("lower numbers come first, then groups and ids")
    func numbers() {
        #expect(
            order([device("b"), device("a"), device("z", 5), device("c", group: "core"), device("y", 9999)])
                == ["z", "c", "a", "b", "y"])
    }

    @Test("what others are reached through comes before them, however late its own number is")
    func jumps() {
        #expect(
            order([device("a", 10, jump: "m"), device("m", 2000, jump: "z"), device("z"), device("b", 20)]) == [
                "z", "m", "a", "b",
            ])
        let edge = JumpHost(id: DeviceID("edge")!, address: "", credential: "", jump: "z")
        #expect(order([device("a", 10, jump: "edge"), device("z", 2000)], jumps: [edge]) == ["z", "a"])
    }
}

@Suite("The kit's archive")
struct TarTests {
    @Test("stock tar lists and extracts it, long and foreign names too")
    func stock() throws {
        let bench = try Bench()
        let paths = [
            "a", "devices/" + String(repeating: "d", count: 120) + "/" + String(repeating: "n", count: 140), "grün/ß",
        ]
        var bytes: [UInt8] = []
        for path in paths {
            let content = Array("content of \(path)".utf8)
            bytes += TarFormat.header(
                TarFormat.Entry(path: path, size: content.count, modified: Date(timeIntervalSince1970: 1_700_000_000)))
            bytes += content + TarFormat.padding(after: content.count)
        }
        bytes += TarFormat.end
        try Data(bytes).write(to: URL(filePath: bench.folder.path + "/x.tar"))
        #expect(try bench.shell("tar -xf x.tar").output == "")
        for path in paths { #expect(try bench.folder.read(path) == "content of \(path)") }
        for cut in [1, 7, 511, 512, 513, 4096] {
            var reading = TarReading()
            var found: [String] = []
            var place = 0
            while place < bytes.count {
                let end = min(bytes.count, place + cut)
                for case .entry(let path, _) in try reading.take(Array(bytes[place..<end])) { found.append(path) }
                place = end
            }
            #expect(found == paths && reading.hasEnded, "cut at \(cut)")
        }
    }

    @Test("a size of more than eight gigabytes is told in a way that stock tar reads")
    func large() throws {
        let header = TarFormat.header(
            TarFormat.Entry(path: "big", size: 9 << 30, modified: Date(timeIntervalSince1970: 0)))
        var reading = TarReading()
        #expect(try reading.take(header) == [.entry(path: "big", size: 9 << 30)])
    }

    @Test("paths that lead elsewhere, and links, are refused", arguments: ["../x", "/etc/passwd", "a//b", "a/./b"])
    func hostile(path: String) {
        var reading = TarReading()
        #expect(throws: TarReading.Fault.self) {
            try reading.take(
                TarFormat.header(TarFormat.Entry(path: path, size: 0, modified: Date(timeIntervalSince1970: 0))))
        }
    }
}
