import ConfigModel
import DeviceInventory
import Foundation
import RealServers
import SnapshotStore
import Testing

@testable import BackupWorkflow

/// Restores over real SSH: a real network operating system, and files of a real Linux host.
@Suite("Restoring over real SSH", .serialized, .enabled(if: RealSSHServer.isAvailable, "needs root for namespaces"))
struct RealRestoreTests {
    // MARK: FRRouting

    private func frr() async throws -> (RealSSHServer, TestHospital) {
        let server = try await FRRouting.start()
        let hospital = try await TestHospital(
            [
                TestHospital.Entry(
                    id: "frr-1", port: server.port, platform: "frr", more: "restoreCredential: backup",
                    hostKeys: server.hostKeys.map { "\($0.type) \($0.base64)" })
            ])
        _ = try await hospital.run()
        try await hospital.approveAll()
        return (server, hospital)
    }

    private func drift(_ server: RealSSHServer) throws {
        let change = try server.run([
            "vtysh", "-c", "configure terminal", "-c", "router bgp 65001", "-c", "neighbor 10.0.0.9 remote-as 65009",
            "-c", "no neighbor 10.0.0.2", "-c", "exit", "-c", "no ip route 10.20.0.0/16 blackhole", "-c",
            "ip route 10.30.0.0/16 blackhole",
        ])
        #expect(change.status == 0, "\(change.text)")
    }

    private func running(_ server: RealSSHServer) throws -> String {
        try server.run(["vtysh", "-c", "show running-config"]).text
    }

    @Test(
        "FRRouting: drift is planned as lines, applied by vtysh, verified and saved; the next run is clean",
        .enabled(if: FRRouting.isAvailable, "needs the package frr"))
    func routing() async throws {
        let (server, hospital) = try await frr()
        defer { server.stop() }
        try drift(server)
        let plan = try await hospital.plan(["frr-1"])
        let text = plan.text(paint: Paint(isOn: false), width: 100, all: true).joined(separator: "\n")
        #expect(text.contains("no ip route 10.30.0.0/16 blackhole") && text.contains("no neighbor 10.0.0.9"), "\(text)")
        // The password that comes back with the neighbour is nobody's to read.
        #expect(!text.contains("dEmOsEcReT"), "\(text)")
        let results = try await hospital.apply(plan)
        #expect(results.map(\.outcome) == [.restored], "\(results)")
        let after = try running(server)
        #expect(after.contains("neighbor 10.0.0.2 password dEmOsEcReT-bgp") && !after.contains("10.30.0.0"))
        #expect(try server.run(["cat", "/etc/frr/frr.conf"]).text.contains("10.20.0.0/16"))
        #expect(try await hospital.run().exit == .clean)

        let undone = try await hospital.plan(["frr-1"], to: .version(.number(try #require(results[0].before))))
        #expect(try await hospital.apply(undone).map(\.outcome) == [.restored])
        #expect(try running(server).contains("ip route 10.30.0.0/16 blackhole"))
    }

    @Test(
        "FRRouting: a killed restore is resumed, and consistent",
        .enabled(if: FRRouting.isAvailable, "needs the package frr"),
        arguments: ["writing", "collecting again", "saving"])
    func routingKilled(words: String) async throws {
        let (server, hospital) = try await frr()
        defer { server.stop() }
        try drift(server)
        let before = try running(server)
        let plan = try await hospital.plan(["frr-1"])
        try KilledRestore.apply(hospital, plan, device: "frr-1", at: words, after: words == "writing" ? 300 : 0)
        let shelf = RestoreShelf(state: hospital.root + "/var")
        #expect(try shelf.states(of: plan).map(\.state) == ["interrupted"])
        let results = try await hospital.resume(plan)
        #expect([.restored, .undone].contains(results.first?.outcome), "\(results)")
        let after = try running(server)
        if results.first?.outcome == .restored {
            #expect(!after.contains("10.30.0.0") && after.contains("10.20.0.0"))
        } else {
            #expect(after == before)
        }
    }

    // MARK: Linux

    private static func platform(_ folder: String) -> String {
        """
        platform: ward_gateway
        extends: linux
        title: Gateway
        evidence: documented
        collect:
          - { files: '\(folder)/etc/*.conf' }
        restore:
          method: files
          transfer: sftp
          evidence: recorded
          services:
            - path: '/etc/gateway\\.conf$'
              check: ['grep -q ^listen {new}']
              reload: ['kill -HUP $(cat \(folder)/pid)']
              health: ['test ! -e \(folder)/broken', 'for i in 1 2 3 4 5 6 7 8 9; do cmp -s \(folder)/etc/gateway.conf \(folder)/active && exit 0; sleep 0.2; done; exit 1']
        """
    }

    private func linux(_ text: String = "listen 2575\nroute hl7 10.2.3.4\n") async throws -> (
        RealSSHServer, TestHospital, String
    ) {
        let hospital = try await TestHospital([])
        let folder = hospital.root + "/device"
        try hospital.folder.write(text, to: "device/etc/gateway.conf", mode: 0o640)
        try hospital.folder.write("peer 10.2.3.5\n", to: "device/etc/peers.conf", mode: 0o644)
        try hospital.folder.write(
            "trap 'cp \(folder)/etc/gateway.conf \(folder)/active' HUP\necho $$ > \(folder)/pid\n"
                + "cp \(folder)/etc/gateway.conf \(folder)/active\nwhile :; do sleep 0.1; done\n",
            to: "device/service.sh", mode: 0o755)
        for path in [hospital.root, folder, folder + "/etc"] {
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        }
        let server = try await RealSSHServer.openSSH(
            ServerConfiguration(
                accounts: [.passwordUser],
                setup: [
                    "chown -R backup1:backup1 \(folder)", "chmod 755 \(hospital.root) \(folder) \(folder)/etc",
                    "setpriv --reuid=backup1 --clear-groups sh \(folder)/service.sh </dev/null >/dev/null 2>&1 &",
                ]))
        try hospital.folder.write(Self.platform(folder), to: "Inventory/platforms/ward_gateway.yaml")
        try hospital.write([
            TestHospital.Entry(
                id: "gw-1", port: server.port, platform: "ward_gateway", more: "restoreCredential: backup",
                hostKeys: server.hostKeys.map { "\($0.type) \($0.base64)" })
        ])
        _ = try await hospital.run()
        try await hospital.approveAll()
        return (server, hospital, folder)
    }

    @Test("Linux: changed files take their places again with mode and owner, and the service reads them")
    func files() async throws {
        let (server, hospital, folder) = try await linux()
        defer { server.stop() }
        let owner = try server.run(["stat", "-c", "%u %g %a", folder + "/etc/gateway.conf"]).text
        let change = try server.run([
            "sh", "-c", "echo 'route hl7 6.6.6.6' > \(folder)/etc/gateway.conf; chmod 640 \(folder)/etc/gateway.conf",
        ])
        #expect(change.status == 0, "\(change.text)")
        #expect(try await hospital.run().exit == .drift)
        let plan = try await hospital.plan(["gw-1"])
        let results = try await hospital.apply(plan)
        #expect(results.map(\.outcome) == [.restored], "\(results)")
        #expect(try server.run(["cat", folder + "/active"]).text == "listen 2575\nroute hl7 10.2.3.4\n")
        #expect(try server.run(["stat", "-c", "%u %g %a", folder + "/etc/gateway.conf"]).text == owner)
        #expect(try server.run(["ls", "-A", folder + "/etc"]).text.split(separator: "\n").count == 2)
        #expect(try await hospital.run().exit == .clean)
    }

    @Test("Linux: a text that the service's own check rejects never takes its place")
    func check() async throws {
        let (server, hospital, folder) = try await linux("route only\n")
        defer { server.stop() }
        _ = try server.run(["sh", "-c", "echo 'listen 1' > \(folder)/etc/gateway.conf"])
        let plan = try await hospital.plan(["gw-1"])
        let results = try await hospital.apply(plan)
        #expect(results.map(\.outcome) == [.undone] && results[0].message.contains("not touched"), "\(results)")
        #expect(results[0].message.contains("'grep -q ^listen"), "\(results)")
        #expect(try server.run(["cat", folder + "/etc/gateway.conf"]).text == "listen 1\n")
        #expect(try server.run(["ls", "-A", folder + "/etc"]).text.split(separator: "\n").count == 2)
    }

    @Test("Linux: a service that does not come up again brings the files of before back")
    func health() async throws {
        let (server, hospital, folder) = try await linux()
        defer { server.stop() }
        _ = try server.run([
            "sh", "-c",
            "echo 'listen 1' > \(folder)/etc/gateway.conf; touch \(folder)/broken",
        ])
        let plan = try await hospital.plan(["gw-1"])
        let results = try await hospital.apply(plan)
        #expect(results[0].message.contains("broken"), "\(results)")
        // The service is down before and after: that it is not healthy keeps the restore from being called one.
        #expect(results.map(\.outcome) == [.undone], "\(results)")
        #expect(try server.run(["cat", folder + "/etc/gateway.conf"]).text == "listen 1\n")
    }

    @Test(
        "Linux: a killed restore is resumed, and consistent",
        arguments: ["transferring", "writing", "collecting again"])
    func filesKilled(words: String) async throws {
        let (server, hospital, folder) = try await linux()
        defer { server.stop() }
        _ = try server.run(["sh", "-c", "echo 'listen 1' > \(folder)/etc/gateway.conf"])
        let plan = try await hospital.plan(["gw-1"])
        try KilledRestore.apply(hospital, plan, device: "gw-1", at: words, after: 0)
        let results = try await hospital.resume(plan)
        let text = try server.run(["cat", folder + "/etc/gateway.conf"]).text
        switch results.first?.outcome {
        case .restored: #expect(text == "listen 2575\nroute hl7 10.2.3.4\n")
        case .undone: #expect(text == "listen 1\n")
        default: Issue.record("\(results)")
        }
        #expect(try server.run(["ls", "-A", folder + "/etc"]).text.split(separator: "\n").count == 2)
    }
}
