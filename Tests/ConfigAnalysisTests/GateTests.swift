import ConfigModel
import Testing

@testable import ConfigAnalysis

@Suite("The gate")
struct GateTests {
    private static let good =
        "hostname sw-1\n!\ninterface Vlan1\n ip address 10.0.0.1 255.0.0.0\n!\nline vty 0 4\nend\n"

    private func reasons(
        _ text: [UInt8], defects: [String] = [], name: ArtifactName = .runningConfig, previous: Int? = nil
    ) throws -> [String] {
        let capture = Capture(artifacts: [Artifact(name: name, collected: text, defects: defects)], facts: Facts())
        let others = name == .runningConfig ? [] : [Artifact(name: .runningConfig, collected: Array(Self.good.utf8))]
        return try Gate(platform: Samples.ios).reasons(
            against: Capture(artifacts: capture.artifacts + others, facts: Facts()),
            previous: previous.map { [name: $0] } ?? [:])
    }

    @Test("a complete text passes, with LF and with CR LF")
    func complete() throws {
        #expect(try reasons(Array(Self.good.utf8)) == [])
        #expect(try reasons(Array(Self.good.replacing("\n", with: "\r\n").utf8)) == [])
        #expect(try reasons(Array((Self.good + "\r\n\r\n").utf8)) == [])
    }

    @Test(
        "what is not clearly whole is stopped, in words",
        arguments: [
            ("", "empty"), ("\r\n \r\n", "empty"), ("hostname a\nend\n", "at least 5"),
            (String(good.dropLast(5)), "cut short"),
            (good.replacing("!\nline", with: "% Invalid input detected at '^' marker.\nline"), "error text"),
            (good.replacing("sw-1", with: "sw\u{0}1"), "control character (byte 0x00)"),
            (good.replacing("sw-1", with: "sw\u{1B}[7m"), "control character (byte 0x1b)"),
        ])
    func stopped(text: String, words: String) throws {
        let reasons = try reasons(Array(text.utf8))
        #expect(reasons.contains { $0.hasPrefix("running-config: ") && $0.contains(words) }, "\(reasons)")
    }

    @Test("invalid UTF-8 in an answer names its line")
    func invalidText() throws {
        let reasons = try reasons(Array("a\nb\nc\nd\n".utf8) + [0xC3, 0x28, 0x0A] + Array("end\n".utf8))
        #expect(reasons == ["running-config: line 5 has invalid UTF-8 (byte 0xc3): the answer was garbled"])
    }

    @Test("an error text that the configuration quotes is no error")
    func quoted() throws {
        let banner = "banner motd ^C\n% Invalid logins are reported\n^C\n"
        let quoting = " description % Invalid input\nalias exec x % Invalid\n"
        #expect(try reasons(Array((banner + quoting + Self.good).utf8)) == [])
    }

    @Test("what the session noticed is passed on once")
    func defects() throws {
        #expect(try reasons(Array(Self.good.utf8), defects: ["cut at 5 bytes"]) == ["running-config: cut at 5 bytes"])
    }

    @Test("a text that shrank by more than half is doubted")
    func shrunk() throws {
        #expect(try reasons(Array(Self.good.utf8), previous: Self.good.utf8.count * 2 + 1).count == 1)
        #expect(try reasons(Array(Self.good.utf8), previous: Self.good.utf8.count * 2).isEmpty)
    }

    @Test("a file may be empty and hold any bytes")
    func files() throws {
        #expect(try reasons([], name: ArtifactName("/etc/x")) == [])
        #expect(try reasons([0, 0xFF], name: ArtifactName("/etc/x")) == [])
    }

    @Test("nothing at all, and a command without its artifact, are stopped")
    func missing() throws {
        let gate = try Gate(platform: Samples.ios)
        #expect(try gate.reasons(against: Capture(artifacts: [], facts: Facts())).count == 2)
    }

    private static let contexts = Platform(
        name: "x",
        lists: [
            "vdom": ListRule(
                command: "list", effect: .none, find: "^name=(.*)", allow: "^[A-Za-z0-9_.-]{1,31}$", optional: false)
        ],
        collect: [
            CollectRule(
                source: .command(["show full", "show"], artifact: "running-config-{vdom}", effect: .none),
                endMarker: "^end$", foreach: "vdom"),
            CollectRule(source: .command("show start", artifact: "startup", effect: .none), optional: true),
        ])

    private func capture(_ texts: [String: String]) -> Capture {
        Capture(
            artifacts: texts.sorted { $0.key < $1.key }.map {
                Artifact(name: ArtifactName($0.key), collected: Array($0.value.utf8))
            }, facts: Facts())
    }

    @Test("an artifact of a context is held to the rule that its name is filled from")
    func contexts() throws {
        let gate = try Gate(platform: Self.contexts)
        #expect(try gate.doubts(about: capture(["running-config-root": "a\nend\n"])).isEmpty)
        let cut = try gate.reasons(against: capture(["running-config-root": "a\nend\n", "running-config-b": "a\n"]))
        #expect(cut.count == 1 && cut[0].hasPrefix("running-config-b: its end"))
        // A name that no value can fill comes from no rule, and the rule's own artifact is missing.
        let other = try gate.reasons(against: capture(["running-config-a b": "a\n", "startup": "x"]))
        #expect(other == ["running-config-{vdom}: it is missing: 'show full', 'show' brought nothing"])
    }

    @Test("a device that has no contexts, and may have none, misses nothing")
    func noContexts() throws {
        var platform = Self.contexts
        platform.lists["vdom"]?.optional = true
        #expect(try Gate(platform: platform).doubts(about: capture(["startup": "x"])).isEmpty)
    }

    @Test("what shrank or went is read again, and accepted when the second reading agrees")
    func secondReading() throws {
        var platform = Self.contexts
        platform.volatile = ["^clock"]
        let gate = try Gate(platform: platform)
        let name = ArtifactName("running-config-root")
        let first = capture(["running-config-root": "clock 1\na\nend\n"])
        let previous: [ArtifactName: Int] = [name: 1_000, "startup": 5, "/etc/x": 9]
        let doubts = try gate.doubts(about: first, previous: previous)
        #expect(doubts == [.shrunk(name, from: 1_000, to: 14), .gone("startup")])
        #expect(doubts.allSatisfy { $0.asksForSecondReading })
        let same = capture(["running-config-root": "clock 2\r\na\r\nend\r\n"])
        #expect(try gate.reasons(against: first, previous: previous, secondReading: same).isEmpty)
        let differing = capture(["running-config-root": "clock 2\na\nb\nend\n", "startup": "x"])
        #expect(try gate.doubts(about: first, previous: previous, secondReading: differing) == doubts)
        let unsound = capture(["running-config-root": "clock 1\na\n"])
        #expect(try gate.doubts(about: first, previous: previous, secondReading: unsound) == doubts)
    }

    @Test("no second reading settles a fault")
    func faultStays() throws {
        let gate = try Gate(platform: Self.contexts)
        let cut = capture(["running-config-root": "a\n"])
        let good = capture(["running-config-root": "a\nend\n"])
        let doubts = try gate.doubts(about: cut, secondReading: good)
        #expect(doubts.count == 1 && doubts.allSatisfy { !$0.asksForSecondReading })
    }

    @Test("the end marker must be the last line that is not blank")
    func endIsLast() throws {
        #expect(try reasons(Array((Self.good + "more\n").utf8)).count == 1)
    }

    @Test("of an error line only what the pattern knows is shown: the rest may be a secret")
    func errorLine() throws {
        let text = Self.good.replacing("!\nline", with: "% Invalid: password Hunter22\nline")
        let reasons = try reasons(Array(text.utf8))
        #expect(reasons.count == 1 && !reasons[0].contains("Hunter22") && reasons[0].contains("'% Invalid'"))
    }

    @Test("a pattern that runs away names its file and line")
    func runaway() throws {
        let place = SourceLocation(file: "p.yaml", line: 7, column: 3)
        let text = Array((String(repeating: "a", count: 60) + "!\n").utf8)
        let end = Platform(
            name: "x",
            collect: [
                CollectRule(
                    source: .command("show", artifact: "running-config", effect: .none),
                    endMarker: PatternText("^(a+)+$", location: place))
            ])
        for platform in [end, Platform(name: "x", errors: [PatternText("(a+)+$", location: place)])] {
            let capture = Capture(artifacts: [Artifact(name: .runningConfig, collected: text)], facts: Facts())
            #expect {
                try Gate(platform: platform).reasons(against: capture)
            } throws: { "\($0)".hasPrefix("p.yaml:7:3: platform x, while reading running-config: pattern '") }
        }
    }
}
