import BackupWorkflow
import Synchronization

/// How far an import is, on one line of standard error that is written over and over; only on a terminal.
final class ImportProgress: Sendable {
    private let isOn = Console.isTerminal(2)
    private let last = Mutex<ContinuousClock.Instant?>(nil)

    func show(_ progress: HistoryImport.Progress) {
        guard isOn, isDue() else { return }
        let text = "\(progress.commits) of \(progress.total) commits, \(Wording.count(progress.versions, "version"))"
        Console.write(Array("\r\u{1B}[K\(text)".utf8), to: 2)
    }

    func clear() {
        if isOn { Console.write(Array("\r\u{1B}[K".utf8), to: 2) }
    }

    private func isDue() -> Bool {
        last.withLock { last in
            let now = ContinuousClock.now
            if let last, now - last < .milliseconds(100) { return false }
            last = now
            return true
        }
    }
}
