package import ConfigModel
import FoundationEssentials

/// A file of `Baselines/approvals/`, read as strictly as the rest of the workspace.
package enum ApprovalFile {
    /// - Parameters:
    ///   - path: Where the file is.
    ///   - name: Relative to the workspace: what faults name.
    package static func read(_ path: String, named name: String) throws(ConfigurationFaults) -> ApprovalManifest {
        var faults: [Fault] = []
        var manifest: ApprovalManifest?
        do throws(SourceFile.Failure) {
            let source = try SourceFile.read(path, named: name)
            if let root = YAMLDocument.read(source, faults: &faults),
                ShapeCheck.check(root, .object(.approval), faults: &faults)
            {
                manifest = self.manifest(root)
            }
        } catch {
            if case .fault(let fault) = error { faults.append(fault) }
        }
        if let manifest, faults.isEmpty { return manifest }
        let place = SourceLocation(file: name, line: 0, column: 0)
        let damaged = Fault(
            at: place, "is no approval that can be read", remedy: "bring it back from the history of Baselines/")
        throw ConfigurationFaults(faults.isEmpty ? [damaged] : faults)!
    }

    /// - Parameter root: Has passed the check against `Shape.approval`.
    private static func manifest(_ root: YAMLValue) -> ApprovalManifest? {
        guard let sequence = root["sequence"]?.integer, let by = root["by"]?.text,
            let decided = root["decided"]?.text.flatMap({ try? Date($0, strategy: .iso8601) })
        else { return nil }
        let devices = root["devices"]?.list ?? []
        let entries = devices.compactMap(entry)
        let findings = root["findings"]?.list ?? []
        let remarks = findings.compactMap(remark)
        guard entries.count == devices.count, remarks.count == findings.count, !entries.isEmpty || !remarks.isEmpty,
            root["expires"] == nil || root["expires"]?.day != nil
        else { return nil }
        let manifest = ApprovalManifest(
            sequence: sequence, decided: decided, by: by, reason: root["reason"]?.text, ticket: root["ticket"]?.text,
            isAdopted: root["adopted"]?.flag ?? false, expires: root["expires"]?.day, entries: entries,
            remarks: remarks)
        return root["decision"]?.text == manifest.decision ? manifest : nil
    }

    private static func remark(_ value: YAMLValue) -> ApprovalManifest.Remark? {
        guard let kind = value["decision"]?.text.flatMap(ApprovalManifest.Remark.Kind.init(rawValue:)),
            let finding = value["finding"]?.text, let device = value["device"]?.text.flatMap(DeviceID.init),
            let summary = value["summary"]?.text, value["until"] == nil || value["until"]?.day != nil,
            kind != .waived || value["until"] != nil
        else { return nil }
        return ApprovalManifest.Remark(
            kind: kind, finding: finding, device: device, summary: summary, reason: value["reason"]?.text,
            ticket: value["ticket"]?.text, compensating: value["compensating"]?.text, until: value["until"]?.day)
    }

    private static func entry(_ value: YAMLValue) -> ApprovalManifest.Entry? {
        guard let device = value["device"]?.text.flatMap(DeviceID.init), let version = value["version"]?.integer,
            let commit = value["commit"]?.text, let platform = value["platform"]?.text,
            let rules = value["rules"]?.text, let epoch = value["epoch"]?.integer
        else { return nil }
        return ApprovalManifest.Entry(
            device: device, version: version, commit: commit, platform: platform, rules: rules, epoch: epoch,
            expected: texts(value["expected"]), restorePoint: texts(value["restorePoint"]))
    }

    private static func texts(_ value: YAMLValue?) -> [String: String] {
        Dictionary((value?.entries ?? []).map { ($0.key, $0.value.text ?? "") }) { first, _ in first }
    }
}

extension Shape {
    static let approval = Shape(
        name: "an approval",
        keys: [
            Key("approval", .integer(1...1), .required, "The format of this file."),
            Key("sequence", .integer(1...999_999_999), .required, "Counts the workspace's approvals."),
            Key("decided", .text(.free), .required, "When, RFC 3339 in UTC."),
            Key("by", .text(.free), .required, "Who."),
            Key("decision", .choice(["approve", "remark"]), .required, "What was decided."),
            Key("adopted", .flag, .optional, "Whether nobody looked at it: day one."),
            Key("expires", .text(.day), .optional, "The last day on which the approvals hold."),
            Key("reason", .text(.free), .optional, "Why."),
            Key("ticket", .text(.free), .optional, "Where it was asked for."),
            Key("devices", .list(.object(.approvalEntry), least: 1), .optional, "What was approved."),
            Key("findings", .list(.object(.approvalRemark), least: 1), .optional, "What was decided about findings."),
        ])

    private static let approvalRemark = Shape(
        name: "a decision about a finding",
        keys: [
            Key(
                "decision", .choice(ApprovalManifest.Remark.Kind.allCases.map(\.rawValue)), .required,
                "What was decided."),
            Key("finding", .text(.findingID), .required, "The finding's id."),
            Key("device", .text(.deviceID), .required, "The device."),
            Key("summary", .text(.free), .required, "What the finding said."),
            Key("reason", .text(.free), .optional, "Why."),
            Key("ticket", .text(.free), .optional, "Where it is worked on."),
            Key("compensating", .text(.free), .optional, "What stands in for the control."),
            Key("until", .text(.day), .optional, "The last day on which it holds."),
        ])

    private static let approvalEntry = Shape(
        name: "an approved device",
        keys: [
            Key("device", .text(.deviceID), .required, "The device."),
            Key("version", .integer(1...999_999_999), .required, "Its version that was approved."),
            Key("commit", .text(.objectID), .required, "The commit of store.git that holds it."),
            Key("platform", .text(.name), .required, "The platform by whose rules the text was made."),
            Key("rules", .text(.free), .required, "The digest of these rules."),
            Key("epoch", .integer(1...999_999_999), .required, "The epoch of the fingerprint key."),
            Key("expected", .map(keys: .free, .text(.digest)), .required, "SHA-256 of each expected file."),
            Key("restorePoint", .map(keys: .free, .text(.restorePoint)), .required, "The collected blobs."),
        ])
}

extension TextForm {
    fileprivate static let objectID = TextForm(name: "a commit", pattern: "^[0-9a-f]{40}$")
    fileprivate static let digest = TextForm(name: "a SHA-256", pattern: "^[0-9a-f]{64}$")
    fileprivate static let restorePoint = TextForm(
        name: "a repository and a blob", pattern: "^collected-[0-9]{4}\\.git:[0-9a-f]{40}$")
}
