import ConfigAnalysis
import ConfigModel

/// Texts such as no sound device sends: pieces of real ones, broken in every way, the same for the same number.
struct GeneratedTexts {
    /// Stands in every text, on a line that a rule of the platform covers: it must never come through.
    static let planted = "Zq9fuzzS3cret"

    private var dice: FuzzDice

    init(number: Int) { dice = FuzzDice(number) }

    struct Case {
        var bytes: [UInt8]
        var name: ArtifactName
        var platform: Int
    }

    mutating func next() -> Case {
        var bytes = Array(Self.seeds[pick(Self.seeds.count)].utf8)
        for _ in 0..<pick(12) { mutate(&bytes) }
        if pick(3) == 0 { bytes = reended(bytes) }
        let line = "\nsnmp-server community \(Self.planted) RO\n"
        let place = pick(4) == 0 ? bytes.count : 0
        bytes.insert(contentsOf: line.utf8, at: place)
        let names = ["running-config", "running-config", "/etc/a.conf", "/etc/a.json", "/etc/a.xml"]
        return Case(bytes: bytes, name: ArtifactName(names[pick(names.count)]), platform: pick(Self.platforms.count))
    }

    private mutating func pick(_ count: Int) -> Int { Int(dice.next() % UInt64(max(count, 1))) }

    private mutating func mutate(_ bytes: inout [UInt8]) {
        let place = pick(bytes.count + 1)
        let end = min(bytes.count, place + pick(40))
        switch pick(9) {
        case 0: bytes.removeSubrange(place..<end)
        case 1: bytes.insert(contentsOf: bytes[place..<end], at: pick(bytes.count + 1))
        case 2: if place < bytes.count { bytes[place] = UInt8(truncatingIfNeeded: dice.next()) }
        case 3: bytes.removeSubrange(place...)
        case 4: bytes.insert(contentsOf: Self.controls[pick(Self.controls.count)], at: place)
        case 5:
            let piece = Self.pieces[pick(Self.pieces.count)]
            for _ in 0...pick(pick(20) == 0 ? 60 : 3) { bytes.insert(contentsOf: piece, at: place) }
        case 6: bytes.insert(contentsOf: Self.seeds[pick(Self.seeds.count)].utf8.prefix(pick(300)), at: place)
        default: bytes.insert(contentsOf: Self.pieces[pick(Self.pieces.count)], at: place)
        }
    }

    private mutating func reended(_ bytes: [UInt8]) -> [UInt8] {
        let end: [UInt8] = [[0x0D, 0x0A], [0x0D, 0x0D, 0x0A], [0x0D], [0x0A, 0x0D]][pick(4)]
        return bytes.flatMap { $0 == 0x0A ? end : [$0] }
    }

    private static let controls: [[UInt8]] = [
        [0], [0x1B, 0x5B, 0x32, 0x4A], Array("\u{1B}]0;title\u{7}".utf8), [0xFF, 0xC3, 0xFF, 0x28], [0x08, 0x08],
        [0x0C],
        [0xE2, 0x80], [0xED, 0xA0, 0x80], [0x7F], [0x01, 0x01],
    ]

    private static let pieces: [[UInt8]] = [
        "password ", "\"password\": \"", "-----BEGIN PRIVATE KEY-----", "-----END ", "-----END PRIVATE KEY-----\n",
        "\n",
        "\r", "{", "}", "[", "]", "\"", "'", "\\", ":", "://", "@", "$6$", "<password>", "</password>", "<", ">",
        "secret",
        "key 7 ", "snmp-server community ", " ", ",", "Private-Lines: 9\n", "password: |\n", "tokens:\n  - a1b2c3\n",
        "/*",
        "*/", "//", "RegisteredUsers\": {", "begin volatile\n", "end volatile\n", "clock 1\n", "\\\n   ", "<![CDATA[",
        "]]>",
        "<!--", "-->", "name=\"password\" value=\"", "ENC ", " ## SECRET-DATA", "config x\n", "edit y\n", "next\n",
        "end\n",
        "banner motd ^C\n", "^C\n", "<secret:key:resalted>", "<volatile>", "% Invalid input\n", "name: DB_PASSWORD\n",
        "value: x1\n", "=hex:01,\\\n", "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0",
    ].map { Array($0.utf8) }

    private static let seeds = [
        """
        hostname sw-1
        ! clock 10:00:00 saved
        enable secret 9 $9$abcdefgh$ijklmnop
        username ops privilege 15 secret 9 $9$nhEmQVczB7dqsO$X.HsgL6x1il0RxkOSSvyQ
        interface GigabitEthernet1
         description uplink, password in the safe
         ip address 10.0.0.1 255.0.0.0
        crypto pki certificate chain X
         certificate self-signed 01
          3082 0204
          \tquit
        banner motd ^C
        begin volatile
        ^C
        router bgp 65000
         address-family ipv4
          neighbor 10.0.0.2 password 7 0822455D0A16
         exit-address-family
        end

        """,
        """
        #config-version=FG:opmode=0
        config vpn certificate local
            edit "ward"
                set private-key "-----BEGIN ENCRYPTED PRIVATE KEY-----
        MIIFHDBOBgkqhkiG9w0BBQ0wQTApBgkqhkiG9w0BBQwwHAQI0pJlq0nFJkQCAggA
        -----END ENCRYPTED PRIVATE KEY-----"
                set psksecret ENC a7Gd0/kMmx9fQ1r2Jkd8sXyZa7Gd0==
            next
        end
        begin volatile
            edit "x"
        end volatile

        """,
        """
        system {
            root-authentication {
                encrypted-password "$6$aBcDeFgH$0123456789abcdef"; ## SECRET-DATA
            }
            /* a comment */
            services { ssh; }
        }

        """,
        """
        // a comment
        { "Name" : "PACS", "RegisteredUsers" : { "alice" : "AlicePw99" },
          "Peers" : { "p" : [ "http://10.0.0.5/", "alice", "PeerPw99" ] },
          "tokens" : [ "TokenA99", "TokenB99" ], "a": {"b": [[[1, 2], {"Password" : 12345678}]]} }

        """,
        """
        <?xml version="1.0"?>
        <config><user name="a"><password>Hunter22
          more</password></user><!-- x -->
          <property name="db.password" value="Hunter22"/>
          <entry><string>password</string><string>Hunter22</string></entry>
          <k><![CDATA[x]]></k></config>

        """,
        "add name=x password=Hunter22 \\\n    service=l2tp\nadd comment=\"a b\" psk=\"x y\"\n",
        "db:\n  password: |\n    Hunter22\n  tokens:\n    - a1\n    - b2\nenv:\n  - name: DB_PASSWORD\n    value: Hunter22\n",
        "[main]\nkey = 1\npassword = Hunter22\n\"DefaultPassword\"=hex:01,02,\\\n  03,04\n    P    REG_SZ    x\n",
        "", "\n\n\n",
    ]

    static let platforms: [Platform] = {
        let secrets = [
            SecretRule(pattern: #"^snmp-server community (\S+)"#, kind: "community"),
            SecretRule(pattern: #"(?:password|secret) (?:\d )?(\w+)"#, kind: "password"),
            SecretRule(pattern: "ENC (\\S+)", kind: "password", resalted: true),
            SecretRule(pattern: #"private-key "(-----BEGIN .*)"#, kind: "private-key", resalted: true),
            SecretRule(pattern: #"password=("[^"]*"|\S+)"#, kind: "password"),
        ]
        let volatile: [VolatileRule] = [
            "^clock", .part(#"clock (\S+)"#),
            .section(from: "^begin volatile", until: "^end volatile", through: true),
        ]
        return Platform.Syntax.allCases.flatMap { syntax in
            [
                Platform(
                    name: "x", errors: ["^% ?Invalid"],
                    collect: [
                        CollectRule(
                            source: .command("show", artifact: "running-config", effect: .none), endMarker: "^end",
                            leastLines: 2)
                    ], volatile: volatile, changed: ["saved at (.*)"], secrets: secrets, syntax: syntax,
                    ordered: ["^router", "^config"]),
                Platform(
                    name: "y", volatile: volatile,
                    wrapped: [WrapRule(end: .mark(#"\\$"#), next: #"^\s+"#), WrapRule(end: .columns(60))],
                    secrets: secrets, syntax: syntax),
            ]
        }
    }()
}

/// Numbers that look random and are the same at every run (SplitMix64).
struct FuzzDice: Sendable {
    private var state: UInt64
    init(_ seed: Int) { state = UInt64(truncatingIfNeeded: seed) &* 0x2545_F491_4F6C_DD1D &+ 1 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}

/// Puts generated texts through normaliser, gate, trees and drift.
struct GeneratedTextCheck {
    private let stages: [(normaliser: Normaliser, gate: Gate)]
    private let key = FingerprintKey(epoch: 1, bytes: [UInt8](repeating: 42, count: 32))
    private let device: DeviceID

    init(device: DeviceID) throws {
        self.device = device
        stages = try GeneratedTexts.platforms.map { (try Normaliser(platform: $0), try Gate(platform: $0)) }
    }

    /// What is wrong with what became of text `number`; nil when nothing is.
    func fault(number: Int) -> String? {
        var texts = GeneratedTexts(number: number)
        let (one, other) = (texts.next(), texts.next())
        do {
            let new = try comparable(one)
            if let fault = fault(in: new.bytes) { return "text \(number): \(fault)" }
            // The lines of uncovered secrets exist.
            let lines = new.bytes.count { $0 == 0x0A }
            guard new.uncovered.allSatisfy({ (1...max(lines, 1)).contains($0.line) }) else {
                return "text \(number): an uncovered secret in a line that is not there"
            }
            _ = try stages[one.platform].gate.doubts(
                about: Capture(artifacts: [Artifact(name: one.name, collected: one.bytes)], facts: Facts()),
                previous: [one.name: other.bytes.count])
            let platform = GeneratedTexts.platforms[one.platform]
            let tree = ConfigTree(one.bytes, syntax: platform.syntax)
            guard tree.printed == one.bytes else { return "text \(number): its tree is another text" }
            let old = try stages[one.platform].normaliser.comparable(
                Artifact(name: one.name, collected: other.bytes), device: device, key: key)
            _ = try drift(
                of: device, actual: ComparableSnapshot(texts: [one.name: new.bytes]),
                expected: ComparableSnapshot(texts: [one.name: old.bytes]), platform: platform)
            return lineEndFault(of: one, number: number, expected: new.bytes)
        } catch {
            return "text \(number): \(error)"
        }
    }

    private func comparable(_ text: GeneratedTexts.Case) throws -> ComparableText {
        try stages[text.platform].normaliser.comparable(
            Artifact(name: text.name, collected: text.bytes), device: device, key: key)
    }

    private func fault(in bytes: [UInt8]) -> String? {
        if !bytes.isEmpty, bytes.last != 0x0A { return "it has no final line end" }
        let planted = Array(GeneratedTexts.planted.utf8)
        let hasSecret = bytes.indices.contains { bytes[$0] == planted[0] && bytes[$0...].starts(with: planted) }
        return hasSecret ? "a secret came through" : nil
    }

    /// The comparable text is the same whatever ends the lines of the collected one.
    private func lineEndFault(of text: GeneratedTexts.Case, number: Int, expected: [UInt8]) -> String? {
        guard !text.bytes.contains(0x0D) else { return nil }
        // A file that is no text is told by a digest of its bytes.
        guard !text.name.isFile || String(validating: text.bytes, as: UTF8.self) != nil, !text.bytes.contains(0) else {
            return nil
        }
        for end: [UInt8] in [[0x0D, 0x0A], [0x0D, 0x0D, 0x0A]] {
            var other = text
            other.bytes = text.bytes.flatMap { $0 == 0x0A ? end : [$0] }
            guard (try? comparable(other).bytes) == expected else {
                return "text \(number): \(end.count == 2 ? "CR LF" : "CR CR LF") makes another text of it"
            }
        }
        return nil
    }
}
