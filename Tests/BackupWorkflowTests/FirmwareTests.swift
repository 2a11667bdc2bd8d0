import ConfigModel
import DeviceInventory
import DeviceSession
import FoundationEssentials
import Glibc
import RealServers
import SSHTransport
import Synchronization
import Testing

@testable import BackupWorkflow
@testable import SnapshotStore

@Suite("Spare copies of what devices run")
struct FirmwareTests {
    private static let platforms = """
        platform: archive
        extends: linux
        title: Archive
        evidence: assumed
        """

    private func hospital(_ ids: [String]) async throws -> TestHospital {
        try await TestHospital(ids.map { TestHospital.Entry(id: $0, port: 22) })
    }

    private func store(_ facts: [String: Facts], in hospital: TestHospital) async throws {
        let store = try await hospital.workspace().storeForWriting()
        try await store.begin(run: RunID.new(at: Date()), workspace: "test", started: Date())
        for (device, facts) in facts {
            _ = try await store.add(
                NewSnapshot(
                    device: try #require(DeviceID(device)), group: "ward", taken: Date(), platform: "cisco_ios",
                    texts: [.runningConfig: Array("x\n".utf8)], facts: facts,
                    collected: [.runningConfig: Array("x\n".utf8)]))
        }
        _ = try await store.finish()
    }

    private func add(
        _ text: String, as name: String, version: String, to hospital: TestHospital, expected: [ImageDigest] = []
    ) async throws -> KeptImage {
        try hospital.folder.write(text, to: "images/\(name)")
        return try await FirmwareIntake(workspace: try hospital.workspace()).add(
            FirmwareIntake.Request(
                file: hospital.root + "/images/" + name, platform: "ios", version: version, expected: expected,
                by: "alice",
                replaces: true), progress: { _ in })
    }

    private func digest(_ text: String, _ algorithm: DigestAlgorithm = .sha256) throws -> ImageDigest {
        var hasher = ImageHasher()
        Array(text.utf8).withUnsafeBytes { hasher.update($0) }
        return try #require(hasher.digests.first { $0.algorithm == algorithm })
    }

    @Test(
        "each image that devices run is kept, there by name or version alone, different or missing; a device can be unknown"
    )
    func overview() async throws {
        let hospital = try await hospital(["a", "b", "c", "d", "e", "f", "g", "h"])
        try await store(
            [
                // The same bytes by a weaker digest and under another path; and one that boots it.
                "a": Facts(
                    version: "15.2", boot: ["flash:/one.bin"],
                    images: [FirmwareImage(path: "flash:/one.bin", digest: try digest("one", .md5))]),
                "b": Facts(
                    version: "15.2",
                    images: [FirmwareImage(path: "flash2:other.bin", digest: try digest("one", .sha512))]),
                "c": Facts(version: "15.2", images: [FirmwareImage(path: "flash:one.bin")]),
                "d": Facts(version: "15.2"),
                "e": Facts(
                    version: "15.2", images: [FirmwareImage(path: "flash:/one.bin", digest: try digest("altered"))]),
                "f": Facts(version: "16.1", boot: ["flash:/two.bin"]),
                "g": Facts(vendor: "Cisco"),
            ], in: hospital)
        #expect(try await add("one", as: "one.bin", version: "15.2", to: hospital).platform == "cisco_ios")
        let workspace = try hospital.workspace()
        let overview = try await FirmwareOverview(workspace, try await workspace.storeForReading())
        let states = overview.running.map { ($0.devices.map(\.text), $0.state, $0.booting.count) }
        #expect(states.count == 6)
        for (device, state, booting) in [
            ("a", FirmwareOverview.Running.State.kept, 1), ("b", .kept, 0), ("c", .byName, 0), ("d", .byVersion, 0),
            ("e", .different, 0), ("f", .missing, 1),
        ] {
            #expect(states.contains { $0.0 == [device] && $0.1 == state && $0.2 == booting }, "\(device): \(states)")
        }
        #expect(overview.unknown.map(\.text) == ["g", "h"])
        #expect(overview.copies.map { $0.devices.map(\.text) } == [["a", "b", "c", "d"]])
        let missing = overview.missing
        #expect(missing.copies.isEmpty && missing.running.flatMap(\.devices).map(\.text) == ["e", "f"])
        #expect(missing.unknown.map(\.text) == ["g", "h"])
    }

    @Test("a damaged copy is named with the devices that run it; a filter that fits nothing is no silent pass")
    func verify() async throws {
        let hospital = try await hospital(["a"])
        try await store(
            ["a": Facts(version: "15.2", images: [FirmwareImage(path: "flash:one.bin", digest: try digest("one"))])],
            in: hospital)
        _ = try await add("one", as: "one.bin", version: "15.2", to: hospital)
        _ = try await add("two", as: "two.bin", version: "16.1", to: hospital)
        let workspace = try hospital.workspace()
        let store = try await workspace.storeForReading()
        #expect(try await FirmwareVerification(workspace, store, progress: { _ in }).exit == .clean)
        let object = LFSFolder(repository: workspace.state + "/store.git").object(try digest("one").value)
        chmod(object, 0o600)
        try Data("onE".utf8).write(to: URL(filePath: object))
        let found = try await FirmwareVerification(workspace, store, progress: { _ in })
        #expect(found.exit == .integrity && found.images == 2)
        let fault = try #require(found.faults.first)
        #expect(fault.kind == .damaged && fault.image == "one.bin" && fault.version == "15.2")
        #expect(fault.devices.map(\.text) == ["a"])
        let other = try VaultFilter(["platform:ios", "version:16*,17*"], in: workspace)
        #expect(try await FirmwareVerification(workspace, store, other, progress: { _ in }).faults.isEmpty)
        let nothing = try VaultFilter(["three*"], in: workspace)
        await #expect(throws: WorkflowError.self) {
            _ = try await FirmwareVerification(workspace, store, nothing, progress: { _ in })
        }
        #expect(throws: WorkflowError.self) { try VaultFilter(["group:icu"], in: workspace) }
    }

    @Test("a digest that the bytes do not have is refused, and nothing is stored")
    func contradicted() async throws {
        let hospital = try await hospital(["a"])
        for algorithm in [DigestAlgorithm.sha256, .sha512, .md5] {
            let error = await #expect(throws: WorkflowError.self) {
                _ = try await add(
                    "one", as: "one.bin", version: "15.2", to: hospital,
                    expected: [try digest("one"), try digest("other", algorithm)])
            }
            #expect(error?.status == .integrity)
        }
        let store = try await hospital.workspace().storeForReading()
        #expect(try await store.images().isEmpty)
        let folder = LFSFolder(repository: hospital.root + "/var/store.git")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.temporary).isEmpty)
        let kept = try await add(
            "one", as: "one.bin", version: "15.2", to: hospital, expected: [try digest("one", .sha512)])
        #expect(kept.verified == [.sha512] && kept.outcome == .added)
    }

    @Test("what facts name and no rule can read as a file names 'firmware add'", arguments: ["boot", "never", "none"])
    func unreadable(kind: String) async throws {
        let rule = kind == "never" ? "  - { files: '/boot/*.bin', read: never }\n" : ""
        let hospital = try await TestHospital(
            [TestHospital.Entry(id: "a", port: 22, platform: kind == "never" ? "archive" : "cisco_ios")],
            files: ["Inventory/platforms/archive.yaml": Self.platforms + (rule.isEmpty ? "" : "\nfirmware:\n" + rule)])
        let path = kind == "never" ? "/boot/one.bin" : "flash:/one.bin"
        let images = kind == "none" ? [] : [FirmwareImage(path: path, digest: try digest("one"))]
        try await store(["a": Facts(version: "15.2", images: images)], in: hospital)
        let workspace = try hospital.workspace()
        let error = await #expect(throws: WorkflowError.self) {
            _ = try await Self.pull(workspace, try #require(workspace.inventory.devices.first))
        }
        #expect(error?.status == .usage)
        #expect(error?.description.contains("plumbline firmware add FILE --platform") == true, "\(error as Any)")
        if kind == "never" { #expect(error?.description.contains("never read") == true) }
    }

    @Test("images of one name get their paths as names, and one is chosen by path or by name")
    func order() async throws {
        let hospital = try await TestHospital(
            [TestHospital.Entry(id: "a", port: 22, platform: "archive")],
            files: [
                "Inventory/platforms/archive.yaml": Self.platforms
                    + "\nfirmware: [{ files: '/boot/*/*.bin' }, { files: '/slow/*', read: never }]\n"
            ])
        let paths = [
            "/boot/a/one.bin", "/boot/b/one.bin", "/boot/b/two.bin", "/slow/x", "/else/y", "/boot/../../one.bin",
        ]
        let facts = Facts(version: "1", images: paths.map { FirmwareImage(path: $0) })
        try await store(["a": facts], in: hospital)
        let workspace = try hospital.workspace()
        let device = try #require(workspace.inventory.devices.first)
        let rules = try CollectorRules(try #require(workspace.inventory.platform(named: "archive")))
        let store = try await workspace.storeForReading()
        func wanted(_ image: String?) async throws -> [String] {
            try await PullOrder(FirmwarePull.Request(device: device, image: image, by: "x"), rules, store, workspace)
                .wanted.map(\.address.image)
        }
        #expect(try await wanted(nil) == ["/boot/a/one.bin", "/boot/b/one.bin", "two.bin"])
        #expect(try await wanted("two.bin") == ["two.bin"])
        #expect(try await wanted("/boot/b/one.bin") == ["/boot/b/one.bin"])
        #expect(rules.withholds(image: "/slow/x") == .neverRead && rules.withholds(image: "/else/y") == .noFile)
        for image in ["/slow/x", "y", "/boot/../../one.bin", "three.bin"] {
            await #expect(throws: WorkflowError.self) { _ = try await wanted(image) }
        }
    }

    @Test("what boots is known by its path, its name, or the release of a kernel")
    func booting() {
        #expect(FirmwareName.isBooted("/boot/vmlinuz-6.1.0-13-amd64", as: "6.1.0-13-amd64"))
        #expect(
            FirmwareName.isBooted("flash:/x.bin", as: "flash:x.bin") && FirmwareName.isBooted("primary", as: "primary"))
        #expect(!FirmwareName.isBooted("/boot/vmlinuz-6.1.0-13-amd64", as: "6.1.0-1"))
        #expect(!FirmwareName.isBooted("flash:/x.bin", as: "flash:y.bin"))
    }

    @Test("reading ends when the device's window closes, and starting over voids what came before")
    func inlet() async throws {
        let hospital = try await hospital(["a"])
        let workspace = try hospital.workspace()
        let store = try await workspace.storeForWriting()
        var device = try #require(workspace.inventory.devices.first)
        let image = FirmwareImage(path: "/boot/one.bin")
        let intake = try await store.beginImage()
        let open = ImageInlet(intake, device, image, { _ in })
        try await open.take([1, 2, 3])
        open.restart()
        try await open.take([4])
        #expect(await intake.size == 1)
        open.restart()
        try await open.end()
        #expect(await intake.size == 0)

        // A day that is not today, nor next to it.
        let today = Int(Date().timeIntervalSince1970 / 86_400) + 3
        let day = MaintenanceWindow.Day.allCases[(today + 3) % 7]
        device.windows = [MaintenanceWindow(days: [day], from: 60, to: 120, zone: "UTC")]
        let closed = ImageInlet(intake, device, image, { _ in }, interval: .zero)
        await #expect(throws: SessionError.self) { try await closed.take([5]) }
        #expect(closed.failure?.status == .stale && closed.failure?.description.contains("window has closed") == true)
        #expect(await intake.size == 0)
    }

    static func pull(
        _ workspace: Workspace, _ device: Device, image: String? = nil,
        progress: @escaping @Sendable (ImageProgress) -> Void = { _ in }
    ) async throws -> [KeptImage] {
        let desk = LoginDesk(
            secrets: SecretResolver(environment: ["PASSWORD": "correct-horse"], root: workspace.root))
        return try await FirmwarePull(workspace: workspace, connector: .shared, desk: desk).pull(
            FirmwarePull.Request(device: device, image: image, timeout: .seconds(60), by: "alice"), progress: progress)
    }
}

/// By SFTP, SCP and commands, from the SSH servers of this machine.
@Suite("Images read from devices", .serialized, .enabled(if: RealSSHServer.isAvailable, "needs root for namespaces"))
struct FirmwarePullTests {
    private func hospital(_ server: RealSSHServer, more: String = "") async throws -> (TestHospital, image: String) {
        let hospital = try await TestHospital([])
        let folder = hospital.root + "/device"
        try hospital.folder.write("version: 4.2\n", to: "device/release", mode: 0o644)
        try hospital.folder.write(
            """
            platform: archive
            extends: linux
            title: Archive
            evidence: assumed
            collect:
              - { files: '\(folder)/release' }
            facts:
              - { file: '\(folder)/release', find: { version: '^version: (\\S+)' } }
            firmware:
              - files: '\(folder)/*.bin'
                hash: [{ algorithm: sha256, command: 'sha256sum -- {path}', effect: none }]
            """, to: "Inventory/platforms/archive.yaml")
        var generator = SystemRandomNumberGenerator()
        let image = (0..<(1 << 18)).flatMap { _ in withUnsafeBytes(of: generator.next()) { Array($0) } }
        try Data(image).write(to: URL(filePath: folder + "/one.bin"))
        for path in [folder, hospital.root] { chmod(path, 0o755) }
        chmod(folder + "/one.bin", 0o644)
        try hospital.write([
            TestHospital.Entry(
                id: "archive-1", port: server.port, platform: "archive", more: more,
                hostKeys: server.hostKeys.map { "\($0.type) \($0.base64)" })
        ])
        return (hospital, folder + "/one.bin")
    }

    private func device(_ workspace: Workspace) throws -> Device { try #require(workspace.inventory.devices.first) }

    @Test(
        "an image comes whole and with the digest that the device told: SFTP from OpenSSH, SCP or a command from Dropbear",
        arguments: [true, false])
    func pull(isOpenSSH: Bool) async throws {
        let server =
            isOpenSSH
            ? try await RealSSHServer.openSSH()
            : try await RealSSHServer.dropbear(
                ServerConfiguration(hasSFTP: false, hidden: ["/usr/lib/sftp-server", "/usr/lib/openssh/sftp-server"]))
        defer { server.stop() }
        let (hospital, path) = try await hospital(server)
        let report = try await hospital.run()
        #expect(report.row("archive-1")?.outcome == .new, "\(report.rows) \(server.log())")
        let workspace = try hospital.workspace()
        let bytes = Array(try Data(contentsOf: URL(filePath: path)))
        let seen = Mutex(0)
        let kept = try await FirmwareTests.pull(workspace, try device(workspace)) { progress in
            seen.withLock { $0 = progress.bytes }
        }
        #expect(kept.map(\.outcome) == [.added] && kept.first?.sha256 == sha256(bytes))
        #expect(kept.first?.verified == [.sha256] && kept.first?.version == "4.2" && kept.first?.image == "one.bin")
        #expect(seen.withLock { $0 } == bytes.count)
        let audit = try hospital.folder.read("var/audit.jsonl")
        #expect(
            audit.contains("\"firmware pull\"") && audit.contains("\"firmware keep\"") && audit.contains(sha256(bytes)))
        let object = LFSFolder(repository: workspace.state + "/store.git").object(sha256(bytes))
        #expect(try Data(contentsOf: URL(filePath: object)).elementsEqual(bytes))
        let overview = try await FirmwareOverview(workspace, try await workspace.storeForReading())
        #expect(overview.running.map(\.state) == [.kept] && overview.copies.first?.device?.text == "archive-1")

        // By name it is read again, which mends a damaged copy; else nobody asks the device, who is gone by then.
        chmod(object, 0o600)
        try Data(repeating: 7, count: bytes.count).write(to: URL(filePath: object))
        #expect(
            try await FirmwareTests.pull(workspace, try device(workspace), image: "one.bin").map(\.outcome) == [
                .unchanged
            ])
        #expect(try Data(contentsOf: URL(filePath: object)).elementsEqual(bytes))
        server.stop()
        #expect(try await FirmwareTests.pull(workspace, try device(workspace)).map(\.outcome) == [.unchanged])
    }

    @Test(
        "an image with other or more bytes than the device told is refused, and nothing of it is left",
        arguments: [true, false])
    func changed(grows: Bool) async throws {
        let server = try await RealSSHServer.openSSH()
        defer { server.stop() }
        let (hospital, path) = try await hospital(server)
        _ = try await hospital.run()
        var bytes = try Data(contentsOf: URL(filePath: path))
        if grows { bytes += [1] } else { bytes[1000] ^= 1 }
        try bytes.write(to: URL(filePath: path))
        chmod(path, 0o644)
        let workspace = try hospital.workspace()
        let error = await #expect(throws: WorkflowError.self) {
            _ = try await FirmwareTests.pull(workspace, try device(workspace))
        }
        #expect(error?.status == .integrity && error?.description.contains("archive-1@1") == true, "\(error as Any)")
        #expect(try await workspace.storeForReading().images().isEmpty)
        let folder = LFSFolder(repository: workspace.state + "/store.git")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.temporary).isEmpty)
    }

    @Test("a closed window, a key that is not on record and a session under way each keep it from the device")
    func keptAway() async throws {
        let server = try await RealSSHServer.openSSH()
        defer { server.stop() }
        let (hospital, _) = try await hospital(server)
        _ = try await hospital.run()
        let workspace = try hospital.workspace()
        let lock = try workspace.locks(command: "test").device(try device(workspace).id)
        let locked = await #expect(throws: WorkflowError.self) {
            _ = try await FirmwareTests.pull(workspace, try device(workspace))
        }
        #expect(locked?.status == .locked)
        lock.release()

        // A window of one minute that began twelve hours ago.
        let minute = Int(Date().timeIntervalSince1970) / 60 % 1440
        func clock(_ minute: Int) -> String {
            let text = "\(10_000 + minute / 60 % 24 * 100 + minute % 60)".dropFirst()
            return "\(text.prefix(2)):\(text.suffix(2))"
        }
        let window =
            "window: { days: [mon, tue, wed, thu, fri, sat, sun], from: \"\(clock(minute + 720))\", "
            + "to: \"\(clock(minute + 721))\", zone: UTC }"
        let entry = TestHospital.Entry(
            id: "archive-1", port: server.port, platform: "archive", more: window + ", freshness: 80h",
            hostKeys: server.hostKeys.map { "\($0.type) \($0.base64)" })
        try hospital.write([entry])
        let closed = try hospital.workspace()
        let deferred = await #expect(throws: WorkflowError.self) {
            _ = try await FirmwareTests.pull(closed, try device(closed))
        }
        #expect(deferred?.status == .usage && deferred?.description.contains("window is closed") == true)

        var unknown = entry
        unknown.more = ""
        unknown.hostKeys = []
        try hospital.write([unknown])
        let stranger = try hospital.workspace()
        let refused = await #expect(throws: WorkflowError.self) {
            _ = try await FirmwareTests.pull(stranger, try device(stranger))
        }
        #expect(refused?.status == .stale && refused?.description.contains("host key") == true, "\(refused as Any)")
        #expect(try await workspace.storeForReading().images().isEmpty)
    }
}
