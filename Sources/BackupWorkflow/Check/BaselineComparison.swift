import ConfigAnalysis
import ConfigModel
import DeviceInventory
import FoundationEssentials
import SnapshotStore

/// Holds devices against all that `Baselines/` says of them: approvals, policies, golden templates, firmware.
struct BaselineComparison {
    let rules: BaselineRules
    /// What every policy has come to, device by device.
    private(set) var policies: [DeviceID: [PolicyResult]] = [:]

    private let workspace: Workspace
    private let store: SnapshotStore
    private let now: Date
    private let baselines: ApprovedBaselines
    private let spares: [VaultImage]?
    private let firmware: FirmwareJudgement
    private var renormalising: Renormalising
    private var assessor: VersionAssessor

    init(
        _ workspace: Workspace, _ store: SnapshotStore, now: Date, _ baselines: ApprovedBaselines,
        _ rules: BaselineRules
    ) async {
        self.workspace = workspace
        self.store = store
        self.now = now
        self.baselines = baselines
        self.rules = rules
        spares = try? await store.images()
        firmware = FirmwareJudgement(baselines: rules.firmware, spares: spares ?? [], now: now)
        renormalising = await Renormalising(workspace, store)
        assessor = VersionAssessor(
            rules, workspace.inventory, kept: (try? await store.assessments()) ?? [:], renormalising)
    }

    /// What was found out for the first time is kept, where we may write.
    func keep() async { try? await store.keep(assessor.fresh) }

    mutating func look(
        at latest: StoredVersion?, of device: Device, _ uncovered: [DeviceMemory.Uncovered],
        into standing: inout Standing
    ) async {
        for fault in baselines.faults {
            standing.findings.append(broken(device, "an approval cannot be read, so none can be relied on: \(fault)"))
        }
        for fault in rules.faults {
            standing.findings.append(
                Finding(
                    device: device.id, class: .policy, severity: .major, summary: "a rule cannot be read: \(fault)"))
        }
        let expected = baselines.expected(of: device)
        note(expected, of: device, into: &standing)
        guard let platform = workspace.inventory.platform(named: device.platform) else {
            standing.findings.append(
                Finding(
                    device: device.id, class: .capture, severity: .major,
                    summary: "its platform '\(device.platform)' is not known, so nothing can be compared"))
            return
        }
        if case .approved(let approval, let texts) = expected {
            standing.findings += await validity(of: approval, device)
            if let latest { await compare(latest, device, platform, approval, texts, into: &standing) }
        }
        guard let latest else {
            return judge(nil, device, platform, [], into: &standing)
        }
        let looked = standing
        do throws(StoreError) {
            let assessment = try await assessor.assessment(of: latest, device, platform) {
                [self] () async throws(StoreError) in
                let snapshot = try await snapshot(latest)
                return (snapshot, looked.assessment(of: snapshot, uncovered))
            }
            standing.findings += assessment.findings
            judge(assessment.facts, device, platform, assessment.policies, into: &standing)
        } catch {
            // What is stored of one device says nothing against the others.
            standing.findings.append(broken(device, "\(device.id)@\(latest.number) cannot be read: \(error)"))
        }
    }

    // MARK: Approvals

    private func note(_ expected: ApprovedBaselines.Expected, of device: Device, into standing: inout Standing) {
        if let half = baselines.half(of: baselines.name(of: device)) {
            standing.half = Standing.Baseline(half)
            let people = half.people.joined(separator: " and ")
            standing.findings.append(
                Finding(
                    device: device.id, class: .baseline, severity: .warning,
                    summary: "half-approved: v\(half.entry.version) by \(people); it waits for another person"))
        }
        switch expected {
        case .none:
            guard standing.half == nil else { return }
            standing.findings.append(
                Finding(
                    device: device.id, class: .baseline, severity: .notice,
                    summary: "nobody has approved this device yet (unbaselined)"))
        case .broken(let approval, let reasons):
            standing.baseline = approval.map(Standing.Baseline.init)
            standing.findings += reasons.map { broken(device, $0) }
        case .approved(let approval, _):
            standing.baseline = Standing.Baseline(approval)
        }
    }

    private mutating func compare(
        _ latest: StoredVersion, _ device: Device, _ platform: Platform, _ approval: ApprovedBaselines.Approval,
        _ approved: ApprovedBaselines.Texts, into standing: inout Standing
    ) async {
        // The very version that was approved: nothing can differ.
        if approval.entry.version == latest.number, approval.entry.commit == "\(latest.commit)" { return }
        do {
            let isCurrent = renormalising.isCurrent(approval.entry, platform)
            let (actual, expected) =
                isCurrent
                ? (try await snapshot(latest), try approved.snapshot()) : try await renewed(latest, approval, platform)
            standing.findings += try drift(of: device.id, actual: actual, expected: expected, platform: platform)
        } catch {
            standing.findings.append(broken(device, "\(device.id)@\(latest.number) cannot be compared: \(error)"))
        }
    }

    /// Both sides by today's rules: the approved one from the exact bytes that the approval pins.
    private mutating func renewed(
        _ latest: StoredVersion, _ approval: ApprovedBaselines.Approval, _ platform: Platform
    ) async throws(WorkflowError) -> (actual: ComparableSnapshot, expected: ComparableSnapshot) {
        let approved = try await version(approval.entry)
        return (
            try await renormalising.snapshot(of: latest, platform),
            try await renormalising.snapshot(of: approved, platform)
        )
    }

    private func version(_ entry: ApprovalManifest.Entry) async throws(WorkflowError) -> StoredVersion {
        let approved = try await workspace.asking { () throws(StoreError) in
            try await store.resolve(entry.device, .number(entry.version))
        }
        guard "\(approved.commit)" == entry.commit else {
            throw .integrity("version \(approved.number) is not the commit that was approved")
        }
        return approved
    }

    /// How long before its end an approval is told of, in seconds.
    private static let notice: Double = 30 * 86_400

    /// Whether an approval still holds, and what it pins is there.
    private func validity(of approval: ApprovedBaselines.Approval, _ device: Device) async -> [Finding] {
        var findings: [Finding] = []
        let version = approval.entry.version
        if let expires = approval.manifest.expires, expires.isOver(at: now) {
            findings.append(
                Finding(
                    device: device.id, class: .baseline, severity: .major,
                    summary: "the approval of v\(version) by \(approval.manifest.by) expired on \(expires)"))
        }
        if let expires = approval.manifest.expires, !expires.isOver(at: now),
            expires.isOver(at: now.addingTimeInterval(Self.notice))
        {
            findings.append(
                Finding(
                    device: device.id, class: .baseline, severity: .notice, rule: Finding.expiring,
                    summary: "the approval of v\(version) by \(approval.manifest.by) expires on \(expires): review it"))
        }
        if let lost = await lost(approval.entry) {
            findings.append(
                Finding(
                    device: device.id, class: .restorability, severity: .major,
                    summary: "the exact bytes of the approved v\(version) are missing: \(lost)"))
        }
        return findings
    }

    /// Why the exact bytes of what was approved cannot be had; nil where they are there. A rekey moves them to another repository.
    private func lost(_ entry: ApprovalManifest.Entry) async -> String? {
        guard !entry.restorePoint.isEmpty else { return "the approval pins none" }
        let gone = await store.lost(Array(entry.restorePoint.values))
        guard !gone.isEmpty else { return nil }
        if let approved = try? await version(entry), let now = try? await store.collectedReferences(of: approved),
            !now.isEmpty, await store.lost(now.values.map { "\($0.repository):\($0.blob)" }).isEmpty
        {
            return nil
        }
        return "\(gone.count) of \(Wording.count(entry.restorePoint.count, "text")) cannot be found"
    }

    // MARK: Rules

    /// - Parameter facts: Nil where nothing is stored.
    private mutating func judge(
        _ facts: Facts?, _ device: Device, _ platform: Platform, _ results: [PolicyResult],
        into standing: inout Standing
    ) {
        let judged = facts.flatMap { firmware.findings(of: device, platform: platform, $0) }
        standing.findings += judged ?? []
        guard !rules.policies.isEmpty else { return }
        let known = Self.known(standing, firmware: judged, spare: spare(facts, platform))
        var all = Dictionary(results.map { ($0.rule, $0) }, uniquingKeysWith: { first, _ in first })
        let live = assessor.book(platform).results(of: nil, collected: .success([:]), known: known)
        for result in live where all[result.rule] == nil || asksWhatIsKnown(result.rule, platform) {
            all[result.rule] = result
        }
        let meant = rules.policies.filter { assessor.isAbout($0, device.id) }
        policies[device.id] = meant.compactMap { all[$0.id] }
        for rule in meant where !asksWhatIsKnown(rule.id, platform) {
            guard case .fail(let places)? = all[rule.id]?.outcome else { continue }
            standing.findings.append(
                Finding(
                    device: device.id, class: .policy, severity: rule.severity, rule: rule.id,
                    summary: "not so: \(rule.title)" + (places.count > 1 ? " (\(places.count) places)" : ""),
                    extra: places))
        }
    }

    /// Such a rule says again what findings of other classes say: it makes none of its own.
    private mutating func asksWhatIsKnown(_ id: String, _ platform: Platform) -> Bool {
        guard let rule = rules.rule(id) else { return false }
        let checks = rule.checks[platform.name] ?? rule.checks["*"] ?? []
        return !checks.isEmpty && checks.allSatisfy { if case .assess = $0.kind { true } else { false } }
    }

    private static func known(_ standing: Standing, firmware: [Finding]?, spare: PolicyResult.Outcome) -> KnownFacts {
        var known: KnownFacts = [.spareFirmware: spare]
        let doubts = standing.findings.filter {
            [.baseline, .integrity].contains($0.class) && $0.rule != Finding.expiring
        }.map(\.summary)
        known[.baseline] = standing.baseline != nil && doubts.isEmpty ? .pass : .fail(doubts)
        known[.freshness] =
            standing.isFresh
            ? .pass : .fail(standing.findings.filter { $0.class == .freshness }.map(\.summary))
        if let firmware {
            let faults = firmware.filter { $0.severity > .notice }.map(\.summary)
            known[.firmware] = faults.isEmpty ? .pass : .fail(faults)
        } else {
            known[.firmware] = .notAssessable("no firmware baseline in Baselines/firmware speaks of its model")
        }
        guard standing.version != nil else {
            known[.restorable] = .fail(["nothing of the device is stored"])
            return known
        }
        let reasons = standing.restorability.reasons
        switch standing.restorability.verdict {
        case .yes: known[.restorable] = .pass
        case .partly: known[.restorable] = .notAssessable("only partly: \(reasons.joined(separator: "; "))")
        case .no: known[.restorable] = .fail(reasons)
        }
        return known
    }

    private func spare(_ facts: Facts?, _ platform: Platform) -> PolicyResult.Outcome {
        guard let spares else { return .notAssessable("the vault cannot be read here") }
        guard let facts else { return .notAssessable("nothing of the device is stored") }
        guard facts.version != nil || !facts.images.isEmpty else {
            return .notAssessable("the device names neither an image nor a version")
        }
        let images =
            facts.images.isEmpty
            ? [FleetImages.Image(platform: platform.name, version: facts.version)]
            : facts.images.map {
                FleetImages.Image(
                    platform: platform.name, version: facts.version, path: $0.path, size: $0.size, digest: $0.digest)
            }
        let missing = images.filter { !SpareCopy.of($0, among: spares).isThere }
        return missing.isEmpty
            ? .pass : .fail(missing.map { "no spare copy of \($0.path ?? "version \($0.version ?? "")")" })
    }

    private func snapshot(_ version: StoredVersion) async throws(StoreError) -> ComparableSnapshot {
        ComparableSnapshot(
            texts: try await store.comparableTexts(of: version), facts: try await store.facts(of: version))
    }

    private func broken(_ device: Device, _ reason: String) -> Finding {
        Finding(device: device.id, class: .integrity, severity: .critical, summary: reason)
    }
}
