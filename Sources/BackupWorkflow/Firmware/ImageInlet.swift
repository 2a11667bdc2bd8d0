import ConfigModel
import DeviceInventory
import DeviceSession
import FoundationEssentials
import SnapshotStore
import Synchronization

/// Where the pieces of an image arrive: hands them to the vault, and ends the reading when the store fails or the device's
/// window closes.
final class ImageInlet: Sendable {
    private struct State {
        /// What has come before is void, and the vault does not know it yet.
        var startsOver = false
        var bytes = 0
        var failure: WorkflowError?
        var lastLook = ContinuousClock.now
    }

    private let intake: ImageIntake
    private let device: Device
    private let image: FirmwareImage
    private let progress: @Sendable (ImageProgress) -> Void
    /// How often it looks whether the window is still open.
    private let interval: Duration
    private let state = Mutex(State())

    init(
        _ intake: ImageIntake, _ device: Device, _ image: FirmwareImage,
        _ progress: @escaping @Sendable (ImageProgress) -> Void, interval: Duration = .seconds(1)
    ) {
        self.intake = intake
        self.device = device
        self.image = image
        self.progress = progress
        self.interval = interval
    }

    /// What ended the reading on our side.
    var failure: WorkflowError? { state.withLock { $0.failure } }

    func restart() {
        state.withLock { state in
            state.startsOver = state.bytes > 0
            state.bytes = 0
        }
    }

    func take(_ bytes: [UInt8]) async throws(SessionError) {
        do throws(WorkflowError) {
            try checkWindow()
            try await begin()
            do throws(StoreError) { try await intake.append(bytes) } catch { throw WorkflowError.store(error) }
        } catch {
            state.withLock { $0.failure = error }
            throw .cancelled(host: device.id.text)
        }
        let count = state.withLock { state in
            state.bytes += bytes.count
            return state.bytes
        }
        progress(ImageProgress(image: image.path, bytes: count, total: image.size))
    }

    /// Of an attempt that brought nothing after one that did.
    func end() async throws(StoreError) {
        if takeRestart() { try await intake.restart() }
    }

    private func begin() async throws(WorkflowError) {
        guard takeRestart() else { return }
        do throws(StoreError) { try await intake.restart() } catch { throw .store(error) }
    }

    private func takeRestart() -> Bool {
        state.withLock { state in
            defer { state.startsOver = false }
            return state.startsOver
        }
    }

    /// A large image may take longer than its device's window is open.
    private func checkWindow() throws(WorkflowError) {
        let isDue = state.withLock { state in
            guard ContinuousClock.now - state.lastLook >= interval else { return false }
            state.lastLook = .now
            return true
        }
        guard isDue, !RunPlan.isOpen(device.windows, at: Date(), offset: LocalTime.offset) else { return }
        throw .device(
            "\(device.id): its window has closed while \(image.path) was read: nothing of it was stored; try again in the next "
                + "window, or take the image from the vendor ('plumbline firmware add')")
    }
}
