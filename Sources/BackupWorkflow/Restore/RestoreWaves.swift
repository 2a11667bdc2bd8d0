/// In what order, and how many at once, devices are restored: first few, then more; and when it is better to stop.
package struct RestoreWaves: Sendable, Hashable {
    package enum Batch: Sendable, Hashable {
        case count(Int)
        /// Of all devices, at least one.
        case percent(Int)
    }

    /// How many go first, one after the other; none where it is 0.
    package var canary: Int
    package var batch: Batch
    /// After so many devices that were not restored no further one is begun.
    package var mostFailures: Int

    package init(canary: Int = 1, batch: Batch = .percent(10), mostFailures: Int = 1) {
        self.canary = canary
        self.batch = batch
        self.mostFailures = mostFailures
    }

    /// Places of the devices that go together, wave after wave.
    package func waves(of count: Int) -> [Range<Int>] {
        var waves: [Range<Int>] = (0..<min(max(0, canary), count)).map { $0..<($0 + 1) }
        var start = waves.count
        let size =
            switch batch {
            case .count(let size): max(1, size)
            case .percent(let percent): max(1, count * min(max(percent, 1), 100) / 100)
            }
        while start < count {
            waves.append(start..<min(count, start + size))
            start += size
        }
        return waves
    }

    /// Whether another wave may begin.
    package func mayGoOn(failures: Int) -> Bool { failures < max(1, mostFailures) }
}
