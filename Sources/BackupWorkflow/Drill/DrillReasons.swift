package import ConfigModel

/// The same reason on several devices, told once.
package struct DrillReason: Sendable, Hashable {
    package var verdict: DrillRecord.Verdict
    package var text: String
    package var devices: [DeviceID]

    /// Those of devices that could not be restored first, then those that most devices have.
    package static func all(of rows: [DrillRecord.Device]) -> [DrillReason] {
        var groups: [String: DrillReason] = [:]
        var order: [String: Int] = [:]
        for row in rows {
            for reason in row.reasons {
                // The device's own name is no difference.
                let text = FindingGroup.withoutDigits(reason).replacing(row.device.text, with: "DEVICE")
                order[text] = order[text] ?? order.count
                var group = groups[text] ?? DrillReason(verdict: row.verdict, text: reason, devices: [])
                group.devices.append(row.device)
                group.verdict = min(row.verdict, group.verdict)
                if group.devices.count == 2 { group.text = text }
                groups[text] = group
            }
        }
        return groups.sorted { left, right in
            let (one, other) = (left.value, right.value)
            if one.verdict != other.verdict { return one.verdict < other.verdict }
            if one.devices.count != other.devices.count { return one.devices.count > other.devices.count }
            return order[left.key, default: 0] < order[right.key, default: 0]
        }.map(\.value)
    }
}

extension DrillReason {
    /// What a replacement would have to get by other means: the devices that lack the same together.
    static func gaps(of rows: [DrillRecord.Device]) -> [DrillReason] {
        let lacking = rows.filter { $0.replacement?.gaps.isEmpty == false }
        return Dictionary(grouping: lacking) { $0.replacement?.gaps ?? [] }.map { gaps, rows in
            DrillReason(verdict: .partly, text: gaps.joined(separator: "; "), devices: rows.map(\.device))
        }.sorted { ($1.devices.count, $0.text) < ($0.devices.count, $1.text) }
    }
}

extension Wording {
    /// `0.4 ms`, `120 ms`, `3.5 s`.
    static func milliseconds(_ value: Double) -> String {
        value < 100 ? "\(number(value)) ms" : value < 10_000 ? "\(Int(value.rounded())) ms" : seconds(value / 1000)
    }

    /// `45 s`, `12 min`, `3 h 20 min`: how long work takes.
    static func span(_ seconds: Int) -> String {
        switch seconds {
        case ..<120: "\(seconds) s"
        case ..<7200: "\((seconds + 30) / 60) min"
        default: "\(seconds / 3600) h \(seconds % 3600 / 60) min"
        }
    }
}
