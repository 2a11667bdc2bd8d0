package import ConfigAnalysis
package import ConfigModel
import DeviceInventory
package import FoundationEssentials
package import SnapshotStore

/// Finds out where devices stand: from the store, the approvals and the records of attempts. It contacts nothing.
package struct StandingCheck: Sendable {
    private let workspace: Workspace
    private let store: SnapshotStore
    private let now: Date
    /// Restores that were interrupted, by device.
    private let restores: [DeviceID: String]

    package init(workspace: Workspace, store: SnapshotStore, now: Date) {
        restores = RestoreShelf(state: workspace.state).open()
        self.workspace = workspace
        self.store = store
        self.now = now
    }

    /// - Parameter attempts: Attempts that the store does not know yet; they count as the latest.
    /// - Returns: One standing for each device, in the same order.
    package func standings(
        of devices: [Device], including attempts: [AttemptRecord] = []
    ) async throws(WorkflowError) -> [Standing] {
        try await assessed(devices, including: attempts).standings
    }

    /// The same, with what every policy has come to on each device.
    /// - Parameter pack: A bundled pack of policies that is looked at, whether or not the workspace uses it.
    package func assessed(
        _ devices: [Device], including attempts: [AttemptRecord] = [], pack: String? = nil
    ) async throws(WorkflowError) -> (standings: [Standing], policies: [DeviceID: [PolicyResult]], rules: BaselineRules)
    {
        let states: [DeviceID: DeviceState]
        let latest: [DeviceID: StoredVersion]
        let memories: [DeviceID: DeviceMemory]
        let seen: [DeviceID: [String: Date]]
        let held: HeldCredentials
        let restorability: [DeviceID: KeptRestorability]
        do throws(StoreError) {
            states = try await store.deviceStates()
            latest = try await store.latest()
            memories = try await store.memories()
            seen = try await store.firstSeen()
            held = HeldCredentials(try await store.refusals())
            restorability = try await store.latestRestorability()
        } catch {
            throw .store(error)
        }
        let quarantined = waiting(in: workspace.quarantine)
        let fresh = Dictionary(attempts.map { ($0.device, $0) }, uniquingKeysWith: { $1 })
        let baselines = await TrustedBaselines.read(workspace, now: now).baselines
        var comparison = await BaselineComparison(
            workspace, store, now: now, baselines, BaselineRules(workspace, pack: pack))
        let drills = DrillShelf(state: workspace.state).last()
        let remarks = await FindingRemarks(workspace, baselines, comparison.rules, now: now)
        var standings: [Standing] = []
        for device in devices {
            var standing = await standing(
                of: device, state: states[device.id], attempt: fresh[device.id], latest: latest[device.id],
                quarantined: quarantined, held: held, restorability: restorability[device.id])
            if standing.isAsked {
                await comparison.look(
                    at: latest[device.id], of: device, memories[device.id]?.uncovered ?? [], into: &standing)
                if let finding = self.drill(drills[device.id], of: device) { standing.findings.append(finding) }
            }
            if standing.isAsked { remarks.apply(to: &standing) }
            if let seen = seen[device.id] {
                let ids = Set(standing.findings.map(\.id))
                standing.since = seen.filter { ids.contains($0.key) }
            }
            standings.append(standing)
        }
        await comparison.keep()
        return (standings, comparison.policies, comparison.rules)
    }

    /// The newest capture of each device that waits; nil when we may not look, which only the owner of `var/` may.
    private func waiting(in quarantine: Quarantine) -> [DeviceID: Standing.Quarantined]? {
        guard let entries = try? quarantine.entries() else { return nil }
        return Dictionary(
            entries.filter(\.isOpen).map {
                ($0.device, Standing.Quarantined(run: $0.run, taken: $0.taken, reasons: $0.reasons))
            }, uniquingKeysWith: { newest, _ in newest })
    }

    private func standing(
        of device: Device, state: DeviceState?, attempt: AttemptRecord?, latest: StoredVersion?,
        quarantined: [DeviceID: Standing.Quarantined]?, held: HeldCredentials, restorability: KeptRestorability?
    ) async -> Standing {
        let lastGood = attempt.flatMap { $0.outcome.isSuccess ? $0.started : nil } ?? state?.lastSuccess
        let age = lastGood.map { now.timeIntervalSince($0) }
        var standing = Standing(
            device: device.id, group: device.group, platform: device.platform, state: device.state,
            version: latest?.number, lastGood: lastGood, freshness: device.freshness.inSeconds,
            isFresh: age.map { $0 <= device.freshness.inSeconds } ?? false,
            lastAttempt: lastAttempt(attempt, state), findings: [])
        if case .uncovered(let because) = device.method { standing.uncovered = because }
        if let platform = workspace.inventory.platform(named: device.platform) {
            standing.evidence = platform.evidence
            standing.restorability = RestorabilityJudgement(platform: platform).most
            if let kept = restorability, kept.number == latest?.number {
                standing.restorability = Restorability(kept)
            }
            standing.mayHoldPatientData = platform.phi
        }
        guard standing.isAsked else { return standing }
        standing.quarantine = quarantined.map { $0[device.id] } ?? unseen(standing.lastAttempt)
        let sparing = held.sparing(of: device, in: workspace.inventory)
        if case .held(let reason) = sparing { standing.held = reason }
        standing.findings = ownFindings(of: device, standing, age: age)
        if let sparing, standing.lastAttempt?.outcome.isMiss != true {
            // Others refused it since this device was last asked, or it did so for another command than a run.
            standing.findings.append(
                Finding(
                    device: device.id, class: .capture, severity: .warning,
                    summary: "it is not asked: \(sparing.reason) ('plumbline credential list')"))
        }
        if let latest, let origin = latest.imported { await note(origin, latest, into: &standing) }
        return standing
    }

    /// What the records say of a quarantine that we may not look into.
    private func unseen(_ attempt: Standing.Attempt?) -> Standing.Quarantined? {
        guard let attempt, attempt.outcome == .quarantined, let run = RunID("unknown") else { return nil }
        return Standing.Quarantined(run: run, taken: attempt.at, reasons: [attempt.message ?? "no reason is recorded"])
    }

    private func lastAttempt(_ attempt: AttemptRecord?, _ state: DeviceState?) -> Standing.Attempt? {
        if let attempt {
            return Standing.Attempt(
                at: attempt.started, outcome: attempt.outcome.reported,
                message: attempt.message.isEmpty ? nil : attempt.message, failure: attempt.outcome.failure)
        }
        guard let state, let at = state.lastAttempt, let outcome = state.lastOutcome else { return nil }
        return Standing.Attempt(
            at: at, outcome: outcome.reported, message: state.lastMessage.isEmpty ? nil : state.lastMessage,
            failure: outcome.failure)
    }

    // MARK: Findings about the backup itself

    private func ownFindings(of device: Device, _ standing: Standing, age: Double?) -> [Finding] {
        var findings: [Finding] = []
        if !standing.isFresh {
            let objective = Wording.age(device.freshness.inSeconds)
            let summary =
                age.map { "the last good copy is \(Wording.age($0)) old; the objective is \(objective)" }
                ?? "no good copy was ever taken"
            findings.append(
                Finding(device: device.id, class: .freshness, severity: .major, summary: summary))
        }
        let isAway =
            device.presence == .intermittent && standing.isFresh && standing.lastAttempt?.failure?.canHeal == true
        if let attempt = standing.lastAttempt, attempt.outcome.isMiss, attempt.outcome != .deferred, !isAway {
            findings.append(miss(device, attempt))
        } else if let quarantine = standing.quarantine {
            // Of an earlier run: since then it was not asked, or its turn did not come.
            let reasons = quarantine.reasons.joined(separator: "; ")
            findings.append(
                Finding(
                    device: device.id, class: .capture, severity: .major,
                    summary: "a capture waits in quarantine ('plumbline quarantine show \(device.id)'): \(reasons)"))
        }
        if let finding = restorability(of: device, standing) { findings.append(finding) }
        if let plan = restores[device.id] {
            findings.append(
                Finding(
                    device: device.id, class: .restorability, severity: .major, rule: "restore-interrupted",
                    summary: "a restore was interrupted, and nobody knows what the device has: "
                        + "'plumbline restore resume \(plan)'"))
        }
        if device.profile == .legacy {
            findings.append(
                Finding(
                    device: device.id, class: .transport, severity: .warning,
                    summary: "legacy SSH algorithms are allowed for this device"))
        }
        return findings
    }

    /// What is missing for a restore; what follows from the platform alone stands in its description.
    private func restorability(of device: Device, _ standing: Standing) -> Finding? {
        guard standing.version != nil, standing.imported == nil else { return nil }
        let reasons = standing.restorability.reasons.filter {
            $0 != RestorabilityJudgement.byHand && $0 != RestorabilityJudgement.assumed
        }
        guard standing.restorability.verdict < .yes, !reasons.isEmpty else { return nil }
        let isLost = standing.restorability.verdict == .no
        return Finding(
            device: device.id, class: .restorability, severity: isLost ? .major : .warning, rule: "restorability",
            summary: "the latest version could \(isLost ? "not be put back" : "be put back partly only"): "
                + reasons.joined(separator: "; "))
    }

    /// What the last drill of a device, or that there was none, is worth saying.
    private func drill(_ last: DrillShelf.Last?, of device: Device) -> Finding? {
        func finding(_ severity: Finding.Severity, _ summary: String) -> Finding {
            Finding(device: device.id, class: .drill, severity: severity, summary: summary)
        }
        if let last, last.verdict == .no {
            let reason = last.reason.isEmpty ? "" : ": \(last.reason)"
            return finding(.major, "in the drill \(last.drill) it could not be restored\(reason)")
        }
        guard let age = workspace.settings.drillAge else { return nil }
        guard let last else {
            return finding(.warning, "no drill yet: 'plumbline drill' shows whether it could be restored")
        }
        guard now.timeIntervalSince(last.at) > age.inSeconds else { return nil }
        let date = Wording.time(last.at).prefix(10)
        return finding(
            .warning,
            "the last drill was on \(date), and that is longer ago than \(Wording.age(age.inSeconds)) ('drillAge')")
    }

    private func miss(_ device: Device, _ attempt: Standing.Attempt) -> Finding {
        let summary = attempt.message ?? attempt.outcome.rawValue
        switch attempt.failure {
        case .hostKeyChanged:
            return Finding(device: device.id, class: .hostkey, severity: .critical, summary: summary)
        case .hostKeyUnknown:
            return Finding(device: device.id, class: .hostkey, severity: .major, summary: summary)
        default:
            let severity: Finding.Severity = attempt.outcome == .quarantined ? .major : .warning
            return Finding(device: device.id, class: .capture, severity: severity, summary: summary)
        }
    }

    /// Of a version that another tool collected nobody knows whether it was whole.
    private func note(_ origin: ImportOrigin, _ version: StoredVersion, into standing: inout Standing) async {
        let mark = try? await store.importMark(of: version)
        standing.imported = origin.tool
        standing.restorability.limit(.partly, "it was imported from \(origin.tool), unproven")
        let secrets = mark?.lacksSecrets == true ? "; partly: secrets were removed by \(origin.tool)" : ""
        standing.findings.append(
            Finding(
                device: standing.device, class: .restorability, severity: .notice,
                summary: "the latest version was imported from \(origin.tool), unproven\(secrets): "
                    + "'plumbline run \(standing.device)' collects it"))
    }
}

extension Standing.Baseline {
    init(_ approval: ApprovedBaselines.Approval) {
        self.init(
            version: approval.entry.version, sequence: approval.manifest.sequence, by: approval.manifest.by,
            at: approval.manifest.decided, reason: approval.manifest.reason, isSigned: approval.isSigned,
            isAdopted: approval.manifest.isAdopted, expires: approval.manifest.expires,
            others: Array(approval.people.dropFirst()))
    }
}

extension AttemptOutcome {
    /// As reports have it.
    var reported: RunReport.Outcome {
        switch self {
        case .stored: .changed
        case .unchanged: .unchanged
        case .quarantined: .quarantined
        case .spared: .spared
        case .deferred: .deferred
        case .failed: .failed
        }
    }

    var failure: CollectionFailure.Kind? {
        switch self {
        case .failed(let kind): kind
        case .quarantined: .suspicious
        default: nil
        }
    }
}
