import ConfigModel
import Foundation
import Testing

@testable import DeviceSession

/// Chance that repeats itself.
struct Chance: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state >> 33) ^ (state << 31)
    }
}

@Suite("Hostile devices", .serialized)
struct HostileDeviceTests {
    private static let platform = Platform(
        name: "hostile", prompt: #"^[\w.\-]{1,63}[>#]\s?$"#, errors: ["^% Invalid"],
        pager: [PagerRule(pattern: #"^ ?--More-- ?$"#, answer: " ")],
        session: SessionRules(
            start: [.init(send: "terminal length 0", effect: .session)],
            enable: .init(send: "enable", ask: "^Password: ?", privileged: "#$"),
            leave: [.init(send: "exit", effect: .session)],
            questions: [
                QuestionRule(ask: "any key", answer: .text("y"), enter: false),
                QuestionRule(ask: "^User: ?$", answer: .user, at: [.login]),
                QuestionRule(ask: "^Login: ?$", answer: .password, at: [.login]),
            ]),
        collect: [
            CollectRule(source: .command("show run", artifact: "running-config", effect: .none), endMarker: "^end$"),
            CollectRule(source: .command("show boot", artifact: "boot", effect: .none)),
        ],
        facts: [FactRule(source: .command("show version", effect: .none), finders: [])])

    private static let pieces: [[UInt8]] =
        [
            "sw1#", "sw1>", "\nsw1#", "\n", "\r", "\r\n", " ", "show run", "terminal length 0\r\n", "end\n", "--More--",
            "Password: ",
            "% Invalid\n", "\u{8}", "\u{8} \u{8}", "\u{1B}", "\u{1B}[", "\u{1B}[2K", "\u{1B}[K", "\u{1B}[500C",
            "\u{1B}[9;9H",
            "\u{1B}[3P", "\u{1B}[4@", "\u{1B}[7X", "\u{1B}]0;", "\u{7}", "\u{1B}[1K", "\u{1B}E", "\0\0", "hostname x\n",
            "sw2#",
            "pw", "exit\n", "press any key", "User: ", "Login: ", "show boot\r\n", "show version\n", "[/]\n", "ä",
            "\u{1B}[1J",
        ].map { Array($0.utf8) } + [[0xFF, 0xFE], [0x80]]

    private static let allowed: Set = [
        "\n", " ", "terminal length 0\n", "enable\n", "<secret>", "show run\n", "exit\n", "show boot\n",
        "show version\n", "y", "me\n",
    ]

    /// In CI a part of what `PLUMBLINE_FUZZ=1000000` asks for.
    private static let rounds: Int = {
        let asked = ProcessInfo.processInfo.environment["PLUMBLINE_FUZZ"].flatMap { Int($0) } ?? 24_000
        return max(1, asked / 8)
    }()

    @Test(
        "generated conversations neither trap nor grow, and draw nothing that the platform does not list",
        arguments: 0..<8)
    func generated(lane: Int) async throws {
        var chance = Chance(state: UInt64(lane) &* 7919 &+ 1)
        let start = try #require(
            try CLIDialogue(
                platform: Self.platform, host: "h", login: SessionLogin(user: "me", password: Secret("pw")),
                enable: Secret("pw"), limit: 4096))
        let questions = try Replay(script: Script(initial: "", steps: []), asking: Self.platform).questions
        for round in 0..<Self.rounds {
            if round % 10 == 0 { await Task.yield() }
            var dialogue = start
            var left = questions[...]
            var actions = dialogue.handle(.opened)
            for _ in 0..<Int.random(in: 1...40, using: &chance) {
                guard try look(at: actions, round) else { break }
                guard dialogue.terminal.text.count <= 70_000 else {
                    throw FixtureFault(what: "round \(round): it keeps \(dialogue.terminal.text.count) bytes")
                }
                if case .ready? = actions.last {
                    actions =
                        left.popFirst().map { dialogue.ask($0.line, as: $0.purpose, $0.completeness) }
                        ?? dialogue.leave()
                } else {
                    actions = dialogue.handle(Self.event(&chance))
                }
            }
            // Whatever has come, the deadline ends it.
            switch dialogue.handle(.expired).last {
            case .fail, .finish: break
            case let other: throw FixtureFault(what: "round \(round): after the deadline \(String(describing: other))")
            }
        }
    }

    private static func event(_ chance: inout Chance) -> CLIDialogue.Event {
        switch Int.random(in: 0..<40, using: &chance) {
        case 0..<12: return .quiet
        case 12: return .closed
        case 13: return .expired
        case 14:
            return .received(
                (0..<Int.random(in: 0...64, using: &chance)).map { _ in UInt8.random(in: 0...255, using: &chance) })
        default:
            let count = Int.random(in: 1...6, using: &chance)
            return .received((0..<count).flatMap { _ in pieces.randomElement(using: &chance) ?? [] })
        }
    }

    /// - Returns: Whether the conversation goes on.
    private func look(at actions: [CLIDialogue.Action], _ round: Int) throws -> Bool {
        for case .send(let outgoing) in actions where !Self.allowed.contains(outgoing.traced(.lf)) {
            throw FixtureFault(what: "round \(round): it sends \(outgoing.traced(.lf).debugDescription)")
        }
        switch actions.last {
        case nil, .send: throw FixtureFault(what: "round \(round): it does not say what to wait for")
        case .await: return true
        case .fail, .finish: return false
        case .ready(let answer):
            guard answer?.text.count ?? 0 <= 4096 else {
                throw FixtureFault(what: "round \(round): an answer is longer than the limit")
            }
            return true
        }
    }

    @Test("endless output is cut off at the limit", arguments: ["x", "line\n", "\u{1B}[4000C"])
    func endless(piece: String) throws {
        var dialogue = try Self.asking(limit: 100_000)
        let bytes = Array(String(repeating: piece, count: 2_000).utf8)
        var error: SessionError?
        for _ in 0..<2_000 where error == nil {
            for case .fail(let failure) in dialogue.handle(.received(bytes)) { error = failure }
            #expect(dialogue.terminal.text.count < 400_000)
            if piece.hasPrefix("\u{1B}") { break }
        }
        if piece.hasPrefix("\u{1B}") {
            // Moving the cursor for ever makes nothing grow.
            #expect(error == nil)
        } else {
            #expect(error == .tooLarge(host: "h", what: "the answer to 'show run'", limit: 100_000))
        }
    }

    @Test(
        "an endless banner keeps memory bounded, with and without line ends", arguments: ["banner text ", "banner\n"])
    func endlessBanner(piece: String) throws {
        var dialogue = try #require(try CLIDialogue(platform: Self.platform, host: "h", enable: nil, limit: 100_000))
        let bytes = Array(String(repeating: piece, count: 1000).utf8)
        for _ in 0..<300 {
            _ = dialogue.handle(.received(bytes))
            #expect(dialogue.terminal.text.count <= 65_536 + bytes.count)
        }
        for case .fail(let error) in dialogue.handle(.expired) {
            #expect(error.description.contains("no prompt was recognised"))
        }
    }

    @Test("the enable password is in no error, even where the device shows it")
    func password() throws {
        var dialogue = try #require(
            try CLIDialogue(platform: Self.platform, host: "h", enable: Secret("hunter2-pw"), limit: 100_000))
        var texts: [String] = []
        for event: CLIDialogue.Event in [
            .opened, .received(Array("\u{1B}[31mhunter2-pw is what\u{7} somebody typed".utf8)), .expired,
        ] {
            for case .fail(let error) in dialogue.handle(event) {
                texts += [error.description, "\(error)", String(reflecting: error)]
            }
        }
        #expect(texts.count == 3)
        #expect(
            texts.allSatisfy {
                !$0.contains("hunter2") && !$0.contains("\u{1B}") && $0.contains("<secret> is what somebody")
            })
    }

    @Test("a silent device fails by the deadline as silent, not as one without a prompt")
    func silent() throws {
        var dialogue = try #require(try CLIDialogue(platform: Self.platform, host: "h", enable: nil, limit: 1000))
        guard case .await(quietAfter: nil)? = dialogue.handle(.opened).last else {
            Issue.record("it does not wait for the device")
            return
        }
        guard case .fail(.timedOut(_, let during))? = dialogue.handle(.expired).last else {
            Issue.record("no time-out")
            return
        }
        #expect(during == "waiting for the first prompt")
    }

    private static func asking(limit: Int) throws -> CLIDialogue {
        var dialogue = try #require(try CLIDialogue(platform: platform, host: "h", enable: nil, limit: limit))
        for event: CLIDialogue.Event in [
            .opened, .received(Array("sw1#".utf8)), .quiet, .received(Array("\r\nsw1#".utf8)), .quiet,
            .received(Array("terminal length 0\r\nsw1#".utf8)),
        ] { _ = dialogue.handle(event) }
        let question = try Replay(script: Script(initial: "", steps: []), asking: platform).questions[0]
        _ = dialogue.ask(question.line, as: question.purpose, question.completeness)
        _ = dialogue.handle(.received(Array("show run\r\n".utf8)))
        return dialogue
    }
}
