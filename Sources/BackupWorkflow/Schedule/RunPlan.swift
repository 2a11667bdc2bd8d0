package import ConfigModel
package import FoundationEssentials

/// What a run will do with each device that was asked for, decided before the first packet is sent.
package struct RunPlan: Sendable, Hashable {
    /// A device that is left alone, and why.
    package struct LeftAlone: Sendable, Hashable {
        package enum Reason: Sendable, Hashable, CustomStringConvertible {
            /// Its copy is young enough.
            case notDue(until: Date)
            /// Outside of its window.
            case deferred(String)
            /// A person brings its files.
            case manual
            /// Without a method.
            case uncovered(String)
            /// Spare, in repair or retired.
            case inactive(Device.State)

            package var description: String {
                switch self {
                case .notDue(let until): "it is not due before \(Wording.time(until))"
                case .deferred(let why): why
                case .manual: "a person brings its files: 'plumbline collect DEVICE --from FILE --taken DATE --by NAME'"
                case .uncovered(let why): "it is uncovered, because \(why)"
                case .inactive(let state): "it is not in service (\(state.rawValue))"
                }
            }
        }

        package var device: Device
        package var reason: Reason
    }

    /// In the order in which they are started.
    package var collect: [Device]
    package var leftAlone: [LeftAlone]

    /// - Parameters:
    ///   - now: Windows are judged at this instant.
    ///   - schedule: Puts the most urgent devices first; nil for the order of `devices`.
    ///   - onlyDue: Leaves alone what the schedule says is not due.
    ///   - brought: Those whose files a person has brought: nothing is said to them.
    ///   - outsideWindows: A person has asked for it: windows bind nobody.
    ///   - offset: Seconds east of UTC of a time zone at an instant; nil for an unknown zone.
    package init(
        devices: [Device], now: Date, schedule: Schedule? = nil, onlyDue: Bool = false, brought: Set<DeviceID> = [],
        outsideWindows: Bool = false,
        offset: (_ zone: String, _ instant: Date) -> Int?
    ) {
        collect = []
        leftAlone = []
        for device in devices {
            if brought.contains(device.id) {
                collect.append(device)
                continue
            }
            var reason = Self.reason(toLeaveAlone: device)
            if reason == nil, onlyDue, let schedule, !schedule.isDue(device, at: now) {
                reason = .notDue(until: schedule.due(device))
            }
            if reason == nil, !outsideWindows { reason = Self.deferral(of: device, at: now, offset: offset) }
            if let reason {
                leftAlone.append(LeftAlone(device: device, reason: reason))
            } else {
                collect.append(device)
            }
        }
        if let schedule { collect = schedule.ordered(collect, at: now) }
    }

    private static func reason(toLeaveAlone device: Device) -> LeftAlone.Reason? {
        guard device.state == .active else { return .inactive(device.state) }
        switch device.method {
        case .ssh, .command: return nil
        case .manual: return .manual
        case .uncovered(let because): return .uncovered(because)
        }
    }

    /// - Returns: nil while the device may be contacted.
    static func deferral(
        of device: Device, at now: Date, offset: (_ zone: String, _ instant: Date) -> Int?
    ) -> LeftAlone.Reason? {
        guard !isOpen(device.windows, at: now, offset: offset) else { return nil }
        let windows = device.windows.map(\.description).joined(separator: ", ")
        let opens = device.windows.compactMap { $0.opening(from: now, offset: offset) }.min()
        return .deferred(
            "its window is closed now: \(windows)" + (opens.map { "; it opens at \(Wording.time($0))" } ?? ""))
    }

    /// Whether a device with these windows may be contacted; a device without windows always may.
    package static func isOpen(
        _ windows: [MaintenanceWindow], at instant: Date, offset: (String, Date) -> Int?
    ) -> Bool {
        windows.isEmpty || windows.contains { $0.contains(instant, offset: offset) }
    }
}

extension MaintenanceWindow {
    /// `mon tue 01:00–05:00 Europe/Berlin`
    package var description: String {
        let names = Day.allCases.filter(days.contains).map(\.rawValue).joined(separator: " ")
        return "\(names) \(Self.clock(from))–\(Self.clock(to)) \(zone)"
    }

    private static func clock(_ minutes: Int) -> String {
        let hour = String(minutes / 60)
        let minute = String(minutes % 60)
        return (hour.count < 2 ? "0" : "") + hour + ":" + (minute.count < 2 ? "0" : "") + minute
    }
}
