import ConfigModel
import Testing

@testable import ConfigAnalysis

@Suite("Comparable text")
struct NormaliserTests {
    private static let config = """
        Building configuration...

        Current configuration : 1234 bytes
        ! Last configuration change at 10:00:00 UTC
        hostname sw-1
        enable secret 9 $9$abcdefgh$ijkl
        snmp-server community public RO
        snmp-server community private RW
        ntp clock-period 17179
        wpa passphrase Vendor-Salted wpa2 passphrase Other-Salted
        end


        """

    @Test("volatile lines go, secrets become fingerprints, one line end stays")
    func whole() throws {
        let result = try Samples.comparable(Self.config)
        #expect(result.droppedLines == 4)
        #expect(result.fingerprints == ["community": 2, "password": 1, "psk": 2])
        #expect(result.uncovered.isEmpty)
        let text = Samples.text(result.bytes)
        #expect(text.hasPrefix("hostname sw-1\n"))
        #expect(text.hasSuffix("wpa passphrase <secret:psk:resalted> wpa2 passphrase <secret:psk:resalted>\nend\n"))
        let community = Samples.key.fingerprint(of: "public".utf8, kind: "community", device: Samples.device)
        #expect(text.contains("snmp-server community \(community) RO\n"))
    }

    @Test("line ends and white space that a terminal adds make no difference")
    func lineEnds() throws {
        let unix = try Samples.comparable(Self.config)
        #expect(try Samples.comparable(Self.config.replacing("\n", with: "\r\n")) == unix)
        #expect(try Samples.comparable(Self.config.replacing("\n", with: "  \r\n")) == unix)
        #expect(try Samples.comparable(Self.config + "\r\n\r\n") == unix)
        #expect(try Samples.comparable("").bytes.isEmpty)
        #expect(try Samples.comparable("\r\n\r\n").bytes.isEmpty)
        #expect(Samples.text(try Samples.comparable("a").bytes) == "a\n")
    }

    @Test("white space in a file is the file's own")
    func files() throws {
        let name = ArtifactName("/etc/motd")
        #expect(Samples.text(try Samples.comparable("\na  \r\nb\n\n", name: name).bytes) == "\na  \nb\n")
    }

    @Test("the net leaves fingerprints alone")
    func twice() throws {
        let once = try Samples.comparable(Self.config)
        let again = try Samples.comparable(once.bytes, platform: Platform(name: "bare"))
        #expect(again.bytes == once.bytes)
        #expect(again.uncovered.isEmpty)
    }

    @Test("of secrets that overlap nothing is left over, whichever rule comes first")
    func overlapping() throws {
        for rules in [["key (ab)", "key (abcd)"], ["key (abcd)", "key (ab)"], ["key (abc)", "b(cd)"]] {
            let platform = Platform(name: "x", secrets: rules.map { SecretRule(pattern: PatternText($0), kind: "key") })
            let text = Samples.text(try Samples.comparable("key abcd.\n", platform: platform).bytes)
            #expect(text.hasPrefix("key <secret:key:") && text.hasSuffix(">.\n"))
        }
    }

    @Test("a file that is no text is one line with a keyed digest")
    func binary() throws {
        let name = ArtifactName("/boot/image")
        let bytes: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 0, 1, 2]
        let text = Samples.text(try Samples.comparable(bytes, name: name).bytes)
        #expect(text.wholeMatch(of: /binary, 7 bytes, keyed digest [0-9a-f]{16}\n/) != nil)
        #expect(try Samples.comparable([0xFF, 0xFE], name: name).bytes != Array(text.utf8))
        #expect(Samples.text(try Samples.comparable("grüße\n", name: name).bytes) == "grüße\n")
    }

    @Test("a platform that may hold patient data keeps a digest only")
    func patientData() throws {
        let platform = Platform(name: "x", phi: true)
        let text = Samples.text(try Samples.comparable("patient: Doe, John\n", platform: platform).bytes)
        #expect(text.wholeMatch(of: /content, 19 bytes, keyed digest [0-9a-f]{16}\n/) != nil)
    }

    @Test("a faulty pattern names where it was written; one that runs away names the artifact")
    func faults() throws {
        let place = SourceLocation(file: "p.yaml", line: 3, column: 5)
        let faulty = Platform(name: "x", volatile: [.line(PatternText("(", location: place))])
        #expect {
            try Normaliser(platform: faulty)
        } throws: { "\($0)".hasPrefix("p.yaml:3:5: platform x: pattern '('") }
        let runaway = Platform(name: "x", volatile: [.line(PatternText("(a+)+$", location: place))])
        #expect {
            try Samples.comparable(String(repeating: "a", count: 40) + "!", platform: runaway)
        } throws: { "\($0)".hasPrefix("p.yaml:3:5: platform x, while reading running-config of sw-1") }
    }

    @Test("the digest of the rules changes with any rule, and with nothing else")
    func rulesDigest() throws {
        let digest = try Normaliser(platform: Samples.ios).rulesDigest
        var other = Samples.ios
        other.title = "another title"
        #expect(try Normaliser(platform: other).rulesDigest == digest)
        other.volatile.append("^uptime")
        #expect(try Normaliser(platform: other).rulesDigest != digest)
        other = Samples.ios
        other.secrets[0].resalted = true
        #expect(try Normaliser(platform: other).rulesDigest != digest)
    }

    @Test("any bytes can be normalised, and no secret gets through by being odd")
    func randomBytes() throws {
        let normaliser = try Normaliser(platform: Samples.ios)
        let pieces = [
            "password ", "\"password\": \"", "-----BEGIN PRIVATE KEY-----", "-----END ", "\n", "\r", "{", "}", "[",
            "\"", "\\",
            ":", "://", "@", "$6$", "<password>", "secret", "key 7 ", "snmp-server community ", " ", ",", "\u{0}",
            "Private-Lines: 9\n",
            "password: |\n", "/*", "//", "RegisteredUsers\": {",
        ].map { Array($0.utf8) }
        var dice = Dice(1)
        for _ in 0..<10_000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...12, using: &dice) {
                if Bool.random(using: &dice) {
                    bytes += pieces.randomElement(using: &dice) ?? []
                } else {
                    bytes += (0..<Int.random(in: 1...6, using: &dice)).map { _ in
                        UInt8.random(in: 0...255, using: &dice)
                    }
                }
            }
            let name: ArtifactName = Bool.random(using: &dice) ? .runningConfig : ArtifactName("/etc/x")
            let result = try normaliser.comparable(
                Artifact(name: name, collected: bytes), device: Samples.device, key: Samples.key)
            #expect(result.bytes.isEmpty || result.bytes.last == 0x0A)
        }
    }

    @Test("a line of many megabytes takes no longer than many lines")
    func longLine() throws {
        let long = String(repeating: "password=aaaaaaaaaa,\"token\":\"x1y2\",", count: 10_000)
        let clock = ContinuousClock()
        let began = clock.now
        _ = try Samples.comparable("{" + long + "}", name: ArtifactName("/a.json"))
        _ = try Samples.comparable(String(repeating: "-----BEGIN PRIVATE KEY-----\n", count: 5_000))
        _ = try Samples.comparable(String(repeating: "<password ", count: 20_000))
        #expect(clock.now - began < .seconds(60))
    }
}

@Suite("Texts that a pattern requires")
struct RequiredLiteralsTests {
    @Test(
        "the longest text that must occur is found, of each alternative",
        arguments: [
            (#"^ntp clock-period \d+"#, ["ntp clock-period "]), (#"^(?:abc|defg)x?"#, ["abc", "defg"]),
            (#"(?i)Password (\S+)"#, ["password "]), (#"a\.b\.c"#, ["a.b.c"]), (#"colou?r"#, ["colo"]),
            (#"ab+cd{2}"#, ["ab"]), (#"foo|barbar"#, ["foo", "barbar"]), (#"[xyz]hello[^\]]"#, ["hello"]),
        ])
    func found(pattern: String, literals: [String]) {
        #expect(RequiredLiterals.of(pattern).map { $0.map { String(decoding: $0, as: UTF8.self) } } == literals)
    }

    @Test(
        "where nothing is certain nothing is required",
        arguments: [
            #"\d+"#, #"a|"#, #"(?:foo)?"#, #"(?!foo)."#, #"(?x) foo"#, #"\x41bcd"#, #"abc|\w"#, #"(*ANY)abc"#,
            #"(?#abc)d"#, "x",
        ])
    func notFound(pattern: String) { #expect(RequiredLiterals.of(pattern) == nil) }
}
