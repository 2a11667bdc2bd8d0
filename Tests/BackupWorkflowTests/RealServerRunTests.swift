import ConfigModel
import DeviceInventory
import FoundationEssentials
import RealServers
import SSHTransport
import SnapshotStore
import Testing

@testable import BackupWorkflow

/// Whole runs against the SSH servers of this machine.
@Suite("A run over real servers", .serialized, .enabled(if: RealSSHServer.isAvailable, "needs root for namespaces"))
struct RealServerRunTests {
    /// A platform with files in a folder of the test.
    private static func platform(_ folder: String) -> String {
        """
        platform: archive
        extends: linux
        title: Archive
        evidence: assumed
        collect:
          - { files: '\(folder)/config/*.json' }
        firmware:
          - files: '\(folder)/firmware/*.bin'
            hash: [{ algorithm: sha256, command: 'sha256sum -- {path}', effect: none }]
        """
    }

    private func entry(_ server: RealSSHServer, more: String = "", platform: String = "archive") -> TestHospital.Entry {
        TestHospital.Entry(
            id: "archive-1", port: server.port, platform: platform, more: more,
            hostKeys: server.hostKeys.map { "\($0.type) \($0.base64)" })
    }

    /// Files that the server's user can read: two of JSON, one with a secret, and an image of 8 MiB.
    private func serveFiles(_ hospital: TestHospital) throws -> (folder: String, image: [UInt8]) {
        let folder = hospital.root + "/device"
        try hospital.folder.write(
            "{ \"DicomAet\": \"ELSEWHERE\", \"Password\": \"dEmOsEcReT-json\" }\n", to: "device/config/a.json",
            mode: 0o644)
        try hospital.folder.write("{ \"Port\": 104 }\n", to: "device/config/b c.json", mode: 0o644)
        var generator = SystemRandomNumberGenerator()
        let image = (0..<(1 << 20)).flatMap { _ in withUnsafeBytes(of: generator.next()) { Array($0) } }
        try FileManager.default.createDirectory(atPath: folder + "/firmware", withIntermediateDirectories: true)
        try Data(image).write(to: URL(filePath: folder + "/firmware/image.bin"))
        for path in ["", "/config", "/firmware"] {
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder + path)
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: hospital.root)
        try hospital.folder.write(Self.platform(folder), to: "Inventory/platforms/archive.yaml")
        return (folder, image)
    }

    @Test(
        "JSON files and an 8 MiB image: by SFTP from OpenSSH, and without SFTP from Dropbear", arguments: [true, false])
    func files(isOpenSSH: Bool) async throws {
        let server =
            isOpenSSH
            ? try await RealSSHServer.openSSH()
            : try await RealSSHServer.dropbear(
                ServerConfiguration(hasSFTP: false, hidden: ["/usr/lib/sftp-server", "/usr/lib/openssh/sftp-server"]))
        defer { server.stop() }
        let hospital = try await TestHospital([])
        let (folder, image) = try serveFiles(hospital)
        try hospital.write([entry(server)])
        let report = try await hospital.run()
        #expect(report.row("archive-1")?.outcome == .new, "\(report.rows) \(server.log())")
        #expect(
            try await hospital.collected("archive-1", ArtifactName(folder + "/config/b c.json"))
                == Array("{ \"Port\": 104 }\n".utf8))
        let text = try await hospital.text("archive-1", ArtifactName(folder + "/config/a.json"))
        #expect(text.contains("ELSEWHERE") && !text.contains("dEmOsEcReT"))

        let store = try await hospital.workspace().storeForReading()
        let facts = try await store.facts(of: try await store.resolve(DeviceID("archive-1")!, .latest))
        #expect(facts.images.map(\.path) == [folder + "/firmware/image.bin"])
        // By shell alone nobody says how large a file is.
        #expect(facts.images.first?.size == (isOpenSSH ? image.count : nil))
        #expect(facts.images.first?.sha256 == sha256(image))

        try await hospital.approveAll()
        try hospital.folder.write(
            "{ \"DicomAet\": \"OTHER\", \"Password\": \"dEmOsEcReT-json\" }\n", to: "device/config/a.json", mode: 0o644)
        let drift = try await hospital.run()
        #expect(drift.exit == .drift, "\(drift.rows) \(server.log())")
        #expect(Set(drift.findings.filter(\.isDrift).map(\.class)) == [.config])
    }

    @Test(
        "an old server is refused under 'modern', which says what to set, and works under 'legacy', which is a finding")
    func legacy() async throws {
        let server = try await RealSSHServer.openSSH(
            ServerConfiguration(
                lines: [
                    "KexAlgorithms diffie-hellman-group14-sha1", "Ciphers aes128-cbc,3des-cbc", "MACs hmac-sha1",
                    "HostKeyAlgorithms ssh-rsa",
                ], hostKeyTypes: ["rsa"]))
        defer { server.stop() }
        let hospital = try await TestHospital([])
        _ = try serveFiles(hospital)
        try hospital.write([entry(server)])
        let modern = try await hospital.run()
        let row = try #require(modern.row("archive-1"))
        #expect(row.failure == .algorithms)
        #expect(row.message?.contains("diffie-hellman-group14-sha1") == true, "\(row)")
        #expect(row.message?.contains("profile: legacy") == true)

        try hospital.write([entry(server, more: "ssh: { profile: legacy }")])
        let legacy = try await hospital.run()
        #expect(legacy.row("archive-1")?.outcome == .new, "\(legacy.rows)")
        #expect(legacy.findings.contains { $0.class == .transport })
    }

    @Test("a device behind a jump host is reached through a channel of it")
    func jump() async throws {
        let outer = try await RealSSHServer.openSSH()
        let inner = try await RealSSHServer.openSSH()
        defer {
            outer.stop()
            inner.stop()
        }
        let hospital = try await TestHospital([])
        _ = try serveFiles(hospital)
        let jumps = "jumps: [{ id: bastion, address: 127.0.0.1, port: \(outer.port), credential: backup }]\n"
        try hospital.write([entry(inner, more: "jump: bastion")], jumps: jumps)
        let outerLines = outer.hostKeys.map { "[127.0.0.1]:\(outer.port) \($0.type) \($0.base64)\n" }.joined()
        try hospital.folder.write(
            try hospital.folder.read("Inventory/known_hosts") + outerLines, to: "Inventory/known_hosts")
        let report = try await hospital.run()
        #expect(report.row("archive-1")?.outcome == .new, "\(report.rows)")
    }

    @Test("an unknown host key: nothing is sent, the fingerprint is shown, and enrolling it lets the next run through")
    func enrol() async throws {
        let server = try await RealSSHServer.openSSH()
        defer { server.stop() }
        let hospital = try await TestHospital([])
        _ = try serveFiles(hospital)
        var unknown = entry(server)
        unknown.hostKeys = []
        try hospital.write([unknown])
        let report = try await hospital.run()
        #expect(report.row("archive-1")?.failure == .hostKeyUnknown)
        #expect(!server.log().contains("password"))

        let workspace = try hospital.workspace()
        let enrolment = HostKeyEnrolment(
            workspace: workspace, connector: .shared,
            desk: LoginDesk(secrets: SecretResolver(environment: [:], root: hospital.root)))
        let offers = try await enrolment.offers(of: workspace.inventory.devices)
        #expect(offers.map(\.new.count) == [1])
        #expect(report.row("archive-1")?.message?.contains(offers[0].new[0].fingerprint) == true)
        try enrolment.record(offers)
        #expect(try await hospital.run().row("archive-1")?.outcome == .new)
        #expect(try hospital.workspace().inventory.knownHosts.entries.count == 1)
    }

    @Test("a port where nothing listens, and one that never answers, are rows that say so")
    func unreachable() async throws {
        let backlog = try PlainListener(.full)
        defer { backlog.stop() }
        let refused = try LoopbackPort.free()
        let hospital = try await TestHospital([], settings: "timeout: 2s")
        _ = try serveFiles(hospital)
        try hospital.write([
            TestHospital.Entry(id: "full-1", port: backlog.port, platform: "archive"),
            TestHospital.Entry(id: "refused-1", port: refused, platform: "archive"),
        ])
        let report = try await hospital.run()
        #expect(report.row("full-1")?.failure == .timeout)
        #expect(report.row("refused-1")?.failure == .unreachable)
        #expect(report.row("refused-1")?.message?.contains("nothing listens") == true)
        #expect(report.exit == .stale)
    }
}
