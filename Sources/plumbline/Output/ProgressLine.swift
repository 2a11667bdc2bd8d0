import BackupWorkflow

/// How far a run has come.
final class ProgressLine: Sendable {
    private let line = OverwrittenLine()
    private let begun = ContinuousClock.now

    func show(_ progress: RunWorkflow.Progress) {
        line.show(isLast: progress.done >= progress.total) {
            let missed = progress.missed > 0 ? ", \(progress.missed) missed" : ""
            return
                "\(progress.done) of \(progress.total) done, \(progress.inFlight) in flight\(missed)\(pace(progress))"
        }
    }

    /// Devices a second, and the time left at that rate; nothing before it means anything.
    private func pace(_ progress: RunWorkflow.Progress) -> String {
        let seconds = (ContinuousClock.now - begun).inSeconds
        guard progress.done >= 10, seconds > 1 else { return "" }
        let rate = Double(progress.done) / seconds
        let tenths = Int(rate * 10)
        let left = Wording.age(Double(progress.total - progress.done) / rate)
        return ", \(tenths / 10).\(tenths % 10) a second, \(left) left"
    }

    func clear() { line.clear() }
}
