import Synchronization

/// A device of a running lab: its state, shared by its sessions and by whoever steers the lab.
package final class SimulatedDevice: Sendable {
    package let id: String
    package let address: String
    package let hostKey: LabKey

    private struct State: Sendable {
        var device: LabDevice
        var counters = LabCounters()
        var port: Int
        /// How often it was started.
        var starts = 1
        /// When it will have come up.
        var isUpAt: ContinuousClock.Instant?

        /// Does what the device's own timers have made due.
        mutating func settle(at now: ContinuousClock.Instant = .now) {
            if device.settle(at: now) { begin() }
        }

        /// A start: the sessions are gone, and for a while nobody gets in.
        mutating func begin() {
            starts += 1
            isUpAt = device.bootTime > .zero ? .now + device.bootTime : nil
        }
    }

    private let state: Mutex<State>
    /// The most lines that are kept; a hostile client must not fill the memory.
    private static let kept = 10_000

    /// A device that no network reaches; a `Lab` gives it a port.
    package init(_ device: LabDevice) {
        id = device.id
        address = device.address
        hostKey = device.hostKey
        state = Mutex(State(device: device, port: device.port))
    }

    /// The port it listens on.
    package var port: Int { state.withLock { $0.port } }
    package var counters: LabCounters { state.withLock { $0.counters } }
    package var fault: LabFault? { state.withLock { $0.device.fault } }
    /// A copy of the device as it is now.
    package var current: LabDevice {
        state.withLock {
            $0.settle()
            return $0.device
        }
    }
    /// How often it was started: a reload drops every session.
    package var starts: Int {
        state.withLock {
            $0.settle()
            return $0.starts
        }
    }
    /// Whether it has not come up yet after a reload.
    var isBooting: Bool {
        state.withLock {
            $0.settle()
            return $0.isUpAt.map { .now < $0 } ?? false
        }
    }
    /// When it next does something by itself.
    var nextDue: ContinuousClock.Instant? { state.withLock { $0.device.nextDue } }

    /// Lets the device's own timers run as if this time had passed: what they would have done by then is done at once.
    /// Sessions that a reload drops are gone with their next step.
    package func elapse(_ time: Duration) { state.withLock { $0.settle(at: .now + time) } }

    package func setFault(_ fault: LabFault?) { state.withLock { $0.device.fault = fault } }
    package func resetCounters() {
        state.withLock {
            let open = $0.counters.open
            $0.counters = LabCounters()
            $0.counters.open = open
        }
    }

    /// Changes the device while it runs; open sessions see it with their next command.
    package func edit<Failure: Error>(_ change: (inout LabDevice) throws(Failure) -> Void) throws(Failure) {
        let failure: Failure? = state.withLock { state in
            state.settle()
            do throws(Failure) {
                try change(&state.device)
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }

    /// Changes the running-config of an IOS-like device, as an engineer at its console would; others stay as they are.
    package func editRunningConfig(_ change: (inout [String]) -> Void) {
        edit { device in
            guard case .ios(var system) = device.system else { return }
            system.change(change)
            device.system = .ios(system)
        }
    }

    /// Changes the files of a Linux-like device; others stay as they are.
    package func editFiles(_ change: (inout FileTree) -> Void) {
        edit { device in
            guard case .linux(var system) = device.system else { return }
            change(&system.files)
            device.system = .linux(system)
        }
    }

    func listens(on port: Int) { state.withLock { $0.port = port } }
    func count(_ change: (inout LabCounters) -> Void) { state.withLock { change(&$0.counters) } }

    /// Notes a command as it came.
    func received(_ command: String) {
        state.withLock { state in
            guard state.counters.commands.count < Self.kept else { return }
            state.counters.commands.append(command)
            state.counters.received.append(.line(command))
        }
    }

    /// Whether the connection breaks at this command, before or after it is done; once, for then the fault is gone.
    func breaks(at command: String, isDone: Bool) -> Bool {
        with { device in
            guard case .cutAt(let text, isDone) = device.fault, command.hasPrefix(text) else { return false }
            device.fault = nil
            return true
        }
    }

    /// Counts that a file was written.
    func wrote(file path: String, size: Int) {
        count { $0.writes += 1 }
        noted(file: path, size: size)
    }

    /// Notes a written file, after what was received before it.
    func noted(file path: String, size: Int) {
        state.withLock { state in
            guard state.counters.received.count < 2 * Self.kept else { return }
            state.counters.received.append(.file(path: path, size: size))
        }
    }

    /// A reload.
    func restart() {
        state.withLock { state in
            state.begin()
            guard case .ios(var system) = state.device.system else { return }
            system.restart()
            state.device.system = .ios(system)
        }
    }

    func opened(file path: String) {
        state.withLock { if $0.counters.filesRead.count < Self.kept { $0.counters.filesRead.append(path) } }
    }

    /// Looks at the device without a copy of it, or lets it count a read.
    func with<Answer: Sendable>(_ look: @Sendable (inout LabDevice) -> Answer) -> Answer {
        state.withLock {
            $0.settle()
            return look(&$0.device)
        }
    }
}
