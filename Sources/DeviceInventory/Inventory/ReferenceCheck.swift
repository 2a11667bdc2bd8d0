import ConfigModel
import Foundation

/// Checks what the files of the inventory say about each other: ids that stand twice, references that lead nowhere,
/// jump hosts in a circle, objectives that a window cannot meet.
struct ReferenceCheck {
    /// A device or a jump host, and the YAML that it was read from.
    struct Source {
        var id: DeviceID
        var value: YAMLValue
        /// The `defaults` of its file.
        var defaults: YAMLValue?

        /// Where a key is written: on the thing itself, else in the defaults.
        func place(of key: String) -> SourceLocation {
            (value[key] ?? defaults?[key])?.location ?? value.location
        }
    }

    private(set) var faults: [Fault] = []
    private let credentials: Set<String>?
    private let platformNames: Set<String>?
    private var seen: [DeviceID: SourceLocation] = [:]
    /// Of each device and jump host the jump host that it names.
    private var nextHop: [String: (jump: String, place: SourceLocation)] = [:]
    private var reachable: Set<String> = []
    private var zones: [String: Bool] = [:]
    /// Of schedules, by their texts.
    private var gaps: [String: Duration] = [:]
    /// Earlier ids, whose they were, and where that stands.
    private var earlier: [(id: DeviceID, of: DeviceID, place: SourceLocation)] = []

    /// - Parameters:
    ///   - credentials: Names; nil when their file cannot be read: then nothing is held against it.
    ///   - platformNames: Names and aliases; nil when a platform file cannot be read.
    init(credentials: Set<String>?, platformNames: Set<String>?) {
        self.credentials = credentials
        self.platformNames = platformNames
    }

    // MARK: Each thing

    mutating func add(_ device: Device, from source: Source) {
        remember(source, jump: device.jump)
        switch device.method {
        case .ssh:
            reachable.insert(device.id.text)
            for key in ["address", "platform", "credential"] { require(key, of: source) }
        case .command, .manual: require("platform", of: source)
        case .uncovered: break
        }
        checkCredential(device.credential, "credential", source)
        checkCredential(device.restoreCredential, "restoreCredential", source)
        checkPlatform(device.platform, source)
        checkWindows(device, source)
        checkTiming(device, source)
        earlier += device.was.map { ($0, device.id, source.place(of: "was")) }
    }

    mutating func add(_ host: JumpHost, from source: Source) {
        remember(source, jump: host.jump)
        reachable.insert(host.id.text)
        checkCredential(host.credential, "credential", source)
    }

    private mutating func report(_ place: SourceLocation, _ what: String, _ remedy: String) {
        faults.append(Fault(at: place, what, remedy: remedy))
    }

    private mutating func remember(_ source: Source, jump: String?) {
        let place = source.value["id"]?.location ?? source.value.location
        if let first = seen[source.id] {
            report(
                place, "the id '\(source.id)' is taken already (\(first))", "give each device and jump host its own id")
        } else {
            seen[source.id] = place
        }
        if let jump { nextHop[source.id.text] = (jump, source.place(of: "jump")) }
    }

    private mutating func require(_ key: String, of source: Source) {
        guard source.value[key] == nil, key == "address" || source.defaults?[key] == nil else { return }
        let remedy =
            key == "address"
            ? "add 'address: …'" : "add '\(key): …' to it or to 'defaults', or say 'method: { uncovered: REASON }'"
        report(source.value.location, "device '\(source.id)' has no '\(key)'", remedy)
    }

    private mutating func checkCredential(_ name: String?, _ key: String, _ source: Source) {
        guard let name, !name.isEmpty, let credentials, !credentials.contains(name) else { return }
        let suggestion = Suggestion.nearest(to: name, in: credentials.sorted()).map { " (did you mean '\($0)'?)" } ?? ""
        report(
            source.place(of: key), "there is no credential '\(name)'\(suggestion)",
            "add it to \(WorkspaceLayout.credentials), or name another one")
    }

    private mutating func checkPlatform(_ name: String, _ source: Source) {
        guard !name.isEmpty, let platformNames, !platformNames.contains(name) else { return }
        let suggestion =
            Suggestion.nearest(to: name, in: platformNames.sorted()).map { " (did you mean '\($0)'?)" } ?? ""
        report(
            source.place(of: "platform"), "there is no platform '\(name)'\(suggestion)",
            "'plumbline platform list' shows those that are there; add your own to \(WorkspaceLayout.platforms)/")
    }

    // MARK: Windows

    private mutating func checkWindows(_ device: Device, _ source: Source) {
        let places =
            (source.value["window"] ?? source.defaults?["window"])?.oneOrMore.map { $0["zone"]?.location } ?? []
        var known = true
        for (window, place) in zip(device.windows, places) where !isKnown(window.zone) {
            known = false
            report(
                place ?? source.value.location, "there is no time zone '\(window.zone)'",
                "write an IANA name such as Europe/Berlin or UTC")
        }
        guard known, let gap = WindowGap.longest(of: device.windows), device.freshness < gap else { return }
        report(
            source.place(of: "freshness"),
            "device '\(source.id)': a freshness of \(device.freshness.brief) cannot be met: its windows leave it alone "
                + "for \(gap.brief)", "raise 'freshness', or add days to 'window'")
    }

    // MARK: Times

    private mutating func checkTiming(_ device: Device, _ source: Source) {
        for value in [source.value, source.defaults] {
            guard let value, value["every"] != nil || value["schedule"] != nil else { continue }
            if value["every"] != nil, let schedule = value["schedule"] {
                report(schedule.location, "both 'every' and 'schedule'", "keep the one that is meant")
            }
            if let schedule = value["schedule"], let text = schedule.text ?? schedule["cron"]?.text {
                checkSchedule(text, schedule)
            }
            break
        }
        switch device.timing {
        case .freshness: return
        case .every(let interval):
            guard interval > device.freshness else { return }
            report(
                source.place(of: "every"),
                "device '\(source.id)': a freshness of \(device.freshness.brief) cannot be met: it is collected every "
                    + "\(interval.brief)", "raise 'freshness', or lower 'every'")
        case .schedule(let schedule):
            let gap = longestGap(of: schedule)
            guard let gap, gap > device.freshness else { return }
            report(
                source.place(of: "schedule"),
                "device '\(source.id)': a freshness of \(device.freshness.brief) cannot be met: '\(schedule.text)' leaves "
                    + "\(gap.brief) between two collections", "raise 'freshness', or let it be collected more often")
        }
    }

    /// Over the times of a year, or the next few hundred.
    private mutating func longestGap(of schedule: CronSchedule) -> Duration? {
        if let known = gaps[schedule.text] { return known }
        // 1 January 2026, in UTC: an hour of daylight saving time more or less is not looked at.
        var instant = Date(timeIntervalSince1970: 1_767_225_600)
        let end = instant.addingTimeInterval(366 * 86_400)
        guard let utc = try? CronSchedule(schedule.text) else { return nil }
        var longest = 0.0
        for _ in 0..<400 where instant < end {
            guard let next = utc.next(after: instant, offset: { _, _ in 0 }) else { break }
            longest = max(longest, next.timeIntervalSince(instant))
            instant = next
        }
        let gap = Duration.seconds(Int64(longest))
        gaps[schedule.text] = gap
        return gap
    }

    private mutating func checkSchedule(_ text: String, _ value: YAMLValue) {
        // What has no such form at all was told already.
        guard text.hasPrefix("@") || text.contains(" ") else { return }
        do throws(CronSchedule.Fault) {
            _ = try CronSchedule(text)
        } catch {
            report((value["cron"] ?? value).location, "'\(text)' is no schedule: \(error)", "see crontab(5)")
        }
        guard let zone = value["zone"]?.text, !isKnown(zone) else { return }
        report(
            value["zone"]?.location ?? value.location, "there is no time zone '\(zone)'",
            "write an IANA name such as Europe/Berlin or UTC")
    }

    private mutating func isKnown(_ zone: String) -> Bool {
        if let known = zones[zone] { return known }
        let known = TimeZone(identifier: zone) != nil
        zones[zone] = known
        return known
    }

    // MARK: All together

    /// Follows the jump hosts of everything that was added: call it last.
    /// - Parameter complete: Whether every file could be read; else a jump host that is not there may stand in one of the others.
    mutating func finish(complete: Bool) {
        checkEarlier()
        let known = Set(seen.keys.map(\.text))
        for (id, hop) in nextHop.sorted(by: { $0.key < $1.key }) {
            if !known.contains(hop.jump) {
                guard complete else { continue }
                let suggestion = Suggestion.nearest(to: hop.jump, in: known.sorted()).map { " (did you mean '\($0)'?)" }
                report(
                    hop.place, "there is no jump host '\(hop.jump)'\(suggestion ?? "")",
                    "name a device, or an entry of 'jumps'")
            } else if !reachable.contains(hop.jump) {
                report(
                    hop.place, "'\(hop.jump)' cannot be a jump host: it is uncovered",
                    "give it a method, or name another")
            } else {
                checkPath(from: id, hop.place)
            }
        }
    }

    /// A history goes to one device, and only when its own is gone.
    private mutating func checkEarlier() {
        var owners: [DeviceID: DeviceID] = [:]
        for (id, device, place) in earlier {
            if seen[id] != nil {
                report(
                    place,
                    id == device ? "'\(id)' was itself" : "'\(device)' was '\(id)', which is still in the inventory",
                    "name ids here that no device has any more")
            } else if let other = owners.updateValue(device, forKey: id) {
                report(place, "both '\(other)' and '\(device)' were '\(id)'", "name it at the one that has its history")
            }
        }
    }

    private mutating func checkPath(from start: String, _ place: SourceLocation) {
        var path = [start]
        while let last = path.last, let next = nextHop[last]?.jump {
            if next == start {
                // Told once, at the member whose name comes first.
                guard start == path.min() else { return }
                let circle = (path + [next]).joined(separator: " → ")
                return report(place, "jump hosts in a circle: \(circle)", "let one of them be reached directly")
            }
            // A circle further on is told where it is.
            if path.contains(next) { return }
            path.append(next)
            guard path.count <= Inventory.mostJumps + 1 else {
                return report(place, "more than \(Inventory.mostJumps) jump hosts before '\(start)'", "shorten the way")
            }
        }
    }
}

extension Duration {
    /// In the largest unit that divides it: `26h`, `90m`.
    package var brief: String {
        let seconds = components.seconds
        for (unit, size) in [("d", Int64(86_400)), ("h", 3600), ("m", 60)] where seconds >= size && seconds % size == 0
        {
            // 26h says more to people than 1d and some hours; 48h reads as 2d.
            return "\(seconds / size)\(unit)"
        }
        return "\(seconds)s"
    }
}
