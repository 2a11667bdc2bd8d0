import ConfigModel
import DeviceSession
import Foundation

/// A case: a folder with `session.json` (the session and the platform that reads it) and `expected.txt` (the text that is
/// collected), or, where nothing can be, `expected-error.txt` (a part of the error).
struct Fixture: CustomStringConvertible {
    struct Session: Decodable {
        struct Line: Decodable {
            var send: String
            var optional: Bool?
            var when: String?
        }
        struct Pager: Decodable {
            var pattern: String
            var answer: String
        }
        struct Enable: Decodable {
            var send: String
            var ask: String?
            var privileged: String
            var password: String?
            var optional: Bool?
        }

        struct Question: Decodable {
            var ask: String
            var answer: String
            var enter: Bool?
            var at: [String]?
        }

        var prompt: String
        var errors: [String]?
        var pager: [Pager]?
        var questions: [Question]?
        var begin: [Line]?
        var start: [Line]?
        var enable: Enable?
        var secret: String?
        /// Of the login `backup`.
        var password: String?
        var enter: String?
        var command: String
        var endMarker: String?
        var leastLines: Int?
        var leave: [String]?
        var script: Script
        /// Parts of the remarks and defects that there must be, each; none, when there must be none.
        var notes: [String]?
        var defects: [String]?
        /// Everything that may be sent, in order; pager answers and empty lines left out.
        var sent: [String]
    }

    var name: String
    var session: Session
    var expected: [UInt8]?
    var expectedError: String?

    var description: String { name }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

    static let all: [Fixture] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []
        return names.sorted().compactMap { try? Fixture(name: $0) }
    }()

    init(name: String) throws {
        let folder = Self.folder.appending(path: name)
        self.name = name
        session = try JSONDecoder().decode(Session.self, from: Data(contentsOf: folder.appending(path: "session.json")))
        expected = (try? Data(contentsOf: folder.appending(path: "expected.txt"))).map { Array($0) }
        expectedError = try? String(contentsOf: folder.appending(path: "expected-error.txt"), encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func lines(_ lines: [Session.Line]?) -> [SessionRules.Line] {
        (lines ?? []).map {
            .init(
                send: $0.send, effect: .session, optional: $0.optional ?? false, when: $0.when.map { PatternText($0) })
        }
    }

    private var questions: [QuestionRule] {
        (session.questions ?? []).map { question in
            let answer: QuestionRule.Answer =
                switch question.answer {
                case "{user}": .user
                case "{password}": .password
                default: .text(question.answer)
                }
            return QuestionRule(
                ask: PatternText(question.ask), answer: answer, enter: question.enter ?? true,
                at: question.at?.compactMap { QuestionRule.Time(rawValue: $0) } ?? QuestionRule.Time.allCases)
        }
    }

    var platform: Platform {
        let rules = SessionRules(
            start: Self.lines(session.start),
            enable: session.enable.map {
                .init(
                    send: $0.send, ask: $0.ask.map { PatternText($0) }, privileged: PatternText($0.privileged),
                    password: $0.password.flatMap { .init(rawValue: $0) } ?? .enable, optional: $0.optional ?? false)
            },
            leave: (session.leave ?? []).map { .init(send: $0, effect: .session) },
            enter: session.enter.flatMap { LineEnd(rawValue: $0) } ?? .lf, questions: questions,
            begin: Self.lines(session.begin))
        let collect = CollectRule(
            source: .command(session.command, artifact: "running-config", effect: .none),
            endMarker: session.endMarker.map { PatternText($0) }, leastLines: session.leastLines)
        return Platform(
            name: name, prompt: PatternText(session.prompt), errors: (session.errors ?? []).map { PatternText($0) },
            pager: (session.pager ?? []).map { PagerRule(pattern: PatternText($0.pattern), answer: $0.answer) },
            session: rules, collect: [collect])
    }

    func dialogue(limit: Int = 1 << 20) throws -> CLIDialogue {
        let enable = session.secret.map { Secret($0) }
        guard
            let dialogue = try CLIDialogue(
                platform: platform, host: "sw (192.0.2.1:22)",
                login: SessionLogin(user: "backup", password: session.password.map { Secret($0) }), enable: enable,
                limit: limit)
        else { throw FixtureFault(what: "\(name) has no prompt") }
        return dialogue
    }
}

struct FixtureFault: Error { var what: String }
