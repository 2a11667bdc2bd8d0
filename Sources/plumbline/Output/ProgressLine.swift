import BackupWorkflow
import Synchronization

/// One line on standard error that is written over and over; only on a terminal.
final class ProgressLine: Sendable {
    private let isOn = Console.isTerminal(2)
    private let last = Mutex<ContinuousClock.Instant?>(nil)

    func show(_ progress: RunWorkflow.Progress) {
        guard isOn, isDue(progress) else { return }
        let missed = progress.missed > 0 ? ", \(progress.missed) missed" : ""
        let text = "\(progress.done) of \(progress.total) done, \(progress.inFlight) in flight\(missed)"
        Console.write(Array("\r\u{1B}[K\(text)".utf8), to: 2)
    }

    func clear() {
        if isOn { Console.write(Array("\r\u{1B}[K".utf8), to: 2) }
    }

    /// Ten times a second is enough for an eye.
    private func isDue(_ progress: RunWorkflow.Progress) -> Bool {
        last.withLock { last in
            let now = ContinuousClock.now
            if let last, now - last < .milliseconds(100), progress.done < progress.total { return false }
            last = now
            return true
        }
    }
}
