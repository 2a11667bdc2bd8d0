import ConfigModel
import Foundation
import Testing

@testable import DeviceSession

/// Sizes that a hostile device chooses: what is read of it takes time in proportion, whatever it is.
@Suite("Texts of megabytes", .serialized)
struct HeavyTextTests {
    /// `PLUMBLINE_HEAVY=10000000` asks for more than CI's share.
    private static let size = ProcessInfo.processInfo.environment["PLUMBLINE_HEAVY"].flatMap { Int($0) } ?? 400_000

    private static let texts: [(String, [UInt8])] = [
        ("one line", Array("a".utf8)), ("NULs", [0]), ("an OSC without end", Array("\u{1B}]0;title".utf8)),
        ("invalid UTF-8", [0xC3, 0x28, 0xFF, 0x61, 0x80]), ("erasures to the left", Array("\u{1B}[1K".utf8)),
        ("backspaces", Array("a \u{8}\u{8}".utf8)), ("carriage returns", Array("ab\r".utf8)),
        ("blanks and returns", Array(" \r".utf8)), ("look-alikes", Array("sw1#\r\n".utf8)),
        ("deletions", Array("\r\u{1B}[P".utf8)), ("insertions", Array("\r\u{1B}[4@b".utf8)),
    ]

    @Test("is read in a time that grows with it, in pieces of any size", arguments: texts.map(\.0))
    func read(name: String) async throws {
        let piece = try #require(Self.texts.first { $0.0 == name }?.1)
        var bytes: [UInt8] = name.hasPrefix("erasures") || name.hasPrefix("del") ? Self.line : []
        while bytes.count < Self.size { bytes += piece }
        let platform = HeavyTextTests.platform
        var dialogue = try #require(try CLIDialogue(platform: platform, host: "h", enable: nil, limit: 64 << 20))
        for event: CLIDialogue.Event in [
            .opened, .received(Array("sw1#".utf8)), .quiet, .received(Array("\r\nsw1#".utf8)), .quiet,
        ] { _ = dialogue.handle(event) }
        let question = try Replay(script: Script(initial: "", steps: []), asking: platform).questions[0]
        _ = dialogue.ask(question.line, as: question.purpose, question.completeness)
        _ = dialogue.handle(.received(Array("show run\r\n".utf8)))
        let begin = ContinuousClock.now
        for start in stride(from: 0, to: bytes.count, by: 1500) {
            await Task.yield()
            _ = dialogue.handle(.received(Array(bytes[start..<min(start + 1500, bytes.count)])))
        }
        // Nothing quadratic comes near: they take a second or two in a debug build.
        #expect(ContinuousClock.now - begin < .seconds(60))
        #expect(dialogue.heldBytes <= bytes.count + 8192)
    }

    private static let line = [UInt8](repeating: 0x61, count: size / 2)
    private static let platform = Platform(
        name: "heavy", prompt: #"^[\w.\-]{1,63}[>#]\s?$"#, errors: ["^% Invalid"],
        pager: [PagerRule(pattern: #"--More-- ?$"#, answer: " ")],
        session: SessionRules(questions: [QuestionRule(ask: "any key", answer: .text("x"))]),
        collect: [
            CollectRule(source: .command("show run", artifact: "running-config", effect: .none), endMarker: "^end$")
        ])
}
