package import ConfigModel
package import FoundationEssentials

/// What a run will do with each device that was asked for, decided before the first packet is sent.
package struct RunPlan: Sendable, Hashable {
    /// A device that is left alone, and why.
    package struct LeftAlone: Sendable, Hashable {
        package enum Reason: Sendable, Hashable, CustomStringConvertible {
            /// Outside of its window.
            case deferred(String)
            /// Without a method.
            case uncovered(String)
            /// Spare, in repair or retired.
            case inactive(Device.State)

            package var description: String {
                switch self {
                case .deferred(let why): why
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
    ///   - offset: Seconds east of UTC of a time zone at an instant; nil for an unknown zone.
    package init(devices: [Device], now: Date, offset: (_ zone: String, _ instant: Date) -> Int?) {
        collect = []
        leftAlone = []
        for device in devices {
            if let reason = Self.reason(toLeaveAlone: device, now: now, offset: offset) {
                leftAlone.append(LeftAlone(device: device, reason: reason))
            } else {
                collect.append(device)
            }
        }
    }

    private static func reason(
        toLeaveAlone device: Device, now: Date, offset: (String, Date) -> Int?
    ) -> LeftAlone.Reason? {
        guard device.state == .active else { return .inactive(device.state) }
        if case .uncovered(let because) = device.method { return .uncovered(because) }
        guard isOpen(device.windows, at: now, offset: offset) else {
            return .deferred("its window is closed now: \(device.windows.map(\.description).joined(separator: ", "))")
        }
        return nil
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
