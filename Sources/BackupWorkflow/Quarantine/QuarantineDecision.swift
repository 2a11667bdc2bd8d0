import ConfigAnalysis
package import ConfigModel
import DeviceInventory
import FoundationEssentials
import SnapshotStore

/// A person decides on what waits in quarantine. Each decision is a record among those of the runs.
package struct QuarantineDecision: Sendable {
    package struct Result: Sendable, Codable {
        package var device: DeviceID
        /// The run that had captured it.
        package var run: RunID
        package var outcome: QuarantineEntry.Decision.Outcome
        package var by: String
        package var reason: String
        /// The version that it is now; nil for a discarded one.
        package var version: Int?
    }

    private let workspace: Workspace
    private let review: QuarantineReview

    package init(workspace: Workspace) {
        self.workspace = workspace
        review = QuarantineReview(workspace: workspace)
    }

    /// Stores a capture for which a person vouches as the next version. It is normalised like any other: secrets are masked.
    package func accept(_ reference: String, by: String, reason: String) async throws(WorkflowError) -> Result {
        let command = try command("accept", reference, by: by, reason: reason)
        let lock = try workspace.lockForRun(command: command)
        defer { lock.release() }
        let entry = try openEntry(reference)
        guard !entry.artifacts.isEmpty else {
            throw .request(
                "\(entry.device): nothing was captured that could be accepted; 'plumbline quarantine show "
                    + "\(entry.device) --transcript' shows what passed, 'quarantine discard' puts it away")
        }
        guard let device = workspace.inventory.device(entry.device), device.platform == entry.platform,
            let platform = workspace.inventory.platform(named: entry.platform)
        else {
            throw .request(
                "\(entry.device) is not in the inventory as '\(entry.platform)', as which it was captured: put it back, or "
                    + "discard the capture")
        }
        let store = try await workspace.storeForWriting()
        let run = RunID.new(at: Date())
        let added = try await add(entry, of: device, platform, run: run, to: store)
        let version = try await workspace.asking { () throws(StoreError) in
            try await store.resolve(entry.device, .latest).number
        }
        var outcome = AttemptOutcome.stored
        switch added.snapshot {
        case .unchanged, .copied: outcome = .unchanged
        case .new: break
        }
        // The copy is as old as its capture, whenever somebody vouches for it.
        let attempt = AttemptRecord(
            device: entry.device, started: entry.taken, finished: entry.taken, outcome: outcome,
            message: "\(entry.device): accepted from quarantine by \(by): \(reason)", bytes: added.bytes)
        try await record(run, command, commit: added.commit, attempts: [attempt], in: store)
        try workspace.quarantine.decide(
            entry, .init(outcome: .accepted, at: Date(), by: by, reason: reason, version: version))
        return Result(
            device: entry.device, run: entry.run, outcome: .accepted, by: by, reason: reason, version: version)
    }

    /// Puts a capture away. Its bytes are kept until later ones take their place.
    package func discard(_ reference: String, by: String, reason: String) async throws(WorkflowError) -> Result {
        let command = try command("discard", reference, by: by, reason: reason)
        let lock = try workspace.lockForRun(command: command)
        defer { lock.release() }
        let entry = try openEntry(reference)
        let store = try await workspace.storeForWriting()
        try await record(RunID.new(at: Date()), command, commit: nil, attempts: [], in: store)
        try workspace.quarantine.decide(entry, .init(outcome: .discarded, at: Date(), by: by, reason: reason))
        return Result(device: entry.device, run: entry.run, outcome: .discarded, by: by, reason: reason)
    }

    // MARK: What is asked

    /// As it is recorded: who, what and why.
    private func command(
        _ verb: String, _ reference: String, by: String, reason: String
    ) throws(WorkflowError) -> String {
        for (name, text, most) in [("--by", by, 100), ("--reason", reason, 1000)] {
            guard text == printable(text), text.contains(where: { !$0.isWhitespace }), text.count <= most else {
                throw .request(
                    "\(name) takes one line of 1 to \(most) characters: '\(printable(text.prefix(80)))' is none")
            }
        }
        return "quarantine \(verb) \(printable(reference)) --by \(by) --reason \(reason)"
    }

    private func openEntry(_ reference: String) throws(WorkflowError) -> QuarantineEntry {
        let entry = try review.entry(reference)
        if let decision = entry.decision {
            let by = decision.by.map { " by \($0)" } ?? ""
            throw .request(
                "\(entry.device), run \(entry.run): it was \(decision.outcome.rawValue)\(by) on "
                    + "\(Wording.time(decision.at).prefix(10)) already")
        }
        return entry
    }

    // MARK: Storing

    private func add(
        _ entry: QuarantineEntry, of device: Device, _ platform: Platform, run: RunID, to store: SnapshotStore
    ) async throws(WorkflowError) -> (snapshot: AddedSnapshot, commit: ObjectID?, bytes: Int) {
        let rules: DeviceIntake.Rules
        let normalised: DeviceIntake.Normalised
        let capture = Capture(artifacts: try workspace.quarantine.artifacts(of: entry), facts: entry.facts)
        let intake = DeviceIntake(
            store: store, key: try workspace.fingerprintKey(), originalNames: try await workspace.originalNames(store))
        do throws(AnalysisError) {
            rules = try DeviceIntake.Rules(platform)
            normalised = try intake.normalise(capture, device: device.id, by: rules.normaliser)
        } catch {
            throw .rules("\(device.id): nothing is accepted that cannot be normalised: \(error)")
        }
        try await workspace.asking { () throws(StoreError) in
            try await store.begin(run: run, workspace: workspace.settings.workspace, started: Date())
        }
        let snapshot = try await intake.store(capture, as: normalised, of: device, taken: entry.taken, by: rules)
        let commit = try await workspace.asking { () throws(StoreError) in try await store.finish() }
        let known = try await workspace.asking { () throws(StoreError) in try await store.memories() }
        var memory = CollectionMemory(known: known).memory(
            after: capture.facts, of: device.id, taken: entry.taken, platform: platform)
        memory.uncovered = normalised.uncovered
        let learned = [device.id: memory]
        try await workspace.asking { () throws(StoreError) in try await store.remember(learned) }
        return (snapshot, commit.commit, capture.size)
    }

    private func record(
        _ run: RunID, _ command: String, commit: ObjectID?, attempts: [AttemptRecord], in store: SnapshotStore
    ) async throws(WorkflowError) {
        let now = Date()
        let record = RunRecord(
            run: run, started: now, finished: now, exit: 0, command: command, commit: commit, attempts: attempts)
        try await workspace.asking { () throws(StoreError) in try await store.recordRun(record) }
    }
}
