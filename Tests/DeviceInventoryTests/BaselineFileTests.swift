import ConfigModel
import Foundation
import Testing

@testable import DeviceInventory

@Suite("Files of Baselines")
struct BaselineFileTests {
    @Test("every bundled pack is read without a fault, and lists all files of its folder")
    func packs() throws {
        for name in BundledPolicies.packs.keys {
            let files = try #require(try BundledPolicies.pack(named: name))
            #expect(files.flatMap(\.rules).count > 10)
            let ids = files.flatMap(\.rules).map(\.id)
            #expect(Set(ids).count == ids.count)
            let controls = Set(files.flatMap(\.controls).map(\.id))
            for rule in files.flatMap(\.rules) {
                #expect(!rule.controls.isEmpty && controls.isSuperset(of: rule.controls), "\(rule.id)")
                #expect(rule.remediation(on: "cisco_ios") != nil || rule.remediation["*"] != nil, "\(rule.id)")
            }
            let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appending(path: "Sources/DeviceInventory/Policies/\(name)")
            let there = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            #expect(there == (BundledPolicies.packs[name] ?? []).map(\.name).sorted())
        }
    }

    @Test("the twelve platforms that the pack speaks of are bundled, and each is judged or told why not")
    func twelve() throws {
        let rules = try #require(try BundledPolicies.pack(named: "owasp-smdds-2")).flatMap(\.rules)
        let platforms = [
            "cisco_ios", "cisco_nxos", "arista_eos", "juniper_junos", "fortinet", "paloalto_panos", "aruba_aoscx",
            "hp_comware", "mikrotik_routeros", "vyos", "frr", "linux",
        ]
        for rule in rules {
            for platform in platforms {
                #expect(
                    rule.checks[platform] != nil || rule.checks["*"] != nil || rule.notAssessable[platform] != nil,
                    "\(rule.id) on \(platform)")
            }
        }
    }

    @Test(
        "bad input is a fault with its place",
        arguments: [
            "rules: [{ id: x }]", "rules: [{ id: x, title: t, severity: huge, checks: { '*': [{ forbid: a }] } }]",
            "rules: [{ id: x, title: t, severity: major, checks: { '*': [{ forbid: '(' }] } }]",
            "rules: [{ id: x, title: t, severity: major, checks: { '*': [{ forbid: a, require: b }] } }]",
            "rules: [{ id: x, title: t, severity: major, checks: { '*': [{ value: a }] } }]",
            "rules: [{ id: x, title: t, severity: major, checks: { '*': [{ forbad: a }] } }]",
            "devices: 'grup:x'\nrules: []", "rules: 7",
        ])
    func faulty(text: String) throws {
        let folder = try TemporaryWorkspace(["p.yaml": text])
        #expect(throws: ConfigurationFaults.self) { try PolicyFile.read(folder.path + "/p.yaml", named: "p.yaml") }
    }

    @Test("waivers need an end, an approver, a reason and what stands in for the control")
    func waivers() throws {
        let good = """
            waivers:
              - { rule: no-telnet, devices: 'group:lab', reason: old, compensating: own VLAN, approver: ada, expires: 2027-01-31 }
              - { finding: 0123456789ab, reason: old, compensating: none, approver: ada, expires: 2027-01-31, ticket: B-1 }
            """
        let folder = try TemporaryWorkspace(["w.yaml": good])
        #expect(try WaiverFile.read(folder.path + "/w.yaml", named: "w.yaml").count == 2)
        #expect(try WaiverFile.read(folder.path + "/none.yaml", named: "w.yaml").isEmpty)
        for broken in [
            good.replacing("expires: 2027-01-31,", with: ""), good.replacing("2027-01-31", with: "2027-02-31"),
            good.replacing("approver: ada, ", with: ""), good.replacing("rule: no-telnet, ", with: ""),
            good.replacing("0123456789ab", with: "short"), good.replacing("class: integrity", with: ""),
        ] where broken != good {
            let folder = try TemporaryWorkspace(["w.yaml": broken])
            #expect(throws: ConfigurationFaults.self) { try WaiverFile.read(folder.path + "/w.yaml", named: "w.yaml") }
        }
    }
}
