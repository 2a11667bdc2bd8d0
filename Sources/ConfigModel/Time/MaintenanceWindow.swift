package import FoundationEssentials

/// A weekly span in which a device may be contacted. Outside of all its windows it never is.
///
/// The days are those on which the span starts: `mon 22:00–04:00` ends on Tuesday morning.
package struct MaintenanceWindow: Sendable, Hashable, Codable {
    package enum Day: String, Sendable, Codable, CaseIterable { case mon, tue, wed, thu, fri, sat, sun }

    package var days: Set<Day>
    /// Minutes after local midnight, 0 ..< 1440.
    package var from: Int
    /// Minutes after local midnight; at or before `from` means on the next day.
    package var to: Int
    /// An IANA time zone name, such as `Europe/Berlin`.
    package var zone: String

    package init(days: Set<Day>, from: Int, to: Int, zone: String) {
        self.days = days
        self.from = from
        self.to = to
        self.zone = zone
    }

    /// Whether the window is open at `instant`, judged by the local clock of its zone.
    /// - Parameter offset: Seconds east of UTC of a zone at an instant; nil for a zone that is not known, which counts as closed: the device is left alone.
    package func contains(_ instant: Date, offset: (_ zone: String, _ instant: Date) -> Int?) -> Bool {
        guard let offset = offset(zone, instant) else { return false }
        let local = Int(instant.timeIntervalSince1970.rounded(.down)) + offset
        let day = Self.floorDivide(local, by: 86_400)
        let minute = (local - day * 86_400) / 60
        // 1 January 1970 was a Thursday, index 3 of `Day.allCases`.
        let today = Day.allCases[((day + 3) % 7 + 7) % 7]
        let yesterday = Day.allCases[((day + 2) % 7 + 7) % 7]
        if to > from { return days.contains(today) && minute >= from && minute < to }
        return (days.contains(today) && minute >= from) || (days.contains(yesterday) && minute < to)
    }

    private static func floorDivide(_ value: Int, by divisor: Int) -> Int {
        value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor)
    }
}
