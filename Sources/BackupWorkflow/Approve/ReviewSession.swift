package import ConfigModel
package import DeviceInventory
import FoundationEssentials
import SnapshotStore

/// One person's way through the findings: what was decided so far, and what that comes to. It does no input or output.
package struct ReviewSession: Sendable {
    /// What a person has said of a finding, or of the same on many devices.
    package enum Choice: Sendable, Hashable, Codable {
        /// What the device has is to be the baseline.
        case approve
        case reject(reason: String)
        case waive(until: Day, reason: String, compensating: String)
        case acknowledge(ticket: String, until: Day?)
        case skip
    }

    /// What is written once the person confirms.
    package struct Outcome: Sendable {
        package var approve: [ApprovalWorkflow.Request]
        package var remarks: [ApprovalManifest.Remark]
        /// Devices of which something was approved and something was not: their versions stay as they are.
        package var partly: [DeviceID]
        package var undecided: Int
    }

    package private(set) var items: [FindingGroup]
    package private(set) var position = 0
    /// By the ids of findings.
    package private(set) var choices: [String: Choice]
    /// Decisions about what is no part of this review.
    fileprivate let others: [String: Choice]
    private let standings: [DeviceID: Standing]

    /// - Parameter choices: Of a session that was broken off: those of findings that are there still.
    package init(_ standings: [Standing], choices: [String: Choice] = [:]) {
        let reviewable = standings.filter(\.isAsked).map { standing in
            var standing = standing
            standing.findings = standing.findings.filter { Self.isReviewable($0, standing) }
            return standing
        }
        self.standings = Dictionary(reviewable.map { ($0.device, $0) }, uniquingKeysWith: { first, _ in first })
        items = FindingGroup.all(of: reviewable)
        let known = Set(items.flatMap(\.ids))
        self.choices = choices.filter { known.contains($0.key) }
        others = choices.filter { !known.contains($0.key) }
        if !self.choices.isEmpty { position = items.firstIndex { choice(of: $0) == nil } ?? items.count }
    }

    /// Integrity is mended, a late copy is collected: neither is a decision. What is acknowledged or rejected was looked at.
    private static func isReviewable(_ finding: Finding, _ standing: Standing) -> Bool {
        switch finding.class {
        case .integrity, .freshness, .capture, .hostkey: return false
        case .restorability, .transport, .uncoveredSecret, .drill, .privilege, .policy, .firmware, .config, .secret,
            .order,
            .unsaved, .baseline:
            if let mark = standing.marks[finding.id], mark.kind != .waived { return false }
            return finding.severity > .notice || isApprovable(finding)
        }
    }

    /// Whether it can be approved: what a rule says stands until the device or the rule is changed.
    package static func isApprovable(_ finding: Finding) -> Bool {
        // That nothing can be said of an image is no difference.
        guard finding.rule == nil, finding.class != .firmware || finding.severity > .notice else { return false }
        return [.config, .secret, .order, .firmware, .unsaved, .baseline].contains(finding.class)
    }

    package var current: FindingGroup? { items.indices.contains(position) ? items[position] : nil }
    package var isAtEnd: Bool { position >= items.count }

    /// What was decided of all devices of a group alike; nil where nothing was, or not the same of all.
    package func choice(of group: FindingGroup) -> Choice? {
        guard let first = group.ids.first.flatMap({ choices[$0] }), group.ids.allSatisfy({ choices[$0] == first })
        else {
            return nil
        }
        return first
    }

    package func standing(of device: DeviceID) -> Standing? { standings[device] }

    /// - Returns: Why it cannot be so decided; nil when it is.
    package mutating func decide(_ choice: Choice) -> String? {
        guard let group = current else { return nil }
        if choice == .approve, !Self.isApprovable(group.finding) {
            return
                "this is what a rule says, not a difference from the baseline: reject it, waive it, or give it a ticket"
        }
        for id in group.ids { choices[id] = choice }
        position += 1
        return nil
    }

    package mutating func back() { position = max(0, position - 1) }
    package mutating func forward() { position = min(items.count, position + 1) }

    /// Takes a group apart, so that each device is decided by itself.
    package mutating func split() {
        guard let group = current, group.devices.count > 1 else { return }
        let singles = zip(group.devices, group.ids).map { device, id in
            var finding = group.finding
            finding.device = device
            return FindingGroup(finding: finding, devices: [device], ids: [id])
        }
        items.replaceSubrange(position...position, with: singles)
    }

    package func outcome(_ inventory: Inventory) -> Outcome {
        var outcome = Outcome(approve: [], remarks: [], partly: [], undecided: 0)
        for device in inventory.devices {
            guard let standing = standings[device.id] else { continue }
            let approvable = standing.findings.filter { Self.isApprovable($0) }
            let approved = approvable.filter { choices[$0.id] == .approve }
            if !approved.isEmpty {
                if approved.count == approvable.count, let version = standing.version {
                    outcome.approve.append(ApprovalWorkflow.Request(device: device, version: .number(version)))
                } else {
                    outcome.partly.append(device.id)
                }
            }
            for finding in standing.findings {
                guard let choice = choices[finding.id] else {
                    outcome.undecided += 1
                    continue
                }
                if let remark = Self.remark(choice, finding) { outcome.remarks.append(remark) }
            }
        }
        return outcome
    }

    private static func remark(_ choice: Choice, _ finding: Finding) -> ApprovalManifest.Remark? {
        func remark(
            _ kind: ApprovalManifest.Remark.Kind, reason: String? = nil, ticket: String? = nil,
            compensating: String? = nil, until: Day? = nil
        ) -> ApprovalManifest.Remark {
            ApprovalManifest.Remark(
                kind: kind, finding: finding.id, device: finding.device, summary: finding.summary, reason: reason,
                ticket: ticket, compensating: compensating, until: until)
        }
        return switch choice {
        case .approve, .skip: nil
        case .reject(let reason): remark(.rejected, reason: reason)
        case .waive(let until, let reason, let compensating):
            remark(.waived, reason: reason, compensating: compensating, until: until)
        case .acknowledge(let ticket, let until): remark(.acknowledged, ticket: ticket, until: until)
        }
    }
}

/// What was decided and not yet written, kept after every key: a lost connection loses nothing.
package struct ReviewDraft: Sendable {
    private let path: String

    /// - Parameter person: Each has a draft of his own.
    package init(_ workspace: Workspace, person: String) {
        let name = person.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }.prefix(32)
        path = workspace.baselines + "/.review-" + String(name) + ".json"
    }

    package var choices: [String: ReviewSession.Choice] {
        guard let bytes = try? FileTree.bytes(of: path) else { return [:] }
        return (try? JSONDecoder().decode([String: ReviewSession.Choice].self, from: Data(bytes))) ?? [:]
    }

    /// Keeps what was decided, and what was decided before about other things.
    package func save(_ session: ReviewSession) throws(WorkflowError) {
        try save(session.others.merging(session.choices) { $1 })
    }

    /// What was reviewed is written: only decisions about other things are left.
    package func finish(_ session: ReviewSession) throws(WorkflowError) {
        if session.others.isEmpty { remove() } else { try save(session.others) }
    }

    func save(_ choices: [String: ReviewSession.Choice]) throws(WorkflowError) {
        do {
            let slash = path.lastIndex(of: "/") ?? path.startIndex
            try FileManager.default.createDirectory(atPath: String(path[..<slash]), withIntermediateDirectories: true)
            try FileTree.write(Array(try JSONEncoder().encode(choices)), to: path, mode: 0o600)
        } catch {
            throw .file(path: path, reason: "\(error)")
        }
    }

    package func remove() { try? FileManager.default.removeItem(atPath: path) }
}
