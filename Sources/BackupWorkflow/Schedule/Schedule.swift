package import ConfigModel
package import FoundationEssentials

/// When each device is to be collected next: a value of what is known of the devices, asked with an instant.
package struct Schedule: Sendable {
    /// What is known of a device's past.
    package struct Past: Sendable, Hashable {
        /// When the last good copy was taken; nil for never.
        package var lastGood: Date?
        /// When it was last tried; nil for never.
        package var lastAttempt: Date?
        /// Whether that brought nothing.
        package var hasFailed: Bool

        package init(lastGood: Date? = nil, lastAttempt: Date? = nil, hasFailed: Bool = false) {
            self.lastGood = lastGood
            self.lastAttempt = lastAttempt
            self.hasFailed = hasFailed
        }
    }

    /// Seconds east of UTC of a zone at an instant; nil for a zone that is not known.
    package typealias Offset = @Sendable (_ zone: String, _ instant: Date) -> Int?

    private let pasts: [DeviceID: Past]
    private let offset: Offset
    /// Over how much of a device's interval its turn is moved, by its id: 0 for none. A daemon spreads its devices; one run,
    /// which cron starts, takes what is due whether it is spread or not.
    private let spread: Double

    package init(pasts: [DeviceID: Past], spread: Double = 0, offset: @escaping Offset) {
        self.pasts = pasts
        self.spread = spread
        self.offset = offset
    }

    private func past(of device: Device) -> Past { pasts[device.id] ?? Past() }

    // MARK: When

    /// When a device is to be collected next, windows left out of account. In the past for one that is due.
    package func due(_ device: Device) -> Date {
        let past = past(of: device)
        guard let lastGood = past.lastGood else { return retry(device, past) ?? .distantPast }
        let due: Date
        switch device.timing {
        case .freshness:
            let half = device.freshness.inSeconds / 2
            due = lastGood.addingTimeInterval(half * (1 - spread * Self.share(of: device.id)))
        case .every(let interval):
            due = lastGood.addingTimeInterval(interval.inSeconds * (1 - spread * Self.share(of: device.id)))
        case .schedule(let cron):
            // Without a zone that is known there is no such time: then its objective decides.
            let next =
                cron.next(after: lastGood, offset: offset)
                ?? lastGood.addingTimeInterval(device.freshness.inSeconds / 2)
            due = next.addingTimeInterval(
                min(600, device.freshness.inSeconds / 20) * spread * Self.share(of: device.id))
        }
        guard let retry = retry(device, past) else { return due }
        return max(due, retry)
    }

    /// After a failure: a device is not asked without end. Nil where the last attempt was good.
    private func retry(_ device: Device, _ past: Past) -> Date? {
        guard past.hasFailed, let lastAttempt = past.lastAttempt else { return nil }
        let most: Double = device.presence == .intermittent ? 900 : 3600
        return lastAttempt.addingTimeInterval(min(most, max(300, device.freshness.inSeconds / 16)))
    }

    /// A share of 1 that is the same for the same id: FNV-1a over its bytes, and the last steps of MurmurHash3.
    static func share(of id: DeviceID) -> Double {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in id.text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        // Ids that differ in their last digit must end far apart.
        hash ^= hash >> 33
        hash = hash &* 0xff51_afd7_ed55_8ccd
        hash ^= hash >> 33
        return Double(hash >> 11) / Double(1 << 53)
    }

    package func isDue(_ device: Device, at now: Date) -> Bool {
        // A clock that was put back: an attempt of the future says nothing.
        if let last = past(of: device).lastAttempt, last.timeIntervalSince(now) > 86_400 { return true }
        return due(device) <= now
    }

    // MARK: In which order

    /// The most urgent first: those that are stale, then those whose window closes soonest, then the oldest copies.
    package func ordered(_ devices: [Device], at now: Date) -> [Device] {
        let ranked: [(device: Device, urgency: Urgency)] = devices.map { ($0, urgency(of: $0, at: now)) }
        let sorted = ranked.sorted { left, right in
            left.urgency == right.urgency ? left.device.id < right.device.id : left.urgency < right.urgency
        }
        return sorted.map(\.device)
    }

    private func urgency(of device: Device, at now: Date) -> Urgency {
        let past = past(of: device)
        let age = past.lastGood.map { now.timeIntervalSince($0) / device.freshness.inSeconds } ?? .infinity
        return Urgency(
            isStale: age > 1,
            closes: device.windows.compactMap { $0.closing(after: now, offset: offset) }.max() ?? .distantFuture,
            age: age)
    }

    private struct Urgency: Equatable {
        var isStale: Bool
        var closes: Date
        var age: Double

        static func < (left: Urgency, right: Urgency) -> Bool {
            if left.isStale != right.isStale { return left.isStale }
            if left.closes != right.closes { return left.closes < right.closes }
            return left.age > right.age
        }
    }

    // MARK: The next time

    /// When something is to be done next for these devices, windows taken into account: what a daemon sleeps until.
    /// - Returns: nil where nothing ever is.
    package func next(of devices: [Device], after now: Date) -> Date? {
        devices.filter { $0.state == .active && $0.method.isCollected }
            .compactMap { opening(of: $0, at: max(due($0), now)) }.min()
    }

    /// The first instant from `instant` on at which a device may be contacted.
    package func opening(of device: Device, at instant: Date) -> Date? {
        guard !device.windows.isEmpty else { return instant }
        return device.windows.compactMap { $0.opening(from: instant, offset: offset) }.min()
    }
}

extension Device.Method {
    /// Whether Plumbline itself fetches it.
    package var isCollected: Bool {
        switch self {
        case .ssh, .command: true
        case .manual, .uncovered: false
        }
    }
}
