import ConfigAnalysis
import ConfigModel
import DeviceInventory
import Testing

/// What `owasp-smdds-2` says of lines as vendors' guides write them.
@Suite("The bundled policies")
struct BundledPackTests {
    private static let rules = Result { try BundledPolicies.pack(named: "owasp-smdds-2")?.flatMap(\.rules) ?? [] }
    private static let platforms = Result { try Inventory.readPlatforms(workspace: nil) }

    struct Case: Sendable, CustomTestStringConvertible {
        var rule: String
        var platform: String
        var holds: String
        var fails: String
        var testDescription: String { "\(rule) on \(platform): \(fails.prefix(60))" }

        init(_ rule: String, _ platform: String, holds: String, fails: String) {
            self.rule = rule
            self.platform = platform
            self.holds = holds
            self.fails = fails
        }
    }

    private func outcome(_ rule: String, _ name: String, _ text: String) throws -> PolicyResult.Outcome {
        let platform = try #require(try Self.platforms.get().first { $0.name == name })
        let rules = try Self.rules.get().filter { $0.id == rule }
        #expect(rules.count == 1, "there is no rule \(rule)")
        let bytes = Array((text + "\n").utf8)
        return try #require(
            PolicyBook(rules: rules, platform: platform).results(
                of: ComparableSnapshot(texts: [.runningConfig: bytes]),
                collected: .success([.runningConfig: bytes]), known: [:]
            ).first
        ).outcome
    }

    @Test("lines that keep a control pass, lines that break it fail", arguments: cases)
    func table(_ row: Case) throws {
        #expect(try outcome(row.rule, row.platform, row.holds) == .pass)
        let broken = try outcome(row.rule, row.platform, row.fails)
        guard case .fail(let places) = broken else {
            Issue.record("\(broken)")
            return
        }
        #expect(!places.isEmpty)
    }

    private static let cases: [Case] = [
        Case(
            "no-telnet", "cisco_ios", holds: "line vty 0 4\n transport input ssh",
            fails: "line vty 0 4\n transport input ssh\nline vty 5 15\n transport input telnet ssh"),
        Case("no-telnet", "cisco_nxos", holds: "feature ssh", fails: "feature telnet"),
        Case(
            "no-telnet", "juniper_junos", holds: "system {\n    services {\n        ssh;\n    }\n}",
            fails: "system {\n    services {\n        ssh;\n        telnet;\n    }\n}"),
        Case("no-telnet", "vyos", holds: "set service ssh port '22'", fails: "set service telnet"),
        Case("no-telnet", "hp_comware", holds: "ssh server enable", fails: "ssh server enable\ntelnet server enable"),
        Case(
            "no-telnet", "paloalto_panos",
            holds: "<system>\n  <service>\n    <disable-telnet>yes</disable-telnet>\n  </service>\n</system>",
            fails: "<system>\n  <service>\n    <disable-telnet>no</disable-telnet>\n  </service>\n</system>"),
        Case(
            "login-attempts-limited", "cisco_ios", holds: "login block-for 120 attempts 5 within 60",
            fails: "login block-for 120 attempts 10000 within 60"),
        Case(
            "login-attempts-limited", "cisco_ios", holds: "aaa local authentication attempts max-fail 5",
            fails: "login block-for 1 attempts 5 within 60"),
        Case(
            "login-attempts-limited", "cisco_nxos", holds: "login block-for 120 attempts 5 within 60",
            fails: "login block-for 120 attempts 200 within 60"),
        Case(
            "login-attempts-limited", "arista_eos", holds: "aaa authentication policy lockout failure 5 duration 300",
            fails: "aaa authentication policy lockout failure 255 duration 300"),
        Case(
            "login-attempts-limited", "aruba_aoscx",
            holds: "aaa authentication limit-login-attempts 5 lockout-time 300",
            fails: "hostname sw"),
        Case(
            "login-attempts-limited", "juniper_junos",
            holds: "system {\n    login {\n        retry-options {\n            lockout-period 5;\n        }\n    }\n}",
            fails: "system {\n    login {\n        user ops;\n    }\n}"),
        Case(
            "login-attempts-limited", "fortinet",
            holds: "config system global\n    set admin-lockout-threshold 3\nend",
            fails: "config system global\n    set admin-lockout-threshold 10\nend"),
        Case(
            "login-attempts-limited", "hp_comware",
            holds: "password-control enable\npassword-control login-attempt 3 exceed lock-time 5",
            fails: "password-control enable\npassword-control login-attempt 10 exceed unlock"),
        Case("login-attempts-limited", "vyos", holds: "set service ssh dynamic-protection", fails: "set service ssh"),
        Case(
            "management-access-restricted", "fortinet",
            holds:
                "config system admin\n    edit \"ops\"\n        set trusthost1 192.0.2.0 255.255.255.0\n    next\nend",
            fails: "config system admin\n    edit \"ops\"\n        set trusthost1 0.0.0.0 0.0.0.0\n    next\nend"),
        Case(
            "management-access-restricted", "paloalto_panos",
            holds: "<deviceconfig>\n  <system>\n    <permitted-ip>\n      <entry name=\"192.0.2.0/24\"/>\n"
                + "    </permitted-ip>\n  </system>\n</deviceconfig>",
            fails: "<deviceconfig>\n  <system>\n    <permitted-ip>\n      <entry name=\"0.0.0.0/0\"/>\n"
                + "    </permitted-ip>\n  </system>\n</deviceconfig>"),
        Case(
            "management-access-restricted", "aruba_aoscx",
            holds: "ssh server allow-list\n    ip 192.0.2.0/24\n    enable",
            fails: "ssh server allow-list\n    ip 0.0.0.0/0\n    enable"),
        Case(
            "management-access-restricted", "mikrotik_routeros", holds: "/ip service\nset ssh address=192.0.2.0/24",
            fails: "/ip service\nset ssh address=0.0.0.0/0"),
        Case(
            "management-access-restricted", "vyos", holds: "set service ssh listen-address '192.0.2.1'",
            fails: "set service ssh listen-address '0.0.0.0'"),
        Case(
            "management-access-restricted", "cisco_ios", holds: "line vty 0 4\n access-class 10 in",
            fails: "line vty 0 4\n access-class 10 in\nline vty 5 15\n login local"),
        Case(
            "management-access-restricted", "frr", holds: "password <secret:x:1>\nline vty\n access-class mgmt",
            fails: "password <secret:x:1>\nline vty\n exec-timeout 5"),
    ]
}
