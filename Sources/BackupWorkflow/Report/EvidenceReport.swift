import ConfigAnalysis
package import ConfigModel
import DeviceInventory
package import FoundationEssentials
package import SnapshotStore

/// What the configurations prove, control by control and device by device, each with the commit behind it.
package struct EvidenceReport: Sendable, Codable {
    package enum Verdict: String, Sendable, Codable, CaseIterable {
        case pass, fail
        case notAssessable = "not-assessable"
        case waived
    }

    package struct Rule: Sendable, Codable {
        package var id: String
        package var title: String
        package var severity: Finding.Severity
        package var controls: [String]
        package var why: String?
    }

    package struct Result: Sendable, Codable {
        package var rule: String
        package var device: DeviceID
        package var verdict: Verdict
        /// Where it is not so; why it cannot be assessed.
        package var details: [String]
        /// Who has accepted it, until when and what stands in for it.
        package var waiver: String?
        /// How to mend it.
        package var remediation: String?
    }

    package struct Device: Sendable, Codable {
        package var device: DeviceID
        package var group: String
        package var platform: String
        package var version: Int?
        /// In store.git.
        package var commit: String?
        package var taken: Date?
        /// Whether its baseline was adopted on day one, unreviewed.
        package var isAdopted: Bool
    }

    package var workspace: String
    package var at: Date
    package var controls: [PolicyControl]
    package var rules: [Rule]
    package var devices: [Device]
    package var results: [Result]
    /// Rules that the workspace has switched off, with the reasons.
    package var off: [String: String]
    /// Rules that cannot be read.
    package var faults: [String]

    package func count(_ rule: String, _ verdict: Verdict) -> Int {
        results.count { $0.rule == rule && $0.verdict == verdict }
    }

    package func count(_ verdict: Verdict) -> Int { results.count { $0.verdict == verdict } }
}

extension EvidenceReport {
    /// - Parameter pack: A bundled pack that is looked at, whether or not the workspace uses it.
    package init(
        _ workspace: Workspace, _ store: SnapshotStore, _ chosen: [ConfigModel.Device], pack: String?, now: Date
    ) async throws(WorkflowError) {
        let asked = chosen.filter { $0.state == .active }
        let (standings, policies, rules) = try await StandingCheck(workspace: workspace, store: store, now: now)
            .assessed(asked, pack: pack)
        guard !rules.policies.isEmpty else {
            throw .request(
                "there are no policies to give evidence of: write 'use: [owasp-smdds-2]' into Baselines/policies/NAME.yaml, "
                    + "or say --pack owasp-smdds-2")
        }
        let latest = try await workspace.asking { () throws(StoreError) in try await store.latest() }
        self.workspace = workspace.settings.workspace
        at = now
        self.rules = rules.policies.map {
            Rule(id: $0.id, title: $0.title, severity: $0.severity, controls: $0.controls, why: $0.why)
        }
        controls = rules.controls.filter { control in rules.policies.contains { $0.controls.contains(control.id) } }
        off = rules.off
        faults = rules.faults
        devices = zip(asked, standings).map { device, standing in
            Device(
                device: device.id, group: device.group, platform: device.platform, version: standing.version,
                commit: latest[device.id].map { "\($0.commit)" }, taken: latest[device.id]?.taken,
                isAdopted: standing.baseline?.isAdopted ?? false)
        }
        results = zip(asked, standings).flatMap { device, standing -> [Result] in
            if let reason = standing.uncovered {
                return rules.policies.map {
                    Result(rule: $0.id, device: device.id, verdict: .notAssessable, details: ["uncovered: \(reason)"])
                }
            }
            return (policies[device.id] ?? []).map { result in
                Self.result(result, device, standing, rules.rule(result.rule))
            }
        }
    }

    private static func result(
        _ result: PolicyResult, _ device: ConfigModel.Device, _ standing: Standing, _ rule: PolicyRule?
    ) -> Result {
        var row = Result(rule: result.rule, device: device.id, verdict: .pass, details: [])
        switch result.outcome {
        case .pass: break
        case .notAssessable(let reason):
            row.verdict = .notAssessable
            row.details = [reason]
        case .fail(let places):
            row.verdict = .fail
            row.details = places
            row.remediation = rule?.remediation(on: device.platform)
            if let waived = standing.waived.first(where: { $0.finding.rule == result.rule }) {
                row.verdict = .waived
                row.waiver =
                    "\(waived.by), until \(waived.until): \(waived.reason ?? "")"
                    + (waived.compensating.map { "; instead: \($0)" } ?? "")
            }
        }
        return row
    }
}
