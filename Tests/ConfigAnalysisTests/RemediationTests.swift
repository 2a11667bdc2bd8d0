import ConfigModel
import Testing

@testable import ConfigAnalysis

/// Single rules of how lines are computed; whole configurations stand in the written cases.
@Suite("Remediation")
struct RemediationTests {
    private func platform(
        _ lines: RemediationRules = RemediationRules(exit: "exit"), syntax: Platform.Syntax = .indented,
        transfer: RestoreRules.Transfer = .none, defaults: [PatternText] = [], ordered: [PatternText] = [],
        volatile: [VolatileRule] = [], secrets: [SecretRule] = []
    ) -> Platform {
        Platform(
            name: "made_up", volatile: volatile, secrets: secrets, syntax: syntax, ordered: ordered, defaults: defaults,
            restore: RestoreRules(method: .lines, transfer: transfer, lines: lines))
    }

    private func lines(_ old: String, _ new: String, _ platform: Platform) throws -> [String] {
        let result = try Remediation.Rules(platform).step(old, new)
        #expect(result.unsupported == [])
        return result.lines
    }

    private func unsupported(_ old: String, _ new: String, _ platform: Platform) throws -> [String] {
        let result = try Remediation.Rules(platform).step(old, new)
        #expect(result.lines == [])
        return result.unsupported
    }

    @Test("a value that the device salts anew is no difference, another secret is")
    func secrets() throws {
        let platform = platform(secrets: [
            SecretRule(pattern: #"key ENC (\S+)"#, kind: "key", resalted: true),
            SecretRule(pattern: #"password (\S+)"#, kind: "password"),
        ])
        #expect(try lines("radius a key ENC xx\n", "radius a key ENC yy\n", platform) == [])
        #expect(
            try lines("radius a key ENC xx\n", "radius b key ENC yy\n", platform)
                == ["no radius a key ENC xx", "radius b key ENC yy"])
        #expect(try lines("password one\n", "password two\n", platform) == ["no password one", "password two"])
    }

    @Test("a salted value below a header alone is no difference there, and one elsewhere")
    func sectionSecrets() throws {
        let rule = SecretRule(
            pattern: #"^ name (\S+)"#, kind: "community", resalted: true,
            section: .init(from: "^snmp$", until: "^other$"))
        let platform = platform(secrets: [rule])
        #expect(try lines("snmp\n name a\n", "snmp\n name b\n", platform) == [])
        #expect(try lines("other\n name a\n", "other\n name b\n", platform).count == 6)
    }

    @Test("volatile lines, parts and sections make no lines")
    func volatile() throws {
        let platform = platform(volatile: [
            "^! saved at", .part(#"^clock (\S+)$"#), .section(from: "^begin", until: "^end", through: true),
        ])
        let old = "! saved at 1\nclock 10:00\nbegin\n counter 1\nend\nhostname a\n"
        let new = "! saved at 2\nclock 11:00\nbegin\n counter 2\nend\nhostname b\n"
        #expect(try lines(old, new, platform) == ["no hostname a", "hostname b"])
    }

    @Test("what holds without being said is not sent, and what it was before is taken back")
    func defaults() throws {
        let platform = platform(defaults: ["^no shutdown$"])
        #expect(
            try lines("interface a\n shutdown\n", "interface a\n no shutdown\n", platform) == [
                "interface a", "no shutdown", "exit",
            ])
        #expect(try lines("interface a\n mtu 9\n", "interface a\n mtu 9\n no shutdown\n", platform) == [])
        #expect(
            try lines("interface a\n no shutdown\n", "interface a\n shutdown\n", platform) == [
                "interface a", "shutdown", "exit",
            ])
    }

    @Test("a line that says no is taken back by what it denies, unless something better comes")
    func denials() throws {
        let address = "interface a\n ip address 1.1.1.1\n"
        #expect(try lines("no lldp run\n", "", platform()) == ["lldp run"])
        #expect(try lines("no lldp run\n", "lldp run\n", platform()) == ["lldp run"])
        #expect(try lines("lldp run\n", "no lldp run\n", platform()) == ["no lldp run"])
        #expect(
            try lines("interface a\n no ip address\n", address, platform())
                == ["interface a", "ip address 1.1.1.1", "exit"])
    }

    @Test("an address is free before another interface gets it")
    func movedAddress() throws {
        let old = "interface a\n ip address 1.1.1.1\n description x\ninterface b\n description y\n"
        let new = "interface a\n description x\ninterface b\n ip address 1.1.1.1\n description y\n"
        for (from, to, first) in [(old, new, "interface a"), (new, old, "interface b")] {
            let found = try lines(from, to, platform())
            #expect(found.prefix(3) == [first, "no ip address 1.1.1.1", "exit"])
            #expect(found.dropFirst(3).dropFirst() == ["ip address 1.1.1.1", "exit"])
        }
    }

    @Test("without a word that leaves a section, the headers around it are entered again")
    func noExit() throws {
        let old = "router\n family a\n  one\n family b\n  two\n"
        let found = try lines("", old, platform(RemediationRules()))
        #expect(found == ["router", "family a", "one", "router", "family b", "two", "router"])
    }

    @Test("a certificate is entered whole, and taken back only where a rule says how")
    func atoms() throws {
        let chain = "pki chain\n certificate 01\n  3082 0204\n  \tquit\n"
        #expect(
            try lines("pki chain\n other\n", chain + " other\n", platform())
                == ["pki chain", "certificate 01", "3082 0204", "quit", "exit"])
        #expect(
            try unsupported(chain + " other\n", "pki chain\n other\n", platform())
                == ["'certificate 01' takes several lines, and no rule says how it is taken back"])
        let rule = RemediationRules(
            exit: "exit", negations: [.init(line: #"^certificate (\S+)"#, send: ["no certificate {1}"])])
        #expect(
            try lines(chain + " other\n", "pki chain\n other\n", platform(rule))
                == ["pki chain", "no certificate 01", "exit"])
    }

    @Test("a line that no device takes is told, with the reason, and nothing of its section is sent")
    func unenterable() throws {
        let long = String(repeating: "x", count: Remediation.longestLine)
        #expect(try unsupported("", "note \u{7}\n", platform()) == ["'note \u{7}' has control characters"])
        #expect(try unsupported("", "section \(long)\n inside\n", platform()).count == 1)
        #expect(try lines("", "description why?\n", platform()) == ["description why?"])
        #expect(try unsupported("", "description why?\n", platform(transfer: .paste)).count == 1)
        for syntax in [Platform.Syntax.set, .configEnd, .menu, .braces] {
            let line = syntax == .menu ? "/a\nadd name=\(long)\n" : syntax == .braces ? "\(long);\n" : "set \(long)\n"
            #expect(try unsupported("", line, platform(syntax: syntax)).count == 1)
        }
    }

    @Test(
        "of a text that is not entered by lines every difference is told",
        arguments: [Platform.Syntax.xml, .json, .ini, .opaque])
    func inexpressible(syntax: Platform.Syntax) throws {
        #expect(try unsupported("a\nb\n", "a\nc\n", platform(syntax: syntax)).count == 2)
        #expect(try unsupported("a\nb\n", "b\na\n", platform(syntax: syntax)).count == 1)
        #expect(try unsupported("a\nb\n", "a\nb\n", platform(syntax: syntax)) == [])
    }

    @Test("what goes along with a line is entered anew, also below, and what only looks like it stays")
    func takes() throws {
        let rule = RemediationRules.Negation(
            line: #"^peer (\S+) (?:as|group) "#, send: ["no peer {1}"], takes: ["peer {1}", "no peer {1}"])
        let platform = platform(RemediationRules(exit: "exit", negations: [rule]))
        let old = "bgp\n peer 1 as 7\n peer 1 text a\n peer 10 as 7\n family x\n  peer 1 on\n  no peer 1 off\n"
        let new = "bgp\n peer 1 group G\n peer 1 text a\n peer 10 as 7\n family x\n  peer 1 on\n"
        #expect(
            try lines(old, new, platform)
                == [
                    "bgp", "no peer 1", "exit", "bgp", "peer 1 group G", "peer 1 text a", "family x", "peer 1 on",
                    "exit", "exit",
                ])
    }

    @Test("where a line comes that gives others another meaning, the section is entered anew")
    func renews() throws {
        let platform = platform(RemediationRules(exit: "exit", renews: ["^no default-on$"]))
        #expect(
            try lines("bgp\n peer 1\n", "bgp\n no default-on\n peer 1\n", platform)
                == ["no bgp", "bgp", "no default-on", "peer 1", "exit"])
    }

    @Test("in an ordered section only what stands behind the first insertion is entered anew")
    func ordered() throws {
        let platform = platform(ordered: ["^list "])
        #expect(
            try lines("list a\n 1st\n 2nd\n 3rd\n", "list a\n 1st\n 3rd\n", platform) == ["list a", "no 2nd", "exit"])
        #expect(try lines("list a\n one\n", "list a\n one\n two\n", platform) == ["list a", "two", "exit"])
        #expect(
            try lines("list a\n one\n two\n", "list a\n two\n one\n", platform)
                == ["list a", "no one", "exit", "list a", "one", "exit"])
        #expect(
            try lines("list a\n 10 x\n 20 y\n", "list a\n 10 x\n 15 z\n 20 y\n", platform)
                == ["list a", "15 z", "exit"])
    }

    @Test("a pattern of the platform that does not compile is told with its place")
    func faulty() {
        let rules = RemediationRules(keep: ["("])
        #expect(throws: AnalysisError.self) { try Remediation.Rules(platform(rules)) }
    }
}
