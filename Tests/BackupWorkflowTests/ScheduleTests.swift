import ConfigModel
import FoundationEssentials
import Testing

@testable import BackupWorkflow

@Suite("When devices are collected")
struct ScheduleTests {
    private func device(_ id: String, change: (inout Device) -> Void = { _ in }) -> Device {
        var device = Device(id: DeviceID(id)!, group: "icu", address: "192.0.2.1", platform: "cisco_ios")
        change(&device)
        return device
    }

    private func instant(_ text: String) throws -> Date { try Date(text, strategy: .iso8601) }

    private func schedule(_ pasts: [String: Schedule.Past], spread: Double = 0) -> Schedule {
        Schedule(
            pasts: Dictionary(uniqueKeysWithValues: pasts.map { (DeviceID($0.key)!, $0.value) }), spread: spread,
            offset: LocalTime.offset)
    }

    private let now = Date(timeIntervalSince1970: 1_795_917_600)  // 2026-11-29T02:00:00Z

    @Test("a device that was never collected is due; one with a young copy is not, until half its objective has passed")
    func freshness() {
        let subject = device("a") { $0.freshness = .seconds(26 * 3600) }
        #expect(schedule([:]).isDue(subject, at: now))
        for (hours, isDue) in [(0.0, false), (12.9, false), (13, true), (24, true), (100, true)] {
            let past = Schedule.Past(lastGood: now - hours * 3600, lastAttempt: now - hours * 3600)
            #expect(schedule(["a": past]).isDue(subject, at: now) == isDue, "\(hours) h")
        }
    }

    @Test("every night's run takes a device of 26 hours every night, and one of a week twice a week")
    func nightly() {
        for (freshness, nights) in [(26.0, 14), (80, 7), (7 * 24, 4)] {
            let subject = device("a") { $0.freshness = .seconds(Int64(freshness * 3600)) }
            var past = Schedule.Past()
            var collected = 0
            for night in 0..<14 {
                // Some nights a run begins later than in others.
                let start = now + Double(night) * 86_400 + Double(night % 3) * 1200
                guard schedule(["a": past]).isDue(subject, at: start) else { continue }
                collected += 1
                past = Schedule.Past(lastGood: start + 600, lastAttempt: start + 600)
            }
            #expect(collected == nights, "\(freshness) h")
        }
    }

    @Test("'every' and 'schedule' say when, by the zone's clock")
    func timings() throws {
        let every = device("a") { $0.timing = .every(.seconds(6 * 3600)) }
        let past = Schedule.Past(lastGood: now - 5 * 3600, lastAttempt: now - 5 * 3600)
        #expect(schedule(["a": past]).due(every) == now + 3600)

        let cron = device("b") { $0.timing = .schedule(try! CronSchedule("30 2 * * *", zone: "Europe/Berlin")) }
        let before = Schedule.Past(lastGood: try instant("2026-11-28T12:00:00Z"))
        #expect(try schedule(["b": before]).due(cron) == instant("2026-11-29T01:30:00Z"))
        #expect(schedule(["b": before]).isDue(cron, at: now))
        let after = Schedule.Past(lastGood: try instant("2026-11-29T01:31:00Z"))
        #expect(!schedule(["b": after]).isDue(cron, at: now))
    }

    @Test("the clock leaps over daylight saving, and each night has one collection")
    func daylightSaving() throws {
        let subject = device("a") {
            $0.timing = .schedule(try! CronSchedule("30 2 * * *", zone: "Europe/Berlin"))
            $0.freshness = .seconds(26 * 3600)
        }
        for (start, end) in [
            ("2026-03-27T00:00:00Z", "2026-03-31T00:00:00Z"), ("2026-10-23T00:00:00Z", "2026-10-27T00:00:00Z"),
        ] {
            var times: [Date] = []
            var clock = try instant(start)
            var past = Schedule.Past(lastGood: clock, lastAttempt: clock)
            while clock < (try instant(end)) {
                if schedule(["a": past]).isDue(subject, at: clock) {
                    times.append(clock)
                    past = Schedule.Past(lastGood: clock, lastAttempt: clock)
                }
                clock += 60
            }
            #expect(times.count == 4, "\(times)")
        }
    }

    @Test("a clock that was put back does not keep a device from being collected")
    func clockBack() {
        let past = Schedule.Past(lastGood: now + 400 * 86_400, lastAttempt: now + 400 * 86_400)
        #expect(schedule(["a": past]).isDue(device("a"), at: now))
    }

    @Test("after a failure a device is left alone for a while, not for long")
    func failures() {
        let subject = device("a")
        let failed = Schedule.Past(lastGood: now - 40 * 3600, lastAttempt: now - 60, hasFailed: true)
        #expect(!schedule(["a": failed]).isDue(subject, at: now))
        #expect(schedule(["a": failed]).isDue(subject, at: now + 3600))
        let never = Schedule.Past(lastAttempt: now - 60, hasFailed: true)
        #expect(!schedule(["a": never]).isDue(subject, at: now))
        let cart = device("a") { $0.presence = .intermittent }
        #expect(schedule(["a": failed]).isDue(cart, at: now + 900))
    }

    @Test("turns are spread by the device's id, always the same, never later than without")
    func spread() {
        let devices = (0..<500).map { device("dev-\($0)") }
        let pasts = Dictionary(uniqueKeysWithValues: devices.map { ($0.id.text, Schedule.Past(lastGood: now)) })
        let plain = schedule(pasts)
        let spread = schedule(pasts, spread: 0.5)
        let times = devices.map { spread.due($0) }
        #expect(times == devices.map { schedule(pasts, spread: 0.5).due($0) })
        for (device, time) in zip(devices, times) {
            #expect(time <= plain.due(device) && time >= now + 26 * 3600 / 4)
        }
        // Evenly: no quarter has less than a sixth of them.
        let shares = devices.map { Schedule.share(of: $0.id) }
        for quarter in 0..<4 {
            #expect(shares.count { $0 >= Double(quarter) / 4 && $0 < Double(quarter + 1) / 4 } > 83)
        }
    }

    @Test("stale devices go first, the oldest of them before the others, then those whose window closes soonest")
    func order() {
        let window = MaintenanceWindow(days: Set(MaintenanceWindow.Day.allCases), from: 60, to: 150, zone: "UTC")
        let devices = [
            device("young"), device("old"), device("stale"), device("dead"), device("never"),
            device("windowed") { $0.windows = [window] },
        ]
        let plan = RunPlan(
            devices: devices, now: now,
            schedule: schedule([
                "young": .init(lastGood: now - 3600), "old": .init(lastGood: now - 20 * 3600),
                "stale": .init(lastGood: now - 30 * 3600), "windowed": .init(lastGood: now - 2 * 3600),
                "dead": .init(lastGood: now - 50 * 3600, lastAttempt: now - 86_400, hasFailed: true),
            ]), offset: LocalTime.offset)
        #expect(plan.collect.map(\.id.text) == ["never", "dead", "stale", "windowed", "old", "young"])
    }

    @Test(
        "a run of what is due leaves the rest alone and says until when; windows bind it, unless a person overrides them"
    )
    func plan() throws {
        let window = MaintenanceWindow(days: [.mon], from: 60, to: 300, zone: "UTC")
        let devices = [
            device("due"), device("young"), device("closed") { $0.windows = [window] },
            device("hand") { $0.method = .manual },
        ]
        let schedule = schedule(["young": .init(lastGood: now - 3600)])
        let plan = RunPlan(devices: devices, now: now, schedule: schedule, onlyDue: true, offset: LocalTime.offset)
        #expect(plan.collect.map(\.id.text) == ["due"])
        #expect(
            plan.leftAlone.map(\.reason.description) == [
                "it is not due before 2026-11-29T14:00:00Z",
                "its window is closed now: mon 01:00–05:00 UTC; it opens at 2026-11-30T01:00:00Z",
                "a person brings its files: 'plumbline collect DEVICE --from FILE --taken DATE --by NAME'",
            ])
        let forced = RunPlan(
            devices: devices, now: now, schedule: schedule, onlyDue: true, outsideWindows: true,
            offset: LocalTime.offset)
        #expect(forced.collect.map(\.id.text).sorted() == ["closed", "due"])
        let all = RunPlan(devices: devices, now: now, schedule: schedule, offset: LocalTime.offset)
        #expect(all.collect.map(\.id.text).sorted() == ["due", "young"])
    }

    @Test("what a daemon sleeps until is the first moment that something is due and its window open")
    func next() throws {
        let window = MaintenanceWindow(days: [.mon], from: 60, to: 300, zone: "Europe/Berlin")
        let windowed = device("a") { $0.windows = [window] }
        #expect(try schedule([:]).next(of: [windowed], after: now) == instant("2026-11-30T00:00:00Z"))
        let young = Schedule.Past(lastGood: now - 3600)
        #expect(
            try schedule(["b": young]).next(of: [windowed, device("b")], after: now) == instant("2026-11-29T14:00:00Z"))
        #expect(
            schedule([:]).next(
                of: [device("c") { $0.state = .spare }, device("d") { $0.method = .manual }], after: now) == nil)
    }
}
