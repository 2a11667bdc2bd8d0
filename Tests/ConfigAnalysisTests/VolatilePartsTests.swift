import ConfigModel
import Testing

@testable import ConfigAnalysis

@Suite("Volatile parts, sections and wrapped lines")
struct VolatilePartsTests {
    private func text(_ collected: String, _ platform: Platform) throws -> String {
        Samples.text(try Samples.comparable(collected, platform: platform).bytes)
    }

    @Test("of a line only the captured part goes, every match of it, with every line end")
    func part() throws {
        let platform = Platform(name: "x", volatile: [.part(#"at (\d\d:\d\d)"#)])
        for end in ["\n", "\r\n", "\r\r\n"] {
            let collected = ["! saved at 10:00 and at 11:30 by ops", "b", ""].joined(separator: end)
            #expect(try text(collected, platform) == "! saved at <volatile> and at <volatile> by ops\nb\n")
        }
    }

    @Test("a volatile part that holds a secret hides it, and a secret beside it keeps its fingerprint")
    func partAndSecret() throws {
        let platform = Platform(
            name: "x", volatile: [.part(#"^token (\S+)"#), .part(#"(uptime \d+)"#)],
            secrets: [SecretRule(pattern: #"(?:token|password) (\S+)"#, kind: "password")])
        #expect(try text("token Hunter22\n", platform) == "token <volatile>\n")
        let mixed = try text("password Hunter22 uptime 7\n", platform)
        #expect(mixed.hasPrefix("password <secret:password:") && mixed.hasSuffix("> <volatile>\n"))
    }

    private static let list = """
        config a
        end
        config names
            edit "x"
        end
        config b
        end

        """

    @Test("a section goes, with its last line or without", arguments: [true, false])
    func section(through: Bool) throws {
        let platform = Platform(
            name: "x", volatile: [.section(from: "^config names$", until: "^end$", through: through)])
        let expected = "config a\nend\n" + (through ? "" : "end\n") + "config b\nend\n"
        #expect(try text(Self.list, platform) == expected)
        #expect(try text(Self.list.replacing("\n", with: "\r\n"), platform) == expected)
        #expect(try Samples.comparable(Self.list, platform: platform).droppedLines == (through ? 3 : 2))
    }

    @Test("a section that never ends is kept whole, and so is what follows it")
    func endless() throws {
        let platform = Platform(name: "x", volatile: [.section(from: "^begin", until: "^never$", through: true)])
        let collected = "a\nbegin 1\nb\nbegin 2\nc\n"
        #expect(try text(collected, platform) == collected)
        let large = String(repeating: "begin\nx\n", count: 50_000)
        #expect(try text(large, platform) == large)
    }

    @Test("the line that ends a section and stays does not open the next")
    func separators() throws {
        let platform = Platform(name: "x", volatile: [.section(from: "^====", until: "^====", through: false)])
        #expect(try text("a\n==== 1\nclock\n==== 2\nhostname b\n", platform) == "a\n==== 2\nhostname b\n")
    }

    @Test("lines wrapped by a mark are joined before any other rule sees them", arguments: ["\n", "\r\n", "\r\r\n"])
    func marked(end: String) throws {
        let platform = Platform(
            name: "x", volatile: [.line("clock")],
            wrapped: [WrapRule(end: .mark(#"\\$"#), next: #"^\s+"#)],
            secrets: [SecretRule(pattern: #"password=(\S+)"#, kind: "password")])
        let lines = [
            "add name=one \\", "    pass\\", "    word=Hunt\\", "    er22 x=1", "b \\", "not indented", "c clo\\",
            "  ck", "z\\", "",
        ]
        let result = try text(lines.joined(separator: end), platform)
        let secret = Samples.key.fingerprint(of: "Hunter22".utf8, kind: "password", device: Samples.device)
        #expect(result == "add name=one password=\(secret) x=1\nb \\\nnot indented\nz\\\n")
    }

    @Test("lines of exactly so many characters go on in the next")
    func columns() throws {
        let platform = Platform(name: "x", wrapped: [WrapRule(end: .columns(10))])
        #expect(
            try text("0123456789\r\nabcdefghij\r\nrest\r\nshort\r\n", platform) == "0123456789abcdefghijrest\nshort\n")
        #expect(try text("äöü3456789\nx\n", platform) == "äöü3456789x\n")
    }

    @Test("the device's marks of a change are told, each once and without control characters")
    func changeMarks() throws {
        var platform = Samples.ios
        platform.changed = ["^! Last configuration change at (.*)$", #"^#conf_file_ver=(\d+)"#, "^serial "]
        let collected = "! Last configuration change at 10:00 by\u{7} x\r\nhostname a\r\n#conf_file_ver=4400\r\n"
        let normaliser = try Normaliser(platform: platform)
        func marks(_ text: String) throws -> [String] {
            try normaliser.changeMarks(of: Artifact(name: .runningConfig, collected: Array(text.utf8)))
        }
        #expect(try marks(collected) == ["10:00 by x", "4400"])
        #expect(try marks(collected + collected) == ["10:00 by x", "4400"])
        #expect(try marks("hostname a\n").isEmpty)
        #expect(try Normaliser(platform: Samples.linux).changeMarks(of: Artifact(name: "x", collected: [])).isEmpty)
    }

    @Test("the rules' digest covers every kind of rule")
    func digest() throws {
        let base = Platform(
            name: "x", collect: [CollectRule(source: .command("show x", artifact: "x", effect: .none))],
            volatile: ["a"], wrapped: [WrapRule(end: .columns(80))])
        var all: Set<String> = [try Normaliser(platform: base).rulesDigest]
        let changes: [(inout Platform) -> Void] = [
            { $0.volatile = [.part("a")] }, { $0.volatile = [.section(from: "a", until: "b", through: true)] },
            { $0.volatile = [.section(from: "a", until: "b", through: false)] },
            { $0.wrapped = [WrapRule(end: .columns(81))] }, { $0.wrapped[0].next = "b" },
            { $0.wrapped = [WrapRule(end: .mark("80"))] }, { $0.collect[0].syntax = .json }, { $0.syntax = .xml },
            { $0.phi = true },
        ]
        for change in changes {
            var platform = base
            change(&platform)
            all.insert(try Normaliser(platform: platform).rulesDigest)
        }
        #expect(all.count == changes.count + 1)
    }
}

extension ArtifactName: ExpressibleByStringLiteral {
    public init(stringLiteral value: String) { self.init(value) }
}
