package import ConfigModel
import DeviceInventory
package import FoundationEssentials

extension Standing {
    /// What a person has said of a finding that is there still.
    package struct Mark: Sendable, Hashable, Codable {
        /// `waived` for a waiver that has expired: those that hold stand in `waived`.
        package var kind: ApprovalManifest.Remark.Kind
        package var by: String
        package var at: Date?
        package var reason: String?
        package var ticket: String?
        package var until: Day?
    }

    /// A finding that does not count for now.
    package struct Waived: Sendable, Hashable, Codable {
        package var finding: Finding
        package var by: String
        package var reason: String?
        package var compensating: String?
        package var until: Day
        package var ticket: String?
    }
}

/// What people have said of findings: in their signed decisions, and in `Baselines/waivers.yaml`.
struct FindingRemarks: Sendable {
    /// The newest remark about each finding, by its id.
    private var remarks: [String: (remark: ApprovalManifest.Remark, manifest: ApprovalManifest)] = [:]
    private var waivers: [(waiver: Waiver, devices: Set<DeviceID>?)] = []
    private let now: Date
    /// Why waivers cannot be read, or do not hold.
    private(set) var fault: String?

    /// - Parameter rules: What waivers may name.
    init(_ workspace: Workspace, _ baselines: ApprovedBaselines, _ rules: BaselineRules, now: Date) async {
        self.now = now
        for (remark, manifest) in baselines.remarks { remarks[remark.finding] = (remark, manifest) }
        do throws(ConfigurationFaults) {
            let list = try WaiverFile.read(workspace.baselines + "/waivers.yaml", named: "Baselines/waivers.yaml")
            let objections = list.compactMap { Self.objection(to: $0, workspace, rules) }
            if !list.isEmpty, let reason = await SigningRules(workspace).objection(toFile: "waivers.yaml", now: now) {
                fault = reason
                return
            }
            if !objections.isEmpty { fault = objections.joined(separator: "; ") }
            waivers = list.filter { Self.objection(to: $0, workspace, rules) == nil }.map { waiver in
                (waiver, waiver.devices.map { Set(Self.devices($0, in: workspace.inventory)) })
            }
        } catch {
            fault = error.faults.map(\.description).joined(separator: "; ")
        }
    }

    /// Why a waiver is about nothing; nil where it is about something.
    private static func objection(to waiver: Waiver, _ workspace: Workspace, _ rules: BaselineRules) -> String? {
        let place = waiver.location.map { "\($0): " } ?? ""
        if case .rule(let rule) = waiver.subject, !rules.knows(rule) {
            return "\(place)there is no rule '\(rule)'"
        }
        if let words = waiver.devices, devices(words, in: workspace.inventory).isEmpty {
            return "\(place)'\(words)' fits no device"
        }
        return nil
    }

    private static func devices(_ words: String, in inventory: Inventory) -> [DeviceID] {
        (try? Selector([words]).select(from: inventory).devices.map(\.id)) ?? []
    }

    /// Takes out of the findings what is waived, and marks what people have said of the others.
    func apply(to standing: inout Standing) {
        if let fault {
            standing.findings.append(
                Finding(
                    device: standing.device, class: .policy, severity: .major, rule: "waivers",
                    summary: "not every waiver of Baselines/waivers.yaml holds: \(fault)"))
        }
        var rest: [Finding] = []
        for finding in standing.findings {
            // What says that decisions do not hold is not waived by one.
            guard finding.class != .integrity else {
                rest.append(finding)
                continue
            }
            if let waived = waived(finding, standing.device) {
                standing.waived.append(waived)
            } else {
                rest.append(finding)
            }
        }
        standing.findings = rest
        for finding in rest {
            if let mark = mark(finding, standing.device) { standing.marks[finding.id] = mark }
        }
    }

    private func waived(_ finding: Finding, _ device: DeviceID) -> Standing.Waived? {
        if let (remark, manifest) = remarks[finding.id], remark.kind == .waived, let until = remark.until,
            !until.isOver(at: now)
        {
            return Standing.Waived(
                finding: finding, by: manifest.by, reason: remark.reason, compensating: remark.compensating,
                until: until, ticket: remark.ticket)
        }
        guard let waiver = waivers(of: finding, device).first(where: { !$0.expires.isOver(at: now) }) else {
            return nil
        }
        return Standing.Waived(
            finding: finding, by: waiver.approver, reason: waiver.reason, compensating: waiver.compensating,
            until: waiver.expires, ticket: waiver.ticket)
    }

    private func waivers(of finding: Finding, _ device: DeviceID) -> [Waiver] {
        waivers.filter { $0.devices?.contains(device) ?? true && $0.waiver.covers(finding) }.map(\.waiver)
    }

    private func mark(_ finding: Finding, _ device: DeviceID) -> Standing.Mark? {
        if let (remark, manifest) = remarks[finding.id] {
            // An acknowledgement that is over says nothing any more; a waiver that is over says whose it was.
            if remark.kind == .acknowledged, let until = remark.until, until.isOver(at: now) { return nil }
            return Standing.Mark(
                kind: remark.kind, by: manifest.by, at: manifest.decided, reason: remark.reason, ticket: remark.ticket,
                until: remark.until)
        }
        guard let waiver = waivers(of: finding, device).max(by: { $0.expires < $1.expires }) else { return nil }
        return Standing.Mark(
            kind: .waived, by: waiver.approver, reason: waiver.reason, ticket: waiver.ticket, until: waiver.expires)
    }
}
