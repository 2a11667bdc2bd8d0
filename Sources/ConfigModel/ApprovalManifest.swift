package import FoundationEssentials

/// One decision of one person about one or more devices: a file of `Baselines/approvals/`.
///
/// It pins, for each device, what is expected (digests of the files under `Baselines/approved/<id>/`, with the rules and
/// the fingerprint epoch they were made under) and where to restore from (version and blobs in `collected`).
package struct ApprovalManifest: Sendable, Hashable {
    package struct Entry: Sendable, Hashable {
        package var device: DeviceID
        package var version: Int
        /// The commit of `store.git`.
        package var commit: String
        package var platform: String
        /// Digest of the platform's rules that made the comparable text.
        package var rules: String
        /// Epoch of the fingerprint key.
        package var epoch: Int
        /// SHA-256 of each file under `Baselines/approved/<id>/`, by its path there.
        package var expected: [String: String]
        /// Ids of the collected blobs, by artifact.
        package var restorePoint: [String: String]

        package init(
            device: DeviceID, version: Int, commit: String, platform: String, rules: String, epoch: Int,
            expected: [String: String], restorePoint: [String: String]
        ) {
            self.device = device
            self.version = version
            self.commit = commit
            self.platform = platform
            self.rules = rules
            self.epoch = epoch
            self.expected = expected
            self.restorePoint = restorePoint
        }
    }

    /// Counts a workspace's manifests; a device's highest one holds.
    package var sequence: Int
    package var decided: Date
    package var by: String
    package var reason: String?
    package var ticket: String?
    package var entries: [Entry]

    package init(
        sequence: Int, decided: Date, by: String, reason: String? = nil, ticket: String? = nil, entries: [Entry]
    ) {
        self.sequence = sequence
        self.decided = decided
        self.by = by
        self.reason = reason
        self.ticket = ticket
        self.entries = entries
    }

    /// `2026-11-23-asmith-12.yaml`
    package var fileName: String {
        let day = decided.formatted(.iso8601).prefix(10)
        let who = String(by.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }.prefix(32))
        return "\(day)-\(who)-\(sequence).yaml"
    }

    /// The file's text. Every string is quoted.
    package var text: String {
        var lines = [
            "# A decision about baselines, written by 'plumbline approve'. Kept as it is: it pins digests.",
            "approval: 1", "sequence: \(sequence)", "decided: \(YAMLScalar.quoted(decided.formatted(.iso8601)))",
            "by: \(YAMLScalar.quoted(by))",
            "decision: approve",
        ]
        if let reason { lines.append("reason: \(YAMLScalar.quoted(reason))") }
        if let ticket { lines.append("ticket: \(YAMLScalar.quoted(ticket))") }
        lines.append("devices:")
        for entry in entries {
            lines += [
                "  - device: \(YAMLScalar.quoted(entry.device.text))", "    version: \(entry.version)",
                "    commit: \(YAMLScalar.quoted(entry.commit))", "    platform: \(YAMLScalar.quoted(entry.platform))",
                "    rules: \(YAMLScalar.quoted(entry.rules))", "    epoch: \(entry.epoch)",
                "    expected: \(mapping(entry.expected))", "    restorePoint: \(mapping(entry.restorePoint))",
            ]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func mapping(_ values: [String: String]) -> String {
        let pairs = values.sorted { $0.key < $1.key }.map {
            "\(YAMLScalar.quoted($0.key)): \(YAMLScalar.quoted($0.value))"
        }
        return pairs.isEmpty ? "{}" : "{ " + pairs.joined(separator: ", ") + " }"
    }
}
