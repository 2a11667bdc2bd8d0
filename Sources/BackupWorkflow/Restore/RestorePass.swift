import ConfigAnalysis
import ConfigModel
import DeviceInventory
import FoundationEssentials
import SnapshotStore
import Synchronization

/// The restore of one device, from the lock to the last line of its journal.
struct RestorePass: Sendable {
    typealias Result = RestoreWorkflow.Result

    private let entry: RestorePlan.Entry
    private let plan: RestorePlan
    private let workflow: RestoreWorkflow
    private let planning: RestorePlanning
    private let device: Device
    private let rules: DeviceIntake.Rules
    private let link: RestoreLink
    private let journal: RestoreJournal
    private let images: BeforeImages
    /// Whether it writes also where nothing differs.
    private let isForced: Bool

    init(
        _ entry: RestorePlan.Entry, _ plan: RestorePlan, _ workflow: RestoreWorkflow, _ planning: RestorePlanning,
        isForced: Bool = false
    ) throws(WorkflowError) {
        guard let device = workflow.workspace.inventory.device(entry.device) else {
            throw .request("\(entry.device) is not in the inventory any more: plan again")
        }
        self.entry = entry
        self.plan = plan
        self.workflow = workflow
        self.planning = planning
        self.device = device
        self.isForced = isForced && device.isOnBench
        rules = try planning.rules(of: device)
        link = try RestoreLink(
            device, rules, workspace: workflow.workspace, collection: workflow.collection, intake: planning.intake)
        journal = workflow.shelf.journal(of: plan.id, device.id)
        images = BeforeImages(workflow.workspace, command: "restore apply \(plan.id)")
    }

    private func lock() async throws(WorkflowError) -> FileLock {
        let locks = try workflow.workspace.locks(command: "restore \(plan.id)")
        return try await DeviceHandover(state: workflow.workspace.state)
            .take(device.id, from: locks, within: .seconds(20))
    }

    // MARK: Begin

    func begin() async throws(WorkflowError) -> Result {
        let lock = try await lock()
        defer { lock.release() }
        try journal.began(.before)
        workflow.progress(device.id, .before)
        let sample: RestoreLink.Sample
        let draft: RestorePlanning.Draft
        let version: Int
        do throws(WorkflowError) {
            let target = try await planning.targets.target(of: device, source, by: rules)
            do throws(RestoreLink.Fault) { sample = try await link.collect() } catch { throw .device("\(error)") }
            draft = try self.draft(RestorePlanning.Before(sample), target)
            version = try await images.keep(sample, of: device, by: rules)
        } catch {
            // Nothing was sent: the plan may be applied once what is wrong is mended.
            try journal.ended(.before, .failed("\(error)"))
            try journal.refused("\(error)")
            return Result(
                device: device.id, outcome: .refused, message: "\(device.id): \(error); nothing was written",
                remarks: [],
                before: nil, seconds: 0, status: error.status.rawValue)
        }
        try journal.ended(.before, .done, version: version)
        if draft.entry.isNothing, !isForced {
            let reason = "it has \(entry.target.name) already"
            try journal.ended(.restored)
            return Result(
                device: device.id, outcome: .unchanged, message: "\(device.id): \(reason): nothing was sent",
                remarks: [],
                before: version, seconds: 0)
        }
        var machine = RestoreMachine(draft.steps.means)
        let first = machine.after(.before, .done)
        return try await run(machine, first, performer(draft, sample), before: version)
    }

    /// Where the plan's target comes from.
    private var source: RestoreSource {
        if let file = entry.target.file { return .file(file) }
        return entry.target.isApproved ? .approved : .version(.number(entry.target.version ?? 0))
    }

    /// What would be sent now, which must be what was planned.
    private func draft(
        _ before: RestorePlanning.Before, _ target: RestoreTarget
    ) throws(WorkflowError) -> RestorePlanning.Draft {
        guard planning.seal(entry, rules.platform) == entry.seal else {
            throw .integrity(
                "the plan for \(device.id), or the platform's rules, were changed since the plan was made: plan again")
        }
        guard target.told.name == entry.target.name else {
            throw .request("another version is approved by now (\(target.told.name)): plan again")
        }
        guard target.told.digests == entry.target.digests else {
            throw .integrity("\(entry.target.name) is not what it was when the plan was made: plan again")
        }
        let draft = try planning.draft(
            device, rules, target, before, id: plan.id, overrides: entry.overridden)
        guard draft.entry.before == entry.before else {
            throw .request("somebody has changed \(device.id) since the plan was made: plan again")
        }
        guard draft.entry.seal == entry.seal else {
            throw .integrity(
                "what would be sent to \(device.id) is not what the plan says (the plan or the platform's rules were changed): plan again"
            )
        }
        return draft
    }

    private func performer(_ draft: RestorePlanning.Draft, _ before: RestoreLink.Sample) throws(WorkflowError)
        -> RestorePerformer
    {
        RestorePerformer(
            link: link, steps: draft.steps, computation: try RestoreComputation(rules),
            target: RestoreComparison(rules.platform, device.id).restored(draft.target.comparable), before: before,
            last: LastSample(), remarks: Remarks())
    }

    // MARK: Resume

    func resume(undoing: Bool) async throws(WorkflowError) -> Result {
        let lock = try await lock()
        defer { lock.release() }
        // Under the lock: whoever had it may have ended it meanwhile.
        let standing = try journal.standing()
        if let ending = standing.ending, ending.ending != "unresolved" {
            throw .request("it has ended meanwhile (\(ending.ending ?? "")): there is nothing to go on with")
        }
        guard let number = standing.before else {
            let reason = "it was interrupted before anything was written"
            try journal.ended(.undone(reason))
            return result(.undone(reason), [], before: nil)
        }
        let before = try await sample(of: number)
        let draft: RestorePlanning.Draft
        if undoing {
            draft = try undoDraft(RestorePlanning.Before(before), try await self.before(of: number))
        } else {
            do throws(WorkflowError) {
                // As it was planned, whatever was approved since.
                let target = try await planning.targets.target(of: device, plannedSource, by: rules)
                draft = try self.draft(RestorePlanning.Before(before), target)
            } catch {
                throw .request("\(error); 'plumbline restore undo \(plan.id)' puts back what it had before")
            }
        }
        var machine = RestoreMachine(draft.steps.means)
        let action =
            undoing
            ? machine.undoNow(
                because: "it was to be undone", hasConfirmed: standing.hasConfirmed, maySaved: standing.maySaved)
            : machine.resume(
                at: standing.begun, reason: standing.reason, hasConfirmed: standing.hasConfirmed,
                maySaved: standing.maySaved)
        var performer = try performer(draft, before)
        performer.isUndo = undoing
        return try await run(machine, action, performer, before: number)
    }

    /// The target by the version that the plan names, not by what is approved now.
    private var plannedSource: RestoreSource {
        if let file = entry.target.file { return .file(file) }
        return .version(.number(entry.target.version ?? 0))
    }

    /// What an undo needs: the configuration of before alone, whatever became of the target.
    private func undoDraft(
        _ before: RestorePlanning.Before, _ kept: RestoreTarget
    ) throws(WorkflowError) -> RestorePlanning.Draft {
        var draft = try planning.draft(device, rules, kept, before, id: plan.id, overrides: entry.overridden)
        if draft.steps.method == .files {
            let paths = Set(entry.actions.filter { $0.step == .push && $0.isFile }.map(\.text))
            try RestoreComputation(rules).putBack(paths, of: before.collected, id: plan.id, in: &draft.steps)
        }
        return draft
    }

    private func before(of number: Int) async throws(WorkflowError) -> RestoreTarget {
        let version = try await workflow.workspace.asking { () throws(StoreError) in
            try await planning.store.resolve(device.id, .number(number))
        }
        return try await planning.targets.target(of: device, version, rules)
    }

    /// What the device had before, from the store.
    private func sample(of number: Int) async throws(WorkflowError) -> RestoreLink.Sample {
        let version = try await workflow.workspace.asking { () throws(StoreError) in
            try await planning.store.resolve(device.id, .number(number))
        }
        let kept = try await planning.targets.target(of: device, version, rules)
        return RestoreLink.Sample(
            capture: Capture(
                artifacts: kept.collected.map { Artifact(name: $0.key, collected: $0.value) },
                facts: kept.facts ?? Facts()),
            collected: kept.collected, comparable: kept.comparable,
            normalised: DeviceIntake.Normalised(texts: kept.comparable), taken: version.taken, seconds: 0)
    }

    // MARK: The machine

    private func run(
        _ start: RestoreMachine, _ first: RestoreMachine.Action, _ performer: RestorePerformer, before: Int
    ) async throws(WorkflowError) -> Result {
        var machine = start
        var action = first
        while case .perform(let step) = action {
            // Before it is sent the journal says so: what a crash interrupts is known afterwards.
            try journal.began(step)
            workflow.progress(device.id, step)
            let outcome = await performer.perform(step)
            try journal.ended(step, outcome)
            action = machine.after(step, outcome)
        }
        guard case .end(let ending) = action else { preconditionFailure("neither a step nor an end") }
        for remark in performer.remarks.all { try journal.remark(remark) }
        try journal.ended(ending)
        var remarks = performer.remarks.all
        if let seen = performer.last.sample {
            // What the device has now, for the next comparison; should it not be stored, the next run does it.
            do throws(WorkflowError) { _ = try await images.keep(seen, of: device, by: rules) } catch {
                remarks.append("what the device has now could not be stored: \(error)")
            }
        }
        return result(ending, remarks, before: before)
    }

    private func result(_ ending: RestoreMachine.Ending, _ remarks: [String], before: Int?) -> Result {
        let (outcome, message): (Result.Outcome, String) =
            switch ending {
            case .restored: (.restored, "\(device.id) has \(entry.target.name)")
            case .undone(let reason): (.undone, "\(device.id) is as it was: \(reason)")
            case .unresolved(let reason):
                (
                    .unresolved,
                    "\(device.id) needs to be looked at: \(reason); 'plumbline restore resume \(plan.id)' looks where it stands "
                        + "and finishes or undoes"
                )
            }
        return Result(
            device: device.id, outcome: outcome, message: message, remarks: remarks, before: before, seconds: 0)
    }
}

/// What was collected last, of a device that was reached.
final class LastSample: Sendable {
    private let held = Mutex<RestoreLink.Sample?>(nil)

    var sample: RestoreLink.Sample? {
        get { held.withLock { $0 } }
        set { held.withLock { $0 = newValue } }
    }
}

/// For a person, beside the outcome.
final class Remarks: Sendable {
    private let held = Mutex<[String]>([])

    var all: [String] { held.withLock { $0 } }
    func add(_ text: String) { held.withLock { if !$0.contains(text) { $0.append(text) } } }
}
