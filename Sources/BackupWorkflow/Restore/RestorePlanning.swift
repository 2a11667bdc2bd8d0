import ConfigAnalysis
package import ConfigModel
import DeviceInventory
import DeviceSession
import FoundationEssentials
package import SnapshotStore

/// Makes plans: collects what the devices have, finds the targets, computes what would be sent, and says what speaks against it.
package struct RestorePlanning: Sendable {
    package struct Request: Sendable {
        package var devices: [Device]
        package var source: RestoreSource
        /// Of single devices, in place of `source`.
        package var sources: [DeviceID: RestoreSource] = [:]
        /// Takes the latest version for what the devices have.
        package var isOffline: Bool
        /// Parts of our own way to the devices that may be cut, by name.
        package var overrides: [String]
        package var by: String
        package var command: String

        package init(
            devices: [Device], source: RestoreSource, isOffline: Bool = false, overrides: [String] = [], by: String,
            command: String
        ) {
            self.devices = devices
            self.source = source
            self.isOffline = isOffline
            self.overrides = overrides
            self.by = by
            self.command = command
        }
    }

    /// A plan for one device with all that it is computed from.
    struct Draft: Sendable {
        var entry: RestorePlan.Entry
        var steps: RestoreSteps
        var target: RestoreTarget
    }

    let workspace: Workspace
    let collection: CollectionStage
    let store: SnapshotStore
    let targets: RestoreTargets
    let intake: DeviceIntake

    package init(
        workspace: Workspace, collection: CollectionStage, store: SnapshotStore
    ) async throws(WorkflowError) {
        self.workspace = workspace
        self.collection = collection
        self.store = store
        targets = try await RestoreTargets(workspace, store)
        intake = DeviceIntake(store: store, key: targets.key, originalNames: targets.originalNames)
    }

    /// - Throws: what is wrong with the only device, or with all of them. Of several, those that cannot be planned are told in the plan.
    package func plan(_ request: Request) async throws(WorkflowError) -> RestorePlan {
        let id = Self.newID()
        var plan = RestorePlan(id: id, created: Date(), by: request.by, command: request.command, entries: [])
        var firstFault: WorkflowError?
        for device in request.devices {
            do throws(WorkflowError) {
                plan.entries.append(try await entry(device, request, id: id))
            } catch {
                firstFault = firstFault ?? error
                plan.left.append(
                    RestorePlan.Left(device: device.id, reason: "\(error)", status: error.status.rawValue))
            }
        }
        if plan.entries.isEmpty, plan.left.count > 1 {
            throw .request(plan.left.map(\.reason).joined(separator: "\n"))
        }
        if plan.entries.isEmpty, let firstFault { throw firstFault }
        return plan
    }

    private func entry(
        _ device: Device, _ request: Request, id: String
    ) async throws(WorkflowError) -> RestorePlan.Entry {
        if case .uncovered(let because) = device.method {
            throw .request("\(device.id) is uncovered, because \(because): nothing of it can be put back by a program")
        }
        let rules = try rules(of: device)
        let target = try await targets.target(
            of: device, request.sources[device.id] ?? request.source, by: rules)
        let before: Before
        if request.isOffline {
            before = try await latest(device, rules)
        } else if rules.platform.restore?.method == .guided, device.restoreCredential == nil {
            before = try await latest(device, rules)
        } else {
            before = try await now(device, rules)
        }
        let draft = try draft(device, rules, target, before, id: id, overrides: request.overrides)
        return draft.entry
    }

    // MARK: What the device has

    struct Before: Sendable {
        var collected: [ArtifactName: [UInt8]]
        var comparable: [ArtifactName: [UInt8]]
        var facts: Facts
        var taken: Date
        var seconds: Double
        var isOffline: Bool

        init(_ sample: RestoreLink.Sample) {
            collected = sample.collected
            comparable = sample.comparable
            facts = sample.capture.facts
            taken = sample.taken
            seconds = sample.seconds
            isOffline = false
        }

        init(_ target: RestoreTarget) {
            collected = target.collected
            comparable = target.comparable
            facts = target.facts ?? Facts()
            taken = target.told.taken ?? Date()
            seconds = 10
            isOffline = true
        }
    }

    private func now(_ device: Device, _ rules: DeviceIntake.Rules) async throws(WorkflowError) -> Before {
        let link = try RestoreLink(
            device, rules, workspace: workspace, collection: collection, intake: intake)
        do throws(RestoreLink.Fault) {
            return Before(try await link.collect())
        } catch {
            throw .device("\(error); 'restore plan --offline' plans from the latest version")
        }
    }

    func latest(_ device: Device, _ rules: DeviceIntake.Rules) async throws(WorkflowError) -> Before {
        let version = try await workspace.asking { () throws(StoreError) in
            try await store.resolve(device.id, .latest)
        }
        return Before(try await targets.target(of: device, version, rules))
    }

    func rules(of device: Device) throws(WorkflowError) -> DeviceIntake.Rules {
        guard let platform = workspace.inventory.platform(named: device.platform) else {
            throw .request("\(device.id): there is no platform '\(device.platform)'")
        }
        do throws(AnalysisError) { return try DeviceIntake.Rules(platform) } catch { throw .rules("\(error)") }
    }

    // MARK: What would be sent

    func draft(
        _ device: Device, _ rules: DeviceIntake.Rules, _ target: RestoreTarget, _ before: Before, id: String,
        overrides: [String]
    ) throws(WorkflowError) -> Draft {
        let computation = try RestoreComputation(rules)
        let comparison = RestoreComparison(rules.platform, device.id)
        let wanted = comparison.restored(target.collected)
        guard !wanted.isEmpty else {
            throw .request(
                "\(target.told.name) has nothing that platform '\(rules.platform.name)' puts back ("
                    + "\(rules.platform.restoredArtifact.map(\.text) ?? "files"))")
        }
        guard let differences = comparison.differences(before.comparable, from: target.comparable) else {
            throw .rules("\(device.id): what it has cannot be compared with \(target.told.name)")
        }
        let steps = try computation.steps(
            id: id, vars: device.vars, from: before.collected, to: wanted)
        let cuts = try cuts(device, rules.platform, before.comparable, comparison.restored(target.comparable))
        let masking = PlanMasking(rules: rules, intake: intake, device: device.id)
        var entry = RestorePlan.Entry(
            device: device.id, address: "\(device.address):\(device.port)", platform: rules.platform.name,
            method: steps.method, evidence: rules.platform.restoreEvidence, target: target.told,
            before: comparison.restored(before.comparable).reduce(into: [:]) { $0[$1.key.text] = sha256($1.value) },
            beforeTaken: before.taken, isOffline: before.isOffline, differences: differences,
            actions: try masking.actions(steps), rollback: try masking.lines(steps.back.lines.map(\.text)),
            unsupported: try masking.lines(steps.unsupported), gaps: rules.platform.restore?.gaps ?? [],
            notes: rules.platform.restore?.notes ?? [], cuts: cuts.filter { !overrides.contains($0.name) },
            overridden: Array(Set(cuts.map(\.name)).intersection(overrides)).sorted(),
            estimate: Self.estimate(steps, collecting: before.seconds), means: steps.means,
            restorability: Restorability(), seal: "")
        entry.restorability = RestorabilityJudgement(platform: rules.platform).judge(
            target.collected, taken: target.told.copied, facts: target.facts, collectedBy: target.platform,
            now: before.facts, at: Date())
        entry.seal = seal(entry, rules.platform)
        return Draft(entry: entry, steps: steps, target: target)
    }

    private func cuts(
        _ device: Device, _ platform: Platform, _ before: [ArtifactName: [UInt8]], _ target: [ArtifactName: [UInt8]]
    ) throws(WorkflowError) -> [RestorePlan.AccessCut] {
        let users = Set([device.credential, device.restoreCredential].compactMap { $0 })
            .compactMap { workspace.inventory.credentials[$0]?.user }.sorted()
        do throws(AnalysisError) {
            let path = try AccessPath(platform: platform, addresses: [device.address], users: users)
            var cuts: [RestorePlan.AccessCut] = []
            for (name, text) in target.sorted(by: { $0.key < $1.key }) {
                guard let running = before[name] else { continue }
                cuts += try path.cuts(of: name, running: running, target: text).map {
                    RestorePlan.AccessCut(name: $0.name, line: $0.line)
                }
            }
            return cuts
        } catch {
            throw .rules("\(error)")
        }
    }

    /// Four logins with a collection each time, and what is sent in between.
    static func estimate(_ steps: RestoreSteps, collecting: Double) -> Int {
        let writing = Double(steps.forward.lines.count) * 0.1 + Double(steps.forward.upload?.bytes.count ?? 0) / 200_000
        return Int((collecting * 4 + writing + (steps.mayEnd ? 120 : 5)).rounded(.up))
    }

    /// Over all that decides what is sent: whoever changes the plan, the target or the platform breaks it.
    func seal(_ entry: RestorePlan.Entry, _ platform: Platform) -> String {
        var parts = [entry.device.text, entry.address, entry.platform, entry.method.rawValue, entry.target.name]
        parts += entry.target.digests.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
        parts += entry.before.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
        parts += entry.actions.flatMap { [$0.step.rawValue, $0.text] }
        parts += entry.differences.flatMap { [$0.id, $0.summary] + $0.path + $0.missing + ["-"] + $0.extra }
        parts += ["unsupported"] + entry.unsupported + ["gaps"] + entry.gaps + ["notes"] + entry.notes
        parts += ["rollback"] + entry.rollback + ["overridden"] + entry.overridden + ["cuts"]
        parts += entry.cuts.flatMap { [$0.name, $0.line] }
        parts.append(Normaliser.digest(of: platform))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        if let restore = platform.restore, let rules = try? encoder.encode(restore.withoutPlaces) {
            parts.append(sha256(Array(rules)))
        }
        return targets.key.digest(of: parts, kind: "restore-plan")
    }

    static func newID() -> String { RunID.new(at: Date()).text }
}

extension RestoreRules {
    /// The same with nothing that tells where it was written.
    fileprivate var withoutPlaces: RestoreRules {
        var rules = self
        func bare(_ patterns: [PatternText]) -> [PatternText] { patterns.map { PatternText($0.text) } }
        rules.drop = bare(drop)
        rules.carets = bare(carets)
        rules.masked = []
        rules.access = []
        rules.gaps = []
        rules.notes = []
        rules.questions = questions.map { question in
            var question = question
            question.ask = PatternText(question.ask.text)
            return question
        }
        func bare(_ lines: [Line]) -> [Line] {
            lines.map { line in
                var line = line
                line.expect = line.expect.map { PatternText($0.text) }
                line.refuse = line.refuse.map { PatternText($0.text) }
                return line
            }
        }
        func bare(_ checks: [Check]) -> [Check] {
            checks.map { check in
                var check = check
                check.expect = check.expect.map { PatternText($0.text) }
                check.refuse = check.refuse.map { PatternText($0.text) }
                return check
            }
        }
        rules.commands = bare(commands)
        rules.confirm = bare(confirm)
        rules.save = bare(save)
        rules.undo = bare(undo)
        rules.clean = bare(clean)
        rules.checks = bare(checks)
        rules.verify = bare(verify)
        rules.timer = timer.map { Timer(start: bare($0.start), cancel: bare($0.cancel)) }
        // What the lines come to stands in the plan itself.
        rules.lines = nil
        rules.services = services.map { service in
            var service = service
            service.path = PatternText(service.path.text)
            return service
        }
        return rules
    }
}
