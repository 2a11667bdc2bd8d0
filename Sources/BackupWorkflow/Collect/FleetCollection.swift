import ConfigModel
import DeviceInventory
import FoundationEssentials
import SnapshotStore

/// Collects many devices at once, at most so many, each under its own lock and deadline.
struct FleetCollection: Sendable {
    /// What came of one device.
    struct Attempt: Sendable {
        var device: DeviceID
        var started: Date
        var finished: Date
        var outcome: RunReport.Outcome
        var failure: CollectionFailure.Kind?
        var message: String?
        var notes: [String] = []
        var bytes = 0
        /// Of a good capture, to be remembered.
        var memory: DeviceMemory?
    }

    let workspace: Workspace
    let locks: WorkspaceLocks
    let collection: CollectionStage
    let intake: DeviceIntake
    let quarantine: Quarantine
    let memory: CollectionMemory
    let run: RunID
    let rules: [String: DeviceIntake.Rules]
    let grace: Duration
    let turnstile = Turnstile()

    private enum Event: Sendable {
        case done(Attempt)
        case stopRequested
        case graceOver
    }

    /// - Returns: One attempt for each device, in the order in which they ended; and whether the pass was stopped early.
    func collect(
        _ devices: [Device], stop: StopRequest, progress: @escaping @Sendable (RunWorkflow.Progress) -> Void
    ) async -> ([Attempt], Bool) {
        await withTaskGroup(of: Event.self) { group in
            var attempts: [Attempt] = []
            var waiting = devices[...]
            var inFlight = 0
            var missed = 0
            var checkpoints = Checkpoints(start: .now)
            var stopped = false
            group.addTask {
                await stop.wait()
                return .stopRequested
            }
            if let deadline = workspace.settings.deadline {
                group.addTask {
                    try? await Task.sleep(for: deadline)
                    return .stopRequested
                }
            }
            while true {
                while !stopped, inFlight < workspace.settings.concurrency, let device = waiting.popFirst() {
                    inFlight += 1
                    group.addTask { .done(await attempt(device)) }
                }
                if inFlight == 0 { break }
                progress(
                    RunWorkflow.Progress(
                        total: devices.count, done: attempts.count, inFlight: inFlight, missed: missed))
                switch await group.next() {
                case .done(let attempt):
                    inFlight -= 1
                    missed += attempt.outcome.isMiss ? 1 : 0
                    if checkpoints.isDue(after: attempt, now: .now) {
                        // Should it fail, nothing is lost yet: the end of the run tries again, and then says so.
                        _ = try? await intake.store.checkpoint()
                    }
                    attempts.append(attempt)
                case .stopRequested:
                    // By a person or by the run's deadline. Also when the group is cancelled: then nothing is left to start.
                    guard !stopped else { continue }
                    stopped = true
                    group.addTask { [grace] in
                        try? await Task.sleep(for: grace)
                        return .graceOver
                    }
                case .graceOver:
                    group.cancelAll()
                case nil:
                    inFlight = 0
                }
            }
            group.cancelAll()
            let now = Date()
            attempts += waiting.map { device in
                Attempt(
                    device: device.id, started: now, finished: now, outcome: .notAttempted,
                    message: "\(device.id) was not attempted: the run was ended before its turn")
            }
            return (attempts, stopped)
        }
    }

    private func attempt(_ device: Device) async -> Attempt {
        var attempt = Attempt(device: device.id, started: Date(), finished: Date(), outcome: .failed)
        do throws(WorkflowError) {
            let lock = try lock(device.id)
            defer { lock.release() }
            try await collect(device, into: &attempt)
        } catch {
            if case .store(let fault) = error, fault.isLocked { attempt.outcome = .busy }
            attempt.message = "\(device.id): \(error)"
        }
        attempt.finished = Date()
        return attempt
    }

    private func lock(_ device: DeviceID) throws(WorkflowError) -> FileLock {
        do throws(StoreError) {
            return try locks.device(device)
        } catch {
            throw .store(error)
        }
    }

    private func collect(_ device: Device, into attempt: inout Attempt) async throws(WorkflowError) {
        guard let rules = rules[device.platform] else {
            throw .rules("the platform '\(device.platform)' is not known: 'plumbline inventory check' tells more")
        }
        let visit = DeviceVisit(
            workspace: workspace, collection: collection, intake: intake, quarantine: quarantine, memory: memory,
            run: run, turnstile: turnstile, device: device, rules: rules)
        let outcome = try await visit.outcome()
        attempt.outcome = outcome.outcome
        attempt.failure = outcome.failure
        attempt.message = outcome.message
        attempt.notes = outcome.notes
        attempt.bytes = outcome.bytes
        attempt.memory = outcome.memory
    }
}

/// When a long run stores what has come so far: every 500 new versions, and every five minutes in which there was one.
struct Checkpoints {
    private var stored = 0
    private var last: ContinuousClock.Instant

    init(start: ContinuousClock.Instant) { last = start }

    mutating func isDue(after attempt: FleetCollection.Attempt, now: ContinuousClock.Instant) -> Bool {
        if attempt.outcome == .new || attempt.outcome == .changed { stored += 1 }
        guard stored >= 500 || (stored > 0 && now - last > .seconds(300)) else { return false }
        stored = 0
        last = now
        return true
    }
}

extension FleetCollection.Attempt {
    init(_ device: RunPlan.LeftAlone, at instant: Date) {
        let outcome: RunReport.Outcome =
            switch device.reason {
            case .deferred: .deferred
            case .uncovered: .uncovered
            case .inactive: .inactive
            }
        self.init(
            device: device.device.id, started: instant, finished: instant, outcome: outcome,
            message: "\(device.device.id) is left alone: \(device.reason)")
    }

    /// What is kept of it; nil for a device that was not to be contacted.
    var record: AttemptRecord? {
        let outcome: AttemptOutcome
        switch self.outcome {
        case .new, .changed: outcome = .stored
        case .unchanged: outcome = .unchanged
        case .quarantined: outcome = .quarantined
        case .spared, .notAttempted: outcome = .spared
        case .deferred, .busy: outcome = .deferred
        case .failed: outcome = .failed(failure ?? .protocolFailure)
        case .uncovered, .inactive: return nil
        }
        return AttemptRecord(
            device: device, started: started, finished: finished, outcome: outcome, message: message ?? "", bytes: bytes
        )
    }
}
