import Foundation
import Testing

@testable import ConfigModel

@Suite("Schedules as cron writes them")
struct CronScheduleTests {
    private func offset(_ zone: String, _ instant: Date) -> Int? {
        TimeZone(identifier: zone)?.secondsFromGMT(for: instant)
    }

    private func date(_ text: String) throws -> Date { try Date(text, strategy: .iso8601) }

    @Test(
        "the next and the last time are as cron has them",
        arguments: [
            ("0 2 * * *", "2026-11-29T01:00:00Z", "2026-11-28T02:00:00Z", "2026-11-29T02:00:00Z"),
            ("0 2 * * *", "2026-11-29T02:00:00Z", "2026-11-29T02:00:00Z", "2026-11-30T02:00:00Z"),
            ("*/15 * * * *", "2026-11-29T01:07:30Z", "2026-11-29T01:00:00Z", "2026-11-29T01:15:00Z"),
            ("30 1 * * mon-fri", "2026-11-29T12:00:00Z", "2026-11-27T01:30:00Z", "2026-11-30T01:30:00Z"),
            ("0 0 1 JAN *", "2026-11-29T12:00:00Z", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
            ("0 0 29 2 *", "2026-11-29T12:00:00Z", "2024-02-29T00:00:00Z", "2028-02-29T00:00:00Z"),
            // Both days given: either.
            ("0 0 13 * fri", "2026-11-29T12:00:00Z", "2026-11-27T00:00:00Z", "2026-12-04T00:00:00Z"),
            ("0 0 13 * fri", "2026-12-12T12:00:00Z", "2026-12-11T00:00:00Z", "2026-12-13T00:00:00Z"),
            ("0 3 * * 7", "2026-11-29T12:00:00Z", "2026-11-29T03:00:00Z", "2026-12-06T03:00:00Z"),
            ("0 3 * * fri-sun", "2026-11-29T12:00:00Z", "2026-11-29T03:00:00Z", "2026-12-04T03:00:00Z"),
            ("5,35 4-6/2 * * *", "2026-11-29T05:00:00Z", "2026-11-29T04:35:00Z", "2026-11-29T06:05:00Z"),
            ("@weekly", "2026-11-30T12:00:00Z", "2026-11-29T00:00:00Z", "2026-12-06T00:00:00Z"),
        ])
    func times(text: String, now: String, last: String, next: String) throws {
        let schedule = try CronSchedule(text)
        #expect(try schedule.last(before: date(now), offset: offset) == date(last))
        #expect(try schedule.next(after: date(now), offset: offset) == date(next))
    }

    @Test(
        "a time that daylight saving leaves out comes an hour later by the clock, one that it brings twice comes once")
    func daylightSaving() throws {
        // In Berlin, 02:00 became 03:00 on 29 March 2026, and 03:00 became 02:00 on 25 October 2026.
        let schedule = try CronSchedule("30 2 * * *", zone: "Europe/Berlin")
        var times: [String] = []
        var instant = try date("2026-03-27T12:00:00Z")
        for _ in 0..<3 {
            instant = try #require(schedule.next(after: instant, offset: offset))
            times.append(instant.formatted(.iso8601))
        }
        #expect(times == ["2026-03-28T01:30:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"])
        times = []
        instant = try date("2026-10-24T12:00:00Z")
        for _ in 0..<2 {
            instant = try #require(schedule.next(after: instant, offset: offset))
            times.append(instant.formatted(.iso8601))
        }
        #expect(times == ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"])
        #expect(
            try schedule.last(before: date("2026-10-25T01:45:00Z"), offset: offset) == date("2026-10-25T00:30:00Z"))
    }

    @Test(
        "going forward and back again ends where it began, in zones with odd offsets too",
        arguments: [
            "UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia",
        ])
    func forwardAndBack(zone: String) throws {
        for text in ["17 */5 * * *", "0 2 * * *", "30 2 * * sun", "59 23 28-31 * *", "0 0 1 */3 *"] {
            let schedule = try CronSchedule(text, zone: zone)
            var instant = try date("2026-01-01T00:00:00Z")
            for _ in 0..<300 {
                let next = try #require(schedule.next(after: instant, offset: offset))
                #expect(next > instant)
                #expect(schedule.last(before: next, offset: offset) == next)
                #expect(schedule.last(before: next.addingTimeInterval(-1), offset: offset) ?? .distantPast <= instant)
                instant = next
            }
        }
    }

    @Test(
        "what is no schedule is refused and says why",
        arguments: [
            "", "0 2 * *", "0 2 * * * *", "60 2 * * *", "0 24 * * *", "0 2 0 * *", "0 2 * 13 *", "0 2 * * 8",
            "0 2 31 2 *",
            "a * * * *", "*/0 * * * *", "5-1 * * * *", "1,,2 * * * *", "@reboot", "-1 * * * *", "0 2 * * mo",
            "+1 * * * *",
        ])
    func faults(text: String) {
        #expect(throws: CronSchedule.Fault.self) { try CronSchedule(text) }
    }

    @Test("days of the calendar are those of Foundation's")
    func calendar() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        for number in stride(from: -200_000, through: 200_000, by: 97) {
            let parts = calendar.dateComponents(
                [.month, .day, .weekday], from: Date(timeIntervalSince1970: Double(number) * 86_400))
            let day = CalendarDay(number: number)
            guard number > -140_000 else { continue }
            #expect(day.month == parts.month && day.day == parts.day && day.weekday + 1 == parts.weekday, "\(number)")
        }
    }
}
