import ConfigModel
import Testing

@testable import DeviceSession

// One case after the other: they are all work and no waiting, and tests that wait run beside them.
@Suite("Written transcripts: every case is a folder", .serialized)
struct TranscriptTests {
    @Test("there are cases, and each can be read")
    func cases() throws {
        #expect(Fixture.all.count >= 15)
    }

    @Test("the text is the same at every cut of the byte stream", arguments: Fixture.all, LineEnds.allCases)
    func everyCut(fixture: Fixture, lineEnds: LineEnds) async throws {
        let script = fixture.session.script.with(lineEnds: lineEnds)
        let whole = try Replay(script: script, asking: fixture.platform).run(try fixture.dialogue())
        expect(whole, fixture, "whole")
        guard whole.length > 0 else { return }
        for cut in 1..<max(2, whole.length) {
            await Task.yield()
            let result = try Replay(script: script, asking: fixture.platform, cut: .after(cut)).run(
                try fixture.dialogue())
            guard expect(result, fixture, "cut after \(cut)") else { return }
        }
        let bytes = try Replay(script: script, asking: fixture.platform, cut: .everyByte).run(try fixture.dialogue())
        expect(bytes, fixture, "byte by byte")
    }

    @Test("a connection that is cut anywhere before the end is an error and never a text", arguments: Fixture.all)
    func cutConnection(fixture: Fixture) async throws {
        let whole = try Replay(script: fixture.session.script, asking: fixture.platform).run(try fixture.dialogue())
        guard whole.error == nil else { return }
        for end in 0..<whole.length - 1 {
            await Task.yield()
            let result = try Replay(
                script: fixture.session.script, asking: fixture.platform, hangsUpAfter: end
            ).run(try fixture.dialogue())
            if let report = result.report {
                // The end was reached: only the leaving was cut.
                #expect(report == whole.report, "hung up after \(end)")
            } else {
                switch result.error {
                case .closed: break
                // Hanging up on the password is how some devices refuse it.
                case .enableRefused where result.sent.last == "<secret>": break
                default: throw FixtureFault(what: "hung up after \(end): \(String(describing: result.error))")
                }
            }
        }
    }

    @discardableResult
    private func expect(_ result: Replay.Result, _ fixture: Fixture, _ what: String) -> Bool {
        let listed = result.sent.filter { line in
            line != "\n" && !(fixture.session.pager ?? []).contains { $0.answer == line }
        }
        var isFine = check(listed == fixture.session.sent, "\(what): it sent \(listed)")
        if let part = fixture.expectedError {
            let text = result.error?.description ?? "no error"
            return check(text.contains(part), "\(what): \(text)") && isFine
        }
        guard let answer = result.report?.answers.first(where: { $0.line == fixture.session.command }) else {
            return check(false, "\(what): no answer, \(String(describing: result.error))")
        }
        isFine =
            check(answer.text == fixture.expected, "\(what): \(String(decoding: answer.text, as: UTF8.self))") && isFine
        let defects = answer.defects + (answer.refusal.map { [$0] } ?? [])
        isFine = check(matches(defects, fixture.session.defects), "\(what): \(defects)") && isFine
        let notes = result.report?.notes ?? []
        return check(matches(notes, fixture.session.notes), "\(what): \(notes)") && isFine
    }

    private func matches(_ texts: [String], _ parts: [String]?) -> Bool {
        let parts = parts ?? []
        return texts.count == parts.count && zip(texts, parts).allSatisfy { $0.contains($1) }
    }

    private func check(_ condition: Bool, _ what: @autoclosure () -> String) -> Bool {
        if !condition { Issue.record("\(what())") }
        return condition
    }
}
