import ConfigModel
import DeviceInventory
import DeviceSession
import Foundation
import Synchronization
import Testing

@testable import BackupWorkflow

/// What `platform record` makes of a session, tried on the sessions that there are: those of all transcripts.
@Suite("A recorded session")
struct RecordTests {
    /// Cases in which something is captured, by platforms with a command line.
    private static let cases = (Cases.ofBundled + Cases.ofMadeUp).filter {
        $0.transcript.expect.failure == nil && $0.transcript.expect.quarantine == nil
    }

    private func traced(_ each: Case) async throws -> (events: [SessionTrace], capture: Capture) {
        let trial = try PlatformTrial(each.platform)
        let events = Mutex<[SessionTrace]>([])
        let connection = trial.connection(to: each.transcript, lineEnds: each.transcript.lineEnds, cut: .none)
        let outcome = await trial.outcome(of: connection, each.transcript) { event in
            events.withLock { $0.append(event) }
        }
        guard case .captured(let capture) = outcome else { throw Missing(what: "\(each): \(outcome)") }
        return (events.withLock { $0 }, capture)
    }

    struct Missing: Error { var what: String }

    @Test("becomes a transcript that replays to the same capture", arguments: cases)
    func replays(case each: Case) async throws {
        let trial = try PlatformTrial(each.platform)
        let (events, capture) = try await traced(each)
        var transcript = try TraceTranscript(events, prompt: trial.prompt, user: each.transcript.login.user)
            .transcript()
        transcript.platform = each.platform.name
        transcript.title = each.transcript.title
        transcript.source = "Made by a test"
        transcript.login = each.transcript.login
        transcript.vars = each.transcript.vars
        transcript.isInWindow = each.transcript.isInWindow
        let again = try #require(await trial.collect(try reread(transcript)).capture, "\(each)")
        #expect(again.artifacts == capture.artifacts)
        #expect(again.facts.serials == capture.facts.serials && again.facts.version == capture.facts.version)
    }

    @Test("holds no secret of the device or of the login", arguments: cases)
    func isClean(case each: Case) async throws {
        let trial = try PlatformTrial(each.platform)
        let (events, capture) = try await traced(each)
        let raw = try TraceTranscript(events, prompt: trial.prompt, user: "backup").transcript()
        let cleaning = TranscriptCleaning(
            login: Secret(each.transcript.login.password), enable: each.transcript.login.enable.map { Secret($0) },
            anonymises: true)
        let cleaned = try cleaning.cleaned(raw, capture: capture, platform: each.platform)
        let text = TranscriptWriting.yaml(of: cleaned.transcript)
        let invented = Transcript.Login()
        for secret in each.transcript.expect.secrets where secret.count > 5 && !secret.contains(" ") {
            guard secret != invented.password, secret != invented.enable else { continue }
            // Within a longer word it is something else.
            let word = NSRegularExpression.escapedPattern(for: secret)
            let pattern = "(?<![A-Za-z0-9])\(word)(?![A-Za-z0-9])"
            let isThere = text.range(of: pattern, options: .regularExpression) != nil
            #expect(!isThere, "\(secret)")
        }
        for serial in capture.facts.serials where serial.count > 5 {
            let isThere = text.contains(serial)
            #expect(!isThere, "\(serial)")
        }
    }

    /// Through the file and back.
    private func reread(_ transcript: Transcript) throws -> Transcript {
        let place = FileManager.default.temporaryDirectory.appending(
            path: "recorded-\(UInt64.random(in: 0 ... .max)).yaml")
        defer { try? FileManager.default.removeItem(at: place) }
        try Data(TranscriptWriting.yaml(of: transcript).utf8).write(to: place)
        return try #require(try TranscriptFile.read([place.path()]).first).transcript
    }
}
