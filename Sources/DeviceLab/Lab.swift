import Glibc
import Synchronization

/// A fleet of simulated devices in this process, each with its own address, host key and state.
///
/// A few threads serve all sessions; a session costs no thread, a delay no more than an entry in a heap.
///
///     let lab = try Lab(devices: [device])
///     try lab.start()
///     defer { lab.stop() }
package final class Lab: Sendable {
    package let devices: [SimulatedDevice]
    private let byID: [String: SimulatedDevice]
    private let threads: Int
    private let running = Mutex<[LabThread]>([])

    /// - Parameter threads: How many threads serve the devices; a device stays with one.
    package init(devices: [LabDevice], threads: Int = 2) throws(LabError) {
        self.devices = devices.map { SimulatedDevice($0) }
        self.threads = max(1, min(threads, devices.count))
        var byID: [String: SimulatedDevice] = [:]
        for device in self.devices where byID.updateValue(device, forKey: device.id) != nil {
            throw .duplicateDevice(device.id)
        }
        self.byID = byID
    }

    deinit { stop() }

    package func device(_ id: String) throws(LabError) -> SimulatedDevice {
        guard let device = byID[id] else { throw .unknownDevice(id, known: devices.map(\.id)) }
        return device
    }

    /// Opens every port and serves; all listen when it returns, or none when it throws.
    package func start() throws(LabError) {
        var posts: [LabLoop.Post] = []
        do throws(LabError) {
            for device in devices {
                let listener = try Listener(device: device.id, address: device.address, port: device.port)
                device.listens(on: listener.port)
                posts.append(LabLoop.Post(device: device, listener: listener))
            }
        } catch {
            for post in posts { close(post.listener.descriptor) }
            throw error
        }
        let shares = (0..<threads).map { share in
            posts.enumerated().filter { $0.offset % threads == share }.map(\.element)
        }
        var started: [LabThread] = []
        do throws(LabError) {
            for share in shares { started.append(try LabThread(posts: share)) }
        } catch {
            // A thread closes its own listeners, also when it does not come up.
            for post in shares.dropFirst(started.count + 1).joined() { close(post.listener.descriptor) }
            started.forEach { $0.end() }
            throw error
        }
        running.withLock { $0 += started }
    }

    /// Drops every session and closes every port; returns when both are done.
    package func stop() {
        let threads = running.withLock { threads in
            defer { threads = [] }
            return threads
        }
        threads.forEach { $0.end() }
    }
}
