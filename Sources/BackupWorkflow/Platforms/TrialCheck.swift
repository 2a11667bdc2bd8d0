import ConfigAnalysis
import ConfigModel
import DeviceSession
import Patterns

/// Holds what came of a transcript against what it expects.
struct TrialCheck {
    let trial: PlatformTrial
    let transcript: Transcript
    let first: TrialVisit
    private(set) var failures: [String] = []

    private var expect: TranscriptExpectation { transcript.expect }

    init(trial: PlatformTrial, transcript: Transcript, first: TrialVisit) {
        self.trial = trial
        self.transcript = transcript
        self.first = first
    }

    mutating func run() async {
        checkPrompts()
        guard expect.failure == nil, expect.quarantine == nil else { return checkRefusal() }
        if let obstacle = first.obstacle {
            failures.append("nothing would be stored: \(obstacle)")
            return
        }
        checkArtifacts()
        checkFacts()
        checkTexts()
        await checkNoise()
        await checkReal()
        await checkDrift()
    }

    // MARK: Prompts

    private mutating func checkPrompts() {
        do throws(CollectorFault) {
            for line in transcript.prompts.match where try !trial.prompt.matches(line) {
                failures.append("prompts: \(line.debugDescription) is not recognised as a prompt")
            }
            for line in transcript.prompts.not where try trial.prompt.matches(line) {
                failures.append("prompts: \(line.debugDescription) is taken for a prompt")
            }
        } catch {
            failures.append("prompts: \(error)")
        }
    }

    // MARK: Refusals

    private mutating func checkRefusal() {
        if let part = expect.failure {
            guard case .failed(let reason) = first.outcome else {
                failures.append("failure: the collection succeeds")
                return
            }
            if !TrialText.contains(reason, part) { failures.append("failure: it fails otherwise: \(reason)") }
        }
        if let part = expect.quarantine {
            guard first.capture != nil else {
                failures.append("quarantine: \(first.obstacle ?? "nothing was collected")")
                return
            }
            let reasons = first.reasons.joined(separator: "; ")
            if first.reasons.isEmpty {
                failures.append("quarantine: the capture is stored as good")
            } else if !TrialText.contains(reasons, part) {
                failures.append("quarantine: it is refused otherwise: \(reasons)")
            }
        }
    }

    // MARK: Artifacts and facts

    private mutating func checkArtifacts() {
        guard let names = expect.artifacts, let capture = first.capture else { return }
        let found = capture.artifacts.map(\.name.text)
        if Set(found) != Set(names) {
            failures.append("artifacts: there are \(found.sorted().joined(separator: ", "))")
        }
    }

    private mutating func checkFacts() {
        guard let facts = first.capture?.facts else { return }
        func compare(_ name: String, _ found: String?, _ wanted: String?) {
            guard let wanted, found != wanted else { return }
            failures.append("facts: \(name) is \(found.map { "'\($0)'" } ?? "not found"), not '\(wanted)'")
        }
        func compare(_ name: String, _ found: [String], _ wanted: [String]?) {
            guard let wanted, found != wanted else { return }
            failures.append("facts: \(name) are [\(found.joined(separator: ", "))]")
        }
        let wanted = expect.facts
        compare("hostname", facts.hostname, wanted.hostname)
        compare("vendor", facts.vendor, wanted.vendor)
        compare("model", facts.model, wanted.model)
        compare("version", facts.version, wanted.version)
        compare("serials", facts.serials, wanted.serials?.sorted())
        compare("boot", facts.boot, wanted.boot)
        let images = facts.images.map { "\($0.path) \($0.digest?.description ?? "-")" }
        compare("images", images, wanted.images?.sorted())
    }

    // MARK: Texts

    private mutating func checkTexts() {
        guard let capture = first.capture else { return }
        let texts = trial.clearTexts(of: capture)
        checkStored(texts.flatMap { TrialLines.of($0.text.bytes) }, capture)
        for (index, part) in expect.dropped.enumerated() {
            checkAbsence(of: part, called: "dropped: '\(part)'", item: index, of: "dropped", in: texts)
        }
        for (index, secret) in expect.secrets.enumerated() {
            checkAbsence(of: secret, called: "secrets: number \(index + 1)", item: index, of: "secrets", in: texts)
            checkFactsWithout(secret, number: index + 1, capture)
        }
        guard let allowed = expect.uncovered else { return }
        let uncovered = texts.flatMap { name, text in text.uncovered.map { "\($0.kind) in line \($0.line) of \(name)" }
        }
        if uncovered.count != allowed {
            let what = uncovered.isEmpty ? "none" : uncovered.joined(separator: ", ")
            failures.append("uncovered: no rule of the platform covers \(what); \(allowed) expected")
        }
    }

    private static let mostMissing = 10

    private mutating func checkStored(_ lines: [String], _ capture: Capture) {
        let expected = expect.stored.flatMap { TrialLines.of($0) }
        let collected = capture.artifacts.flatMap { TrialLines.of($0.collected) }
        var missing = TrialOrder.missing(of: expected, from: lines)
        if transcript.form == .recorded { missing = unexplained(missing, expected, collected) }
        for index in missing.prefix(Self.mostMissing) {
            let line = expected[index]
            let isElsewhere = lines.contains { TrialLines.isSame(stored: $0, expected: line) }
            let why =
                isElsewhere
                ? "stands elsewhere, not in this order"
                : collected.contains(line)
                    ? "was collected and is not in the comparable text: is it volatile, or masked in part?"
                    : "was not collected"
            failures.append("stored: '\(masked(line))' \(why)")
        }
        if missing.count > Self.mostMissing {
            failures.append("stored: \(missing.count - Self.mostMissing) more lines are missing")
        }
    }

    /// A recording calls some of the lines that must be kept noise: those are kept in the collected text alone, with what
    /// stands around them in one piece.
    private func unexplained(_ missing: [Int], _ expected: [String], _ collected: [String]) -> [Int] {
        let absent = Set(TrialOrder.missing(of: expected, from: collected))
        var runs: [[Int]] = []
        for index in missing {
            if let last = runs.last?.last, last + 1 == index {
                runs[runs.count - 1].append(index)
            } else {
                runs.append([index])
            }
        }
        return runs.filter { run in
            let isNoise = run.contains { index in
                expect.noise.contains { TrialText.contains(expected[index], $0.change) }
            }
            return !isNoise || run.contains(where: absent.contains)
        }.flatMap { $0 }
    }

    /// An expected line may be a secret itself.
    private func masked(_ line: String) -> String {
        expect.secrets.reduce(line) { TrialText.replacing($1, with: "<secret>", in: $0) }
    }

    private mutating func checkAbsence(
        of part: String, called name: String, item: Int, of list: String,
        in texts: [(artifact: ArtifactName, text: ComparableText)]
    ) {
        guard transcript.said.contains(where: { TrialText.contains($0, part) }) else {
            failures.append("\(name) is nothing that the device says, so this tests nothing")
            return
        }
        for (artifact, text) in texts {
            guard let place = text.bytes.firstRange(of: Array(part.utf8)) else { continue }
            let line = text.bytes[..<place.lowerBound].count { $0 == 0x0A } + 1
            failures.append("\(name) stands in line \(line) of the comparable text of \(artifact)")
        }
    }

    private mutating func checkFactsWithout(_ secret: String, number: Int, _ capture: Capture) {
        let facts = capture.facts
        let texts = [facts.hostname, facts.vendor, facts.model, facts.version].compactMap { $0 } + facts.serials
        if (texts + capture.notes).contains(where: { TrialText.contains($0, secret) }) {
            failures.append("secrets: number \(number) stands in the facts or the notes")
        }
    }
}

// MARK: - A second visit

extension TrialCheck {
    private func visit(saying change: (String) -> String) async -> TrialVisit {
        await trial.visit(transcript.saying(change), lineEnds: transcript.lineEnds)
    }

    private func isSaid(_ text: String) -> Bool { transcript.said.contains { TrialText.contains($0, text) } }

    private mutating func checkNoise() async {
        for change in expect.noise {
            let name = "noise: '\(masked(change.change))'"
            // In a recording the marks of a section are noise too, without which there is no section; and so are texts that
            // another tool made.
            if transcript.form == .recorded, isMark(change.change) || !isSaid(change.change) { continue }
            guard isSaid(change.change) else {
                failures.append("\(name) is nothing that the device says, so this tests nothing")
                continue
            }
            let later = await visit { TrialText.replacing(change.change, with: change.to, in: $0) }
            if let obstacle = later.obstacle {
                failures.append("\(name): the second collection is not good: \(obstacle)")
            } else if !later.isSameVersion(as: first) {
                failures.append("\(name): a change of it stores a new version\(difference(later))")
            }
        }
    }

    private mutating func checkReal() async {
        for change in expect.real {
            let name = "real: '\(masked(change.change))'"
            guard isSaid(change.change) else {
                failures.append("\(name) is nothing that the device says, so this tests nothing")
                continue
            }
            let later = await visit { TrialText.replacing(change.change, with: change.to, in: $0) }
            if let obstacle = later.obstacle {
                failures.append("\(name): the second collection is not good: \(obstacle)")
            } else if later.isSameVersion(as: first) {
                failures.append("\(name): a change of it goes unseen")
            }
        }
    }

    private mutating func checkDrift() async {
        guard expect.driftsByItself else { return }
        do throws(PatternError) {
            let drift = try TrialDrift(keeping: expect.stored)
            let later = await visit { drift.later($0) }
            if let obstacle = later.obstacle {
                failures.append("a later visit is not good: \(obstacle)")
            } else if !later.isSameVersion(as: first) {
                failures.append("clocks, counters or salts alone store a new version\(difference(later))")
            }
        } catch {
            failures.append("the later visit cannot be made: \(error)")
        }
    }

    /// Where the versions differ: no text, for it may be a secret.
    private func difference(_ later: TrialVisit) -> String {
        if later.capture?.facts != first.capture?.facts { return ": the facts differ" }
        for (name, text) in first.texts.sorted(by: { $0.key < $1.key }) {
            guard let other = later.texts[name] else { return ": \(name) is missing" }
            let pairs = zip(TrialLines.of(text.bytes), TrialLines.of(other.bytes))
            if let place = pairs.enumerated().first(where: { $1.0 != $1.1 }) {
                return ": \(name) differs in line \(place.offset + 1) ('\(masked(place.element.0))')"
            }
        }
        return ""
    }

    /// Whether a text is what a section of the platform or a private key is known by.
    private func isMark(_ text: String) -> Bool {
        if text.contains("-----BEGIN") || text.contains("-----END") { return true }
        let marks = trial.platform.volatile.flatMap { rule -> [PatternText] in
            if case .section(let from, let until, _) = rule { [from, until] } else { [] }
        }
        return marks.contains { (try? Pattern($0.text).matches(text)) == true }
    }
}
