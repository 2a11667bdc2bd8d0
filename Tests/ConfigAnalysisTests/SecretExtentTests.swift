import ConfigModel
import Testing

@testable import ConfigAnalysis

@Suite("Secrets of which a rule captures a part")
struct SecretExtentTests {
    /// A rule, a line, and what must be left of the line around the fingerprints.
    static let cases: [(pattern: String, line: String, left: String)] = [
        (#"password (\S+)"#, #"set password "two words" user x"#, #"set password … user x"#),
        (#"password "?(\w+)"#, #"set password "two words" user x"#, #"set password "…" user x"#),
        (#"password "(\S+?)["\s]"#, #"password "a \" b" x"#, #"password "…" x"#),
        (#"password '(\S+)"#, "password 'two words'", "password '…'"),
        (#"password (\S+)"#, #"password "never closed words"#, "password …"),
        (#""password":\s*"(\w+)"#, #"{"password": "two wo\"rds", "a": 1}"#, #"{"password": "…", "a": 1}"#),
        (#"password\\":\\"(\w+)"#, #"x = "{\"password\":\"two words\"}""#, #"x = "{\"password\":\"…\"}""#),
        (#"<password>(\S+)"#, "<password>two words</password>", "<password>…</password>"),
        (
            #"<password><!\[CDATA\[(\w+)"#, "<password><![CDATA[two words]]></password>",
            "<password><![CDATA[…</password>"
        ),
        (#"key (\w+)"#, "key abc/def+gh== 7", "key … 7"),
        (#"password (\w+)"#, "password pa@ss-w!rd level 1", "password … level 1"),
        (#"://[^:]+:(\w+)@"#, "ftp://u:secret@host/a", "ftp://u:…@host/a"),
        (#"://[^:]+:(\w+)"#, "ftp://u:sec@ret@host/a", "ftp://u:…@host/a"),
        (#"password (\S+)"#, "password password Hunter22", "password … …"),
        (#"^root:([^:]+)"#, "root:$6$abc$defghijk:0:0:root:/root", "root:…:0:0:root:/root"),
        (#"key (\w+);"#, "key abcdef; next", "key …; next"),
    ]

    @Test("nothing of the secret is left over, and nothing else goes", arguments: cases.indices)
    func whole(index: Int) throws {
        let (pattern, line, left) = Self.cases[index]
        let platform = Platform(name: "x", secrets: [SecretRule(pattern: PatternText(pattern), kind: "password")])
        let result = try Samples.comparable(line + "\n", name: ArtifactName("/etc/x"), platform: platform)
        let shown = Samples.text(result.bytes).replacing(/<secret:[a-z]+:[0-9a-f]{16}>/, with: "…")
        #expect(shown == left + "\n")
        #expect(result.uncovered.isEmpty)
    }

    private static let block = [
        "        set private-key \"-----BEGIN ENCRYPTED PRIVATE KEY-----", "MIIEowIBAAKCAQEAu1SU1LfVLPHCozMx",
        "H2Mo4lgOEePzNm0t==", "-----END ENCRYPTED PRIVATE KEY-----\"", "    next", "",
    ]

    @Test(
        "a rule that matches the opening line of a key makes the whole block its own",
        arguments: ["\n", "\r\n", "\r\r\n"])
    func resaltedBlock(end: String) throws {
        for pattern in [#"set private-key "(-----BEGIN .*)"#, #"^\s*set private-key ("?)"#, #"-----BEGIN (ENCRYPTED)"#]
        {
            let platform = Platform(
                name: "x",
                secrets: [
                    SecretRule(pattern: PatternText(pattern + ".*"), kind: "private-key", resalted: true),
                    SecretRule(pattern: "ENC (\\S+)", kind: "password", resalted: true),
                ])
            let result = try Samples.comparable(Self.block.joined(separator: end), platform: platform)
            #expect(result.uncovered.isEmpty)
            let quote = pattern.contains("(\"?)") ? "" : "\""
            #expect(
                Samples.text(result.bytes)
                    == "        set private-key \(quote)<secret:private-key:resalted>\"\n    next\n")
        }
    }

    @Test("a key on its opening or closing line is masked too")
    func sameLine() throws {
        let platform = Platform(name: "x")
        let text = "-----BEGIN PRIVATE KEY-----MIIFirst\nMIISecond\nMIIThird-----END PRIVATE KEY-----\nhostname a\n"
        let result = Samples.text(try Samples.comparable(text, platform: platform).bytes)
        #expect(!result.contains("MII"))
        #expect(result.hasPrefix("-----BEGIN PRIVATE KEY-----\n<secret:uncovered:"))
        #expect(result.hasSuffix(">\n-----END PRIVATE KEY-----\nhostname a\n"))
    }

    @Test("a key that is cut short takes no line of the configuration with it")
    func cutShort() throws {
        let text = "-----BEGIN PRIVATE KEY-----\nMIIEowIBAAKCAQEAu1SU1LfVLPHCozMx\nAb9=\nend\nexit\nhostname a\n"
        let result = Samples.text(try Samples.comparable(text, platform: Platform(name: "x")).bytes)
        #expect(!result.contains("MIIE") && !result.contains("Ab9"))
        #expect(result.hasSuffix("\nend\nexit\nhostname a\n"))
    }
}
