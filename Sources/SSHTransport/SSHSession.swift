import ConfigModel
import DeviceSession
import NIOCore

/// Names a channel within its session. Numbers are not used again.
struct ChannelID: Hashable, Sendable { let number: Int }

/// One SSH session, living on one event loop: libssh2 is called when a caller asks for something, and again for what
/// could not be done yet when bytes have come. The chapters are in `SSHSession+….swift`.
actor SSHSession {
    nonisolated let loop: any EventLoop
    nonisolated let endpoint: Endpoint
    let names: any NameService
    /// How errors call the other side.
    nonisolated let host: String
    private nonisolated let executor: any SerialExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// The jump host's session through which this one flows.
    let outer: SSHSession?
    private let ownsOuter: Bool

    nonisolated let wire = Wire()
    private var handle: SessionHandle?
    /// Why the session is over. Whatever is asked from then on fails with it at once.
    private(set) var failure: SessionError?

    private var channels: [ChannelID: ChannelHandle] = [:]
    private var lastChannel = 0
    /// Closed by us, the peer's answer still missing.
    private var closing: [ChannelHandle] = []
    /// When a channel was last given up.
    var lastDrop: ContinuousClock.Instant?
    var tunnels: [ChannelID: Tunnel] = [:]
    var idleFileConversations: [FileConversation] = []
    var legacyInUse: [String] = []

    private var waits: [Wait] = []
    private var lastWait = 0
    private var isPumping = false
    private var alarm: (at: ContinuousClock.Instant, task: Scheduled<Void>)?
    private var keepaliveTask: Scheduled<Void>?

    /// - Parameters:
    ///   - loop: That of `outer`, where there is one.
    ///   - ownsOuter: Closing this session closes `outer` too.
    init(
        endpoint: Endpoint, loop: any EventLoop, outer: SSHSession?, ownsOuter: Bool = true, names: any NameService
    ) {
        self.endpoint = endpoint
        self.names = names
        self.loop = loop
        self.outer = outer
        self.ownsOuter = ownsOuter
        host = endpoint.description
        executor = loop.executor
    }

    /// A session that its owner dropped without closing still leaves nothing behind.
    deinit {
        switch wire.route {
        case .none: break
        case .socket(let channel): channel.close(promise: nil)
        case .tunnel(let outer, let channel): loop.execute { outer.assumeIsolated { $0.closeTunnel(channel) } }
        }
        guard let handle else { return }
        loop.execute { withExtendedLifetime(handle) {} }
    }

    // MARK: waiting

    /// What must not be under way twice in one session, because libssh2 keeps its state in the session.
    enum Lane { case shared, opening }

    private struct Wait {
        let number: Int
        let activity: String
        let lane: Lane
        let deadline: ContinuousClock.Instant
        /// Tries once. True when it ended, well or badly.
        let attempt: () -> Bool
        let fail: (SessionError) -> Void
    }

    /// Tries now, and then whenever bytes have come, until `attempt` gives a value or throws.
    /// - Parameter activity: What is under way, for errors: "reading".
    func until<Value: Sendable>(
        _ deadline: ContinuousClock.Instant, _ activity: String, lane: Lane = .shared,
        attempt: @escaping () throws(SessionError) -> Value?
    ) async throws(SessionError) -> Value {
        if let failure { throw failure }
        if Task.isCancelled { throw end(with: .cancelled(host: host)) }
        if !wire.isLent, lane == .shared || !waits.contains(where: { $0.lane == lane }) {
            defer { afterCall() }
            if let value = try attempt() { return value }
        }
        // The call may have failed the session, or brought its end to light.
        if let failure { throw failure }
        if let ended = peerEnd(during: activity) { throw end(with: ended) }
        guard ContinuousClock.now < deadline else { throw timeout(activity, lane) }
        lastWait += 1
        let number = lastWait
        let result: Result<Value, SessionError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                add(
                    Wait(
                        number: number, activity: activity, lane: lane, deadline: deadline,
                        attempt: {
                            do throws(SessionError) {
                                guard let value = try attempt() else { return false }
                                continuation.resume(returning: .success(value))
                            } catch {
                                continuation.resume(returning: .failure(error))
                            }
                            return true
                        }, fail: { continuation.resume(returning: .failure($0)) }))
            }
        } onCancel: {
            loop.execute { self.assumeIsolated { $0.cancelled(wait: number) } }
        }
        return try result.get()
    }

    /// What a call to libssh2 leaves to do: bytes to send, room to read.
    private func afterCall() {
        flush()
        resumeReading()
    }

    private func add(_ wait: Wait) {
        waits.append(wait)
        setAlarm(for: wait.deadline)
    }

    private func cancelled(wait number: Int) {
        guard waits.contains(where: { $0.number == number }) else { return }
        end(with: .cancelled(host: host))
    }

    /// A timed-out opening leaves libssh2 in the middle of it, so the session is of no further use.
    private func timeout(_ activity: String, _ lane: Lane) -> SessionError {
        let error = SessionError.timedOut(host: host, during: activity)
        if lane == .opening { end(with: error) }
        return error
    }

    /// Tries all that waits, until a round brings nothing new.
    func pump() {
        guard !isPumping, !wire.isLent else { return }
        isPumping = true
        var hasProgress = true
        while hasProgress, failure == nil {
            hasProgress = false
            var blocked = false
            var index = 0
            while index < waits.count {
                let wait = waits[index]
                if wait.lane == .opening, blocked {
                    index += 1
                } else if wait.attempt() {
                    waits.remove(at: index)
                    hasProgress = true
                } else {
                    blocked = blocked || wait.lane == .opening
                    index += 1
                }
            }
        }
        if failure == nil {
            pumpTunnels()
            closing.removeAll { $0.close() }
        }
        isPumping = false
        flush()
        if failure != nil {
            release()
        } else if let ended = peerEnd(during: waits.first?.activity ?? "it was idle"),
            !waits.isEmpty || !tunnels.isEmpty
        {
            end(with: ended)
        }
        resumeReading()
    }

    private func peerEnd(during activity: String) -> SessionError? {
        guard wire.hasEnded else { return nil }
        if let outer, let cause = tunnelEnd(of: outer) { return cause }
        return .closed(host: host, during: activity + (wire.farewell.map { " (it said: \($0))" } ?? ""))
    }

    // MARK: time

    /// One timer a session, at the earliest deadline: it is not moved when a wait ends.
    private func setAlarm(for deadline: ContinuousClock.Instant) {
        if let alarm {
            if alarm.at <= deadline { return }
            alarm.task.cancel()
        }
        let task = loop.scheduleTask(in: .until(deadline)) { [weak self] in
            guard let self else { return }
            self.assumeIsolated { $0.alarmRang() }
        }
        alarm = (deadline, task)
    }

    private func alarmRang() {
        alarm = nil
        let now = ContinuousClock.now
        for wait in waits where wait.deadline <= now {
            guard failure == nil, let index = waits.firstIndex(where: { $0.number == wait.number }) else { continue }
            waits.remove(at: index)
            wait.fail(timeout(wait.activity, wait.lane))
        }
        if let next = waits.map(\.deadline).min() { setAlarm(for: next) }
    }

    func startKeepalive() {
        guard let interval = endpoint.keepalive, interval > .zero, let handle else { return }
        handle.startKeepalive(every: Int(max(1, min(interval.components.seconds, 86_400))))
        scheduleKeepalive(after: max(interval, .seconds(1)))
    }

    private func scheduleKeepalive(after interval: Duration) {
        keepaliveTask = loop.scheduleTask(in: .until(.now + interval)) { [weak self] in
            guard let self else { return }
            self.assumeIsolated { session in
                guard session.failure == nil, let handle = session.handle else { return }
                if !session.wire.isLent { try? handle.keepAlive() }
                session.pump()
                session.scheduleKeepalive(after: interval)
            }
        }
    }

    // MARK: libssh2

    /// Calls libssh2. Its failure becomes an error for a person: how it is read is up to `explain`.
    func library<Value>(
        _ activity: String, explain: ((LibraryFailure) -> SessionError?)? = nil,
        _ call: (SessionHandle) throws(LibraryFailure) -> Value?
    ) throws(SessionError) -> Value? {
        if let failure { throw failure }
        do throws(LibraryFailure) {
            if let handle { return try call(handle) }
            let fresh = try SessionHandle(wire: wire)
            handle = fresh
            return try call(fresh)
        } catch {
            if let explained = explain?(error) { throw explained }
            throw self.explain(error, during: activity)
        }
    }

    /// Calls libssh2 about a channel.
    func library<Value>(
        _ channel: ChannelID, _ activity: String, explain: ((LibraryFailure) -> SessionError?)? = nil,
        _ call: (ChannelHandle) throws(LibraryFailure) -> Value?
    ) throws(SessionError) -> Value? {
        if let failure { throw failure }
        guard let handle = channels[channel] else { throw .closed(host: host, during: activity) }
        do throws(LibraryFailure) {
            return try call(handle)
        } catch {
            if let explained = explain?(error) { throw explained }
            throw self.explain(error, during: activity)
        }
    }

    /// Codes as in `libssh2.h`: -13 and -43 are ends of the connection, -26 of the channel.
    func explain(_ failure: LibraryFailure, during activity: String) -> SessionError {
        if wire.farewell != nil || [-13, -26, -43].contains(failure.code) {
            return .closed(host: host, during: activity + (wire.farewell.map { " (it said: \($0))" } ?? ""))
        }
        return .protocolFailure(host: host, during: activity, reason: "\(failure.message) (libssh2 \(failure.code))")
    }

    /// Runs a call on a thread of its own, for what takes a processor long. The session waits meanwhile.
    func lend<Value: Sendable>(
        _ call: @Sendable @escaping (SessionHandle) throws(LibraryFailure) -> Value?
    ) async throws(SessionError) -> Result<Value?, LibraryFailure> {
        if let failure { throw failure }
        guard let handle else { throw .closed(host: host, during: "logging in") }
        wire.lend()
        let result = await SlowCalls.run { () -> Result<Value?, LibraryFailure> in
            do throws(LibraryFailure) { return .success(try call(handle)) } catch { return .failure(error) }
        }
        wire.takeBack()
        if let failure {
            release()
            throw failure
        }
        afterCall()
        return result
    }

    // MARK: channels

    func adopt(_ channel: ChannelHandle) -> ChannelID {
        lastChannel += 1
        let id = ChannelID(number: lastChannel)
        channels[id] = channel
        return id
    }

    /// Ends a channel. What waits for it fails at the next pump with `closed`.
    func drop(_ id: ChannelID) {
        guard let channel = channels.removeValue(forKey: id), failure == nil else { return }
        if !channel.close() { closing.append(channel) }
        lastDrop = .now
        flush()
        pump()
    }

    // MARK: the end

    /// Ends the session and all that waits. The first reason stays.
    @discardableResult
    func end(with error: SessionError) -> SessionError {
        guard failure == nil else { return error }
        failure = error
        for wait in waits { wait.fail(error) }
        waits = []
        if !isPumping { release() }
        return error
    }

    /// Frees what the session holds, once it is over and nobody is inside libssh2.
    private func release() {
        guard failure != nil, !isPumping, !wire.isLent else { return }
        flush()
        wire.isDead = true
        alarm?.task.cancel()
        alarm = nil
        keepaliveTask?.cancel()
        keepaliveTask = nil
        closing = []
        channels = [:]
        idleFileConversations = []
        handle = nil
        endTunnels()
        closeRoute()
    }

    /// Says goodbye where that is possible, closes the socket, and the jump hosts on the way if they are ours.
    func close() async {
        if failure == nil {
            if !wire.hasEnded, !wire.isLent { handle?.disconnect() }
            flush()
            end(with: .closed(host: host, during: "it was used after its end"))
        }
        if ownsOuter { await outer?.close() }
    }
}

extension TimeAmount {
    /// From now to then; nothing when it has passed.
    static func until(_ instant: ContinuousClock.Instant) -> TimeAmount {
        let parts = max(.zero, min(ContinuousClock.now.duration(to: instant), .seconds(1 << 30))).components
        return .nanoseconds(parts.seconds * 1_000_000_000 + parts.attoseconds / 1_000_000_000)
    }
}
