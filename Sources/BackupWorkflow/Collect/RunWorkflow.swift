package import ConfigModel
import DeviceInventory
import FoundationEssentials
import SnapshotStore

/// One pass over devices: plan, collect, store, compare, report.
package struct RunWorkflow: Sendable {
    /// What was asked for.
    package struct Request: Sendable {
        package var devices: [Device]
        /// As typed, for the records.
        package var command: String
        package var failOn: FailOn
        /// Leaves alone what is not due.
        package var onlyDue: Bool
        /// Why windows bind nobody this time; nil where they do.
        package var outsideWindows: String?
        /// What a person has brought, in place of asking the devices.
        package var deliveries: [DeviceID: Delivery] = [:]
        /// How long open sessions may go on after a stop was requested; nil for the workspace's setting.
        package var grace: Duration?

        package init(
            devices: [Device], command: String, failOn: FailOn = .any, onlyDue: Bool = false,
            outsideWindows: String? = nil, grace: Duration? = nil
        ) {
            self.devices = devices
            self.command = command
            self.failOn = failOn
            self.onlyDue = onlyDue
            self.outsideWindows = outsideWindows
            self.grace = grace
        }
    }

    /// What a progress line shows.
    package struct Progress: Sendable, Hashable, Codable {
        package var total: Int
        package var done: Int
        package var inFlight: Int
        package var missed: Int
    }

    private let workspace: Workspace
    private let collection: CollectionStage
    /// The daemon runs it, which has a lock of its own.
    var isDaemon = false
    /// See `Schedule`.
    var spread = 0.0

    package init(workspace: Workspace, collection: CollectionStage) {
        self.workspace = workspace
        self.collection = collection
    }

    /// - Throws: what concerns the run as a whole. A device that fails is a row and never ends the run for the others.
    package func run(
        _ request: Request, stop: StopRequest, progress: @escaping @Sendable (Progress) -> Void
    ) async throws(WorkflowError) -> RunReport {
        do throws(WorkflowError) {
            return try await pass(request, stop: stop, progress: progress)
        } catch {
            if let event = HookEvent(error) {
                // What its hooks say has no report to stand in.
                _ = await HookRunner(workspace).run([event])
            }
            throw error
        }
    }

    private func pass(
        _ request: Request, stop: StopRequest, progress: @escaping @Sendable (Progress) -> Void
    ) async throws(WorkflowError) -> RunReport {
        try workspace.requireOwner()
        let rules = try compiledRules(for: request.devices)
        let key = try workspace.fingerprintKey()
        let lock = try workspace.lockForRun(command: request.command, isDaemon: isDaemon)
        defer { lock.release() }
        let store = try await workspace.storeForWriting()
        try await collection.credentials.keep(in: store)
        let renaming = try await workspace.rename(in: store)
        let before = try await RunEvents.Before(store, in: workspace)
        let started = Date()
        let id = RunID.new(at: started)
        if let reason = request.outsideWindows { try workspace.auditOverride(request, reason: reason) }
        let plan = RunPlan(
            devices: request.devices, now: started, schedule: try await workspace.schedule(store, spread: spread),
            onlyDue: request.onlyDue, brought: Set(request.deliveries.keys),
            outsideWindows: request.outsideWindows != nil, offset: LocalTime.offset)
        try await store.begun(id, workspace: workspace.settings.workspace, started: started)

        let memory = CollectionMemory(
            known: try await workspace.asking { () throws(StoreError) in try await store.memories() })
        let pass = FleetCollection(
            workspace: workspace, locks: try workspace.locks(command: request.command), collection: collection,
            intake: DeviceIntake(
                store: store, key: key, copyAge: workspace.settings.copyAge.inSeconds,
                originalNames: try await workspace.originalNames(store)),
            quarantine: workspace.quarantine, memory: memory, run: id,
            rules: rules, grace: request.grace ?? workspace.settings.grace,
            watch: HandoverWatch(DeviceHandover(state: workspace.state)),
            outsideWindows: request.outsideWindows != nil, deliveries: request.deliveries,
            hooks: HookRunner(workspace),
            suspects: Set(before.states.filter { $0.value.lastOutcome?.isFailure ?? false }.keys))
        let (collected, wasStopped) = await pass.collect(plan.collect, stop: stop, progress: progress)
        let commit: StoredCommit
        do throws(StoreError) {
            commit = try await store.finish()
        } catch {
            throw .store(error)
        }
        let notices =
            try await keepInMind(collected, of: id, memory, store) + (await collection.credentials.takeNotices())
        return try await report(
            id, request: request, plan: plan, attempts: collected, started: started, commit: commit,
            wasStopped: wasStopped, notices: renaming + notices + (await TrustFiles(workspace).changes()),
            before: before,
            store: store)
    }

    /// Remembers what was found out, and puts the quarantine in order.
    /// - Returns: What could not be done about the latter, which is no reason to lose the report.
    private func keepInMind(
        _ attempts: [FleetCollection.Attempt], of run: RunID, _ memory: CollectionMemory, _ store: SnapshotStore
    ) async throws(WorkflowError) -> [String] {
        var learned: [DeviceID: DeviceMemory] = [:]
        for attempt in attempts {
            guard let new = attempt.memory, new != memory.known[attempt.device] ?? DeviceMemory() else { continue }
            learned[attempt.device] = new
        }
        let changed = learned
        let judged = attempts.compactMap(\.restorability)
        try await workspace.asking { () throws(StoreError) in
            try await store.remember(changed)
            try await store.remember(judged)
        }
        do throws(WorkflowError) {
            let good = attempts.filter(\.outcome.isGood).map(\.device)
            try workspace.quarantine.tidy(after: run, good: Set(good), at: Date())
            return []
        } catch {
            return ["the quarantine could not be put in order: \(error)"]
        }
    }

    private func compiledRules(
        for devices: [Device]
    ) throws(WorkflowError) -> [String: DeviceIntake.Rules] {
        var rules: [String: DeviceIntake.Rules] = [:]
        for name in Set(devices.map(\.platform)) {
            guard let platform = workspace.inventory.platform(named: name) else { continue }
            do {
                rules[name] = try DeviceIntake.Rules(platform)
            } catch {
                throw .rules("platform \(name): \(error)")
            }
        }
        return rules
    }

    // MARK: After the devices

    private func report(
        _ id: RunID, request: Request, plan: RunPlan, attempts: [FleetCollection.Attempt], started: Date,
        commit: StoredCommit, wasStopped: Bool, notices: [String], before: RunEvents.Before, store: SnapshotStore
    ) async throws(WorkflowError) -> RunReport {
        let attempts = attempts + plan.leftAlone.compactMap { FleetCollection.Attempt($0, at: started) }
        let finished = Date()
        var record = RunRecord(
            run: id, started: started, finished: finished, exit: 0, command: request.command, commit: commit.commit,
            attempts: attempts.compactMap(\.record))
        // The attempts are needed to judge the standings; the exit status follows from these and is written with the record.
        let standings = try await StandingCheck(workspace: workspace, store: store, now: finished)
            .standings(of: request.devices, including: record.attempts)
        let exit = ExitStatus.of(
            standings, failOn: request.failOn, onboarding: workspace.isOnboarding(at: finished))
        record.exit = Int(exit.rawValue)
        do throws(StoreError) {
            try await store.recordRun(record)
            try await store.remember(
                Dictionary(standings.map { ($0.device, $0.findings) }, uniquingKeysWith: { $1 }), at: finished)
        } catch {
            throw .store(error)
        }
        let byDevice = Dictionary(attempts.map { ($0.device, $0) }, uniquingKeysWith: { first, _ in first })
        var report = RunReport(
            run: id, workspace: workspace.settings.workspace, started: started, finished: finished,
            rows: standings.map { row($0, byDevice[$0.device]) }, inventory: workspace.inventory.devices.count,
            findings: standings.flatMap(\.findings),
            commit: commit.commit?.description, renewed: commit.copied.count, wasStopped: wasStopped,
            hooks: attempts.flatMap(\.hooks),
            notices: notices + [await workspace.keyWarning(store)].compactMap(\.self)
                + (await workspace.notices(store)),
            exit: exit)
        let held = CredentialHold.all(
            in: try await workspace.asking { () throws(StoreError) in try await store.refusals() })
        let events = RunEvents(
            run: id, time: finished,
            devices: Dictionary(request.devices.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first }),
            before: before, commit: report.commit
        ).events(report.rows, standings, held: held)
        await tell(events, of: &report)
        return report
    }

    /// Runs the hooks of a run's events, that of its end last: by then the report is where others can read it.
    private func tell(_ events: [HookEvent], of report: inout RunReport) async {
        let runner = HookRunner(workspace)
        report.hooks += await runner.run(events)
        report.hooks.removeAll { $0.fault == nil && $0.output.isEmpty }
        let archive = ReportArchive(state: workspace.state)
        do throws(WorkflowError) {
            try archive.keep(report)
        } catch {
            report.notices.append("the report could not be kept for 'plumbline report': \(error)")
        }
        let last = await runner.run([HookEvent(finished: report, kept: archive.path(of: report.run))])
        guard !last.isEmpty else { return }
        report.hooks += last.filter { $0.fault != nil || !$0.output.isEmpty }
        // Kept again with what its last hooks had to say; should that fail, the first copy stands.
        try? archive.keep(report)
    }

    private func row(_ standing: Standing, _ attempt: FleetCollection.Attempt?) -> RunReport.Row {
        RunReport.Row(
            device: standing.device, group: standing.group, outcome: attempt?.outcome ?? .notAttempted,
            version: standing.version, failure: attempt?.failure, message: attempt?.message,
            notes: attempt?.notes ?? [],
            seconds: attempt.map { $0.finished.timeIntervalSince($0.started) } ?? 0, bytes: attempt?.bytes ?? 0,
            lastGood: standing.lastGood, isFresh: standing.isFresh, freshness: standing.freshness,
            isQuarantined: standing.isQuarantined)
    }
}

extension Workspace {
    /// What is known of the devices' past, as a schedule.
    /// - Parameter spread: See `Schedule`.
    func schedule(_ store: SnapshotStore, spread: Double = 0) async throws(WorkflowError) -> Schedule {
        let states = try await asking { () throws(StoreError) in try await store.deviceStates() }
        return Schedule(
            pasts: states.mapValues { state in
                Schedule.Past(
                    lastGood: state.lastSuccess, lastAttempt: state.lastAttempt,
                    hasFailed: state.lastOutcome.map { $0.isFailure || $0 == .spared } ?? false)
            }, spread: spread, offset: LocalTime.offset)
    }

    /// A window protects a patient: who overrides it is recorded, or it does not happen.
    fileprivate func auditOverride(_ request: RunWorkflow.Request, reason: String) throws(WorkflowError) {
        let outside = request.devices.filter { !RunPlan.isOpen($0.windows, at: Date(), offset: LocalTime.offset) }
        guard !outside.isEmpty else { return }
        try audit(
            "run outside window", subject: request.command, reason: reason,
            details: ["devices": outside.map(\.id.text).prefix(20).joined(separator: " "), "count": "\(outside.count)"])
    }
}

extension AttemptOutcome {
    /// Whether the device was asked and nothing good came of it.
    var isFailure: Bool {
        switch self {
        case .failed, .quarantined: true
        case .stored, .unchanged, .spared, .deferred: false
        }
    }
}

extension SnapshotStore {
    fileprivate func begun(_ run: RunID, workspace: String, started: Date) throws(WorkflowError) {
        do throws(StoreError) {
            try begin(run: run, workspace: workspace, started: started)
        } catch {
            throw .store(error)
        }
    }
}

extension RunID {
    /// A new id: the time, and four random digits so that two runs of one second differ.
    static func new(at instant: Date) -> RunID {
        let time = Wording.time(instant).filter { $0 != "-" && $0 != ":" }
        let random = String(UInt32.random(in: 0x10000...0x1FFFF), radix: 16).dropFirst()
        // Digits and letters alone: always an id.
        return RunID("\(time)-\(random)")!
    }
}
