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
    package var current: LabDevice { state.withLock { $0.device } }

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
        state.withLock { if $0.counters.commands.count < Self.kept { $0.counters.commands.append(command) } }
    }

    func opened(file path: String) {
        state.withLock { if $0.counters.filesRead.count < Self.kept { $0.counters.filesRead.append(path) } }
    }

    /// Looks at the device without a copy of it, or lets it count a read.
    func with<Answer: Sendable>(_ look: @Sendable (inout LabDevice) -> Answer) -> Answer {
        state.withLock { look(&$0.device) }
    }
}
