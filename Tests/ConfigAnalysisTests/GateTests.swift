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
}
