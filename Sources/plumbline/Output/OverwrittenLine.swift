import Synchronization

/// One line on standard error that is written over and over; only on a terminal, and ten times a second at most.
final class OverwrittenLine: Sendable {
    private let isOn = Console.isTerminal(2)
    private let last = Mutex<ContinuousClock.Instant?>(nil)

    /// - Parameter isLast: It is shown however soon it comes.
    func show(isLast: Bool = false, _ text: () -> String) {
        guard isOn, isDue(isLast) else { return }
        Console.write(Array("\r\u{1B}[K\(text())".utf8), to: 2)
    }

    func clear() {
        if isOn { Console.write(Array("\r\u{1B}[K".utf8), to: 2) }
    }

    private func isDue(_ isLast: Bool) -> Bool {
        last.withLock { last in
            let now = ContinuousClock.now
            if let last, now - last < .milliseconds(100), !isLast { return false }
            last = now
            return true
        }
    }
}
