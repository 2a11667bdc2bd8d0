import ConfigModel
import FoundationEssentials
import Glibc
import SnapshotStore
import Synchronization

/// How a restore takes a device over from a collection: it leaves a note beside the device's lock, and whoever collects looks
/// for notes and gives the device up.
struct DeviceHandover: Sendable {
    private let folder: String

    init(state: String) { folder = state + "/locks" }

    private func note(_ device: DeviceID) -> String { "\(folder)/device-\(device).wanted" }

    /// The device's lock, as soon as whoever has it lets go; at most for so long.
    /// - Throws: `locked` with the holder's name.
    func take(
        _ device: DeviceID, from locks: WorkspaceLocks, within patience: Duration
    ) async throws(WorkflowError) -> FileLock {
        let deadline = ContinuousClock.now + patience
        var isNoted = false
        defer { if isNoted { unlink(note(device)) } }
        while true {
            do throws(StoreError) {
                return try locks.device(device)
            } catch {
                guard error.isLocked, ContinuousClock.now < deadline else { throw .store(error) }
            }
            if !isNoted {
                isNoted = true
                // Should it not be written, the wait is longer and no worse.
                try? FileTree.write(Array("\(getpid())\n".utf8), to: note(device), mode: 0o600)
            }
            do { try await Task.sleep(for: .milliseconds(100)) } catch {
                throw .request("\(device): the restore was ended")
            }
        }
    }

    /// Devices that a restore waits for. A note older than a minute is one that a crash has left.
    func wanted() -> Set<DeviceID> {
        let names = FileTree.names(in: folder).filter { $0.hasPrefix("device-") && $0.hasSuffix(".wanted") }
        var wanted: Set<DeviceID> = []
        for name in names {
            var status = stat()
            guard stat("\(folder)/\(name)", &status) == 0, time(nil) - status.st_mtim.tv_sec < 60,
                let id = DeviceID(String(name.dropFirst(7).dropLast(7)))
            else { continue }
            wanted.insert(id)
        }
        return wanted
    }
}

/// Of a pass over many devices: who is to give up which device. One look at the notes serves all sessions.
final class HandoverWatch: Sendable {
    private let requests = Mutex<[DeviceID: StopRequest]>([:])
    private let handover: DeviceHandover

    init(_ handover: DeviceHandover) { self.handover = handover }

    /// Looks twice a second, until it is cancelled.
    func look() async {
        while !Task.isCancelled {
            let isAnyone = requests.withLock { !$0.isEmpty }
            if isAnyone {
                for device in handover.wanted() { requests.withLock { $0[device] }?.request() }
            }
            do { try await Task.sleep(for: .milliseconds(500)) } catch { return }
        }
    }

    /// Does something with a device, and ends it when a restore wants the device.
    /// - Returns: Nil when it was given up.
    func unlessWanted<Answer: Sendable>(
        _ device: DeviceID, _ body: @escaping @Sendable () async -> Answer
    ) async -> Answer? {
        let request = StopRequest()
        requests.withLock { $0[device] = request }
        defer { requests.withLock { _ = $0.removeValue(forKey: device) } }
        return await withTaskGroup(of: Answer?.self) { group in
            group.addTask { await body() }
            group.addTask {
                await request.wait()
                return nil
            }
            var first = await group.next() ?? nil
            let isWanted = first == nil && request.isRequested
            group.cancelAll()
            // Where the whole pass was cancelled, what the session says of it counts. It is over once it has closed its connection.
            while let next = await group.next() { first = first ?? next }
            return isWanted ? nil : first
        }
    }
}
