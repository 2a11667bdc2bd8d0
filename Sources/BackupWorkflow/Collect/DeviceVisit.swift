import ConfigModel
import DeviceInventory
import DeviceSession
import FoundationEssentials
import SnapshotStore

/// One device's turn in a run: collect, judge, read a second time where that is in doubt, then store or set aside.
struct DeviceVisit: Sendable {
    let workspace: Workspace
    let collection: CollectionStage
    let intake: DeviceIntake
    let quarantine: Quarantine
    let memory: CollectionMemory
    let run: RunID
    /// Captures of more than `small` bytes are judged, normalised and stored one at a time.
    let turnstile: Turnstile
    let device: Device
    let rules: DeviceIntake.Rules
    /// Of all tries together; nil for a time of its own.
    var deadline: ContinuousClock.Instant?
    var outsideWindows = false
    /// What a person has brought; nil where the device, or its program, is asked.
    var delivery: Delivery?

    private static let small = 1 << 20

    /// What came of it.
    struct Outcome: Sendable {
        var outcome: RunReport.Outcome
        var failure: CollectionFailure.Kind?
        var message: String?
        var notes: [String] = []
        var bytes = 0
        /// Of a good capture.
        var memory: DeviceMemory?
        /// Of the version that it is.
        var restorability: KeptRestorability?
        /// Whether it may be tried again at once.
        var mayRetry = false
    }

    private enum Verdict: Sendable {
        case final(Outcome)
        /// To be read a second time; the digests are of the comparable texts.
        case doubtful([String], [ArtifactName: String], kept: Capture?)
    }

    /// Never holds the turnstile while it talks to the device.
    func outcome() async throws(WorkflowError) -> Outcome {
        var session = try await collect()
        defer { session.drop() }
        let verdict: Verdict
        switch session.outcome {
        case .failed(let failure): return try failed(failure, session)
        case .collected(let capture):
            let previous = try await previousSizes()
            verdict = try await inTurn(capture) { [session] () async throws(WorkflowError) in
                try await take(capture, session, previous: previous)
            }
        }
        session.drop()
        switch verdict {
        case .final(let outcome): return outcome
        case .doubtful(let reasons, let digests, let kept):
            return try await readAgain(because: reasons, digests, kept: kept, first: session)
        }
    }

    // MARK: Talking to the device

    private func collect() async throws(WorkflowError) -> CollectionStage.Session {
        var session = try await gather()
        if rules.platform.phi, case .collected(let capture) = session.outcome {
            session.outcome = .collected(PatientData.withheld(capture))
        } else {
            session.outcome = QuotedWords(
                normaliser: rules.normaliser, device: intake.originalNames[device.id] ?? device.id, key: intake.key
            ).masked(session.outcome)
        }
        return session
    }

    private func gather() async throws(WorkflowError) -> CollectionStage.Session {
        let limit = workspace.artifactLimit(of: device)
        if let delivery {
            return await collection.collect(device, platform: rules.platform, limit: limit, taken: delivery.taken) {
                _ in
                delivery.texts
            }
        }
        if case .command(let words) = device.method {
            let deadline = deadline ?? .now + (device.timeout ?? workspace.settings.timeout)
            return await collection.collect(device, platform: rules.platform, limit: limit) {
                [root = workspace.root] main throws(SessionError) in
                try await DeliveryProgram(words: words, root: root, device: device, limit: limit, main: main)
                    .texts(until: deadline)
            }
        }
        var job = try workspace.job(for: device, platform: rules.platform, run: run)
        let now = Date()
        job.inWindow = RunPlan.isOpen(device.windows, at: now, offset: LocalTime.offset)
        job.knownImages = memory.images(of: device.id, now: now)
        if let deadline { job.timeout = min(job.timeout, max(deadline - .now, .milliseconds(1))) }
        return await collection.collect(job)
    }

    /// Empty where the last good version is of another platform, whose artifacts are others.
    private func previousSizes() async throws(WorkflowError) -> [ArtifactName: Int] {
        let latest = try await workspace.asking { () throws(StoreError) in
            try await intake.store.latestSizes(of: device.id)
        }
        guard let latest, latest.platform == rules.platform.name else { return [:] }
        return latest.sizes
    }

    /// A device that lost more than half is asked once more, over a new connection: if it says the same, it is so.
    private func readAgain(
        because reasons: [String], _ digests: [ArtifactName: String], kept: Capture?, first: CollectionStage.Session
    ) async throws(WorkflowError) -> Outcome {
        if delivery != nil {
            return try setAside(kept, first, because: reasons + ["it cannot be read a second time: it was brought"])
        }
        guard outsideWindows || RunPlan.isOpen(device.windows, at: Date(), offset: LocalTime.offset) else {
            let reason = "it was not read a second time, because its window has closed"
            return try setAside(kept, first, because: reasons + [reason])
        }
        let second = try await collect()
        defer { second.lease.release() }
        switch second.outcome {
        case .failed(let failure):
            return try setAside(kept, first, because: reasons + ["a second reading failed: \(failure.message)"])
        case .collected(let capture):
            return try await inTurn(capture) { () async throws(WorkflowError) in
                switch intake.judge(capture, of: device.id, by: rules, previous: [:]) {
                case .good(let normalised) where normalised.digests == digests:
                    var outcome = try await store(capture, normalised, second)
                    outcome.notes += reasons.map { "\($0); a second reading agreed" }
                    return outcome
                case .good, .shrunk:
                    return try setAside(capture, second, because: reasons + ["a second reading brought something else"])
                case .suspicious(let more):
                    return try setAside(capture, second, because: reasons + more)
                }
            }
        }
    }

    // MARK: Taking in

    private func inTurn<Answer: Sendable>(
        _ capture: Capture, _ body: () async throws(WorkflowError) -> Answer
    ) async throws(WorkflowError) -> Answer {
        capture.size > Self.small ? try await turnstile.alone(body) : try await body()
    }

    private func take(
        _ capture: Capture, _ session: CollectionStage.Session, previous: [ArtifactName: Int]
    ) async throws(WorkflowError) -> Verdict {
        switch intake.judge(capture, of: device.id, by: rules, previous: previous) {
        case .good(let normalised): return .final(try await store(capture, normalised, session))
        case .suspicious(let reasons): return .final(try setAside(capture, session, because: reasons))
        case .shrunk(let reasons, let normalised):
            // What is large is not held while the device is asked again.
            return .doubtful(reasons, normalised.digests, kept: capture.size > Self.small ? nil : capture)
        }
    }

    private func store(
        _ capture: Capture, _ normalised: DeviceIntake.Normalised, _ session: CollectionStage.Session
    ) async throws(WorkflowError) -> Outcome {
        let added = try await intake.store(capture, as: normalised, of: device, taken: session.started, by: rules)
        var outcome = Outcome(outcome: .unchanged)
        if case .new(let previous) = added { outcome.outcome = previous == nil ? .new : .changed }
        outcome.notes = capture.notes + capture.facts.unassessable.map(\.remark)
        if case .copied(let version) = added {
            outcome.notes.append(
                "\(device.id)@\(version): the exact bytes were kept anew for a restore; nothing comparable changed")
        }
        if !normalised.uncovered.isEmpty {
            let places = Wording.count(normalised.uncovered.count, "place")
            outcome.notes.append(
                "\(places) with what looks like a secret and no rule covers: masked; 'plumbline drift \(device.id)' "
                    + "shows where")
        }
        outcome.bytes = capture.size
        outcome.memory = memory.memory(
            after: capture.facts, of: device.id, taken: session.started, platform: rules.platform)
        outcome.memory?.uncovered = normalised.uncovered
        outcome.restorability = restorability(of: capture, added.number)
        return outcome
    }

    /// Judged while the exact bytes are at hand.
    private func restorability(of capture: Capture, _ number: Int) -> KeptRestorability {
        RestorabilityJudgement(platform: rules.platform).judge(
            Dictionary(capture.artifacts.map { ($0.name, $0.collected) }, uniquingKeysWith: { $1 }), taken: nil,
            facts: capture.facts, collectedBy: rules.platform.name, now: capture.facts, at: Date()
        ).kept(of: device.id, number)
    }

    private func failed(
        _ failure: CollectionFailure, _ session: CollectionStage.Session
    ) throws(WorkflowError) -> Outcome {
        guard failure.kind == .suspicious else {
            return Outcome(
                outcome: failure.outcome, failure: failure.kind, message: failure.message, mayRetry: session.mayRetry)
        }
        var outcome = try setAside(nil, session, because: [failure.message])
        outcome.message =
            "\(failure.message); what passed is kept ('plumbline quarantine show \(device.id) --transcript'), and the "
            + "last good version stays the latest"
        return outcome
    }

    private func setAside(
        _ capture: Capture?, _ session: CollectionStage.Session, because reasons: [String]
    ) throws(WorkflowError) -> Outcome {
        let isWithheld = rules.platform.phi
        let reasons = isWithheld ? reasons.map { PatientData.withheld($0) } : reasons
        let artifacts = capture?.artifacts ?? []
        let entry = QuarantineEntry(
            device: device.id, run: run, group: device.group, platform: rules.platform.name, taken: session.started,
            reasons: reasons,
            artifacts: artifacts.enumerated().map { index, artifact in
                QuarantineEntry.Artifact(
                    name: artifact.name, file: "\(index + 1).collected", bytes: artifact.collected.count,
                    defects: artifact.defects)
            }, facts: capture?.facts ?? Facts(), notes: capture?.notes ?? [])
        let events = session.recorder.events
        try quarantine.keep(entry, artifacts: artifacts, events: isWithheld ? PatientData.withheld(events) : events)
        let message =
            "\(device.id): what came may not be complete or sound: \(reasons.joined(separator: "; ")); it waits in "
            + "quarantine ('plumbline quarantine show \(device.id)'), and the last good version stays the latest"
        return Outcome(
            outcome: .quarantined, failure: .suspicious, message: message, notes: capture?.notes ?? [],
            bytes: capture?.size ?? 0)
    }
}

extension DeviceIntake.Normalised {
    /// For comparing two readings without keeping the texts of both.
    fileprivate var digests: [ArtifactName: String] { texts.mapValues(sha256) }
}

extension AddedSnapshot {
    /// The number of the version that a snapshot is, or becomes.
    var number: Int {
        switch self {
        case .unchanged(let version), .copied(let version): version
        case .new(let previous): (previous ?? 0) + 1
        }
    }
}

extension Capture {
    /// Collected bytes.
    var size: Int { artifacts.reduce(0) { $0 + $1.collected.count } }
}

extension Facts {
    /// Images of which no digest is known.
    var unassessable: [FirmwareImage] { images.filter { $0.digest == nil } }
}

extension FirmwareImage {
    /// Why nothing can be said of it.
    var remark: String { "image \(path): its digest is \(unassessable)" }

    /// `not assessable`, and the reason, which the session may have put in these words itself.
    var unassessable: String {
        let reason = note ?? "the device gave none"
        return reason.hasPrefix("not assessable") ? reason : "not assessable: \(reason)"
    }
}

extension CollectionFailure {
    fileprivate var outcome: RunReport.Outcome {
        switch kind {
        case .suspicious: .quarantined
        case .spared: .spared
        // At work: it is asked again in the next run.
        case .busy: .deferred
        default: .failed
        }
    }
}
