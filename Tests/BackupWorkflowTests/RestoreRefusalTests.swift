import ConfigAnalysis
import ConfigModel
import DeviceInventory
import DeviceLab
import Foundation
import SnapshotStore
import Testing

@testable import BackupWorkflow

/// What keeps a restore from beginning: nothing is sent then.
@Suite("A restore that is refused", .serialized)
struct RestoreRefusalTests {
    private func refusal(_ lab: RestoringLab, _ body: () async throws -> Void) async throws -> WorkflowError? {
        lab.device.resetCounters()
        do {
            try await body()
        } catch let error as WorkflowError {
            #expect(lab.device.counters.writes == 0)
            return error
        }
        return nil
    }

    @Test("outside of the device's window nothing is begun, and with a reason it is")
    func window() async throws {
        let lab = try await RestoringLab()
        defer { lab.lab.stop() }
        try await lab.drifted()
        let plan = try await lab.hospital.plan(["sw-a"])
        let hour = Calendar(identifier: .gregorian).component(.hour, from: Date())
        func time(_ ahead: Int) -> String { String(format: "%02d:00", (hour + ahead) % 24) }
        try lab.hospital.write([
            TestHospital.Entry(
                id: "sw-a", port: lab.device.port,
                more:
                    "restoreCredential: writer, window: { from: \"\(time(4))\", to: \"\(time(6))\", zone: \(TimeZone.current.identifier == "GMT" ? "UTC" : TimeZone.current.identifier) }",
                hostKeys: [lab.device.hostKey.publicLine])
        ])
        let error = try await refusal(lab) { _ = try await lab.hospital.apply(plan) }
        #expect(error?.status == .usage && "\(error!)".contains("window"), "\(String(describing: error))")
        let order = RestoreWorkflow.Order(by: "tester", reason: "INC-1", outsideWindow: "INC-1")
        #expect(try await lab.hospital.apply(plan, order).map(\.outcome) == [.restored])
    }

    @Test("exact bytes that are damaged are no target")
    func damaged() async throws {
        let lab = try await RestoringLab()
        defer { lab.lab.stop() }
        try await lab.drifted()
        _ = try await lab.hospital.run()
        let approval = try #require(
            ApprovedBaselines(folder: lab.hospital.root + "/Baselines").approval(of: DeviceID("sw-a")!))
        let place = try #require(approval.entry.restorePoint["running-config"]).split(separator: ":").map(String.init)
        let path = "\(lab.hospital.root)/var/\(place[0])/objects/\(place[1].prefix(2))/\(place[1].dropFirst(2))"
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes[bytes.count / 2] ^= 0xFF
        try bytes.write(to: URL(filePath: path))
        let error = try await refusal(lab) { _ = try await lab.hospital.plan(["sw-a"]) }
        #expect(error?.status == .integrity, "\(String(describing: error))")
    }

    @Test("an approval that is not signed where decisions are is no target")
    func unsigned() async throws {
        let lab = try await RestoringLab()
        defer { lab.lab.stop() }
        try await lab.drifted()
        let plan = try await lab.hospital.plan(["sw-a"])
        try lab.hospital.folder.write(
            "ada ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n",
            to: "Baselines/allowed_signers")
        let planning = try await refusal(lab) { _ = try await lab.hospital.plan(["sw-a"]) }
        #expect(planning?.status == .integrity, "\(String(describing: planning))")
        lab.device.resetCounters()
        let results = try await lab.hospital.apply(plan)
        #expect(results.map(\.outcome) == [.refused] && lab.device.counters.writes == 0, "\(results)")
    }

    @Test("where two people are wanted, one alone is refused, and the same one twice is one")
    func twoPeople() async throws {
        let lab = try await RestoringLab(settings: "timeout: 20s\nrestorePeople: { sw-a: 2 }")
        defer { lab.lab.stop() }
        try await lab.drifted()
        let plan = try await lab.hospital.plan(["sw-a"])
        let consent = RestoreConsent(
            workspace: try lab.hospital.workspace(), shelf: RestoreShelf(state: lab.hospital.root + "/var"))
        // Without signatures two names are no two people.
        try await consent.agree(to: plan, by: "ada", reason: nil, key: nil)
        #expect(try await refusal(lab) { _ = try await lab.hospital.apply(plan) } != nil)

        var signers = ""
        for name in ["ada", "bob"] {
            let key = lab.hospital.root + "/" + name
            _ = try ProcessOutput(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key])
            signers += "\(name) \(try String(contentsOfFile: key + ".pub", encoding: .utf8))"
        }
        try lab.hospital.folder.write(signers, to: "Baselines/allowed_signers")
        // What was approved before is approved anew, signed.
        let workspace = try lab.hospital.workspace()
        _ = try await ApprovalWorkflow(workspace: workspace, store: try await workspace.storeForReading()).decide(
            .init(
                approve: [.init(device: workspace.inventory.devices[0], version: .number(1))], by: "ada",
                key: lab.hospital.root + "/ada"))
        let signed = try await lab.hospital.plan(["sw-a"])
        for name in ["ada", "ada"] {
            try await consent.agree(to: signed, by: name, reason: nil, key: lab.hospital.root + "/" + name)
        }
        #expect(try await refusal(lab) { _ = try await lab.hospital.apply(signed) } != nil)
        await #expect(throws: WorkflowError.self) {
            try await consent.agree(to: signed, by: "bob", reason: nil, key: lab.hospital.root + "/ada")
        }
        try await consent.agree(to: signed, by: "bob", reason: "looked at it", key: lab.hospital.root + "/bob")
        #expect(try await lab.hospital.apply(signed).map(\.outcome) == [.restored])
    }

    @Test("a plan that somebody has changed is refused, also where its agreement is kept")
    func changedPlan() async throws {
        let lab = try await RestoringLab()
        defer { lab.lab.stop() }
        try await lab.drifted()
        let plan = try await lab.hospital.plan(["sw-a"])
        var other = plan
        other.entries[0].actions.removeAll { $0.step == .check }
        lab.device.resetCounters()
        let results = try await lab.hospital.apply(other)
        #expect(results.map(\.outcome) == [.refused], "\(results)")
        #expect(results[0].message.contains("changed") && lab.device.counters.writes == 0)
    }

    @Test("a device without an account for restores is told so")
    func account() async throws {
        let lab = try await RestoringLab()
        defer { lab.lab.stop() }
        try await lab.drifted()
        try lab.hospital.write([
            TestHospital.Entry(id: "sw-a", port: lab.device.port, hostKeys: [lab.device.hostKey.publicLine])
        ])
        let error = try await refusal(lab) { _ = try await lab.hospital.plan(["sw-a"]) }
        #expect("\(try #require(error))".contains("restoreCredential"))
    }

    @Test("what is so already is not sent")
    func nothing() async throws {
        let lab = try await RestoringLab()
        defer { lab.lab.stop() }
        _ = try await lab.hospital.run()
        try await lab.hospital.approveAll()
        let plan = try await lab.hospital.plan(["sw-a"])
        #expect(plan.entries[0].isNothing)
        lab.device.resetCounters()
        #expect(try await lab.hospital.apply(plan).map(\.outcome) == [.unchanged])
        #expect(lab.device.counters.writes == 0)
    }
}

@Suite("Our own way to a device")
struct AccessPathTests {
    private static let platform: Platform = {
        var platform = Platform(name: "box", syntax: .indented)
        platform.restore = RestoreRules(
            method: .replace,
            access: [
                .init(name: "address", line: "^ip address {address}\\b", section: true),
                .init(
                    name: "VLAN", line: "^ip address {address}\\b", under: "^interface Vlan(\\d+)$",
                    follow: ["^vlan {name}$"]),
                .init(name: "account", line: "^username {user}\\b"),
                .init(name: "SSH", line: "^transport input (?:.*\\bssh\\b|all)", under: "^line vty", any: true),
                .init(name: "who", line: "^AllowUsers ", added: true),
                .init(name: "list", line: "^access-class (\\S+) in", follow: ["^ip access-list standard {name}$"]),
            ])
        return platform
    }()

    private static let running = """
        username backup secret 5 x
        vlan 10
         name clinical
        interface Vlan10
         ip address 10.0.0.2 255.255.255.0
        ip access-list standard ADMIN
         permit 10.0.0.0 0.0.0.255
        line vty 0 4
         access-class ADMIN in
         transport input telnet ssh
        hostname a

        """

    private func names(_ change: (String) -> String) throws -> Set<String> {
        let path = try AccessPath(platform: Self.platform, addresses: ["10.0.0.2"], users: ["backup"])
        return Set(
            try path.cuts(
                of: .runningConfig, running: Array(Self.running.utf8), target: Array(change(Self.running).utf8)
            ).map(\.name))
    }

    @Test("what has nothing to do with it may change")
    func others() throws {
        #expect(try names { $0 }.isEmpty)
        #expect(try names { $0.replacing("hostname a", with: "hostname b") }.isEmpty)
        #expect(try names { $0.replacing("telnet ssh", with: "ssh") }.isEmpty)
    }

    @Test(
        "what we come in by is told by its name",
        arguments: [
            (" ip address 10.0.0.2 255.255.255.0", " ip address 10.0.0.3 255.255.255.0", "address"),
            (" ip address 10.0.0.2 255.255.255.0", " ip address 10.0.0.2 255.255.255.0\n shutdown", "address"),
            ("vlan 10\n name clinical\n", "", "VLAN"),
            ("username backup secret 5 x", "username other secret 5 x", "account"),
            ("username backup secret 5 x", "username backup secret 5 y", "account"), ("telnet ssh", "telnet", "SSH"),
            (" permit 10.0.0.0 0.0.0.255", " deny any\n permit 10.0.0.0 0.0.0.255", "list"),
            (" access-class ADMIN in\n", "", "list"), ("hostname a", "hostname a\nAllowUsers nobody", "who"),
        ])
    func cut(old: String, new: String, name: String) throws {
        #expect(try names { $0.replacing(old, with: new) }.contains(name))
    }

    @Test("an address with signs of a pattern in it is taken as it stands")
    func escaped() throws {
        let path = try AccessPath(platform: Self.platform, addresses: ["10.0.0.2"], users: ["a.b"])
        let text = "username axb secret 1\n"
        #expect(
            try path.cuts(of: .runningConfig, running: Array(text.utf8), target: Array("hostname a\n".utf8)).isEmpty)
    }
}
