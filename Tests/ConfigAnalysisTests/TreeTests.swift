import ConfigModel
import Testing

@testable import ConfigAnalysis

@Suite("Trees")
struct TreeTests {
    private static let config = """
        hostname sw-1
        !
        banner motd ^C
        interface Vlan99
         not a section
        ^C
        !
        interface GigabitEthernet1
         description uplink
         ip address 10.0.0.1 255.0.0.0
        !
        router bgp 65000
         address-family ipv4
          network 10.0.0.0
         exit-address-family
         !
         address-family ipv6
          network 2001:db8::/32
         exit-address-family
        crypto pki certificate chain X
         certificate self-signed 01
          3082 0204
          \tquit
        end

        """

    private func headers(_ tree: ConfigTree) -> [String] {
        tree.nodes.indices.filter { tree.nodes[$0].kind == .entry || tree.nodes[$0].kind == .atom }
            .map { (tree.path(above: $0) + [tree.label(of: $0)]).joined(separator: " › ") }
    }

    @Test("sections, banners and certificates are seen for what they are")
    func indented() {
        let tree = ConfigTree(Array(Self.config.utf8), syntax: .indented)
        let headers = headers(tree)
        #expect(headers.contains("router bgp 65000 › address-family ipv6 › network 2001:db8::/32"))
        #expect(headers.contains("interface GigabitEthernet1 › description uplink"))
        #expect(!headers.contains { $0.hasPrefix("interface Vlan99") })
        #expect(headers.contains { $0.hasPrefix("crypto pki certificate chain X › certificate self-signed 01\n") })
        #expect(tree.nodes.count { $0.kind == .atom } == 2)
        #expect(tree.nodes.count { $0.kind == .closing } == 2)
    }

    @Test(
        "other syntaxes have their sections",
        arguments: [
            (
                Platform.Syntax.braces, "system {\n    host-name x;\n    services {\n        ssh;\n    }\n}\n",
                "system › services › ssh;"
            ),
            (
                .configEnd, "config system interface\n    edit \"port1\"\n        set ip 1\n    next\nend\n",
                "config system interface › edit \"port1\" › set ip 1"
            ),
            (.ini, "[main]\nkey = 1\n[other]\nkey = 2\n", "[other] › key = 2"),
            (.xml, "<a>\n  <b>\n    <c/>\n  </b>\n</a>\n", "<a> › <b> › <c/>"),
            (.json, "{\"DicomModalities\": {\"PACS\": [\"PACS\", \"10.0.0.1\", 104]}}", "DicomModalities › PACS › [3]"),
            (.set, "set system host-name x\n", "set system host-name x"),
        ])
    func others(syntax: Platform.Syntax, text: String, expected: String) {
        let tree = ConfigTree(Array(text.utf8), syntax: syntax)
        #expect(headers(tree).contains(expected), "\(headers(tree))")
        #expect(tree.printed == Array(text.utf8))
    }

    @Test("a banner that never ends swallows nothing")
    func endlessBanner() {
        let tree = ConfigTree(Array("banner motd ^C\nhostname x\n a\n".utf8), syntax: .indented)
        #expect(headers(tree) == ["banner motd ^C", "hostname x", "hostname x › a"])
    }

    @Test("printing a tree gives the text back, whatever the bytes", arguments: Platform.Syntax.allCases)
    func printing(syntax: Platform.Syntax) {
        let pieces = [
            "\n", "\r\n", " ", "\t", "{", "}", "[", "]", "\"", "\\", "/*", "*/", "//", "banner motd ^C\n", "^C",
            "certificate 1\n",
            "quit\n", "config x\n", "edit y\n", "next\n", "end\n", "exit\n", "exit-address-family\n", "!", ":", ",",
            "a", "</a>", "[s]\n",
        ].map { Array($0.utf8) }
        var dice = Dice(7)
        for _ in 0..<4_000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...14, using: &dice) {
                bytes += pieces.randomElement(using: &dice) ?? []
                if Int.random(in: 0...5, using: &dice) == 0 { bytes.append(UInt8.random(in: 0...255, using: &dice)) }
            }
            let tree = ConfigTree(bytes, syntax: syntax)
            guard tree.printed == bytes else {
                Issue.record("\(bytes) came back as \(tree.printed)")
                return
            }
            for line in 0..<4 { _ = tree.section(atLine: line) }
            for node in tree.nodes.indices where tree.nodes[node].parent >= node {
                Issue.record("\(bytes) has a circle")
            }
        }
    }

    @Test("depth and length do no harm", arguments: Platform.Syntax.allCases)
    func hugeTexts(syntax: Platform.Syntax) throws {
        let deep = (0..<600).map { String(repeating: " ", count: $0) + "x\($0) {" }.joined(separator: "\n")
        let texts = [
            deep, String(repeating: "{", count: 50_000), String(repeating: "[\"a\":", count: 20_000),
            String(repeating: "a", count: 200_000),
        ]
        for text in texts {
            let tree = ConfigTree(Array(text.utf8), syntax: syntax)
            #expect(tree.printed.count == text.utf8.count)
            let platform = Platform(name: "x", syntax: syntax)
            _ = try Samples.drift(text, text + " x", platform: platform)
        }
    }

    @Test("an artifact has the syntax that its rule says, with a context's name filled in too")
    func syntaxOfRule() throws {
        let platform = Platform(
            name: "x",
            lists: ["vdom": ListRule(command: "l", effect: .none, find: "(.*)", allow: "^[a-z]+$")],
            collect: [
                CollectRule(
                    source: .command("a", artifact: "facts-{vdom}", effect: .none), foreach: "vdom", syntax: .json),
                CollectRule(source: .files(glob: "/etc/*.conf", methods: [.sftp]), syntax: .ini),
                CollectRule(source: .command("b", artifact: "running-config", effect: .none)),
            ], syntax: .indented)
        func syntax(_ name: String) -> Platform.Syntax {
            ArtifactSyntax.syntax(of: ArtifactName(name), text: Array("{}".utf8), platform: platform)
        }
        #expect(syntax("facts-root") == .json)
        #expect(syntax("facts-ROOT") == .indented)
        #expect(syntax("/etc/a.conf") == .ini)
        #expect(syntax("running-config") == .indented)
    }

    @Test("CR CR LF ends a line like LF")
    func carriageReturns() {
        let text = "interface a\r\r\n shutdown\r\r\n!\r\r\n"
        let tree = ConfigTree(Array(text.utf8), syntax: .indented)
        #expect(headers(tree) == ["interface a", "interface a › shutdown"])
        #expect(tree.printed == Array(text.utf8))
    }
}
