import ConfigModel
import Testing

@testable import ConfigAnalysis

@Suite("Drift")
struct DriftTests {
    private static let base = """
        hostname sw-1
        ntp server 10.0.0.1
        ip access-list extended MGMT
         permit tcp any any eq 22
         permit tcp any any eq 443
         deny ip any any
        interface GigabitEthernet1
         description uplink
         switchport access vlan 10
        interface GigabitEthernet2
         description spare
        snmp-server community <secret:community:1111111111111111> RO
        line vty 0 4
         transport input ssh
        end

        """

    private func drift(_ edit: (String) -> String) throws -> [Finding] { try Samples.drift(Self.base, edit(Self.base)) }

    @Test("equal texts have no drift")
    func equal() throws { #expect(try drift { $0 }.isEmpty) }

    @Test("a changed line is one finding, under its section")
    func changedLine() throws {
        let findings = try drift { $0.replacing("access vlan 10", with: "access vlan 20") }
        #expect(findings.count == 1)
        #expect(findings.first?.class == .config)
        #expect(findings.first?.path == ["interface GigabitEthernet1"])
        #expect(findings.first?.missing == ["switchport access vlan 10"])
        #expect(findings.first?.extra == ["switchport access vlan 20"])
        #expect(findings.first?.severity == .warning)
    }

    @Test("telnet opened and a rogue community weigh more")
    func heavyLines() throws {
        let telnet = try drift { $0.replacing("transport input ssh", with: "transport input ssh telnet") }
        #expect(telnet.map(\.severity) == [.major])
        #expect(telnet.first?.path == ["line vty 0 4"])
        let rogue = try drift {
            $0.replacing("line vty", with: "snmp-server community <secret:community:2222222222222222> RW\nline vty")
        }
        #expect(rogue.map(\.severity) == [.major])
        #expect(rogue.first?.extra == ["snmp-server community <secret:community:2222222222222222> RW"])
        #expect(rogue.first?.class == .config)
    }

    @Test("a change of nothing but a secret says so; a re-salted one is none")
    func secrets() throws {
        let changed = try drift { $0.replacing("1111111111111111", with: "2222222222222222") }
        #expect(changed.map(\.class) == [.secret])
        #expect(changed.first?.missing == ["snmp-server community <secret:community:1111111111111111> RO"])
        #expect(try drift { $0.replacing("1111111111111111", with: "resalted") }.isEmpty)
    }

    @Test("a section that came or went is one finding with its lines")
    func sections() throws {
        let extra = try drift {
            $0.replacing("line vty", with: "interface Vlan99\n ip address 10.9.9.9 255.0.0.0\n shutdown\nline vty")
        }
        #expect(extra.count == 1)
        #expect(extra.first?.extra == ["interface Vlan99", " ip address 10.9.9.9 255.0.0.0", " shutdown"])
        #expect(extra.first?.path == [])
        let missing = try drift { $0.replacing("interface GigabitEthernet2\n description spare\n", with: "") }
        #expect(missing.map(\.missing) == [["interface GigabitEthernet2", " description spare"]])
    }

    @Test("order counts in an access list and nowhere else")
    func order() throws {
        let acl = try drift {
            $0.replacing(
                " permit tcp any any eq 443\n deny ip any any\n", with: " deny ip any any\n permit tcp any any eq 443\n"
            )
        }
        #expect(acl.map(\.class) == [.order])
        #expect(acl.first?.path == ["ip access-list extended MGMT"])
        #expect(acl.first?.severity == .major)
        #expect(
            try drift {
                $0.replacing(
                    " description uplink\n switchport access vlan 10\n",
                    with: " switchport access vlan 10\n description uplink\n")
            }.isEmpty)
        #expect(
            try Samples.drift(
                "access-list 1 permit a\naccess-list 1 deny b\n", "access-list 1 deny b\naccess-list 1 permit a\n"
            ).map(\.class) == [.order])
    }

    @Test("a line that says what holds without it is no difference, whichever side has it")
    func defaults() throws {
        let platform = Platform(
            name: "x", syntax: .indented, defaults: ["^no shutdown$", "^mtu 1500$"].map { PatternText($0) })
        let (plain, told) = ("interface a\n description x\n", "interface a\n description x\n no shutdown\n mtu 1500\n")
        #expect(try Samples.drift(plain, told, platform: platform).isEmpty)
        #expect(try Samples.drift(told, plain, platform: platform).isEmpty)
        #expect(try Samples.drift(told, plain.replacing("x", with: "y"), platform: platform).count == 1)
        let other = try Samples.drift(told, told.replacing("1500", with: "9000"), platform: platform)
        #expect(other.map(\.extra) == [["mtu 9000"]])
    }

    @Test("lines below a menu's path belong to it: order counts where the platform says so")
    func menus() throws {
        let platform = Platform(name: "x", syntax: .menu, ordered: [PatternText("^/ip firewall filter$")])
        let text =
            "/ip firewall filter\nadd action=accept chain=input\nadd action=drop chain=input\n/ip service\nset telnet disabled=yes\nset www disabled=yes\n"
        let moved = text.replacing(
            "set telnet disabled=yes\nset www disabled=yes", with: "set www disabled=yes\nset telnet disabled=yes")
        #expect(try Samples.drift(text, moved, platform: platform).isEmpty)
        let swapped = text.replacing(
            "add action=accept chain=input\nadd action=drop chain=input",
            with: "add action=drop chain=input\nadd action=accept chain=input")
        #expect(try Samples.drift(text, swapped, platform: platform).map(\.class) == [.order])
        let opened = try Samples.drift(
            text, text.replacing("telnet disabled=yes", with: "telnet disabled=no"), platform: platform)
        #expect(opened.map(\.path) == [["/ip service"]])
    }

    @Test("a line that stands twice is missed when it stands once")
    func duplicates() throws {
        #expect(try Samples.drift("a\na\nb\n", "a\nb\n").map(\.missing) == [["a"]])
        #expect(try Samples.drift("a\nb\n", "a\nb\na\n").map(\.extra) == [["a"]])
    }

    @Test("changes far apart are findings of their own, neighbours are one")
    func grouping() throws {
        let findings = try Samples.drift("a 1\nb 1\nc\nd\ne 1\n", "a 2\nb 2\nc\nd\ne 2\n")
        #expect(findings.map(\.missing) == [["a 1", "b 1"], ["e 1"]])
        #expect(findings.map(\.extra) == [["a 2", "b 2"], ["e 2"]])
    }

    @Test("drift in JSON shows the path, whether it stands on one line or on many")
    func json() throws {
        let text =
            #"{ "Name": "A", "DicomModalities": { "PACS": [ "PACS", "10.0.0.1", 104 ], "WS": [ "WS", "10.0.0.2", 104 ] }, "Port": 1 }"#
        for name in [ArtifactName("/etc/orthanc/orthanc.json"), ArtifactName("/etc/x")] {
            let findings = try Samples.drift(
                text, text.replacing("10.0.0.1", with: "10.6.6.6"), platform: Samples.linux, name: name)
            #expect(findings.map(\.path) == [["DicomModalities", "PACS"]])
            #expect(findings.map(\.extra) == [["\"10.6.6.6\""]])
        }
        let member = try Samples.drift(
            text, text.replacing("\"Port\": 1", with: "\"Port\" : 2"), platform: Samples.orthanc)
        #expect(member.map(\.missing) == [["\"Port\": 1"]])
        let moved =
            #"{"Port":1,"DicomModalities":{"WS":["WS","10.0.0.2",104],"PACS":["PACS","10.0.0.1",104]},"Name":"A"}"#
        #expect(try Samples.drift(text, moved, platform: Samples.orthanc).isEmpty)
    }

    @Test("lines of a plain file are compared in order")
    func opaque() throws {
        let name = ArtifactName("/etc/ssh/sshd_config")
        let findings = try Samples.drift("a\nb\nc\n", "a\nB\nc\nd\n", platform: Samples.linux, name: name)
        #expect(findings.map(\.missing) == [["b"], []])
        #expect(findings.map(\.extra) == [["B"], ["d"]])
    }

    @Test("artifacts that came or went are findings")
    func artifacts() throws {
        let one = ComparableSnapshot(texts: [.runningConfig: Array("a\n".utf8)])
        let two = ComparableSnapshot(texts: [.runningConfig: Array("a\n".utf8), .startupConfig: Array("a\n".utf8)])
        let gone = try ConfigAnalysis.drift(of: Samples.device, actual: one, expected: two, platform: Samples.ios)
        #expect(gone.map(\.severity) == [.major])
        #expect(gone.first?.artifact == .startupConfig)
        let new = try ConfigAnalysis.drift(of: Samples.device, actual: two, expected: one, platform: Samples.ios)
        #expect(new.map(\.severity) == [.warning])
        #expect(new.first?.id != gone.first?.id)
    }

    @Test(
        "firmware: another digest under the same version is critical, with another version it is major",
        arguments: [("1", Finding.Severity.critical), ("2", .major)])
    func firmware(version: String, severity: Finding.Severity) throws {
        func snapshot(_ version: String, _ digest: String?, note: String? = nil) -> ComparableSnapshot {
            // A whole digest of two letters.
            let digest = digest.map { String(repeating: $0, count: 32) }
            let image = FirmwareImage(path: "/boot/a.bin", size: 5, sha256: digest, note: note)
            return ComparableSnapshot(
                facts: Facts(model: "M", serials: ["S2", "S1"], version: version, images: [image]))
        }
        func drift(_ actual: ComparableSnapshot) throws -> [Finding] {
            try ConfigAnalysis.drift(
                of: Samples.device, actual: actual, expected: snapshot("1", "aa"), platform: Samples.linux)
        }
        let image = try drift(snapshot(version, "bb")).filter { $0.path == ["/boot/a.bin"] }
        #expect(image.map(\.severity) == [severity])
        #expect(try drift(snapshot(version, "AA")).allSatisfy { $0.path.isEmpty })
        #expect(try drift(snapshot("1", nil, note: "no permission")).map(\.class) == [.firmware])
        var other = snapshot("1", nil)
        other.facts.images[0].digest = ImageDigest(.md5, String(repeating: "a", count: 32))
        let findings = try drift(other)
        #expect(findings.map(\.severity) == [.warning])
        #expect(findings.allSatisfy { $0.summary.contains("cannot be assessed") })
        var swapped = snapshot("1", "aa")
        swapped.facts.serials = ["S1", "S2"]
        #expect(try drift(swapped).isEmpty)
        swapped.facts.serials = ["S1", "S3"]
        #expect(try drift(swapped).map(\.severity) == [.major])
    }
}

@Suite("Drift of generated configurations")
struct GeneratedDriftTests {
    private struct Section {
        var header: String
        var lines: [String]
        var sections: [Section]

        func printed(_ indent: Int = 0) -> String {
            let inside = String(repeating: " ", count: indent + 1)
            return String(repeating: " ", count: indent) + header + "\n" + lines.map { inside + $0 + "\n" }.joined()
                + sections.map { $0.printed(indent + 1) }.joined()
        }

        func shuffled(_ dice: inout Dice) -> Section {
            var other = self
            other.lines.shuffle(using: &dice)
            other.sections = other.sections.map { $0.shuffled(&dice) }.shuffled(using: &dice)
            return other
        }
    }

    private static func section(_ depth: Int, _ dice: inout Dice, _ number: inout Int) -> Section {
        number += 1
        let header = "section \(number)"
        let lines = (0...Int.random(in: 0...3, using: &dice)).map {
            "leaf \(number) \($0) value \(Int.random(in: 0...9, using: &dice))"
        }
        let below = depth < 3 ? Int.random(in: 0...2, using: &dice) : 0
        return Section(
            header: header, lines: lines, sections: (0..<below).map { _ in section(depth + 1, &dice, &number) })
    }

    private static func top(_ dice: inout Dice) -> [Section] {
        var number = 0
        return (0...Int.random(in: 1...4, using: &dice)).map { _ in section(0, &dice, &number) }
    }

    private static func text(_ sections: [Section]) -> String { sections.map { $0.printed() }.joined() + "end\n" }

    @Test("shuffling what is unordered is no drift; one changed leaf is one finding at its path")
    func properties() throws {
        for seed in 0..<300 {
            var dice = Dice(seed)
            let sections = Self.top(&dice)
            let text = Self.text(sections)
            #expect(ConfigTree(Array(text.utf8), syntax: .indented).printed == Array(text.utf8))
            let shuffled = Self.text(sections.map { $0.shuffled(&dice) }.shuffled(using: &dice))
            #expect(try Samples.drift(text, shuffled).isEmpty)
            try checkMutations(of: text, against: text, &dice)
            try checkMutations(of: shuffled, against: text, &dice)
        }
    }

    private func checkMutations(of text: String, against base: String, _ dice: inout Dice) throws {
        var lines = text.split(separator: "\n").map(String.init)
        guard let index = lines.indices.filter({ lines[$0].contains("leaf ") }).randomElement(using: &dice) else {
            return
        }
        let line = lines[index]
        let tree = ConfigTree(Array(text.utf8), syntax: .indented)
        let path = tree.section(atLine: index)
        lines[index] = line + "9"
        let findings = try Samples.drift(base, lines.joined(separator: "\n") + "\n")
        #expect(findings.count == 1 && findings.first?.path == path, "\(findings) for \(line)")
        #expect(findings.first?.missing == [String(line.drop { $0 == " " })])
    }
}
