import ConfigModel
import Foundation
import Testing

@testable import DeviceSession

/// Recordings of real devices, where the folder of recordings lies beside the checkout.
enum Recordings {
    struct Expected: Decodable {
        var config_command: String?
        var must_be_stored: [String]?
    }

    static let folder: URL = {
        var url = URL(filePath: #filePath)
        for _ in 0..<4 { url.deleteLastPathComponent() }
        return url.appending(path: "shared/recordings")
    }()

    static var exist: Bool { FileManager.default.fileExists(atPath: folder.path()) }

    struct Recording: CustomStringConvertible {
        var name: String
        var script: Script
        var expected: Expected
        var description: String { name }
    }

    private struct Kind: Decodable { var recorded_in: String }

    static let inShells: [Recording] = {
        var found: [Recording] = []
        let manager = FileManager.default
        for platform in ((try? manager.contentsOfDirectory(atPath: folder.path())) ?? []).sorted() {
            let devices = (try? manager.contentsOfDirectory(atPath: folder.appending(path: platform).path())) ?? []
            for device in devices.sorted() {
                let folder = folder.appending(path: platform).appending(path: device)
                guard let data = try? Data(contentsOf: folder.appending(path: "session.json")),
                    let other = try? Data(contentsOf: folder.appending(path: "expected.json")),
                    let kind = try? JSONDecoder().decode(Kind.self, from: data), kind.recorded_in == "shell",
                    let script = try? JSONDecoder().decode(Script.self, from: data),
                    let expected = try? JSONDecoder().decode(Expected.self, from: other)
                else { continue }
                found.append(Recording(name: "\(platform)/\(device)", script: script, expected: expected))
            }
        }
        return found
    }()

    static let ios = inShells.filter { $0.name.hasPrefix("ios/") }
}

@Suite("Recordings of real devices", .serialized, .enabled(if: Recordings.exist, "there is no folder of recordings"))
struct RecordingTests {
    private static let ios = Platform(
        name: "ios", prompt: #"^[\w.\-]{1,63}[>#]\s?$"#, errors: [#"^% ?(Invalid|Incomplete|Ambiguous|Unknown)"#],
        pager: [PagerRule(pattern: #"^ ?--More-- ?$"#, answer: " ")],
        session: SessionRules(
            start: [
                .init(send: "terminal length 0", effect: .session), .init(send: "terminal width 0", effect: .session),
            ],
            leave: [.init(send: "exit", effect: .session)]),
        collect: [
            CollectRule(
                source: .command("show running-config", artifact: "running-config", effect: .none), endMarker: "^end$",
                leastLines: 10)
        ],
        facts: [FactRule(source: .command("show version", effect: .none), finders: [])])

    @Test(
        "an IOS switch's config is read whole, wherever the stream is cut", arguments: Recordings.ios, LineEnds.allCases
    )
    func ios(recording: Recordings.Recording, lineEnds: LineEnds) async throws {
        let script = recording.script.with(lineEnds: lineEnds)
        let platform = Self.ios
        let dialogue = try #require(
            try CLIDialogue(platform: platform, host: "ios", enable: nil, limit: 1 << 20))
        let whole = try Replay(script: script, asking: platform).run(dialogue)
        try holds(whole, recording)
        #expect(whole.report?.answers.first?.defects == [])
        for cut in stride(from: 1, to: whole.length, by: 5) {
            // Tests that wait run beside this one.
            await Task.yield()
            let result = try Replay(script: script, asking: platform, cut: .after(cut)).run(dialogue)
            try #require(result.report == whole.report, "cut after \(cut): \(String(describing: result.error))")
        }
        #expect(try Replay(script: script, asking: platform, cut: .everyByte).run(dialogue).report == whole.report)
    }

    /// Each line of the recording is asked as it stands: what matters is that no dialogue goes astray.
    @Test("every recorded shell can be read", arguments: Recordings.inShells, LineEnds.allCases)
    func all(recording: Recordings.Recording, lineEnds: LineEnds) async throws {
        let script = recording.script.with(lineEnds: lineEnds)
        let platform = try Self.platform(for: recording)
        let dialogue = try #require(
            try CLIDialogue(
                platform: platform, host: recording.name, enable: Secret("armud"),
                limit: 1 << 20))
        let whole = try Replay(script: script, asking: platform).run(dialogue)
        try holds(whole, recording)
        #expect(try Replay(script: script, asking: platform, cut: .everyByte).run(dialogue).report == whole.report)
        for cut in stride(from: 7, to: whole.length, by: max(1, whole.length / 40)) {
            // Tests that wait run beside this one.
            await Task.yield()
            let result = try Replay(script: script, asking: platform, cut: .after(cut)).run(dialogue)
            #expect(result.report == whole.report, "cut after \(cut)")
        }
    }

    private func holds(_ result: Replay.Result, _ recording: Recordings.Recording) throws {
        let report = try #require(result.report, "\(recording.name): \(String(describing: result.error))")
        for answer in report.answers {
            let text = String(decoding: answer.text, as: UTF8.self)
            #expect(!text.contains("\u{8}") && !text.contains("\u{1B}"), "\(answer.line)")
            #expect(!text.contains("--More--"), "\(answer.line)")
        }
        let texts = report.answers.map { String(decoding: $0.text, as: UTF8.self) }
        var lines = texts.joined(separator: "\n").split(separator: "\n", omittingEmptySubsequences: false)[...]
        for line in recording.expected.must_be_stored ?? [] {
            // What was recorded has lost or gained blanks at line ends.
            let place = lines.firstIndex { Self.trimmed($0) == Self.trimmed(line[...]) }
            let index = try #require(place, "\(recording.name) lacks '\(line)'")
            lines = lines[(index + 1)...]
        }
    }

    private static func trimmed(_ line: Substring) -> Substring {
        var line = line
        while line.last == " " { line.removeLast() }
        return line
    }

    private static func platform(for recording: Recordings.Recording) throws -> Platform {
        let unasked: Set<String> = ["exit", "quit", "logout", "", "enable", "sudo su -", "armud"]
        var lines: [String] = []
        for step in recording.script.steps {
            let line = step.send.split(separator: "\n").first.map { String($0) } ?? ""
            if !unasked.contains(line), !lines.contains(line) { lines.append(line) }
        }
        let becoming = recording.script.steps.first { $0.send == "enable\n" || $0.send == "sudo su -\n" }
        let enable = becoming.map { step in
            SessionRules.Enable(send: String(step.send.dropLast()), ask: #"(?i)password.*:\s*$"#, privileged: #"#\s?$"#)
        }
        let collect = lines.map { line in
            CollectRule(source: .command(line, artifact: line, effect: .none), optional: true)
        }
        return Platform(
            name: recording.name, prompt: #"^([<\[]?[\w.\-@:~()/#]+( \(\w+\)| tnsr)?\s?[>#$\]%]{1,2}|>)\s?$"#,
            pager: [PagerRule(pattern: #"--More-- ?$"#, answer: " ")],
            session: SessionRules(enable: enable), collect: collect)
    }
}
