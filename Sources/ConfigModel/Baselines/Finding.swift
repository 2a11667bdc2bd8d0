import Crypto
import FoundationEssentials

/// One piece of drift, or one doubt about a backup.
package struct Finding: Sendable, Hashable {
    package enum Class: String, Sendable, Codable, CaseIterable {
        case config, secret, order, firmware, unsaved, policy, hostkey, transport, privilege, freshness, capture
        case baseline, restorability
        case uncoveredSecret = "uncovered-secret"
        case drill, integrity
    }

    package enum Severity: String, Sendable, Codable, CaseIterable, Comparable {
        case notice, warning, major, critical

        package static func < (left: Severity, right: Severity) -> Bool {
            allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!
        }
    }

    package var device: DeviceID
    package var `class`: Class
    package var severity: Severity
    /// The rule of a policy, or the golden template, that says so; nil for what needs none.
    package var rule: String?
    /// The artifact it stands in, where it stands in one.
    package var artifact: ArtifactName?
    /// Section headers from the outermost inwards; empty at top level.
    package var path: [String]
    /// What is so, in one line, without a full stop.
    package var summary: String
    /// Lines of the baseline that are gone.
    package var missing: [String]
    /// Lines that the baseline does not have.
    package var extra: [String]

    package init(
        device: DeviceID, class: Class, severity: Severity, rule: String? = nil, artifact: ArtifactName? = nil,
        path: [String] = [], summary: String, missing: [String] = [], extra: [String] = []
    ) {
        self.device = device
        self.class = `class`
        self.severity = severity
        self.rule = rule
        self.artifact = artifact
        self.path = path
        self.summary = summary
        self.missing = missing
        self.extra = extra
    }
}

extension Finding {
    /// The same for the same finding at every run: 64 hexadecimal digits, SHA-256 over device, class, artifact, path and
    /// lines. No time and no severity go in, and the lines hold fingerprints where secrets were.
    ///
    /// Findings without lines are told apart by their summary, but of a backup that is late or was missed there is one at a
    /// time, whatever its age and the words of the last failure.
    package var id: String {
        var hash = SHA256()
        func add(_ text: String) {
            // The length before the text: no two lists of texts run together to the same bytes.
            hash.update(data: Data("\(text.utf8.count):".utf8))
            hash.update(data: Data(text.utf8))
        }
        func add(_ texts: [String]) {
            add(String(texts.count))
            texts.forEach(add)
        }
        [device.text, `class`.rawValue, artifact?.text ?? ""].forEach(add)
        [path, missing, extra].forEach(add)
        // One a rule and artifact, whatever its lines and words: a policy that fails by one line more is the same finding.
        if let rule {
            var hash = SHA256()
            hash.update(data: Data("rule".utf8))
            for text in [device.text, `class`.rawValue, artifact?.text ?? "", rule] {
                hash.update(data: Data("\(text.utf8.count):\(text)".utf8))
            }
            return hexadecimal(hash.finalize())
        }
        let isSingle = [.freshness, .capture, .hostkey].contains(`class`)
        if missing.isEmpty && extra.isEmpty && !isSingle { add(summary) }
        return hexadecimal(hash.finalize())
    }
}

extension Finding: Codable {
    private enum CodingKeys: String, CodingKey {
        case id, device, `class`, severity, rule, artifact, path, summary, missing, extra
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            device: try container.decode(DeviceID.self, forKey: .device),
            class: try container.decode(Class.self, forKey: .class),
            severity: try container.decode(Severity.self, forKey: .severity),
            rule: try container.decodeIfPresent(String.self, forKey: .rule),
            artifact: try container.decodeIfPresent(ArtifactName.self, forKey: .artifact),
            path: try container.decode([String].self, forKey: .path),
            summary: try container.decode(String.self, forKey: .summary),
            missing: try container.decode([String].self, forKey: .missing),
            extra: try container.decode([String].self, forKey: .extra))
    }

    /// The id is written for those who read; reading computes it anew.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(device, forKey: .device)
        try container.encode(`class`, forKey: .class)
        try container.encode(severity, forKey: .severity)
        try container.encodeIfPresent(rule, forKey: .rule)
        try container.encodeIfPresent(artifact, forKey: .artifact)
        try container.encode(path, forKey: .path)
        try container.encode(summary, forKey: .summary)
        try container.encode(missing, forKey: .missing)
        try container.encode(extra, forKey: .extra)
    }
}
