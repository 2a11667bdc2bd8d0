import ConfigAnalysis
import ConfigModel
import DeviceInventory
import FoundationEssentials
import SnapshotStore

/// Does for one device all that a restore does before it speaks with it, and times it.
struct DrillRehearsal: Sendable {
    private let planning: RestorePlanning
    private let source: RestoreSource
    /// Compiled once, not for each device; or why that is not possible.
    private let rules: [String: Result<DeviceIntake.Rules, WorkflowError>]
    /// Seconds that the last collection of a device took.
    private let collecting: [DeviceID: Double]

    init(
        _ planning: RestorePlanning, source: RestoreSource, platforms: Set<String>, collecting: [DeviceID: Double]
    ) {
        self.planning = planning
        self.source = source
        self.collecting = collecting
        let inventory = planning.workspace.inventory
        var rules: [String: Result<DeviceIntake.Rules, WorkflowError>] = [:]
        for name in platforms {
            guard let platform = inventory.platform(named: name) else { continue }
            do throws(AnalysisError) {
                rules[name] = .success(try DeviceIntake.Rules(platform))
            } catch {
                rules[name] = .failure(.rules("\(error)"))
            }
        }
        self.rules = rules
    }

    func row(of device: Device) async -> DrillRecord.Device {
        var row = DrillRecord.Device(device)
        if case .uncovered(let because) = device.method {
            row.limit(.no, "nothing of it is kept: \(because)")
            return row
        }
        let times = DrillTimes()
        do throws(WorkflowError) {
            guard let rules = try rules[device.platform]?.get() else {
                throw .request("there is no platform '\(device.platform)'")
            }
            var targets = planning.targets
            targets.times = times
            let target = try await targets.target(of: device, source, by: rules)
            row.note(target.told, rules.platform.restore?.method ?? .guided, rules.platform.restoreEvidence)
            if rules.platform.restore == nil { row.method = nil }
            row.bytes = target.collected.values.reduce(0) { $0 + $1.count }
            await row.note(planning.store, of: device)
            row.verdict = .yes
            do throws(WorkflowError) {
                row.same = try await same(device, rules, target)
            } catch {
                row.fail(error)
            }
            times.ended(.plan)
            if row.verdict != .no { row.replacement = try replacement(device, rules, target) }
            times.ended(.replace)
        } catch {
            row.fail(error)
        }
        row.times = times.all
        row.judge()
        return row
    }

    // MARK: The device as it is

    private func same(
        _ device: Device, _ rules: DeviceIntake.Rules, _ target: RestoreTarget
    ) async throws(WorkflowError) -> DrillRecord.Outlook {
        let latest = try await planning.workspace.asking { () throws(StoreError) in
            try await planning.store.resolve(device.id, .latest)
        }
        // Mostly nothing has changed since it was approved.
        let now =
            latest.number == target.told.version ? target : try await planning.targets.target(of: device, latest, rules)
        var before = RestorePlanning.Before(now)
        before.seconds = collecting[device.id] ?? before.seconds
        let draft = try planning.draft(device, rules, target, before, id: "drill", overrides: [])
        return DrillRecord.Outlook(draft.entry, device)
    }

    // MARK: A replacement

    /// Another device of the same model, with nothing in it.
    private func replacement(
        _ device: Device, _ rules: DeviceIntake.Rules, _ target: RestoreTarget
    ) throws(WorkflowError) -> DrillRecord.Outlook {
        let platform = rules.platform
        let computation = try RestoreComputation(rules)
        let wanted = target.collected.filter { platform.restores($0.key) }
        var before: [ArtifactName: [UInt8]] = [:]
        // A line end: what has no line at all counts as not collected.
        if computation.restore.method != .files, let main = platform.restoredArtifact { before[main] = [0x0A] }
        var steps = try computation.steps(id: "drill", vars: device.vars, from: before, to: wanted)
        // Files that an undo would leave there: nobody undoes a replacement.
        if steps.method == .files { steps.unsupported = [] }
        let masking = PlanMasking(rules: rules, intake: planning.intake, device: device.id)
        // Of the same model and version, as whoever orders it takes care of.
        var limits = RestorabilityJudgement(platform: platform).judge(
            target.collected, taken: target.told.copied, facts: target.facts, collectedBy: target.platform,
            now: target.facts ?? Facts(), at: Date())
        let gaps = platform.restore?.gaps ?? []
        if !steps.unsupported.isEmpty {
            limits.limit(.partly, DrillRecord.Outlook.words(unsupported: try masking.lines(steps.unsupported)))
        }
        let isGuided = steps.method == .guided
        return DrillRecord.Outlook(
            verdict: gaps.isEmpty ? limits.verdict : min(limits.verdict, .partly), reasons: limits.reasons,
            differences: nil,
            actions: steps.forward.lines.count + steps.forward.files.count + (steps.forward.upload == nil ? 0 : 1),
            gaps: gaps,
            estimate: isGuided ? nil : RestorePlanning.estimate(steps, collecting: collecting[device.id] ?? 10))
    }
}

extension DrillRecord.Outlook {
    /// What a plan for a device comes to.
    init(_ entry: RestorePlan.Entry, _ device: Device) {
        var limits = entry.restorability
        if !entry.unsupported.isEmpty { limits.limit(.partly, Self.words(unsupported: entry.unsupported)) }
        if !entry.cuts.isEmpty {
            let names = Set(entry.cuts.map(\.name)).sorted().joined(separator: ", ")
            limits.limit(.partly, "it would cut our own access (\(names)): that needs '--override'")
        }
        if !entry.isGuided, device.restoreCredential == nil {
            limits.limit(
                .partly,
                "the inventory names no 'restoreCredential': a person has to put it back ('plumbline restore file')")
        }
        self.init(
            verdict: limits.verdict, reasons: limits.reasons, differences: entry.differences.count,
            actions: entry.actions.count { $0.step == .push || $0.step == .transfer }, gaps: [],
            estimate: entry.isGuided || device.restoreCredential == nil ? nil : entry.estimate)
    }

    static func words(unsupported: [String]) -> String {
        let first = printable(unsupported[0].prefix(120))
        return unsupported.count == 1
            ? "one line cannot be put back by this method: \(first)"
            : "\(unsupported.count) lines cannot be put back by this method, the first: \(first)"
    }
}

extension DrillRecord.Device {
    /// That of the configuration: the worse of both, with all that was said. What lies outside of it, and is gone with the hardware,
    /// stands with the replacement alone: nearly every platform has some.
    fileprivate mutating func judge() {
        for outlook in [same, replacement].compactMap(\.self) {
            if !outlook.reasons.isEmpty || outlook.differences != nil { verdict = min(verdict, outlook.verdict) }
            for reason in outlook.reasons where !reasons.contains(reason) { reasons.append(reason) }
        }
        guard verdict != .no, same?.estimate != nil else { return }
        estimate = [same?.estimate, replacement?.estimate].compactMap(\.self).max()
    }
}
