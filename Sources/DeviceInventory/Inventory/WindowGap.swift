import ConfigModel
import Foundation

/// The time for which a device's windows leave it alone.
enum WindowGap {
    private static let week = 7 * 1440

    /// The longest time in a week between the end of one window and the start of the next: no schedule can keep a backup
    /// fresher. Nil when there are no windows, or when one of their zones is not known.
    ///
    /// Zones count with their offset of mid-January; an hour of daylight saving time more or less is not looked at.
    static func longest(of windows: [MaintenanceWindow]) -> Duration? {
        guard !windows.isEmpty else { return nil }
        var spans: [Range<Int>] = []
        for window in windows {
            guard let offset = offset(of: window.zone) else { return nil }
            spans += Self.spans(of: window, offset: offset)
        }
        spans.sort { $0.lowerBound < $1.lowerBound }
        guard let first = spans.first else { return nil }
        var longest = 0
        var end = first.upperBound
        // The first window of the next week closes the circle.
        for span in spans.dropFirst() + [first.lowerBound + week..<first.upperBound + week] {
            longest = max(longest, span.lowerBound - end)
            end = max(end, span.upperBound)
        }
        return .seconds(longest * 60)
    }

    /// Minutes of a week in UTC; a span may reach into the next week.
    private static func spans(of window: MaintenanceWindow, offset: Int) -> [Range<Int>] {
        let length = window.to > window.from ? window.to - window.from : window.to - window.from + 1440
        return MaintenanceWindow.Day.allCases.enumerated().filter { window.days.contains($1) }.map { index, _ in
            let start = ((index * 1440 + window.from - offset) % week + week) % week
            return start..<start + length
        }
    }

    private static func offset(of zone: String) -> Int? {
        // 15 January 2026, noon UTC.
        TimeZone(identifier: zone).map { $0.secondsFromGMT(for: Date(timeIntervalSince1970: 1_768_478_400)) / 60 }
    }
}
