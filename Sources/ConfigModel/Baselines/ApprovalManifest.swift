package import FoundationEssentials

/// What one person decided in one session: a file of `Baselines/approvals/`, signed as a whole by the `.sig` beside it.
///
/// An approval pins, for each device, what is expected (digests of the files under `Baselines/approved/<id>/`, with the rules
/// and the fingerprint epoch they were made under) and where to restore from (version and blobs in `collected`).
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

    /// A finding that was looked at: by its id, and, for people, by what it said.
    package struct Remark: Sendable, Hashable {
        package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
            /// It is not to stay: an open finding until the device is as it was.
            case rejected
            /// Known and worked on.
            case acknowledged
            /// Accepted until a day.
            case waived
        }

        package var kind: Kind
        package var finding: String
        package var device: DeviceID
        package var summary: String
        package var reason: String?
        package var ticket: String?
        /// Of a waiver: what stands in for the control.
        package var compensating: String?
        /// Of a waiver, always; of an acknowledgement, where it has an end: the last day on which it holds.
        package var until: Day?

        package init(
            kind: Kind, finding: String, device: DeviceID, summary: String, reason: String? = nil,
            ticket: String? = nil, compensating: String? = nil, until: Day? = nil
        ) {
            self.kind = kind
            self.finding = finding
            self.device = device
            self.summary = summary
            self.reason = reason
            self.ticket = ticket
            self.compensating = compensating
            self.until = until
        }
    }

    /// Counts a workspace's manifests; a device's highest one holds.
    package var sequence: Int
    package var decided: Date
    package var by: String
    package var reason: String?
    package var ticket: String?
    /// Whether nobody looked at what was approved: day one.
    package var isAdopted = false
    /// The last day on which the approvals hold; nil for ever.
    package var expires: Day?
    /// What was approved.
    package var entries: [Entry]
    package var remarks: [Remark] = []

    package init(
        sequence: Int, decided: Date, by: String, reason: String? = nil, ticket: String? = nil,
        isAdopted: Bool = false, expires: Day? = nil, entries: [Entry], remarks: [Remark] = []
    ) {
        self.sequence = sequence
        self.decided = decided
        self.by = by
        self.reason = reason
        self.ticket = ticket
        self.isAdopted = isAdopted
        self.expires = expires
        self.entries = entries
        self.remarks = remarks
    }

    /// What kind of a decision it is, in one word: `approve` where something was approved, else `remark`.
    package var decision: String { entries.isEmpty ? "remark" : "approve" }

    /// `2026-11-23-asmith-12.yaml`
    package var fileName: String {
        let day = decided.formatted(.iso8601).prefix(10)
        let who = String(by.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }.prefix(32))
        return "\(day)-\(who)-\(sequence).yaml"
    }

    /// The file's text. Every string is quoted.
    package var text: String {
        var lines = [
            "# A decision about baselines, written by 'plumbline'. Kept as it is: it pins digests, and may be signed.",
            "approval: 1", "sequence: \(sequence)", "decided: \(YAMLScalar.quoted(decided.formatted(.iso8601)))",
            "by: \(YAMLScalar.quoted(by))", "decision: \(decision)",
        ]
        if isAdopted { lines.append("adopted: true") }
        if let expires { lines.append("expires: \(YAMLScalar.quoted("\(expires)"))") }
        if let reason { lines.append("reason: \(YAMLScalar.quoted(reason))") }
        if let ticket { lines.append("ticket: \(YAMLScalar.quoted(ticket))") }
        if !entries.isEmpty { lines.append("devices:") }
        for entry in entries {
            lines += [
                "  - device: \(YAMLScalar.quoted(entry.device.text))", "    version: \(entry.version)",
                "    commit: \(YAMLScalar.quoted(entry.commit))", "    platform: \(YAMLScalar.quoted(entry.platform))",
                "    rules: \(YAMLScalar.quoted(entry.rules))", "    epoch: \(entry.epoch)",
                "    expected: \(mapping(entry.expected))", "    restorePoint: \(mapping(entry.restorePoint))",
            ]
        }
        if !remarks.isEmpty { lines.append("findings:") }
        for remark in remarks { lines += self.lines(of: remark) }
        return lines.joined(separator: "\n") + "\n"
    }

    private func lines(of remark: Remark) -> [String] {
        var lines = ["  - decision: \(remark.kind.rawValue)"]
        func add(_ key: String, _ value: String?) {
            if let value { lines.append("    \(key): \(YAMLScalar.quoted(value))") }
        }
        add("finding", remark.finding)
        add("device", remark.device.text)
        add("summary", remark.summary)
        add("reason", remark.reason)
        add("ticket", remark.ticket)
        add("compensating", remark.compensating)
        add("until", remark.until.map { "\($0)" })
        return lines
    }

    private func mapping(_ values: [String: String]) -> String {
        let pairs = values.sorted { $0.key < $1.key }.map {
            "\(YAMLScalar.quoted($0.key)): \(YAMLScalar.quoted($0.value))"
        }
        return pairs.isEmpty ? "{}" : "{ " + pairs.joined(separator: ", ") + " }"
    }
}
