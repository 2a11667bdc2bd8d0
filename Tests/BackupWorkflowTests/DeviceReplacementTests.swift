import ConfigModel
import DeviceInventory
import DeviceLab
import FoundationEssentials
import SSHTransport
import SnapshotStore
import Testing

@testable import BackupWorkflow

/// A switch that was approved, and other hardware that now stands at its address.
private struct ReplacingLab {
    let old: RestoringLab
    let lab: Lab
    let device: SimulatedDevice
    /// As the new hardware's console shows it.
    let fingerprint: String
    let neighbour: String

    /// What somebody types at the console so that the new hardware can be reached at all.
    static let bare = [
        "version 15.2", "hostname Switch",
        "username backup1 privilege 15 secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0", "archive", " path flash:archive",
        "interface GigabitEthernet1/0/1", "ip scp server enable", "line con 0", "line vty 0 4", " transport input ssh",
    ]

    init(
        config: [String] = bare, model: String = "WS-C2960X-48FPD-L", password: String = "correct-horse"
    ) async throws {
        old = try await RestoringLab()
        _ = try await old.hospital.run()
        try await old.hospital.approveAll()
        let oldKey = try String(contentsOfFile: old.hospital.root + "/Inventory/known_hosts", encoding: .utf8)
        let publicLine = oldKey.split(separator: " ").dropFirst().joined(separator: " ").filter { !$0.isNewline }

        let system = IOSSystem(hostname: "Switch", runningConfig: config, model: model, serial: "FOC9999X0NE")
        let key = try LabKey.generate()
        var device = LabDevice(
            id: "sw-a", hostKey: key, logins: [LabLogin(user: "backup1", password: password)], system: .ios(system))
        device.minute = .milliseconds(300)
        lab = try Lab(devices: [device])
        try lab.start()
        self.device = try lab.device("sw-a")
        let shown = KnownHosts(Array("x \(key.publicLine)\n".utf8)).entries
        fingerprint = try #require(shown.first).key.fingerprint

        // At the address of the old one: in the lab that is another port.
        try old.hospital.write([
            TestHospital.Entry(
                id: "sw-a", port: self.device.port, more: "restoreCredential: writer", hostKeys: [publicLine])
        ])
        neighbour = "# the neighbour\n10.9.9.9 \(publicLine) stays\n"
        try old.hospital.folder.write(try knownHosts() + neighbour, to: "Inventory/known_hosts")
    }

    func stop() {
        lab.stop()
        old.lab.stop()
    }

    func knownHosts() throws -> String {
        try String(contentsOfFile: old.hospital.root + "/Inventory/known_hosts", encoding: .utf8)
    }

    /// What `plumbline device replace sw-a --fingerprint …` does.
    func replace(_ fingerprint: String? = nil, offline: Bool = false) async throws -> ReplacementReport {
        let hospital = old.hospital
        let workspace = try hospital.workspace()
        let request = DeviceReplacement.Request(
            device: try #require(workspace.inventory.device(DeviceID("sw-a")!)), by: "tester", reason: "water damage",
            fingerprints: [fingerprint ?? self.fingerprint])
        let replacement = DeviceReplacement(
            workspace: workspace, connector: .shared,
            desk: LoginDesk(
                secrets: SecretResolver(environment: hospital.environment, root: hospital.root),
                key: try workspace.fingerprintKey()))
        let encounter = try await replacement.meet(request)
        #expect(device.counters.loginAttempts == 0, "a login before the key was agreed to")
        #expect(try replacement.record(encounter, request).isEmpty)
        let survey = ReplacementSurvey(workspace: try hospital.workspace(), collection: try hospital.stage())
        return offline ? try await survey.offline(encounter, request) : try await survey.collect(encounter, request)
    }

    func records() throws -> [ReplacementRecord] {
        let path = ReplacementRecord.path(in: try old.hospital.workspace().state)
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try FileTree.bytes(of: path).split(separator: 0x0A).map {
            try decoder.decode(ReplacementRecord.self, from: Data($0))
        }
    }
}

@Suite("Replacement hardware", .serialized)
struct DeviceReplacementTests {
    @Test("the same model with another serial number: the key is exchanged, and what does not come back is named")
    func sameModel() async throws {
        let lab = try await ReplacingLab()
        defer { lab.stop() }
        let report = try await lab.replace()
        #expect(report.outcome == .replaced, "\(report)")
        #expect(report.keys.new == [lab.fingerprint] && report.keys.old != report.keys.new)
        let comparison = try #require(report.differences.first)
        #expect(comparison.isApproved && report.differences.count == 1)
        #expect(comparison.differences.map(\.field) == [.serials], "\(comparison)")
        #expect(comparison.differences.first?.new == ["FOC9999X0NE"])
        #expect(report.interfaces == nil)
        let restorability = try #require(report.restorability)
        #expect(restorability.verdict == .partly)
        #expect(restorability.reasons.contains { $0.contains("the hardware is another one") }, "\(restorability)")
        #expect(report.notes.contains { $0.contains("a second reading agreed") }, "\(report.notes)")

        let hosts = try lab.knownHosts()
        #expect(hosts.hasPrefix(lab.neighbour), "\(hosts)")
        #expect(hosts.split(separator: "\n").count == 3 && hosts.contains("sw-a, replaced "), "\(hosts)")
        let record = try #require(try lab.records().first)
        #expect(record.reason == "water damage" && record.by == "tester" && record.keys == report.keys)
        #expect(record.old?.serials == ["FCW2140L0AB"] && record.new?.serials == ["FOC9999X0NE"])
        #expect(lab.device.counters.writes == 0)
        let text = report.text(paint: Paint(isOn: false), width: 100).joined(separator: "\n")
        #expect(text.contains("serials: FCW2140L0AB, and now FOC9999X0NE"), "\(text)")
        #expect(text.contains("plumbline restore plan sw-a") && text.contains("plumbline restore file sw-a -o FILE"))
    }

    @Test("another model: it is named, with the interfaces that only one of both has")
    func otherModel() async throws {
        let lab = try await ReplacingLab(
            config: ReplacingLab.bare + ["interface TenGigabitEthernet1/1/1"], model: "WS-C2960X-24TS-L")
        defer { lab.stop() }
        let report = try await lab.replace()
        #expect(report.differences.first?.differences.map(\.field) == [.model, .serials], "\(report)")
        let interfaces = try #require(report.interfaces)
        #expect(interfaces.missing == ["interface GigabitEthernet1/0/2", "interface Vlan10"])
        #expect(interfaces.besides == ["interface TenGigabitEthernet1/1/1"])
        #expect(report.restorability?.reasons.contains { $0.contains("another model") } == true)
    }

    @Test("a key that is not the given one is refused: nothing is recorded and no login is tried")
    func wrongFingerprint() async throws {
        let lab = try await ReplacingLab()
        defer { lab.stop() }
        let before = try lab.knownHosts()
        let wrong = "SHA256:" + String(repeating: "A", count: 43)
        let error = await #expect(throws: WorkflowError.self) { try await lab.replace(wrong) }
        #expect(error?.status == .usage && "\(error!)".contains(lab.fingerprint), "\(error!)")
        #expect(try lab.knownHosts() == before)
        #expect(lab.device.counters.loginAttempts == 0)
        #expect(throws: FileTree.Failure.self) { try lab.records() }
    }

    @Test("where the account is not on it yet, the key is recorded, the refusal is told, and one login was tried")
    func refusedLogin() async throws {
        let lab = try await ReplacingLab(password: "of the factory")
        defer { lab.stop() }
        let report = try await lab.replace()
        #expect(report.outcome == .notCollected && report.exit == .stale, "\(report)")
        #expect(report.failure?.contains("refused") == true, "\(report)")
        #expect(lab.device.counters.loginAttempts == 1)
        #expect(try lab.knownHosts().contains("sw-a, replaced "))
        #expect(try lab.records().map(\.outcome) == [.notCollected])
    }

    @Test("offline only the key is recorded, and the next time nothing has to be agreed to")
    func offline() async throws {
        let lab = try await ReplacingLab()
        defer { lab.stop() }
        #expect(try await lab.replace(offline: true).outcome == .keyRecorded)
        #expect(lab.device.counters.loginAttempts == 0)
        let recorded = try lab.knownHosts()
        #expect(try await lab.replace().outcome == .replaced)
        #expect(try lab.knownHosts() == recorded)
        #expect(try lab.records().map(\.outcome) == [.keyRecorded, .replaced])
    }

    @Test("what was approved comes back on the replacement, by a plan that names what does not")
    func restored() async throws {
        let lab = try await ReplacingLab()
        defer { lab.stop() }
        #expect(try await lab.replace().outcome == .replaced)
        let plan = try await lab.old.hospital.plan(["sw-a"])
        let entry = try #require(plan.entries.first)
        #expect(entry.restorability.verdict == .partly && !entry.restorability.gaps.isEmpty, "\(entry.restorability)")
        #expect(entry.restorability.reasons.contains { $0.contains("the hardware is another one") })
        let results = try await lab.old.hospital.apply(plan)
        #expect(results.map(\.outcome) == [.restored], "\(results)")
        guard case .ios(let system) = lab.device.current.system else { return }
        #expect(system.runningConfig == lab.old.running)
        #expect(system.startupConfig == lab.old.running)
    }

    @Test("while a restore of the device is unfinished it is not replaced, nor where nothing is reached by SSH")
    func refusals() async throws {
        let lab = try await ReplacingLab()
        defer { lab.stop() }
        #expect(try await lab.replace(offline: true).outcome == .keyRecorded)
        let plan = try await lab.old.hospital.plan(["sw-a"], offline: true)
        try RestoreShelf(state: try lab.old.hospital.workspace().state).journal(of: plan.id, DeviceID("sw-a")!).began(
            .before)
        let error = await #expect(throws: WorkflowError.self) { try await lab.replace() }
        #expect(error?.status == .usage && "\(error!)".contains("is not finished"), "\(error!)")

        try lab.old.hospital.folder.write(
            "group: ward\ndevices:\n  - { id: sw-a, platform: cisco_ios, method: manual }\n",
            to: "Inventory/groups/ward.yaml")
        let other = await #expect(throws: WorkflowError.self) { try await lab.replace() }
        #expect(other?.status == .usage && "\(other!)".contains("not reached by SSH"), "\(other!)")
    }
}

@Suite("The interfaces of two configurations")
struct InterfaceComparisonTests {
    @Test("in braces and in paths they are what stands in 'interfaces'")
    func junos() throws {
        let old = Array("interfaces {\n    ge-0/0/2 {\n        disable;\n    }\n    ge-0/0/3 { unit 0; }\n}\n".utf8)
        let new = Array(
            "interfaces {\n    ge-0/0/2 {\n        disable;\n    }\n    xe-0/1/0 {\n        disable;\n    }\n}\n".utf8)
        let braces = try #require(InterfaceComparison(version: "ex-1@1", old: old, new: new, syntax: .braces))
        #expect(braces.besides == ["xe-0/1/0"], "\(braces)")
        let set = try #require(
            InterfaceComparison(
                version: "ex-1@1",
                old: Array("set interfaces ge-0/0/2 disable\nset interfaces ge-0/0/3 mtu 9000\n".utf8),
                new: Array("set interfaces ge-0/0/2 disable\n".utf8), syntax: .set))
        #expect(set.missing == ["ge-0/0/3"] && set.besides.isEmpty, "\(set)")
        #expect(InterfaceComparison(version: "x@1", old: [], new: [], syntax: .opaque) == nil)
    }
}
