import ConfigModel
import Testing

@testable import ConfigAnalysis

@Suite("Policies")
struct PolicyTests {
    private static let config = """
        hostname sw-1
        ip http server
        snmp-server community public RO
        username netadmin privilege 15 secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0
        username old password 7 0822455D0A16
        ntp server 10.1.1.1
        ntp server 192.0.2.9
        line con 0
         exec-timeout 5 0
        line vty 0 4
         exec-timeout 30 0
         transport input ssh
        line vty 5 15
         transport input telnet ssh
        end

        """

    private static var platform: Platform {
        Platform(
            name: "ios",
            secrets: [
                SecretRule(pattern: PatternText(#"^snmp-server community (\S+)"#), kind: "community"),
                SecretRule(
                    pattern: PatternText(#"^username \S+ .*?\b(?:secret|password)(?: \d)? (\S+)"#), kind: "password"),
            ], syntax: .indented)
    }

    /// What one check comes to.
    private func outcome(
        _ check: PolicyCheck, text: String = config, known: KnownFacts = [:]
    ) throws -> PolicyResult.Outcome {
        let rule = PolicyRule(id: "r", title: "t", severity: .major, checks: ["*": [check]])
        let book = PolicyBook(rules: [rule], platform: Self.platform)
        #expect(book.faults.isEmpty, "\(book.faults)")
        let snapshot = ComparableSnapshot(texts: [.runningConfig: Array(text.utf8)])
        let results = book.results(
            of: snapshot, collected: .success([.runningConfig: Array(text.utf8)]), known: known)
        return try #require(results.first).outcome
    }

    private func isFail(_ outcome: PolicyResult.Outcome) -> Bool { if case .fail = outcome { true } else { false } }

    private func pattern(_ text: String) -> PatternText { PatternText(text) }

    @Test("a check under a header must hold in each section that fits")
    func under() throws {
        let check = PolicyCheck(
            under: [pattern("^line vty ")], kind: .require(pattern("^transport input ssh$")))
        guard case .fail(let places) = try outcome(check) else {
            Issue.record("it passed")
            return
        }
        #expect(places.count == 1 && places[0].contains("line vty 5 15"))
        #expect(try outcome(check, text: Self.config.replacing("telnet ", with: "")) == .pass)
    }

    @Test("what is forbidden is told with its sections")
    func forbid() throws {
        let check = PolicyCheck(isAnywhere: true, kind: .forbid(pattern(#"\btelnet\b"#)))
        #expect(try outcome(check) == .fail(["running-config › line vty 5 15 › transport input telnet ssh"]))
        #expect(
            try outcome(PolicyCheck(kind: .forbid(pattern("^ip http server$"))))
                == .fail(["running-config › ip http server"]))
        // A line of a section is none of the top level.
        #expect(try outcome(PolicyCheck(kind: .forbid(pattern("^transport ")))) == .pass)
    }

    @Test("a section that is missing fails what it should hold, and passes what it must not")
    func missingSection() throws {
        let header = [pattern("^management telnet$")]
        #expect(isFail(try outcome(PolicyCheck(under: header, kind: .require(pattern("^shutdown$"))))))
        #expect(
            try outcome(PolicyCheck(under: header, isOptional: true, kind: .require(pattern("^shutdown$")))) == .pass)
        #expect(try outcome(PolicyCheck(under: header, kind: .forbid(pattern("^no shutdown$")))) == .pass)
    }

    @Test(
        "lines are counted, and only where 'when' says so",
        arguments: [
            (2, 3, nil as String?, true), (3, 4, nil, false), (3, 4, "^nothing ", true), (3, 4, "^ntp ", false),
        ])
    func count(least: Int, most: Int, when: String?, passes: Bool) throws {
        let check = PolicyCheck(
            when: when.map(pattern), kind: .count(pattern("^ntp server "), least: least, most: most))
        #expect((try outcome(check) == .pass) == passes)
    }

    @Test("values are compared as what they are: numbers, versions, addresses")
    func values() throws {
        func timeout(_ most: String) -> PolicyCheck {
            PolicyCheck(
                under: [pattern("^line vty ")], when: pattern("^exec-timeout"),
                kind: .value(pattern(#"^exec-timeout (\d+)"#), PolicyBounds(sort: .number, least: "1", most: most)))
        }
        #expect(isFail(try outcome(timeout("9"))))
        #expect(try outcome(timeout("30")) == .pass)
        let servers = PolicyCheck(
            kind: .value(pattern(#"^ntp server (\S+)"#), PolicyBounds(sort: .address, networks: ["10.0.0.0/8"])))
        guard case .fail(let places) = try outcome(servers) else {
            Issue.record("it passed")
            return
        }
        #expect(places.count == 1 && places[0].contains("192.0.2.9"))
    }

    @Test(
        "versions compare as vendors count",
        arguments: [
            ("15.2(7)E3", "15.2(7)E4"), ("15.2(7)E9", "15.2(7)E10"), ("1.0-rc1", "1.0"), ("9.3.8", "9.3.10"),
            ("7.0.4", "7.2"), ("21.4R3-S1", "21.4R3-S4"),
        ])
    func versions(older: String, newer: String) {
        #expect(VersionOrder.isLess(older, newer) || older.hasPrefix("1.0-rc"))
        #expect(!VersionOrder.isLess(newer, older) || older.hasPrefix("1.0-rc"))
    }

    @Test("a secret that is a known default fails, whatever its encoding; one that is not passes")
    func secrets() throws {
        func check(_ kind: String?, _ words: [String] = [], defaults: Bool = false) -> PolicyCheck {
            PolicyCheck(kind: .secret(kind: kind, notIn: words, knownDefaults: defaults))
        }
        #expect(isFail(try outcome(check("community", ["public"]))))
        #expect(try outcome(check("community", ["private"])) == .pass)
        // An MD5 hash and a type 7, both of 'cisco'.
        guard case .fail(let places) = try outcome(check("password", ["cisco"])) else {
            Issue.record("it passed")
            return
        }
        #expect(places == [4, 5].map { "running-config line \($0): a known default (password)" })
        #expect(!"\(places)".contains("0822455D0A16"))
        #expect(try outcome(check(nil, ["nothing-of-it"])) == .pass)
    }

    @Test(
        "hashes are tried with their salt",
        arguments: [
            // Published with hashcat's modes 500, 1800, 9200 and 9300: the password is 'hashcat'.
            "$1$28772684$iEwNOgGugqO9.bIz5sk8k/",
            "$6$52450745$k5ka2p8bFuSmoVT1tzOyyuaREkkKBcCNqoDKzYiJL9RaE8yMnPgh2XzzF0NDrUhgrcLwg78xs1w5pJiypEdFX/",
            "$8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk",
            "$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6",
        ])
    func hashes(hash: String) throws {
        let tried = try #require(SecretForm.Hash(hash))
        #expect(tried.fits("hashcat"))
        #expect(!tried.fits("hashcats"))
    }

    @Test("reversible encodings are turned back")
    func encodings() {
        #expect(CiscoType7.decoded("0822455D0A16") == "cisco")
        #expect(CiscoType7.decoded("zz") == nil)
        #expect(JunosEncoding.decoded("$9$LbHX-wg4Z") == "lc")
        #expect(JunosEncoding.decoded("$9$") == nil)
    }

    @Test("a pattern that depends on a secret's value is a fault of the rule, which then fails everywhere")
    func touchesSecret() throws {
        let rule = PolicyRule(
            id: "bad", title: "t", severity: .major,
            checks: ["*": [PolicyCheck(kind: .forbid(pattern("^snmp-server community (?:public|private)")))]])
        let book = PolicyBook(rules: [rule], platform: Self.platform)
        #expect(book.faults.map(\.rule) == ["bad"])
        #expect(book.faults.first?.reason.contains("secret") == true)
        let results = book.results(of: ComparableSnapshot(), collected: .success([:]), known: [:])
        #expect(isFail(try #require(results.first).outcome))
        for fine in ["^snmp-server community ", #"^username \S+ .* secret 5 <secret"#, "^snmp-server "] {
            let rule = PolicyRule(
                id: "fine", title: "t", severity: .major,
                checks: ["*": [PolicyCheck(kind: .forbid(pattern(fine)))]])
            #expect(PolicyBook(rules: [rule], platform: Self.platform).faults.isEmpty, "\(fine)")
        }
    }

    @Test("what cannot be assessed is no pass: no text, patient data, a platform that the rule does not know")
    func notAssessable() throws {
        let check = PolicyCheck(kind: .forbid(pattern("^x")))
        let rule = PolicyRule(
            id: "r", title: "t", severity: .major, checks: ["other": [check]], notAssessable: ["ios": "because"])
        let book = PolicyBook(rules: [rule], platform: Self.platform)
        #expect(
            book.results(of: ComparableSnapshot(), collected: .success([:]), known: [:]).map(\.outcome)
                == [.notAssessable("because")])
        let general = PolicyRule(id: "g", title: "t", severity: .major, checks: ["*": [check]])
        var platform = Self.platform
        for (phi, snapshot) in [
            (false, nil as ComparableSnapshot?), (true, ComparableSnapshot(texts: [.runningConfig: [65, 10]])),
        ] {
            platform.phi = phi
            let outcome = PolicyBook(rules: [general], platform: platform)
                .results(of: snapshot, collected: .success([:]), known: [:])[0].outcome
            guard case .notAssessable = outcome else {
                Issue.record("\(outcome)")
                return
            }
        }
    }

    @Test("nothing stored, and nothing collected of what a rule looks at, is no pass")
    func nothing() throws {
        let secret = PolicyRule(
            id: "s", title: "t", severity: .major,
            checks: ["*": [PolicyCheck(kind: .secret(kind: nil, notIn: ["x"], knownDefaults: true))]])
        let file = PolicyRule(
            id: "f", title: "t", severity: .major,
            checks: ["*": [PolicyCheck(artifact: "/etc/inetd.conf", kind: .forbid(pattern("^telnet")))]])
        let book = PolicyBook(rules: [secret, file], platform: Self.platform)
        for snapshot in [nil, ComparableSnapshot(texts: ["/etc/hosts": [65, 10]])] as [ComparableSnapshot?] {
            let results = book.results(of: snapshot, collected: .success([:]), known: [:])
            guard case .notAssessable = results[1].outcome else {
                Issue.record("\(results)")
                return
            }
            if snapshot == nil {
                guard case .notAssessable = results[0].outcome else {
                    Issue.record("\(results)")
                    return
                }
            }
        }
    }

    @Test(
        "a text in another layout than the rules read is not assessable, and the usual layout is",
        arguments: [
            (Platform.Syntax.xml, "<service>\n  <telnet>no</telnet>\n  <http/>\n</service>\n", true),
            (.xml, "<response status=\"success\"><result><config>\n  <a>b</a>\n</config></result></response>\n", true),
            (.xml, "<service><telnet>yes</telnet></service>\n", false),
            (.xml, "<a/> <telnet>yes</telnet>\n", false), (.xml, "service {\n  telnet yes;\n}\n", true),
            (.xml, "<service>\n<telnet>\nyes\n</telnet>\n</service>\n", false),
            (.set, "set service ssh\n", true), (.set, "service {\n    telnet {\n    }\n}\n", false),
            (.braces, "system {\n    services {\n        ssh;\n    }\n}\n", true),
            (.braces, "set system services telnet\n", false), (.indented, "set system services\n", true),
        ])
    func layout(syntax: Platform.Syntax, text: String, isRead: Bool) throws {
        let rule = PolicyRule(
            id: "r", title: "t", severity: .major, checks: ["*": [PolicyCheck(kind: .forbid(pattern("^nothing")))]])
        let outcome = PolicyBook(rules: [rule], platform: Platform(name: "p", syntax: syntax)).results(
            of: ComparableSnapshot(texts: [.runningConfig: Array(text.utf8)]), collected: .success([:]), known: [:])[0]
            .outcome
        #expect((outcome == .pass) == isRead, "\(outcome)")
    }

    @Test("a secret that only its section shows is tried, too")
    func sectioned() throws {
        var platform = Self.platform
        platform.secrets = [
            SecretRule(
                pattern: PatternText(#"^\s*set name "([^"]+)""#), kind: "community",
                section: .init(from: PatternText("^config system snmp community$"), until: PatternText("^end$")))
        ]
        let text = "config system snmp community\n edit 1\n  set name \"public\"\n next\nend\n"
        let rule = PolicyRule(
            id: "s", title: "t", severity: .major,
            checks: ["*": [PolicyCheck(kind: .secret(kind: "community", notIn: ["public"], knownDefaults: false))]])
        let outcome = PolicyBook(rules: [rule], platform: platform).results(
            of: ComparableSnapshot(texts: [.runningConfig: Array(text.utf8)]),
            collected: .success([.runningConfig: Array(text.utf8)]), known: [:])[0].outcome
        #expect(isFail(outcome), "\(outcome)")
    }

    @Test("a pattern that ends before the value does not depend on it")
    func beforeTheValue() {
        let rule = PolicyRule(
            id: "n", title: "t", severity: .major,
            checks: ["*": [PolicyCheck(kind: .forbid(pattern(#"^username \S+ password 7 "#)))]])
        #expect(PolicyBook(rules: [rule], platform: Self.platform).faults.isEmpty)
    }

    @Test("of alternatives one must hold")
    func either() throws {
        let checks = [
            PolicyCheck(kind: .require(pattern("^ip ssh version 2$"))),
            PolicyCheck(kind: .require(pattern("^hostname "))),
        ]
        #expect(try outcome(PolicyCheck(kind: .either(checks))) == .pass)
        #expect(isFail(try outcome(PolicyCheck(kind: .either([checks[0], checks[0]])))))
    }

    @Test(
        "networks hold what lies in them",
        arguments: [
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false),
            ("2001:db8::/32", "2001:db8:1::5", true),
            ("2001:db8::/32", "2001:db9::", false), ("0.0.0.0/0", "8.8.8.8", true), ("10.0.0.0/33", "10.0.0.1", false),
        ])
    func networks(network: String, address: String, holds: Bool) {
        let bounds = PolicyBounds(sort: .address, networks: [network])
        #expect((bounds.fault(of: address) == nil) == holds)
    }
}
