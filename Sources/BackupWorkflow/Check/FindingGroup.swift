package import ConfigModel

/// The same finding on several devices: one change on 400 switches is looked at once.
package struct FindingGroup: Sendable, Hashable {
    /// That of the first device; all are alike but for the device.
    package var finding: Finding
    package var devices: [DeviceID]
    /// The ids of the findings, in the order of the devices.
    package var ids: [String]

    private struct Key: Hashable {
        var `class`: Finding.Class
        var severity: Finding.Severity
        var rule: String?
        var artifact: ArtifactName?
        var path: [String]
        var summary: String
        var missing: [String]
        var extra: [String]

        init(_ finding: Finding) {
            `class` = finding.class
            severity = finding.severity
            rule = finding.rule
            artifact = finding.artifact
            path = finding.path
            summary = finding.summary
            // The same secret has another fingerprint on each device.
            missing = finding.missing.map(FindingGroup.withoutDigits)
            extra = finding.extra.map(FindingGroup.withoutDigits)
        }
    }

    /// Every fingerprint as its kind alone.
    static func withoutDigits(_ line: String) -> String {
        let parts = line.split(separator: "<secret:", omittingEmptySubsequences: false)
        guard parts.count > 1 else { return line }
        return parts[0]
            + parts.dropFirst().map { part in
                guard let end = part.firstIndex(of: ">") else { return "<secret:" + part }
                return "<secret:" + (part[..<end].split(separator: ":").first ?? "") + part[end...]
            }.joined()
    }

    /// Every finding of some devices, those that are alike together: the gravest first, then those that most devices have.
    package static func all(of standings: [Standing]) -> [FindingGroup] {
        var groups: [Key: FindingGroup] = [:]
        var order: [Key: Int] = [:]
        for standing in standings {
            for finding in standing.findings {
                let key = Key(finding)
                order[key] = order[key] ?? order.count
                groups[key, default: FindingGroup(finding: finding, devices: [], ids: [])].devices.append(
                    finding.device)
                groups[key]?.ids.append(finding.id)
            }
        }
        for (key, group) in groups where group.devices.count > 1 {
            groups[key]?.finding.missing = key.missing
            groups[key]?.finding.extra = key.extra
        }
        return groups.sorted { left, right in
            let (one, other) = (left.value, right.value)
            if one.finding.severity != other.finding.severity { return one.finding.severity > other.finding.severity }
            if one.devices.count != other.devices.count { return one.devices.count > other.devices.count }
            return order[left.key, default: 0] < order[right.key, default: 0]
        }.map(\.value)
    }

    /// Those that three devices or more have.
    static func shared(by standings: [Standing]) -> [FindingGroup] {
        all(of: standings).filter { $0.devices.count >= 3 }
    }
}
