import Synchronization

/// How long the stages of one device took.
final class DrillTimes: Sendable {
    private let held = Mutex<(watch: DrillWatch, times: [String: Double])>((DrillWatch(), [:]))

    /// A stage has ended; the next one begins.
    func ended(_ stage: DrillRecord.Stage) {
        held.withLock { $0.times[stage.rawValue, default: 0] += $0.watch.lap() }
    }

    var all: [String: Double] { held.withLock { $0.times } }
}
