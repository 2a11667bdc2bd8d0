import ConfigAnalysis
package import ConfigModel
package import DeviceInventory
package import DeviceSession
import FoundationEssentials

/// Tries a platform on transcripts: the way from the session to the comparable text that a run takes, without a device.
package struct PlatformTrial: Sendable {
    /// At which places the stream of what the device says is cut in two, one replay for each.
    package enum Cuts: Sendable, Hashable {
        case every
        /// About so many, evenly over the stream.
        case samples(Int)
    }

    package let platform: Platform
    let collector: CollectorRules
    let gate: Gate
    let prompt: PromptCheck
    private let normaliser: Normaliser
    /// Texts in clear also where a platform keeps nothing but digests.
    private let clear: Normaliser
    /// The same with the volatile parts still in them.
    private let whole: Normaliser

    /// - Throws: When a pattern or a line of the platform cannot be used.
    package init(_ platform: Platform) throws(WorkflowError) {
        self.platform = platform
        var plain = platform
        plain.phi = false
        var loud = plain
        loud.volatile = []
        do {
            collector = try CollectorRules(platform)
            gate = try Gate(platform: platform)
            prompt = try PromptCheck(platform)
            normaliser = try Normaliser(platform: platform)
            clear = try Normaliser(platform: plain)
            whole = try Normaliser(platform: loud)
        } catch {
            throw .rules("platform \(platform.name): \(error)")
        }
    }

    /// Never throws: what fails is told in the report.
    package func report(on file: TranscriptFile, cuts: Cuts) async -> TrialReport {
        let transcript = file.transcript
        let first = await visit(transcript, lineEnds: transcript.lineEnds)
        var check = TrialCheck(trial: self, transcript: transcript, first: first)
        await check.run()
        let replays = await TrialCuts(trial: self, transcript: transcript, cuts: cuts).run()
        return report(file, first, failures: check.failures + replays.failures, replays: replays.count)
    }

    // MARK: One visit

    // Any that are the same at every visit.
    private static let key = FingerprintKey(epoch: 1, bytes: [UInt8](repeating: 0x5A, count: 32))
    private static let timeout = Duration.seconds(86_400)
    private static let limit = 64 << 20

    func connection(
        to transcript: Transcript, lineEnds: Transcript.LineEnds, cut: TranscriptConnection.Cut
    ) -> TranscriptConnection {
        TranscriptConnection(transcript, platform: platform, lineEnds: lineEnds, cut: cut)
    }

    /// What the collector makes of the transcript.
    func outcome(
        of connection: TranscriptConnection, _ transcript: Transcript,
        trace: (@Sendable (SessionTrace) -> Void)? = nil
    ) async -> TrialVisit.Outcome {
        let collector = DeviceCollector(
            rules: collector, host: "the device", artifactLimit: Self.limit,
            login: SessionLogin(user: transcript.login.user, password: Secret(transcript.login.password)),
            enable: transcript.login.enable.map { Secret($0) }, vars: transcript.vars,
            inWindow: transcript.isInWindow, trace: trace)
        do throws(SessionError) {
            return .captured(try await collector.collect(from: connection, until: .now + Self.timeout))
        } catch {
            return .failed("\(error)")
        }
    }

    /// One collection, as it is.
    /// - Returns: The connection, which knows what was sent, and what was captured; nil when the collection failed.
    package func collect(_ transcript: Transcript) async -> (connection: TranscriptConnection, capture: Capture?) {
        let connection = connection(to: transcript, lineEnds: transcript.lineEnds, cut: .none)
        guard case .captured(let capture) = await outcome(of: connection, transcript) else { return (connection, nil) }
        return (connection, capture)
    }

    /// One collection, judged and normalised.
    func visit(_ transcript: Transcript, lineEnds: Transcript.LineEnds) async -> TrialVisit {
        let connection = connection(to: transcript, lineEnds: lineEnds, cut: .none)
        var visit = TrialVisit(outcome: await outcome(of: connection, transcript))
        visit.length = await connection.length
        visit.unknown = await connection.unknown
        guard let capture = visit.capture else { return visit }
        do throws(AnalysisError) {
            visit.reasons = try gate.reasons(against: capture)
            visit.texts = try texts(of: capture, by: normaliser)
        } catch {
            visit.outcome = .failed("\(error)")
        }
        return visit
    }

    private func texts(
        of capture: Capture, by normaliser: Normaliser
    ) throws(AnalysisError) -> [ArtifactName: ComparableText] {
        var texts: [ArtifactName: ComparableText] = [:]
        for artifact in capture.artifacts {
            texts[artifact.name] = try normaliser.comparable(artifact, device: Self.device, key: Self.key)
        }
        return texts
    }

    private static var device: DeviceID { DeviceID("transcript")! }

    /// The comparable texts in clear, in the order of the capture; empty where they cannot be made.
    func clearTexts(of capture: Capture) -> [(artifact: ArtifactName, text: ComparableText)] {
        guard let texts = try? texts(of: capture, by: clear) else { return [] }
        return capture.artifacts.compactMap { artifact in texts[artifact.name].map { (artifact.name, $0) } }
    }

    // MARK: The report

    private func report(
        _ file: TranscriptFile, _ visit: TrialVisit, failures: [String], replays: Int
    ) -> TrialReport {
        var report = TrialReport(
            file: file.path, platform: platform.name, title: file.transcript.title, source: file.transcript.source,
            passed: failures.isEmpty, failures: failures, error: nil, reasons: visit.reasons, stored: [],
            facts: visit.capture?.facts, notes: visit.capture?.notes ?? [], dropped: [], replaced: [],
            fingerprinted: [], uncovered: [], unknown: visit.unknown, cuts: replays)
        if case .failed(let error) = visit.outcome { report.error = error }
        guard let capture = visit.capture else { return report }
        let loud = (try? texts(of: capture, by: whole)) ?? [:]
        for (name, text) in clearTexts(of: capture) {
            let stored = visit.texts[name] ?? text
            report.stored.append(Self.stored(stored, as: name))
            report.fingerprinted += Self.fingerprints(text, of: name)
            report.uncovered += text.uncovered.map {
                TrialReport.Secret(artifact: name.text, line: $0.line, kind: $0.kind)
            }
            if let loud = loud[name] { Self.addDropped(to: &report, from: loud.bytes, to: text.bytes, of: name) }
        }
        return report
    }

    private static func stored(_ text: ComparableText, as name: ArtifactName) -> TrialReport.StoredText {
        let lines = text.bytes.count { $0 == 0x0A }
        return TrialReport.StoredText(
            artifact: name.text, lines: lines, bytes: text.bytes.count,
            text: String(decoding: text.bytes, as: UTF8.self))
    }

    private static func fingerprints(_ text: ComparableText, of name: ArtifactName) -> [TrialReport.Secret] {
        TrialLines.of(text.bytes).enumerated().flatMap { index, line in
            TrialLines.kinds(in: line).filter { $0 != "uncovered" }.map {
                TrialReport.Secret(artifact: name.text, line: index + 1, kind: $0)
            }
        }
    }

    /// What the volatile rules took from a text: lines, and parts of lines.
    private static func addDropped(
        to report: inout TrialReport, from whole: [UInt8], to text: [UInt8], of name: ArtifactName
    ) {
        for hunk in TextDiff.hunks(old: whole, new: text, context: 0) {
            var number = hunk.oldStart
            var added = hunk.lines.filter { $0.kind == .added }.map(\.text)
            for line in hunk.lines where line.kind == .removed {
                let row = TrialReport.Line(artifact: name.text, line: number, text: line.text)
                number += 1
                if let place = added.firstIndex(where: { TrialLines.isSame(stored: $0, expected: line.text) }) {
                    added.remove(at: place)
                    report.replaced.append(row)
                } else {
                    report.dropped.append(row)
                }
            }
        }
    }
}
