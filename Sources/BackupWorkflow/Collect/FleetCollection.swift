import ConfigModel
import DeviceInventory
import FoundationEssentials
import SnapshotStore

/// Collects many devices at once, within all limits, each under its own lock and deadline.
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
        var restorability: KeptRestorability?
        /// What was asked before it was contacted.
        var hooks: [HookRunner.Result] = []
        /// Whether it may be tried again at once: no credential was under way when it failed.
        var mayRetry = false
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
    /// Devices that a restore wants are given up.
    let watch: HandoverWatch
    /// Windows bind nobody: a person has asked for it.
    var outsideWindows = false
    var deliveries: [DeviceID: Delivery] = [:]
    var hooks: HookRunner?
    /// Devices that failed the last time.
    var suspects: Set<DeviceID> = []
    var retries = RetryPolicy()
    let turnstile = Turnstile()

    private enum Event: Sendable {
        case done(Try, Attempt)
        /// The pause before another try is over.
        case again(Try)
        case stopRequested
        case graceOver
        /// The watch for restores is over, with the group.
        case watched
    }

    /// A device's turn, or one of its turns.
    private struct Try: Sendable {
        var device: Device
        var keys: [LaunchQueue<Try>.Key]
        /// How often it was tried before.
        var number = 0
        /// Fixed when it was first tried: later tries do not stretch it.
        var deadline: ContinuousClock.Instant?
        /// What came of the try before; nil at the first.
        var before: Attempt?
    }

    /// - Returns: One attempt for each device, in the order in which they ended; and whether the pass was stopped early.
    func collect(
        _ devices: [Device], stop: StopRequest, progress: @escaping @Sendable (RunWorkflow.Progress) -> Void
    ) async -> ([Attempt], Bool) {
        await withTaskGroup(of: Event.self) { group in
            var attempts: [Attempt] = []
            var queue = LaunchQueue<Try>(
                devices.map { device in
                    let keys = keys(of: device)
                    return (Try(device: device, keys: keys), keys)
                }, limits: workspace.settings.limits()
            )
            var pausing: [DeviceID: Attempt] = [:]
            var missed = 0
            var checkpoints = Checkpoints(start: .now)
            var stopped = false
            group.addTask {
                await stop.wait()
                return .stopRequested
            }
            group.addTask { [watch] in
                await watch.look()
                return .watched
            }
            if let deadline = workspace.settings.deadline {
                group.addTask {
                    try? await Task.sleep(for: deadline)
                    return .stopRequested
                }
            }
            while true {
                while !stopped, let (next, _) = queue.start() {
                    var next = next
                    next.deadline = next.deadline ?? .now + timeout(of: next.device)
                    group.addTask { [next] in .done(next, await attempt(next)) }
                }
                if queue.inFlight == 0, stopped || pausing.isEmpty { break }
                progress(
                    RunWorkflow.Progress(
                        total: devices.count, done: attempts.count, inFlight: queue.inFlight, missed: missed))
                switch await group.next() {
                case .done(let done, let attempt):
                    queue.ended(keys: done.keys)
                    if !stopped, let pause = pause(after: attempt, of: done) {
                        pausing[done.device.id] = attempt
                        group.addTask {
                            try? await Task.sleep(for: pause)
                            var again = done
                            again.number += 1
                            again.before = attempt
                            return .again(again)
                        }
                        continue
                    }
                    missed += attempt.outcome.isMiss ? 1 : 0
                    if checkpoints.isDue(after: attempt, now: .now) {
                        // Should it fail, nothing is lost yet: the end of the run tries again, and then says so.
                        _ = try? await intake.store.checkpoint()
                    }
                    attempts.append(attempt)
                case .again(let next):
                    guard pausing.removeValue(forKey: next.device.id) != nil else { continue }
                    if stopped, let attempt = next.before {
                        attempts.append(attempt)
                    } else {
                        queue.append(next, keys: next.keys)
                    }
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
                case .watched, nil:
                    break
                }
            }
            group.cancelAll()
            attempts += pausing.values
            attempts += queue.rest().map { $0.before ?? Attempt(notAttempted: $0.device.id, at: Date()) }
            return (attempts, stopped)
        }
    }

    private func keys(of device: Device) -> [LaunchQueue<Try>.Key] {
        var keys: [LaunchQueue<Try>.Key] = [.group(device.group)]
        if suspects.contains(device.id) { keys.append(.suspects) }
        guard let route = workspace.inventory.route(to: device) else { return keys }
        keys += route.jumps.map { .jump($0.name) }
        keys.append(.credential(route.endpoint.credential.name))
        return keys
    }

    private func timeout(of device: Device) -> Duration { device.timeout ?? workspace.settings.timeout }

    /// How long to wait before a device is tried again; nil where it is not.
    private func pause(after attempt: Attempt, of done: Try) -> Duration? {
        guard attempt.mayRetry, let failure = attempt.failure, let deadline = done.deadline else { return nil }
        return retries.delay(
            after: failure, tries: done.number + 1, left: deadline - .now, random: Double.random(in: 0..<1))
    }

    private func attempt(_ turn: Try) async -> Attempt {
        let device = turn.device
        var attempt = Attempt(
            device: device.id, started: turn.before?.started ?? Date(), finished: Date(), outcome: .failed)
        do throws(WorkflowError) {
            if let reason = deferral(of: device) {
                // It has closed while the device waited for its turn.
                attempt.outcome = .deferred
                attempt.message = "\(device.id) is left alone: \(reason)"
                return attempt
            }
            if turn.number == 0, deliveries[device.id] == nil, let hooks, hooks.asksBefore {
                var details = HookEvent.Details(device)
                details.run = run.text
                let (verdict, results) = await hooks.mayCollect(HookEvent(.beforeCollect, at: Date(), details))
                attempt.hooks = results.filter { $0.fault != nil && $0.status != HookRunner.veto }
                if case .leave(let reason) = verdict {
                    attempt.outcome = .deferred
                    attempt.message = "\(device.id) is left alone: \(reason)"
                    attempt.finished = Date()
                    return attempt
                }
            }
            let lock = try lock(device.id)
            defer { lock.release() }
            try await collect(turn, into: &attempt)
        } catch {
            if case .store(let fault) = error, fault.isLocked { attempt.outcome = .busy }
            attempt.message = "\(device.id): \(error)"
        }
        // It is as old as what was brought.
        if let taken = deliveries[device.id]?.taken {
            (attempt.started, attempt.finished) = (taken, taken)
            return attempt
        }
        if turn.number > 0, attempt.outcome.isMiss, let message = attempt.message {
            attempt.message = message + " (tried \(turn.number + 1) times)"
        }
        attempt.finished = Date()
        return attempt
    }

    private func deferral(of device: Device) -> RunPlan.LeftAlone.Reason? {
        outsideWindows || deliveries[device.id] != nil
            ? nil : RunPlan.deferral(of: device, at: Date(), offset: LocalTime.offset)
    }

    private func lock(_ device: DeviceID) throws(WorkflowError) -> FileLock {
        do throws(StoreError) {
            return try locks.device(device)
        } catch {
            throw .store(error)
        }
    }

    private func collect(_ turn: Try, into attempt: inout Attempt) async throws(WorkflowError) {
        let device = turn.device
        guard let rules = rules[device.platform] else {
            throw .rules("the platform '\(device.platform)' is not known: 'plumbline inventory check' tells more")
        }
        let visit = DeviceVisit(
            workspace: workspace, collection: collection, intake: intake, quarantine: quarantine, memory: memory,
            run: run, turnstile: turnstile, device: device, rules: rules, deadline: turn.deadline,
            outsideWindows: outsideWindows, delivery: deliveries[device.id])
        let result = await watch.unlessWanted(device.id) { () -> Result<DeviceVisit.Outcome, WorkflowError> in
            do throws(WorkflowError) { return .success(try await visit.outcome()) } catch { return .failure(error) }
        }
        guard let outcome = try result?.get() else {
            attempt.outcome = .busy
            attempt.message = "\(device.id) was given up for a restore: it is collected again in the next run"
            return
        }
        attempt.outcome = outcome.outcome
        attempt.failure = outcome.failure
        attempt.message = outcome.message
        attempt.notes = outcome.notes
        attempt.bytes = outcome.bytes
        attempt.memory = outcome.memory
        attempt.restorability = outcome.restorability
        attempt.mayRetry = outcome.mayRetry
    }
}

extension Settings {
    fileprivate func limits<Item>() -> LaunchQueue<Item>.Limits {
        LaunchQueue<Item>.Limits(
            total: concurrency, perGroup: perGroup, perJump: perJump, perCredential: perCredential)
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
    init(notAttempted device: DeviceID, at instant: Date) {
        self.init(
            device: device, started: instant, finished: instant, outcome: .notAttempted,
            message: "\(device) was not attempted: the run was ended before its turn")
    }

    init(_ device: RunPlan.LeftAlone, at instant: Date) {
        let outcome: RunReport.Outcome =
            switch device.reason {
            case .notDue: .notDue
            case .deferred: .deferred
            case .uncovered: .uncovered
            case .manual: .manual
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
        case .spared: outcome = .spared
        case .deferred, .busy: outcome = .deferred
        case .failed: outcome = .failed(failure ?? .protocolFailure)
        // Nobody has tried.
        case .uncovered, .inactive, .manual, .notDue, .notAttempted: return nil
        }
        return AttemptRecord(
            device: device, started: started, finished: finished, outcome: outcome, message: message ?? "", bytes: bytes
        )
    }
}
