import ConfigModel
import RealServers
import SnapshotStore
import Testing

@testable import BackupWorkflow

/// A real network operating system: FRRouting behind a real sshd, `vtysh` as the login shell.
@Suite("FRRouting over OpenSSH", .serialized, .enabled(if: FRRouting.isAvailable, "needs root and the package frr"))
struct FRRoutingTests {
    @Test("its running-config is backed up, changed by vtysh, and exactly that change is the drift")
    func drift() async throws {
        let server = try await FRRouting.start()
        defer { server.stop() }
        let hospital = try await TestHospital(
            [
                TestHospital.Entry(
                    id: "frr-1", port: server.port, platform: "frr",
                    hostKeys: server.hostKeys.map { "\($0.type) \($0.base64)" })
            ])
        let first = try await hospital.run()
        let row = try #require(first.row("frr-1"))
        #expect(row.outcome == .new, "\(row) \(server.log())")
        let text = try await hospital.text("frr-1")
        #expect(text.contains("ip route 10.20.0.0/16 blackhole"))
        #expect(text.contains("\nrouter bgp 65001\n"))
        #expect(text.contains("neighbor 10.0.0.2 password <secret:"))
        #expect(!text.contains("dEmOsEcReT"))
        try await hospital.approveAll()
        #expect(try await hospital.run().exit == .clean)

        let change = try server.run([
            "vtysh", "-c", "configure terminal", "-c", "router bgp 65001", "-c", "neighbor 10.0.0.9 remote-as 65009",
        ])
        #expect(change.status == 0, "\(change.text)")
        let second = try await hospital.run()
        #expect(second.exit == .drift)
        let findings = second.findings
        #expect(findings.map(\.class) == [.config])
        #expect(findings.first?.path == ["router bgp 65001"])
        #expect(findings.first?.extra == ["neighbor 10.0.0.9 remote-as 65009"])
        #expect(findings.first?.missing == [])

        let store = try await hospital.workspace().storeForReading()
        let version = try await store.resolve(DeviceID("frr-1")!, .latest)
        let facts = try await store.facts(of: version)
        #expect(facts.version?.first?.isNumber == true)
    }
}

enum FRRouting {
    static let isAvailable: Bool = {
        guard RealSSHServer.isAvailable else { return false }
        return (try? ProcessOutput(["test", "-x", "/usr/lib/frr/zebra"]).status) == 0
    }()

    /// The daemons run in a network namespace of their own, so that no route of the machine is touched; `vtysh` finds
    /// them by their sockets in the private `/run/frr`.
    static func start() async throws -> RealSSHServer {
        let configuration = """
            frr defaults traditional
            hostname frr-ward-1
            service integrated-vtysh-config
            !
            ip route 10.20.0.0/16 blackhole
            !
            interface lo
             ip address 10.0.0.1/32
            exit
            !
            router bgp 65001
             neighbor 10.0.0.2 remote-as 65002
             neighbor 10.0.0.2 password dEmOsEcReT-bgp
            exit
            !
            """
        let lines = configuration.split(separator: "\n").map { "'\($0)'" }.joined(separator: " ")
        let daemons = ["zebra", "staticd", "bgpd"].map { name in
            "/usr/lib/frr/\(name) -d -A 127.0.0.1\(name == "bgpd" ? " -p 0" : "")"
        }
        return try await RealSSHServer.openSSH(
            ServerConfiguration(
                accounts: [
                    ServerAccount(
                        name: "backup1", password: "correct-horse", shell: "/usr/bin/vtysh", groups: ["frrvty", "frr"])
                ],
                setup: [
                    "mkdir -p /run/frr /var/log/frr", "chown frr:frr /run/frr /var/log/frr",
                    "mount -t tmpfs -o mode=755 tmpfs /etc/frr", "printf '%s\\n' \(lines) > /etc/frr/frr.conf",
                    "printf 'service integrated-vtysh-config\\n' > /etc/frr/vtysh.conf",
                    // Whoever restores saves, too.
                    "chown -R frr:frrvty /etc/frr", "chmod 775 /etc/frr", "chmod 664 /etc/frr/*",
                    "unshare --net sh -c 'ip link set lo up; \(daemons.joined(separator: " && "))'", "vtysh -b",
                ]))
    }
}
