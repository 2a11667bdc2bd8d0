import ConfigModel
import DeviceSession
import Synchronization
import Testing

@testable import BackupWorkflow

@Suite("What is kept and shown of a session")
struct SessionRecorderTests {
    private final class Lines: Sendable {
        private let all = Mutex<[String]>([])
        var shown: [String] { all.withLock { $0 } }
        var follower: SessionFollower {
            SessionFollower { _, lines in self.all.withLock { $0 += lines } }
        }
    }

    private let device = DeviceID("sw-1")!

    @Test("a secret that comes back in two pieces is hidden, wherever it is cut", arguments: 0...9)
    func cut(place: Int) {
        let lines = Lines()
        let recorder = SessionRecorder(device, limit: 4096, follow: lines.follower)
        recorder.hide(Secret("hunter2-xy"))
        let text = Array("login hunter2-xy ok\r\n".utf8)
        recorder.take(.opened("shell"))
        recorder.take(.received(Array(text[..<(6 + place)])))
        recorder.take(.received(Array(text[(6 + place)...])))
        recorder.take(.sent("<secret>\n"))
        recorder.take(.closed)
        let shown = lines.shown.joined()
        #expect(!shown.contains("hunter2"))
        #expect(lines.shown.filter { $0.hasPrefix("<") }.map { $0.dropFirst(2) }.joined() == "login <secret> ok\\r\\n")
        #expect(recorder.events.map(\.kind) == [.opened, .received, .sent, .closed])
        #expect(recorder.events[1].text == "login <secret> ok\r\n")
    }

    @Test("a secret that ends as it begins is hidden to its last letter")
    func sameEnds() {
        let lines = Lines()
        let recorder = SessionRecorder(device, limit: 4096, follow: lines.follower)
        recorder.hide(Secret("door-knob-d"))
        recorder.take(.received(Array("say door-knob-d".utf8)))
        recorder.take(.received(Array("\r\n".utf8)))
        #expect(lines.shown == [#"< say <secret>\r\n"#])
        recorder.take(.received(Array((String(repeating: ".", count: 5000) + "door-knob-d").utf8)))
        recorder.take(.received(Array("!\n".utf8)))
        #expect(lines.shown.joined().hasSuffix(#".<secret>!\n"#) || lines.shown.joined().hasSuffix(#"<secret>< !\n"#))
        #expect(!lines.shown.joined().contains("knob"))
    }

    @Test("what only began like a secret is shown as it is")
    func almost() {
        let lines = Lines()
        let recorder = SessionRecorder(device, limit: 4096, follow: lines.follower)
        recorder.hide(Secret("hunter2"))
        recorder.take(.received(Array("a hunt".utf8)))
        recorder.take(.received(Array("ing dog hunter".utf8)))
        recorder.take(.closed)
        #expect(lines.shown == ["< a hunting dog hunter", "= closed"])
    }

    @Test("control characters, bytes that are no text, and backslashes are visible")
    func visible() {
        #expect(
            SessionLine.received([0x1B, 0x5B, 0x4B, 0x09, 0x41, 0x5C, 0xFF, 0x00, 0x0D, 0x0A, 0x42])
                == [#"< \x1b[K\tA\\\xff\x00\r\n"#, "< B"])
        #expect(SessionLine.sent(Array("show version\n".utf8)) == [#"> show version\n"#])
    }

    @Test("of a long session the beginning and the end are kept, and how much is not")
    func bounded() throws {
        var transcript = SessionTranscript(limit: 8192)
        transcript.take(.sent("first\n"))
        for number in 0..<5000 { transcript.take(.received(Array("line \(number) of many, many lines\r\n".utf8))) }
        transcript.take(.sent("last\n"))
        let events = transcript.events(hiding: SecretMask(hiding: []))
        let size = events.reduce(0) { $0 + ($1.text?.utf8.count ?? 0) }
        #expect(size < 8 * 8192)
        #expect(events.first?.text == "first\n")
        #expect(events.last?.text == "last\n")
        let elided = try #require(events.first { $0.kind == .elided }?.text.flatMap { Int($0) })
        let received = events.filter { $0.kind == .received }.reduce(0) { $0 + ($1.text?.utf8.count ?? 0) }
        #expect(elided + received == (0..<5000).reduce(0) { $0 + "line \($1) of many, many lines\r\n".utf8.count })
    }

    @Test("a secret that stands where a transcript is cut is not shown by half", arguments: 0..<40)
    func elision(offset: Int) {
        var transcript = SessionTranscript(limit: 1024)
        let secret = "dEmOsEcReT-very-long-password"
        // Wherever the cut falls, it falls into a secret or its neighbourhood.
        let text = String(repeating: ".", count: offset) + String(repeating: secret + " ", count: 2000)
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            transcript.take(.received(Array(rest.prefix(700 + offset))))
            rest = rest.dropFirst(700 + offset)
        }
        let events = transcript.events(hiding: SecretMask(hiding: [Secret(secret)]))
        let shown = events.compactMap(\.text).joined()
        #expect(!shown.contains("dEmO") && !shown.contains("sword"), "\(shown.prefix(200))")
        #expect(shown.contains("<secret> <secret>"))
    }

    @Test("rules that look at the start of a line find it behind a pager's wiped mark")
    func broken() {
        let text = Array(" --More-- \u{8}\u{8}   \u{8}\u{8}snmp-server community x\r\n\u{1B}[24;1Hline\r\n\ttab\n".utf8)
        let lines = SessionLine.brokenAtControls(text).split(separator: 0x0A).map {
            String(decoding: $0, as: UTF8.self)
        }
        #expect(lines.contains("snmp-server community x\r"))
        #expect(lines.contains("line\r"))
        #expect(lines.contains("\ttab"))
    }

    @Test("what a device says is withheld from the remarks on one that may hold patient data")
    func withheld() {
        #expect(
            PatientData.withheld("channel.xml: error text in it: 'Doe, Jane' and 'x', read again")
                == "channel.xml: error text in it: <withheld>, read again")
        let capture = PatientData.withheld(
            Capture(
                artifacts: [Artifact(name: .runningConfig, collected: [], defects: ["the last line is 'Jane's"])],
                facts: Facts(images: [FirmwareImage(path: "/f", note: "sha256sum: Jane: no such file")]),
                notes: ["/etc/x: host: 'cat' ended with status 1: Jane Doe"]))
        #expect(!"\(capture)".contains("Jane"))
        #expect(capture.notes[0].hasPrefix("/etc/x: "))
        let error = SessionError.jump(
            host: "j", .commandRejected(host: "h", command: "show patients", answer: "Jane Doe"))
        #expect(!"\(PatientData.withheld(error))".contains("Jane"))
    }
}
