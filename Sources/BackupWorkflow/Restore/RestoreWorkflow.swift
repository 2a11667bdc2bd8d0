import ConfigAnalysis
package import ConfigModel
import DeviceInventory
import FoundationEssentials
import SnapshotStore

/// Carries plans out, goes on with what was interrupted, and takes back.
package struct RestoreWorkflow: Sendable {
    /// Who asks, and on what terms.
    package struct Order: Sendable {
        package var by: String
        package var reason: String?
        /// Why windows bind nobody this time; nil where they do.
        package var outsideWindow: String?
        package var waves: RestoreWaves
        /// Writes also where nothing differs. A drill alone asks for it, and it is heeded for bench devices alone.
        var isForced = false

        package init(
            by: String, reason: String? = nil, outsideWindow: String? = nil, waves: RestoreWaves = RestoreWaves()
        ) {
            self.by = by
            self.reason = reason
            self.outsideWindow = outsideWindow
            self.waves = waves
        }
    }

    /// What came of one device.
    package struct Result: Sendable, Hashable, Codable {
        package enum Outcome: String, Sendable, Hashable, Codable, CaseIterable {
            case restored
            /// It had the target already: nothing was sent.
            case unchanged
            case undone
            case unresolved
            /// It may not be, or cannot: nothing was sent.
            case refused
            /// Its turn did not come, because of failures before it.
            case notBegun = "not-begun"
        }

        package var device: DeviceID
        package var outcome: Outcome
        /// What happened, and what to do next.
        package var message: String
        package var remarks: [String]
        /// The version with what the device had before.
        package var before: Int?
        package var seconds: Double
        /// What the command ends with; nil where that follows from the outcome.
        package var status: Int32? = nil
    }

    /// What is under way.
    package typealias Progress = @Sendable (DeviceID, RestoreMachine.Step) -> Void

    let workspace: Workspace
    let collection: CollectionStage
    let progress: Progress
    let shelf: RestoreShelf

    package init(workspace: Workspace, collection: CollectionStage, progress: @escaping Progress) {
        self.workspace = workspace
        self.collection = collection
        self.progress = progress
        shelf = RestoreShelf(state: workspace.state)
    }

    // MARK: Apply

    /// - Throws: what keeps the plan as a whole from being carried out: nothing was sent then.
    package func apply(_ plan: RestorePlan, _ order: Order) async throws(WorkflowError) -> [Result] {
        try workspace.requireOwner()
        try await RestoreConsent(workspace: workspace, shelf: shelf).require(plan, by: order.by)
        for entry in plan.entries { try refuseUnready(entry, plan, order) }
        let planning = try await planning()
        for entry in plan.entries { try audit("restore apply", entry, plan, order) }
        return await inWaves(plan.entries, order) { entry in
            await restore(entry, of: plan, order, planning)
        }
    }

    private func planning() async throws(WorkflowError) -> RestorePlanning {
        let store = try await workspace.storeForWriting()
        try await collection.credentials.keep(in: store)
        return try await RestorePlanning(workspace: workspace, collection: collection, store: store)
    }

    private func audit(
        _ action: String, _ entry: RestorePlan.Entry, _ plan: RestorePlan, _ order: Order
    ) throws(WorkflowError) {
        var details = ["plan": plan.id, "by": order.by, "target": entry.target.name, "method": entry.method.rawValue]
        if !entry.overridden.isEmpty { details["overridden"] = entry.overridden.joined(separator: ", ") }
        if let reason = order.outsideWindow { details["outside window"] = reason }
        try workspace.audit(action, subject: entry.device.text, reason: order.reason, details: details)
    }

    private func refuseUnready(
        _ entry: RestorePlan.Entry, _ plan: RestorePlan, _ order: Order
    ) throws(WorkflowError) {
        guard let device = workspace.inventory.device(entry.device) else {
            throw .request("\(entry.device) is not in the inventory any more: plan again")
        }
        if entry.isGuided {
            throw .request(
                "\(entry.device) is put back by a person: 'plumbline restore show \(plan.id)' prints the steps")
        }
        guard entry.cuts.isEmpty else {
            let names = Set(entry.cuts.map(\.name)).sorted()
            throw .request(
                "the plan would cut our own access to \(entry.device) (\(names.joined(separator: ", "))): plan again with "
                    + names.map { "--override '\($0)'" }.joined(separator: " ") + " if that is meant")
        }
        if let other = shelf.open()[entry.device], other != plan.id {
            throw .request(
                "a restore of \(entry.device) was interrupted: 'plumbline restore resume \(other)' looks where it stands, first"
            )
        }
        let standing = try shelf.journal(of: plan.id, entry.device).standing()
        if let ending = standing.ending, ending.ending != "unresolved" {
            throw .request(
                "\(plan.id) was applied to \(entry.device) already (\(ending.ending ?? "ended")): plan again")
        }
        if standing.begun != nil {
            throw .request(
                "\(plan.id) was interrupted on \(entry.device): 'plumbline restore resume \(plan.id)' goes on with it")
        }
        if order.outsideWindow == nil, !RunPlan.isOpen(device.windows, at: Date(), offset: LocalTime.offset) {
            throw .request(
                "the window of \(entry.device) is closed: it may be in use; wait for it, or say --outside-window with a --reason"
            )
        }
    }

    private func inWaves(
        _ entries: [RestorePlan.Entry], _ order: Order, _ body: @escaping @Sendable (RestorePlan.Entry) async -> Result
    ) async -> [Result] {
        var results: [Result] = []
        for wave in order.waves.waves(of: entries.count) {
            let failures = results.filter { $0.isFailure && $0.outcome != .notBegun }.count
            if !order.waves.mayGoOn(failures: failures) {
                results += entries[wave].map { entry in
                    Result(
                        device: entry.device, outcome: .notBegun,
                        message:
                            "\(entry.device) was not begun, because \(Wording.count(failures, "device")) before it "
                            + "\(failures == 1 ? "was" : "were") not restored: make a plan for what is left",
                        remarks: [], seconds: 0)
                }
                continue
            }
            results += await withTaskGroup(of: (Int, Result).self) { group in
                for index in wave { group.addTask { (index, await body(entries[index])) } }
                var ended: [(Int, Result)] = []
                for await result in group { ended.append(result) }
                return ended.sorted { $0.0 < $1.0 }.map(\.1)
            }
        }
        return results
    }

    private func restore(
        _ entry: RestorePlan.Entry, of plan: RestorePlan, _ order: Order, _ planning: RestorePlanning
    ) async -> Result {
        await attempt(entry, plan) { () async throws(WorkflowError) in
            let pass = try RestorePass(entry, plan, self, planning, isForced: order.isForced)
            return try await pass.begin()
        }
    }

    // MARK: Resume and undo

    /// Finishes or undoes what a crash or a lost connection has interrupted.
    package func resume(_ plan: RestorePlan, _ order: Order, undoing: Bool = false) async throws(WorkflowError)
        -> [Result]
    {
        try workspace.requireOwner()
        var open: [RestorePlan.Entry] = []
        for state in try shelf.states(of: plan) where state.state == "interrupted" || state.state == "unresolved" {
            if let entry = plan.entries.first(where: { $0.device == state.device }) { open.append(entry) }
        }
        guard !open.isEmpty else {
            throw .request(
                "\(plan.id) has nothing to go on with: 'plumbline restore show \(plan.id)' tells how it ended")
        }
        let planning = try await planning()
        for entry in open { try audit(undoing ? "restore undo" : "restore resume", entry, plan, order) }
        return await inWaves(open, order) { entry in
            await attempt(entry, plan) { () async throws(WorkflowError) in
                let pass = try RestorePass(entry, plan, self, planning)
                return try await pass.resume(undoing: undoing)
            }
        }
    }

    private func attempt(
        _ entry: RestorePlan.Entry, _ plan: RestorePlan,
        _ body: () async throws(WorkflowError) -> Result
    ) async -> Result {
        let start = ContinuousClock.now
        var result: Result
        do throws(WorkflowError) {
            result = try await body()
        } catch {
            let standing = try? shelf.journal(of: plan.id, entry.device).standing()
            let isBegun = standing?.begun.map { $0 != .before && $0 != .check } ?? false
            result = Result(
                device: entry.device, outcome: isBegun ? .unresolved : .refused, message: "\(entry.device): \(error)",
                remarks: [], before: standing?.before, seconds: 0, status: isBegun ? nil : error.status.rawValue)
        }
        result.seconds = (ContinuousClock.now - start).inSeconds
        if result.outcome != .refused, result.outcome != .notBegun,
            let device = workspace.inventory.device(entry.device)
        {
            for hook in await HookRunner(workspace).run([HookEvent(result, of: device, plan: plan.id)])
            where hook.fault != nil {
                result.remarks.append("hook \(hook.hook): \(hook.fault ?? "")")
            }
        }
        return result
    }
}

extension RestoreWorkflow.Result {
    var isFailure: Bool { outcome != .restored && outcome != .unchanged }
}

extension HookEvent {
    /// That a restore has ended.
    init(_ result: RestoreWorkflow.Result, of device: Device, plan: String) {
        var details = Details(device)
        details.outcome = result.outcome.rawValue
        details.message = result.message
        details.seconds = result.seconds
        details.previous = result.before
        details.report = plan
        self.init(.restoreFinished, at: Date(), details)
    }
}
