import BackupWorkflow

/// How far a run has come.
final class ProgressLine: Sendable {
    private let line = OverwrittenLine()

    func show(_ progress: RunWorkflow.Progress) {
        line.show(isLast: progress.done >= progress.total) {
            let missed = progress.missed > 0 ? ", \(progress.missed) missed" : ""
            return "\(progress.done) of \(progress.total) done, \(progress.inFlight) in flight\(missed)"
        }
    }

    func clear() { line.clear() }
}
