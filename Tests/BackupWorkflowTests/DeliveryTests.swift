import ConfigModel
import DeviceInventory
import Foundation
import SSHTransport
import SnapshotStore
import Testing

@testable import BackupWorkflow

@Suite("Devices without SSH")
struct DeliveryTests {
    private static let config = """
        version 15.2
        hostname pump-1
        enable secret 5 $1$abcd$qUdZ1Nh9Kx0a7lTnZq3bD.
        interface GigabitEthernet0/1
         description ward
        end

        """

    private func hospital(_ script: String, more: String = "", timeout: String = "20s", platform: String = "cisco_ios")
        async throws -> TestHospital
    {
        let hospital = try await TestHospital(
            [], settings: "timeout: \(timeout)", files: ["fetch": "#!/bin/sh\n" + script])
        try hospital.folder.write(
            "group: ward\ndevices:\n  - { id: pump-1, platform: \(platform), method: { command: [./fetch, a b] }\(more) }\n",
            to: "Inventory/groups/ward.yaml")
        chmod(hospital.root + "/fetch", 0o755)
        chmod(hospital.root, 0o755)
        return hospital
    }

    private func printing(_ text: String) -> String { "cat <<'TEXT'\n\(text)TEXT\n" }

    @Test("a program that prints the configuration is a device: versions, secrets masked, drift")
    func prints() async throws {
        let hospital = try await hospital(printing(Self.config))
        let first = try await hospital.run()
        #expect(first.rows.map(\.outcome) == [.new], "\(first.rows)")
        #expect(try await hospital.collected("pump-1", .runningConfig) == Array(Self.config.utf8))
        #expect(try await !hospital.text("pump-1").contains("qUdZ1Nh9Kx0a7lTnZq3bD"))
        #expect(try await hospital.run().rows.map(\.outcome) == [.unchanged])
        try hospital.folder.write(
            "#!/bin/sh\n" + printing(Self.config.replacing("ward", with: "icu")), to: "fetch")
        chmod(hospital.root + "/fetch", 0o755)
        #expect(try await hospital.run().rows.map(\.outcome) == [.changed])
    }

    @Test("a program leaves several artifacts in its folder, and is told of its device")
    func folder() async throws {
        let hospital = try await hospital(
            """
            test "$1" = 'a b' && test "$PLUMBLINE_DEVICE" = pump-1 && test "$PLUMBLINE_VAR_SITE" = north || exit 9
            cat > "$PLUMBLINE_ARTIFACTS/running-config" <<'TEXT'
            \(Self.config)TEXT
            cp "$PLUMBLINE_ARTIFACTS/running-config" "$PLUMBLINE_ARTIFACTS/startup-config"
            echo noise
            """, more: ", vars: { site: north }", platform: "cisco_nxos")
        let report = try await hospital.run()
        #expect(report.rows.map(\.outcome) == [.new], "\(report.rows)")
        #expect(try await hospital.text("pump-1", .startupConfig).contains("hostname pump-1"))
    }

    @Test(
        "a program that fails, hangs, forks or brings something else is a clear row, and nothing is stored",
        arguments: [
            ("echo 'no route to pump' >&2; exit 3", "it ended with 3 (it says 'no route to pump')"),
            ("sleep 60 & sleep 60", "it took longer than the device's time"),
            ("true", "it left no text and printed nothing"),
            ("echo x > $PLUMBLINE_ARTIFACTS/secrets", "has no artifact 'secrets'"),
            ("head -c 2000000 /dev/zero", "said more than 'artifactLimit'"),
            ("head -c 2000000 /dev/zero > $PLUMBLINE_ARTIFACTS/running-config", "is larger than 1 MiB"),
            ("echo hostname x", "no end marker"),
            ("kill -9 $$", "it ended with 137"),
        ])
    func fails(script: String, reason: String) async throws {
        let hospital = try await hospital(script, more: ", gentle: { limit: 1MiB }", timeout: "3s")
        let start = ContinuousClock.now
        let row = try #require(try await hospital.run().rows.first)
        #expect(row.outcome == (reason.contains("marker") ? .quarantined : .failed))
        #expect(row.message?.contains(reason) == true, "\(row)")
        #expect(row.version == nil)
        #expect(ContinuousClock.now - start < .seconds(15))
    }

    @Test(
        "what is cut in the middle of a secret, or says one in an error, shows it nowhere",
        arguments: [
            "printf 'version 15.2\nhostname a\nx\ny\nsnmp-server community TopSecretRW RW'",
            "printf 'version 15.2\nhostname a\nx\ny\ntacacs-server key 0 TopSecretRW'",
            "echo 'login with password TopSecretRW failed' >&2; exit 1",
        ])
    func secretsInMessages(script: String) async throws {
        let hospital = try await hospital(script)
        let report = try await hospital.run()
        #expect(report.rows[0].outcome != .new)
        let shown = report.text(paint: Paint(isOn: false), listAll: true).joined() + "\(report)"
        #expect(!shown.contains("TopSecretRW"), "\(shown)")
        for place in ["var/runs", "var/state.sqlite", "var/state.sqlite-wal"] {
            #expect(try !hospital.holds("TopSecretRW", in: place), "\(place)")
        }
    }

    @Test("a program that somebody else could have changed is not run")
    func writable() async throws {
        let hospital = try await hospital("touch ran; " + printing(Self.config))
        chmod(hospital.root + "/fetch", 0o777)
        let row = try #require(try await hospital.run().rows.first)
        #expect(row.outcome == .failed && row.message?.contains("others may write") == true)
        #expect(!FileManager.default.fileExists(atPath: hospital.root + "/ran"))
    }

    // MARK: By hand

    private func manual() async throws -> TestHospital {
        let hospital = try await TestHospital([])
        try hospital.folder.write(
            "group: ward\ndevices:\n  - { id: pump-1, platform: cisco_ios, method: manual, freshness: 30d }\n",
            to: "Inventory/groups/ward.yaml")
        return hospital
    }

    private func bring(
        _ text: String, to hospital: TestHospital, taken: Date, by: String = "A. Nurse"
    ) async throws -> RunReport {
        try hospital.folder.write(text, to: "brought.txt")
        let workspace = try hospital.workspace()
        let stage = CollectionStage(
            connector: .shared, desk: LoginDesk(secrets: SecretResolver(environment: [:], root: hospital.root)),
            credentials: CredentialGuard())
        return try await ManualCollection(workspace: workspace, collection: stage).collect(
            ManualCollection.Request(
                device: workspace.inventory.devices[0], path: hospital.root + "/brought.txt", artifact: nil,
                taken: taken,
                by: by))
    }

    @Test("what a person brings passes the gate, is as old as it was taken, and is recorded with who brought it")
    func brought() async throws {
        let hospital = try await manual()
        let run = try await hospital.run()
        #expect(run.rows.map(\.outcome) == [.manual] && run.exit == .stale)
        let taken = Date(timeIntervalSince1970: (Date().timeIntervalSince1970 - 10 * 86_400).rounded())
        let report = try await bring(Self.config, to: hospital, taken: taken)
        #expect(report.rows.map(\.outcome) == [.new] && report.rows[0].isFresh, "\(report)")
        let standing = try #require(try await hospital.standing("pump-1"))
        #expect(standing.lastGood == taken && standing.version == 1)
        let log = try String(contentsOfFile: hospital.root + "/var/audit.jsonl", encoding: .utf8)
        #expect(log.contains("A. Nurse") && log.contains("\"collect\""))

        let cut = try await bring("hostname pump-1\n", to: hospital, taken: taken + 86_400)
        #expect(cut.rows.map(\.outcome) == [.quarantined])
        #expect(try await hospital.standing("pump-1")?.version == 1)
        for (time, text) in [(taken - 86_400, "an older text"), (Date() + 86_400, "lies ahead")] {
            do {
                _ = try await bring(Self.config, to: hospital, taken: time)
                Issue.record("it was taken")
            } catch let error as WorkflowError {
                #expect("\(error)".contains(text))
            }
        }
        await #expect(throws: WorkflowError.self) { try await bring(Self.config, to: hospital, taken: Date(), by: " ") }
    }
}
