import ConfigModel
import DeviceInventory
import FoundationEssentials
import SnapshotStore

/// Collects the new hardware in a device's place, once, and says how it differs from what stood there.
package struct ReplacementSurvey: Sendable {
    /// With the new key on record.
    private let workspace: Workspace
    private let collection: CollectionStage

    /// - Parameter workspace: Opened after the new key was recorded: with the old one the device is not spoken to.
    package init(workspace: Workspace, collection: CollectionStage) {
        self.workspace = workspace
        self.collection = collection
    }

    /// What is told where only the key was to be recorded.
    package func offline(
        _ encounter: DeviceReplacement.Encounter, _ request: DeviceReplacement.Request
    ) async throws(WorkflowError) -> ReplacementReport {
        var report = report(encounter, request)
        let store = try await workspace.storeForReading()
        report.before = try await hardware(report.device, .latest, store)
        report.next = ["'plumbline device replace \(report.device)' again, once it can be logged in to"]
        try ReplacementRecord(report).append(to: workspace.state)
        return report
    }

    package func collect(
        _ encounter: DeviceReplacement.Encounter, _ request: DeviceReplacement.Request,
        progress: @escaping @Sendable (RunWorkflow.Progress) -> Void = { _ in }
    ) async throws(WorkflowError) -> ReplacementReport {
        let device = request.device
        var report = report(encounter, request)
        report.before = try await hardware(device.id, .latest, try await workspace.storeForReading())
        let failure = await run(request, &report, progress)
        // Another one: it sees what the run has stored.
        let store = try await workspace.storeForReading()
        if let failure {
            report.outcome = .notCollected
            report.failure = failure
            report.next = [
                "mend that, then 'plumbline device replace \(device.id)' again: the key is on record",
                "'plumbline restore file \(device.id) -o FILE' for a console or a USB stick needs no login",
            ]
        } else {
            report.outcome = .replaced
            report.now = try await hardware(device.id, .latest, store)
            try await compare(device, store, &report)
        }
        try ReplacementRecord(report).append(to: workspace.state)
        return report
    }

    private func report(
        _ encounter: DeviceReplacement.Encounter, _ request: DeviceReplacement.Request
    ) -> ReplacementReport {
        ReplacementReport(
            device: request.device.id, at: Date(), by: request.by, reason: request.reason, outcome: .keyRecorded,
            keys: .init(
                old: encounter.recorded.map(\.fingerprint), new: encounter.shown.map(\.fingerprint)),
            differences: [], notes: [], next: [])
    }

    /// A run of this device alone, with the gate of every run.
    /// - Returns: Why it was not collected.
    private func run(
        _ request: DeviceReplacement.Request, _ report: inout ReplacementReport,
        _ progress: @escaping @Sendable (RunWorkflow.Progress) -> Void
    ) async -> String? {
        do throws(WorkflowError) {
            let run = try await RunWorkflow(workspace: workspace, collection: collection).run(
                RunWorkflow.Request(
                    devices: [request.device], command: "device replace \(request.device.id)", failOn: .never,
                    outsideWindows: request.outsideWindow ? request.reason : nil), stop: StopRequest(),
                progress: progress)
            report.notes += run.notices
            guard let row = run.rows.first else { return "it was not asked" }
            report.notes += row.notes
            switch row.outcome {
            case .new, .changed, .unchanged: return nil
            default: return row.message ?? row.outcome.rawValue
            }
        } catch {
            return "\(error)"
        }
    }

    private func hardware(
        _ device: DeviceID, _ specifier: VersionSpecifier, _ store: SnapshotStore
    ) async throws(WorkflowError) -> ReplacementReport.Hardware? {
        do throws(StoreError) {
            let version = try await store.resolve(device, specifier)
            return .init(version: "\(device)@\(version.number)", facts: try await store.facts(of: version))
        } catch {
            if case .noVersion = error { return nil }
            throw .store(error)
        }
    }
}

// MARK: Comparing

extension ReplacementSurvey {
    private func compare(
        _ device: Device, _ store: SnapshotStore, _ report: inout ReplacementReport
    ) async throws(WorkflowError) {
        guard let now = report.now, let platform = workspace.inventory.platform(named: device.platform) else { return }
        let rules: DeviceIntake.Rules
        do { rules = try DeviceIntake.Rules(platform) } catch { throw .rules("\(error)") }
        let targets = try await RestoreTargets(workspace, store)
        var target: RestoreTarget?
        do throws(WorkflowError) {
            target = try await targets.target(of: device, .approved, by: rules)
        } catch {
            report.notes.append("\(error)")
        }
        if let target, let facts = target.facts {
            report.approved = .init(version: target.told.name, facts: facts)
        }
        if let before = report.before {
            report.differences.append(.init(before, isApproved: before.version == target?.told.name, now: now.facts))
        }
        if let approved = report.approved, approved.version != report.before?.version {
            report.differences.append(.init(approved, isApproved: true, now: now.facts))
        }
        if let target {
            report.restorability = RestorabilityJudgement(platform: platform).judge(
                target.collected, taken: target.told.copied, facts: target.facts, collectedBy: target.platform,
                now: now.facts, at: Date())
            try await compareInterfaces(device, rules, target, targets, &report)
        }
        tellWhetherItIsAnother(&report)
        report.next = next(device, platform, report)
    }

    private func compareInterfaces(
        _ device: Device, _ rules: DeviceIntake.Rules, _ target: RestoreTarget, _ targets: RestoreTargets,
        _ report: inout ReplacementReport
    ) async throws(WorkflowError) {
        guard let old = target.facts?.model, let new = report.now?.facts.model, old != new,
            let name = rules.platform.restoredArtifact, let approved = target.comparable[name]
        else { return }
        let latest = try await targets.target(of: device, .version(.latest), by: rules)
        guard let shown = latest.comparable[name] else { return }
        report.interfaces = InterfaceComparison(
            version: target.told.name, old: approved, new: shown, syntax: rules.platform.syntax)
    }

    private func tellWhetherItIsAnother(_ report: inout ReplacementReport) {
        guard let before = report.before?.facts, let now = report.now?.facts else { return }
        if before.serials.isEmpty || now.serials.isEmpty {
            report.notes.append(
                "no serial number is known of one of them: whether it is other hardware is not told by it")
        } else if before.serials == now.serials {
            report.notes.append("the serial number is the one of before: this may not be other hardware")
        }
    }

    private func next(_ device: Device, _ platform: Platform, _ report: ReplacementReport) -> [String] {
        let id = device.id
        let to =
            report.approved == nil ? report.before.map { " --to \($0.version.drop { $0 != "@" }.dropFirst())" } : ""
        guard let to else { return ["'plumbline approve \(id)', once it is as it should be"] }
        var next: [String] = []
        if platform.restore != nil, platform.restore?.method != .guided {
            let needs = device.restoreCredential == nil ? "; it needs a 'restoreCredential' in the inventory" : ""
            next.append("'plumbline restore plan \(id)\(to)' puts the configuration back over the network\(needs)")
        }
        next.append("'plumbline restore file \(id)\(to) -o FILE' writes it for a console or a USB stick")
        next.append("'plumbline run \(id)' and 'plumbline approve \(id)' afterwards: its facts are new")
        return next
    }
}
