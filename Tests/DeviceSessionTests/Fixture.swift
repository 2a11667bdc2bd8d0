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
        }
        struct Pager: Decodable {
            var pattern: String
            var answer: String
        }
        struct Enable: Decodable {
            var send: String
            var ask: String
            var privileged: String
        }

        var prompt: String
        var errors: [String]?
        var pager: [Pager]?
        var start: [Line]?
        var enable: Enable?
        var secret: String?
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

    var platform: Platform {
        let rules = SessionRules(
            start: (session.start ?? []).map { .init(send: $0.send, effect: .session, optional: $0.optional ?? false) },
            enable: session.enable.map {
                .init(send: $0.send, ask: PatternText($0.ask), privileged: PatternText($0.privileged))
            },
            leave: (session.leave ?? []).map { .init(send: $0, effect: .session) })
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
            let dialogue = try CLIDialogue(platform: platform, host: "sw (192.0.2.1:22)", enable: enable, limit: limit)
        else { throw FixtureFault(what: "\(name) has no prompt") }
        return dialogue
    }
}

struct FixtureFault: Error { var what: String }
