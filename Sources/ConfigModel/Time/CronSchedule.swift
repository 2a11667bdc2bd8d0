package import FoundationEssentials

/// Times by the five fields of `crontab(5)`: minute, hour, day of month, month, day of week; or `@hourly`, `@daily`,
/// `@weekly`, `@monthly`. Names of months and days are read; where both days are given, either will do.
///
/// By the local clock of its zone: a time that daylight saving leaves out comes as much later as the clock jumps, one that it
/// brings twice comes once, at its first.
package struct CronSchedule: Sendable, Hashable, Codable {
    /// As it was written.
    package let text: String
    /// An IANA time zone name.
    package let zone: String
    private let minutes: Set<Int>
    private let hours: Set<Int>
    private let days: Set<Int>
    private let months: Set<Int>
    /// 0 is Sunday.
    private let weekdays: Set<Int>
    /// Whether a day must fit both its fields: where one of them begins with `*`.
    private let needsBothDays: Bool

    /// Why a text is no schedule, in words for its author.
    package struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
        package var description: String
    }

    private static let macros = [
        "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *",
    ]
    private static let monthNames = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]
    private static let dayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

    package init(_ text: String, zone: String = "UTC") throws(Fault) {
        self.text = text
        self.zone = zone
        let fields = (Self.macros[text.lowercased()] ?? text).split(whereSeparator: { $0 == " " || $0 == "\t" })
        guard fields.count == 5 else {
            throw Fault(description: "it has \(fields.count) fields in place of 5 (minute hour day month weekday)")
        }
        minutes = try Self.values(fields[0], "minute", 0...59)
        hours = try Self.values(fields[1], "hour", 0...23)
        days = try Self.values(fields[2], "day of the month", 1...31)
        months = try Self.values(fields[3], "month", 1...12, names: Self.monthNames, first: 1)
        weekdays = Set(
            try Self.values(fields[4], "day of the week", 0...7, names: Self.dayNames, first: 0).map { $0 % 7 })
        needsBothDays = fields[2].hasPrefix("*") || fields[4].hasPrefix("*")
        guard (0..<Self.longestWait).contains(where: { fits(CalendarDay(number: $0)) }) else {
            throw Fault(description: "no day is ever such a day")
        }
    }

    private static func values(
        _ field: Substring, _ name: String, _ range: ClosedRange<Int>, names: [String] = [], first: Int = 0
    ) throws(Fault) -> Set<Int> {
        func number(_ text: Substring) throws(Fault) -> Int {
            if let index = names.firstIndex(of: text.lowercased()) { return index + first }
            guard text.allSatisfy({ $0.isASCII && $0.isNumber }), let value = Int(text), range.contains(value) else {
                throw Fault(
                    description: "'\(text)' is no \(name): it goes from \(range.lowerBound) to \(range.upperBound)")
            }
            return value
        }
        var values: Set<Int> = []
        for item in field.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = item.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            var step = 1
            if parts.count == 2 {
                guard let value = Int(parts[1]), value > 0 else {
                    throw Fault(description: "'\(item)' has no step after '/'")
                }
                step = value
            }
            var span = range
            if parts[0] != "*" {
                let ends = parts[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
                let lower = try number(ends[0])
                var upper = parts.count == 2 ? range.upperBound : lower
                if ends.count == 2 { upper = try number(ends[1]) }
                // 'fri-sun': Sunday is 7 as well.
                if upper < lower, upper == 0, range.upperBound == 7 { upper = 7 }
                guard lower <= upper else { throw Fault(description: "'\(item)' goes backwards") }
                span = lower...upper
            }
            values.formUnion(stride(from: span.lowerBound, through: span.upperBound, by: step))
        }
        return values
    }

    private func fits(_ day: CalendarDay) -> Bool {
        guard months.contains(day.month) else { return false }
        let isDay = days.contains(day.day)
        let isWeekday = weekdays.contains(day.weekday)
        return needsBothDays ? isDay && isWeekday : isDay || isWeekday
    }

    // MARK: Times

    /// Days: 29 February comes after eight years at the latest.
    private static let longestWait = 8 * 366 + 2

    /// The last time at or before an instant.
    /// - Parameter offset: Seconds east of UTC of a zone at an instant; nil for a zone that is not known.
    /// - Returns: nil where the zone is not known.
    package func last(before instant: Date, offset: (_ zone: String, _ instant: Date) -> Int?) -> Date? {
        search(from: instant, by: -1, offset) { $0 <= instant }
    }

    /// The first time after an instant.
    package func next(after instant: Date, offset: (_ zone: String, _ instant: Date) -> Int?) -> Date? {
        search(from: instant, by: 1, offset) { $0 > instant }
    }

    private func search(
        from instant: Date, by step: Int, _ offset: (String, Date) -> Int?, _ isWanted: (Date) -> Bool
    ) -> Date? {
        guard let here = offset(zone, instant) else { return nil }
        let local = Int(instant.timeIntervalSince1970.rounded(.down)) + here
        let today = (local - ((local % 86_400) + 86_400) % 86_400) / 86_400
        // A day beside it too: offsets change, and a time that was left out moves.
        for distance in -1...Self.longestWait {
            let day = CalendarDay(number: today + distance * step)
            guard fits(day) else { continue }
            let times = times(of: day, offset)
            if let found = step > 0 ? times.first(where: isWanted) : times.last(where: isWanted) { return found }
        }
        return nil
    }

    /// All times of a day, in order.
    private func times(of day: CalendarDay, _ offset: (String, Date) -> Int?) -> [Date] {
        let midnight = day.number * 86_400
        guard let before = offset(zone, Date(timeIntervalSince1970: Double(midnight - 86_400))),
            let after = offset(zone, Date(timeIntervalSince1970: Double(midnight + 2 * 86_400)))
        else { return [] }
        var times: Set<Int> = []
        for hour in hours {
            for minute in minutes {
                let local = midnight + hour * 3600 + minute * 60
                let early = local - before
                // In force until the change: what is twice comes at its first, what is left out by the old clock.
                let isEarly =
                    before == after || offset(zone, Date(timeIntervalSince1970: Double(early))) == before
                    || offset(zone, Date(timeIntervalSince1970: Double(local - after))) != after
                times.insert(isEarly ? early : local - after)
            }
        }
        return times.sorted().map { Date(timeIntervalSince1970: Double($0)) }
    }
}
