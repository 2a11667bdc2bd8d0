import ConfigAnalysis
import ConfigModel
import DeviceInventory
import Foundation
import SnapshotStore
import Testing

@testable import BackupWorkflow

@Suite("Rules of Baselines on devices")
struct BaselineRulesTests {
    private func paper(_ files: [String: String]) async throws -> PaperHospital {
        let paper = try await PaperHospital(files: files)
        _ = try await paper.hospital.run()
        try await paper.approve()
        return paper
    }

    private static let policy = """
        policies: ours
        rules:
          - id: vty-ssh
            title: Lines take ssh alone
            severity: major
            control: X-1
            remediation: { '*': transport input ssh }
            checks: { cisco_ios: [{ under: '^line vty ', require: '^transport input ssh$' }] }
          - id: no-default
            title: No password is a default
            severity: critical
            control: X-1
            checks: { '*': [{ secret: { notIn: [cisco] } }] }
        """

    @Test("a policy that fails is a finding with the place, and counts; one that passes is none")
    func policies() async throws {
        let paper = try await paper(["Baselines/policies/ours.yaml": Self.policy])
        var standing = try await paper.standing()
        // The hash of the paper device is one of 'cisco'.
        #expect(standing.findings.map(\.rule) == ["no-default"])
        #expect(paper.exit(standing) == .drift)
        try paper.change("$1$mERr$hx5rVt7rPNoS4wqbXKX7m0", "$1$abcd$0123456789012345678901")
        try paper.change("transport input ssh", "transport input telnet ssh")
        _ = try await paper.hospital.run()
        standing = try await paper.standing()
        #expect(standing.findings.filter { $0.class == .policy }.map(\.rule) == ["vty-ssh"])
        #expect(
            standing.findings.contains { $0.class == .config } && standing.findings.contains { $0.class == .secret })
    }

    @Test("no rule of the bundled pack is refused on any bundled platform")
    func packOnAll() throws {
        let rules = try #require(try BundledPolicies.pack(named: "owasp-smdds-2")).flatMap(\.rules)
        let platforms = try Inventory.readPlatforms(workspace: nil)
        var count = 0
        for name in [
            "cisco_ios", "cisco_nxos", "arista_eos", "juniper_junos", "fortinet", "paloalto_panos", "aruba_aoscx",
            "hp_comware", "mikrotik_routeros", "vyos", "frr", "linux", "generic_cli",
        ] {
            let platform = try #require(platforms.first { $0.name == name })
            let book = PolicyBook(rules: rules, platform: platform)
            #expect(book.faults.isEmpty, "\(name): \(book.faults)")
            count += book.rules.count
        }
        #expect(count == 13 * rules.count)
    }

    @Test("the bundled pack has no faults where most of its platforms are in use nowhere")
    func packAlone() async throws {
        let paper = try await paper(["Baselines/policies/ours.yaml": "use: [owasp-smdds-2]"])
        let findings = try await paper.standing().findings
        #expect(!findings.isEmpty && findings.allSatisfy { !$0.summary.contains("cannot be read") }, "\(findings)")
    }

    @Test(
        "what is about nothing is a fault, not silence",
        arguments: [
            (
                "Baselines/policies/p.yaml",
                "rules: [{ id: x, title: t, severity: major, checks: { cisco_iosq: [{ forbid: a }] } }]"
            ),
            ("Baselines/policies/p.yaml", "rules: [{ id: x, title: t, severity: major, checks: {} }]"),
            ("Baselines/policies/p.yml", "rules: []"),
            (
                "Baselines/policies/p.yaml",
                "devices: 'group:nope'\nrules: [{ id: x, title: t, severity: major, checks: { '*': [{ forbid: a }] } }]"
            ),
            (
                "Baselines/firmware/f.yaml",
                "firmware: f\nplatform: cisco_iox\nversions: [{ version: 1, state: approved }]"
            ),
            (
                "Baselines/waivers.yaml",
                "waivers: [{ rule: nope, reason: r, compensating: c, approver: a, expires: 2099-12-31 }]"
            ),
        ])
    func idle(path: String, text: String) async throws {
        let paper = try await paper([path: text])
        #expect(try await paper.standing().findings.contains { $0.class == .policy && $0.severity == .major })
    }

    @Test("a running-config that is not saved is a finding; remarks at the head are no difference")
    func unsaved() async throws {
        let paper = try await PaperHospital(["pump-1": "cisco_nxos"])
        try paper.hospital.folder.write(
            "#!/bin/sh\ncp texts/running \"$PLUMBLINE_ARTIFACTS/running-config\"\ncp texts/startup \"$PLUMBLINE_ARTIFACTS/startup-config\"\n",
            to: "fetch")
        chmod(paper.hospital.root + "/fetch", 0o755)
        let text =
            "!Command: show NAME-config\nversion 9.3(8)\nhostname pump-1\ninterface mgmt0\n  ip address 10.0.0.1/24\nfeature ssh\nvlan 1\nline vty\n"
        try paper.write(text.replacing("NAME", with: "running"), to: "running")
        try paper.write(text.replacing("NAME", with: "startup"), to: "startup")
        _ = try await paper.hospital.run()
        #expect(try await !paper.standing().findings.contains { $0.class == .unsaved })
        try paper.write(text.replacing("NAME", with: "running").replacing("10.0.0.1", with: "10.0.0.2"), to: "running")
        _ = try await paper.hospital.run()
        let finding = try await paper.standing().findings.first { $0.class == .unsaved }
        #expect(finding?.extra == ["interface mgmt0 › ip address 10.0.0.2/24"])
    }

    @Test("what a run has found out is kept, and is found out anew when a rule changes")
    func kept() async throws {
        let paper = try await paper(["Baselines/policies/ours.yaml": Self.policy])
        _ = try await paper.hospital.run()
        let store = try await paper.workspace.storeForReading()
        let before = try await store.assessments()
        #expect(before.count == 1)
        try paper.hospital.folder.write(
            Self.policy.replacing("[cisco]", with: "[something-else]").replacing(
                "secret: {", with: "secret: { knownDefaults: false,"), to: "Baselines/policies/ours.yaml")
        #expect(try await paper.standing().findings.isEmpty)
    }

    @Test(
        "a file that cannot be read fails on every device, never passes",
        arguments: [
            ("Baselines/policies/p.yaml", "rules: [{ id: x }]"), ("Baselines/policies/p.yaml", "use: [no-such-pack]"),
            ("Baselines/policies/p.yaml", "{{{"), ("Baselines/firmware/f.yaml", "firmware: x"),
            ("Baselines/golden/g.yaml", "golden: g\ndevices: '*'"),
            ("Baselines/waivers.yaml", "waivers: [{ rule: x }]"),
        ])
    func unreadable(path: String, text: String) async throws {
        let paper = try await paper([path: text])
        let standing = try await paper.standing()
        #expect(standing.findings.contains { $0.class == .policy && $0.severity == .major }, "\(standing.findings)")
        #expect(paper.exit(standing, onboarding: true) == .drift)
    }

    @Test(
        "firmware is approved, tolerated, past its date, forbidden or not known",
        arguments: [
            ("{ version: 15.2, state: preferred }", nil as Finding.Severity?),
            ("{ version: 15.2, state: approved, until: 2020-01-01 }", .major),
            ("{ version: 15.2, state: tolerated, until: 2099-01-01 }", .notice),
            ("{ version: 15.2, state: forbidden, reason: CVE }", .critical),
            ("{ version: 99, state: approved }", .major),
        ])
    func firmware(version: String, severity: Finding.Severity?) {
        let judged = { (versions: [FirmwareBaseline.Version]) in
            FirmwareJudgement(
                baselines: [FirmwareBaseline(name: "f", platform: "cisco_ios", models: ["WS-*"], versions: versions)],
                spares: [], now: Date())
        }
        let state =
            FirmwareBaseline.State(
                rawValue: String(version.split(separator: "state: ")[1].prefix { $0.isLetter })) ?? .approved
        let until =
            version.contains("until: 2020")
            ? Day("2020-01-01") : version.contains("until: 2099") ? Day("2099-01-01") : nil
        let listed = FirmwareBaseline.Version(
            version: version.contains("99, state: approved") ? "99" : "15.2", state: state, until: until)
        let findings = judged([listed]).findings(
            of: device, platform: Platform(name: "cisco_ios"), Facts(model: "WS-C2960", version: "15.2"))
        #expect(findings?.map(\.severity) == (severity.map { [$0] } ?? []))
        #expect(
            judged([listed]).findings(
                of: device, platform: Platform(name: "cisco_ios"), Facts(model: "C9300", version: "15.2")) == nil)
    }

    private var device: Device {
        Device(
            id: DeviceID("sw-1")!, group: "icu", address: "10.0.0.1", platform: "cisco_ios", credential: "c",
            freshness: .seconds(3600))
    }

    @Test("a digest that is wrong weighs more than one that nobody knows")
    func digests() throws {
        let right = try #require(ImageDigest(text: "md5:0123456789abcdef0123456789abcdef"))
        let wrong = try #require(ImageDigest(text: "md5:ffffffffffffffffffffffffffffffff"))
        func findings(_ digest: ImageDigest, listed: [String: [ImageDigest]]) -> [Finding] {
            FirmwareJudgement(
                baselines: [
                    FirmwareBaseline(
                        name: "f", platform: "cisco_ios", models: [],
                        versions: [.init(version: "15.2", state: .approved, digests: listed)])
                ], spares: [], now: Date()
            ).findings(
                of: device, platform: Platform(name: "cisco_ios"),
                Facts(version: "15.2", images: [FirmwareImage(path: "flash:a.bin", digest: digest)])) ?? []
        }
        #expect(findings(right, listed: ["a.bin": [right]]).isEmpty)
        #expect(findings(wrong, listed: ["a.bin": [right]]).map(\.severity) == [.critical])
        #expect(findings(right, listed: [:]).map(\.severity) == [.warning])
    }

    private static func golden(_ mode: String, _ template: String, vars: String = "{ bed: '40' }") -> [String: String] {
        [
            "Baselines/golden/access.yaml": "golden: access\ndevices: 'tag:paper'\nmode: \(mode)\nvars: \(vars)\n",
            "Baselines/golden/access.mustache": template,
        ]
    }

    @Test(
        "a golden template holds, or says what is missing and what is extra",
        arguments: [
            ("contains", "hostname {{id}}\nline vty 0 4\n transport input ssh\n", [] as [String], [] as [String]),
            ("contains", "interface GigabitEthernet0/1\n description bed {{bed}}\n", [], []),
            ("contains", "username netadmin privilege 15 secret 5 <secret>\n", [], []),
            ("contains", "line vty 0 4\n transport input none\n", ["line vty 0 4 › transport input none"], []),
            (
                "contains", "{{#tag.paper}}ntp server 10.0.0.1\n{{/tag.paper}}{{#tag.other}}x\n{{/tag.other}}",
                ["ntp server 10.0.0.1"], []
            ),
            ("exact", PaperHospital.config.replacing("$1$mERr$hx5rVt7rPNoS4wqbXKX7m0", with: "<secret>"), [], []),
            (
                "exact",
                PaperHospital.config.replacing("$1$mERr$hx5rVt7rPNoS4wqbXKX7m0", with: "<secret>").replacing(
                    " description bed 40\n", with: ""), [], ["interface GigabitEthernet0/1 › description bed 40"]
            ),
            ("ordered", "version 15.2\nhostname pump-1\n", [], []),
        ])
    func golden(mode: String, template: String, missing: [String], extra: [String]) async throws {
        let paper = try await paper(Self.golden(mode, template))
        let findings = try await paper.standing().findings
        #expect(findings.flatMap(\.missing) == missing, "\(findings)")
        #expect(findings.flatMap(\.extra) == extra, "\(findings)")
        #expect(findings.allSatisfy { $0.rule == "golden-access" })
    }

    @Test("lines in another order are told where order is asked for")
    func goldenOrder() async throws {
        let paper = try await paper(Self.golden("ordered", "hostname pump-1\nversion 15.2\n"))
        #expect(
            try await paper.standing().findings.map(\.summary) == [
                "not as golden 'access' (ordered): the order differs"
            ])
    }

    @Test(
        "an empty rendering, a variable that is not set and a template that is none never match",
        arguments: ["{{#tag.other}}x{{/tag.other}}", "   \n", "hostname {{nobody}}\n", "{{#open}}x"])
    func goldenFaults(template: String) async throws {
        let paper = try await paper(Self.golden("contains", template))
        let findings = try await paper.standing().findings
        #expect(findings.map(\.rule) == ["golden-access"] && findings[0].severity == .major, "\(findings)")
    }

    @Test("a waiver takes a finding out until its day is over, then the finding is back and says whose it was")
    func waivers() async throws {
        let waiver = """
            waivers:
              - { rule: no-default, devices: 'tag:paper', reason: old, compensating: own VLAN, approver: ada, expires: 2026-12-31 }
            """
        let paper = try await paper([
            "Baselines/policies/ours.yaml": Self.policy, "Baselines/waivers.yaml": waiver,
        ])
        let during = try await paper.standing(at: try #require(Day("2026-12-31")).start.addingTimeInterval(3600))
        #expect(during.waived.map(\.finding.rule) == ["no-default"])
        #expect(during.waived.first?.by == "ada")
        #expect(!during.findings.contains { $0.class == .policy })
        let after = try await paper.standing(at: try #require(Day("2027-01-01")).start)
        let finding = try #require(after.findings.first { $0.rule == "no-default" })
        #expect(after.marks[finding.id]?.kind == .waived && after.marks[finding.id]?.by == "ada")
    }

    @Test("the evidence tells each rule of each device, with the commit, and a waived one as waived")
    func evidence() async throws {
        let paper = try await paper([
            "Baselines/policies/ours.yaml": Self.policy + "\nuse: [owasp-smdds-2]",
            "Baselines/waivers.yaml":
                "waivers: [{ rule: no-default, reason: old, compensating: c, approver: ada, expires: 2099-12-31 }]",
        ])
        let workspace = try paper.workspace
        let report = try await EvidenceReport(
            workspace, try await workspace.storeForReading(), workspace.inventory.devices, pack: nil, now: Date())
        #expect(report.results.count == report.rules.count)
        func verdict(_ rule: String) -> EvidenceReport.Verdict? { report.results.first { $0.rule == rule }?.verdict }
        #expect(
            verdict("vty-ssh") == .pass && verdict("no-default") == .waived && verdict("no-default-passwords") == .fail)
        #expect(verdict("baseline-approved") == .pass && verdict("firmware-approved") == .notAssessable)
        #expect(report.devices.first?.commit?.count == 40)
        let html = EvidencePage(report).html
        #expect(html.contains("No password or key is a known default") && !html.contains("<script"))
    }
}

@Suite("Reviews")
struct ReviewSessionTests {
    private func standing(_ device: String, _ findings: [Finding], version: Int = 2) -> Standing {
        let id = DeviceID(device)!
        var standing = Standing(
            device: id, group: "g", platform: "cisco_ios", state: .active, version: version, freshness: 60,
            isFresh: true,
            findings: [])
        standing.findings = findings.map { finding in
            var finding = finding
            finding.device = id
            return finding
        }
        return standing
    }

    private let line = Finding(
        device: DeviceID("x")!, class: .config, severity: .major, artifact: .runningConfig, summary: "1 line changed",
        missing: ["a"], extra: ["b"])
    private let other = Finding(
        device: DeviceID("x")!, class: .config, severity: .warning, artifact: .runningConfig, summary: "1 line extra",
        extra: ["c"])
    private let rule = Finding(
        device: DeviceID("x")!, class: .policy, severity: .major, rule: "no-telnet", summary: "not so")

    private func inventory() throws -> Inventory {
        let folder = try TemporaryFolder()
        try folder.write("workspace: t\n", to: "plumbline.yaml")
        try folder.write(
            "group: g\ndevices:\n"
                + ["sw-1", "sw-2", "sw-3"].map { "  - { id: \($0), platform: cisco_ios, method: { command: [x] } }\n" }
                .joined(),
            to: "Inventory/groups/g.yaml")
        return try Inventory.read(workspace: folder.path, settings: .defaults)
    }

    @Test("the same on many devices is one step, and approves each device of which nothing else differs")
    func groups() throws {
        var session = ReviewSession([
            standing("sw-1", [line]), standing("sw-2", [line]), standing("sw-3", [line, other]),
        ])
        #expect(session.items.map(\.devices.count) == [3, 1])
        #expect(session.decide(.approve) == nil)
        var outcome = session.outcome(try inventory())
        #expect(outcome.approve.map(\.device.id.text) == ["sw-1", "sw-2"])
        #expect(outcome.partly.map(\.text) == ["sw-3"] && outcome.undecided == 1)
        #expect(session.decide(.approve) == nil && session.isAtEnd)
        outcome = session.outcome(try inventory())
        #expect(outcome.approve.count == 3 && outcome.partly.isEmpty)
        #expect(outcome.approve.allSatisfy { $0.version == .number(2) })
    }

    @Test("what a rule says cannot be approved, but rejected, waived or given a ticket")
    func rules() throws {
        var session = ReviewSession([standing("sw-1", [rule])])
        #expect(session.decide(.approve) != nil && !session.isAtEnd)
        let day = try #require(Day("2027-01-31"))
        #expect(session.decide(.waive(until: day, reason: "r", compensating: "c")) == nil)
        let outcome = session.outcome(try inventory())
        #expect(outcome.remarks.map(\.kind) == [.waived] && outcome.remarks.first?.until == day)
        #expect(outcome.approve.isEmpty)
    }

    @Test("a session that was broken off goes on where it was, without what is there no more")
    func resumed() throws {
        var session = ReviewSession([standing("sw-1", [line, other])])
        _ = session.decide(.reject(reason: "no"))
        var choices = session.choices
        choices["gone"] = .skip
        let again = ReviewSession([standing("sw-1", [line, other])], choices: choices)
        #expect(again.position == 1 && again.choices.count == 1)
        #expect(again.outcome(try inventory()).remarks.map(\.kind) == [.rejected])
    }

    @Test("a group is taken apart, and each device is decided by itself")
    func split() throws {
        var session = ReviewSession([standing("sw-1", [line]), standing("sw-2", [line])])
        session.split()
        #expect(session.items.map(\.devices.count) == [1, 1])
        _ = session.decide(.approve)
        _ = session.decide(.reject(reason: "no"))
        let outcome = session.outcome(try inventory())
        #expect(outcome.approve.map(\.device.id.text) == ["sw-1"] && outcome.remarks.map(\.device.text) == ["sw-2"])
        session.back()
        #expect(session.current?.devices.map(\.text) == ["sw-2"])
    }

    @Test("integrity, lateness and what was looked at already are no steps")
    func left() {
        var marked = standing("sw-2", [line])
        marked.marks[marked.findings[0].id] = .init(kind: .acknowledged, by: "ada")
        let broken = Finding(device: DeviceID("x")!, class: .integrity, severity: .critical, summary: "x")
        let session = ReviewSession([standing("sw-1", [broken]), marked])
        #expect(session.items.isEmpty)
    }

    @Test("a draft is kept after every key, for its owner alone, and is gone after the decision")
    func draft() async throws {
        let paper = try await PaperHospital()
        let draft = ReviewDraft(try paper.workspace, person: "ada / x")
        try draft.save(["a": .skip, "b": .acknowledge(ticket: "t", until: nil)])
        #expect(draft.choices.count == 2)
        draft.remove()
        #expect(draft.choices.isEmpty)
    }
}

@Suite("Golden configurations and files of trust")
struct GoldenImportTests {
    @Test("golden configurations come in without their secrets, and the device that is so passes")
    func imported() async throws {
        let paper = try await PaperHospital()
        _ = try await paper.hospital.run()
        try await paper.approve()
        let folder = try TemporaryFolder()
        try folder.write(PaperHospital.config + "banner motd {{x}}\n", to: "pump-1.cfg")
        try folder.write("x", to: "nobody.cfg")
        try folder.write("", to: "pump-1.txt")
        let result = try BaselineImport(workspace: try paper.workspace, mode: .contains, replaces: false)
            .take(folder: folder.path)
        #expect(result.imported.map(\.text) == ["pump-1"] && result.passedOver.count == 2 && result.secrets == 1)
        let text = try String(
            contentsOfFile: paper.hospital.root + "/Baselines/golden/pump-1.mustache", encoding: .utf8)
        #expect(!text.contains("$1$mERr") && text.contains("secret 5 <secret>"))
        let findings = try await paper.standing().findings
        #expect(findings.map(\.missing) == [["banner motd {{x}}"]], "\(findings)")
        // What is there is not replaced unasked.
        let again = try BaselineImport(workspace: try paper.workspace, mode: .exact, replaces: false)
            .take(folder: folder.path)
        #expect(again.imported.isEmpty)
    }

    @Test("a change of a file that trust rests on is told once, and not when a signed commit brought it")
    func trust() async throws {
        let paper = try await PaperHospital()
        let files = TrustFiles(try paper.workspace)
        #expect(await files.changes().isEmpty)
        #expect(await files.changes().isEmpty)
        try paper.hospital.folder.write("use: [owasp-smdds-2]\n", to: "Baselines/policies/p.yaml")
        try paper.hospital.folder.write("#!/bin/sh\n", to: "Hooks/run-finished.d/10-x")
        let told = await files.changes()
        #expect(told.count == 1)
        #expect(
            told[0].contains("Baselines/policies/p.yaml (new)") && told[0].contains("Hooks/run-finished.d/10-x (new)"))
        #expect(await files.changes().isEmpty)
        let root = paper.hospital.root
        let key = root + "/../signer-\(UUID().uuidString)"
        try shell("ssh-keygen -q -t ed25519 -N '' -f \(key)")
        try paper.hospital.folder.write(
            "ada " + (try String(contentsOfFile: key + ".pub", encoding: .utf8)), to: "Baselines/allowed_signers")
        try paper.hospital.folder.write(
            "use: [owasp-smdds-2]\noff: { login-banner: none }\n", to: "Baselines/policies/p.yaml")
        try shell(
            """
            cd \(root) && git init -q && git config user.name ada && git config user.email ada && git config gpg.format ssh \
            && git config user.signingkey \(key) && git add -f Baselines Hooks plumbline.yaml Inventory && git commit -qS -m x
            """)
        #expect(await files.changes().isEmpty)
        try paper.hospital.folder.write(
            "use: [owasp-smdds-2]\noff: { no-telnet: none }\n", to: "Baselines/policies/p.yaml")
        #expect(await files.changes().count == 1)
    }

    private func shell(_ line: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", line]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }
}
