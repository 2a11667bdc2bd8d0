import ConfigModel
import DeviceInventory
package import FoundationEssentials
package import Logging
import ServiceLifecycle
import SnapshotStore

/// `plumbline serve`: wakes for the devices that are due and runs them as `plumbline run` does; reads the inventory anew when it
/// has changed, and keeps the old one where the new one is faulty; takes requests by a socket. It opens no network port.
package struct Daemon: Service {
    /// What it needs from outside.
    package struct Surroundings: Sendable {
        /// Reads the workspace: every fault at once.
        package var open: @Sendable () throws(WorkflowError) -> Workspace
        package var stage: @Sendable (Workspace) -> CollectionStage
        /// Told of each report, to write it where it is wanted.
        package var finished: @Sendable (RunReport, Workspace) async -> Void
        package var now: @Sendable () -> Date

        package init(
            open: @escaping @Sendable () throws(WorkflowError) -> Workspace,
            stage: @escaping @Sendable (Workspace) -> CollectionStage,
            finished: @escaping @Sendable (RunReport, Workspace) async -> Void = { _, _ in },
            now: @escaping @Sendable () -> Date = { Date() }
        ) {
            self.open = open
            self.stage = stage
            self.finished = finished
            self.now = now
        }
    }

    /// A share of each device's interval: so many hundred devices that were collected in one night do not stay together.
    private static let spread = 0.2
    private static let mostRequests = 16

    private let surroundings: Surroundings
    private let logger: Logger
    private let state: DaemonState
    /// How often it looks at the clock and at the files.
    private let tick: Duration

    /// - Throws: `configuration` where the workspace is faulty: a daemon begins with a faultless one.
    package init(
        _ surroundings: Surroundings, logger: Logger, tick: Duration = .seconds(5)
    ) throws(WorkflowError) {
        self.surroundings = surroundings
        self.logger = logger
        self.tick = tick
        state = DaemonState(try surroundings.open())
    }

    /// Reads the inventory anew at the next tick, changed or not: SIGHUP.
    package func requestReload() async { await state.requestReload() }

    package func run() async throws {
        let workspace = await state.workspace
        let locks = try workspace.locks(command: "serve")
        let lock: FileLock
        do throws(StoreError) { lock = try locks.daemon() } catch { throw WorkflowError.store(error) }
        defer { lock.release() }
        let socket = ControlSocket(state: workspace.state)
        logger.info(
            "serving \(workspace.settings.workspace): \(Wording.count(workspace.inventory.devices.count, "device"))")
        await withThrowingTaskGroup(of: Void.self) { group in
            if let objection = socket.objection {
                logger.warning("\(objection)")
            } else {
                group.addTask { try await listen(socket) }
            }
            await withGracefulShutdownHandler {
                await loop()
            } onGracefulShutdown: {
                state.stop.request()
            }
            // Also when the task was cancelled: from here on nobody adds a request, and whoever waits is told.
            state.stop.request()
            while let pending = await state.takePending() {
                pending.reply(.refused(message: "the daemon has ended before it came to this", status: 75))
                pending.done()
            }
            // Last words reach who waits for them, within reason.
            let end = ContinuousClock.now + .seconds(2)
            while await state.talks > 0, ContinuousClock.now < end { try? await Task.sleep(for: .milliseconds(20)) }
            group.cancelAll()
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) {
                    logger.warning("the socket for 'run --via-daemon' does not work: \(error)")
                }
            }
        }
        logger.info("served: no more runs")
    }

    // MARK: The clock

    private func loop() async {
        var watch = InventoryWatch(workspace: await state.workspace.root)
        var lastRun = Date.distantPast
        while !state.stop.isRequested, !Task.isCancelled {
            let changed = watch.hasChanged()
            if await state.takeReload() || changed { await readAnew() }
            if let pending = await state.takePending() {
                await serve(pending)
                continue
            }
            let now = surroundings.now()
            let workspace = await state.workspace
            // A clock that was put back must not stop everything until it has caught up.
            let next = lastRun.addingTimeInterval(workspace.settings.pace.inSeconds)
            let isPaced = now < lastRun || now >= next
            if await isSomethingDue(workspace, at: now, closingBefore: isPaced ? nil : next) {
                lastRun = now
                await run(
                    RunWorkflow.Request(devices: workspace.inventory.devices, command: "serve", onlyDue: true),
                    workspace,
                    progress: { _ in })
                continue
            }
            try? await Task.sleep(for: tick)
        }
    }

    /// - Parameter time: Only what must be done before, because its window closes; nil for whatever is due.
    private func isSomethingDue(_ workspace: Workspace, at now: Date, closingBefore time: Date?) async -> Bool {
        var devices = workspace.inventory.devices
        if let time {
            devices = devices.filter {
                $0.windows.contains { $0.closes(before: time, from: now, offset: LocalTime.offset) }
            }
            if devices.isEmpty { return false }
        }
        do throws(WorkflowError) {
            let store = try await workspace.storeForReading()
            let schedule = try await workspace.schedule(store, spread: Self.spread)
            guard let next = schedule.next(of: devices, after: now) else { return false }
            return next <= now
        } catch {
            await state.complainOnce("it cannot be told what is due: \(error)", to: logger)
            return false
        }
    }

    private func readAnew() async {
        do throws(WorkflowError) {
            let workspace = try surroundings.open()
            await state.use(workspace)
            logger.info("the inventory was read anew: \(Wording.count(workspace.inventory.devices.count, "device"))")
        } catch {
            logger.error("the inventory has changed and is faulty, so that the one before goes on to be used: \(error)")
        }
    }

    // MARK: Runs

    @discardableResult
    private func run(
        _ request: RunWorkflow.Request, _ workspace: Workspace,
        progress: @escaping @Sendable (RunWorkflow.Progress) -> Void
    ) async -> DaemonReply {
        do throws(WorkflowError) {
            var workflow = RunWorkflow(workspace: workspace, collection: surroundings.stage(workspace))
            workflow.isDaemon = true
            workflow.spread = request.onlyDue ? Self.spread : 0
            let report = try await workflow.run(request, stop: state.stop, progress: progress)
            await state.allIsWell()
            logger.info("\(request.command): \(report.headline)")
            await surroundings.finished(report, workspace)
            for notice in await StoreMaintenance(workspace: workspace).afterRun() { logger.warning("\(notice)") }
            return .report(report)
        } catch {
            await state.complainOnce("\(request.command): \(error)", to: logger)
            return .refused(message: "\(error)", status: error.status.rawValue)
        }
    }

    // MARK: Requests

    private func listen(_ socket: ControlSocket) async throws {
        try await socket.serve(talks: { await state.note($0) }) { request, reply in
            await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
                let pending = DaemonState.Pending(request: request, reply: reply, done: { done.resume() })
                Task {
                    // Ended by the loop, which answers every request that it has taken, or refused here.
                    guard await state.add(pending, most: Self.mostRequests) else {
                        reply(
                            .refused(
                                message: "the daemon has \(Self.mostRequests) requests already, or is ending",
                                status: 75))
                        return done.resume()
                    }
                    reply(.waiting("the daemon has taken it"))
                }
            }
        }
    }

    private func serve(_ pending: DaemonState.Pending) async {
        defer { pending.done() }
        let workspace = await state.workspace
        let asked = pending.request
        var request = RunWorkflow.Request(
            devices: workspace.inventory.devices, command: asked.command,
            failOn: FailOn(rawValue: asked.failOn) ?? .any,
            onlyDue: !asked.all && asked.selector.isEmpty, outsideWindows: asked.outsideWindows)
        if !asked.selector.isEmpty {
            do throws(WorkflowError) {
                request.devices = try workspace.devices(asked.selector)
            } catch {
                return pending.reply(.refused(message: "\(error)", status: error.status.rawValue))
            }
        }
        pending.reply(await run(request, workspace, progress: { pending.reply(.progress($0)) }))
    }
}

/// What the daemon knows at the moment.
actor DaemonState {
    struct Pending: Sendable {
        var request: DaemonRequest
        var reply: @Sendable (DaemonReply) -> Void
        var done: @Sendable () -> Void
    }

    private(set) var workspace: Workspace
    nonisolated let stop = StopRequest()
    private var isReloadRequested = false
    private var pending: [Pending] = []
    private var lastComplaint: String?

    init(_ workspace: Workspace) { self.workspace = workspace }

    func use(_ workspace: Workspace) { self.workspace = workspace }

    /// How many conversations by the socket are under way.
    private(set) var talks = 0

    func note(_ change: Int) { talks += change }

    func requestReload() { isReloadRequested = true }

    func takeReload() -> Bool {
        defer { isReloadRequested = false }
        return isReloadRequested
    }

    /// - Returns: Whether it will be answered.
    func add(_ request: Pending, most: Int) -> Bool {
        guard pending.count < most, !stop.isRequested else { return false }
        pending.append(request)
        return true
    }

    func takePending() -> Pending? { pending.isEmpty ? nil : pending.removeFirst() }

    /// What goes on to be wrong is told once, not every few seconds.
    func complainOnce(_ text: String, to logger: Logger) {
        if text != lastComplaint { logger.error("\(text)") }
        lastComplaint = text
    }

    func allIsWell() { lastComplaint = nil }
}
