package import FoundationEssentials

/// When a window opens and closes next. Searched minute by minute of the local clock, which knows what daylight saving does.
extension MaintenanceWindow {
    private static let week = 8 * 86_400

    /// The first instant at or after `instant` at which it is open; nil for a zone that is not known.
    package func opening(from instant: Date, offset: (_ zone: String, _ instant: Date) -> Int?) -> Date? {
        edge(from: instant, isOpen: true, offset)
    }

    /// When it closes, as of an instant at which it is open; nil when it is closed then, or never closes.
    package func closing(after instant: Date, offset: (_ zone: String, _ instant: Date) -> Int?) -> Date? {
        guard contains(instant, offset: offset) else { return nil }
        return edge(from: instant, isOpen: false, offset)
    }

    /// Whether it is open now and will not be any more at `time`.
    package func closes(
        before time: Date, from now: Date, offset: (_ zone: String, _ instant: Date) -> Int?
    ) -> Bool {
        guard let closing = closing(after: now, offset: offset) else { return false }
        return closing <= time
    }

    private func edge(from instant: Date, isOpen wanted: Bool, _ offset: (String, Date) -> Int?) -> Date? {
        guard offset(zone, instant) != nil else { return nil }
        if contains(instant, offset: offset) == wanted { return instant }
        // In steps that neither a window nor the time between two fits into, then back by minutes.
        let length = to > from ? to - from : to - from + 1440
        let step = max(1, min(15, length / 2, (1440 - length) / 2))
        var time = (instant.timeIntervalSince1970 / 60).rounded(.down) * 60
        let end = time + Double(Self.week)
        while time < end {
            let next = time + Double(step * 60)
            if contains(Date(timeIntervalSince1970: next), offset: offset) == wanted {
                for minute in 1...step {
                    let candidate = Date(timeIntervalSince1970: time + Double(minute * 60))
                    if contains(candidate, offset: offset) == wanted { return max(candidate, instant) }
                }
            }
            time = next
        }
        return nil
    }
}
