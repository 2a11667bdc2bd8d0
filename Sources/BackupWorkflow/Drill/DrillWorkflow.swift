import ConfigAnalysis
package import ConfigModel
import DeviceInventory
import FoundationEssentials
import SnapshotStore

/// Rehearses restores. `rehearse` contacts no device; `lab` restores bench devices for real.
package struct DrillWorkflow: Sendable {
    package struct Request: Sendable {
        package var devices: [Device]
        package var source: RestoreSource
        /// The source as it was typed.
        package var target: String
        package var by: String
        package var reason: String?
        package var command: String
        /// The program and its version.
        package var tool: String

        package init(
            devices: [Device], source: RestoreSource = .approved, target: String = "approved", by: String,
            reason: String? = nil, command: String, tool: String
        ) {
            self.devices = devices
            self.source = source
            self.target = target
            self.by = by
            self.reason = reason
            self.command = command
            self.tool = tool
        }
    }

    let workspace: Workspace
    let collection: CollectionStage
    /// So many devices at once: what is held in memory is theirs alone.
    static let atOnce = max(1, min(4, ProcessInfo.processInfo.activeProcessorCount))

    package init(workspace: Workspace, collection: CollectionStage) {
        self.workspace = workspace
        self.collection = collection
    }

    // MARK: Without devices

    /// - Parameter progress: Told of each device as it ends, and of how many there are.
    /// - Throws: what keeps the drill as a whole from being done; what is wrong with a device is in its row.
    package func rehearse(
        _ request: Request, progress: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
    ) async throws(WorkflowError) -> DrillRecord {
        try workspace.requireOwner()
        try audit(request, .rehearsal)
        var record = record(request, .rehearsal)
        var watch = DrillWatch()
        let store = try await workspace.storeForReading()
        let planning = try await RestorePlanning(workspace: workspace, collection: collection, store: store)
        record.steps.append(
            .init(
                name: "approvals", milliseconds: watch.lap(), isGood: planning.targets.baselines.faults.isEmpty,
                message: planning.targets.baselines.faults.first ?? "read, their signatures and digests held"))
        let (asked, notice) = asked(request.devices)
        if let notice { record.notices.append(notice) }
        let rehearsal = DrillRehearsal(
            planning, source: request.source, platforms: Set(asked.map(\.platform)), collecting: collectingTimes())
        record.devices = await withTaskGroup(of: (Int, DrillRecord.Device).self) { group in
            var rows: [DrillRecord.Device?] = Array(repeating: nil, count: asked.count)
            var next = 0
            var ended = 0
            func begin() {
                guard next < asked.count, !Task.isCancelled else { return }
                let (index, device) = (next, asked[next])
                group.addTask { (index, await rehearsal.row(of: device)) }
                next += 1
            }
            for _ in 0..<Self.atOnce { begin() }
            for await (index, row) in group {
                rows[index] = row
                ended += 1
                progress(ended, asked.count)
                begin()
            }
            return rows.compactMap(\.self)
        }
        if record.devices.count < asked.count { throw .unavailable("the drill was stopped: no record was written") }
        record.notices += questions(Set(asked.map(\.platform)))
        if !record.counts {
            record.notices.append(
                "a drill to '\(request.target)' tells nothing of what was approved: it does not count for 'drillAge'")
        }
        record.close()
        return record
    }

    func record(_ request: Request, _ kind: DrillRecord.Kind) -> DrillRecord {
        DrillRecord(
            kind, workspace: workspace.settings.workspace, by: request.by, reason: request.reason,
            command: request.command, target: request.target, tool: request.tool)
    }

    func audit(_ request: Request, _ kind: DrillRecord.Kind) throws(WorkflowError) {
        try workspace.audit(
            "drill", subject: request.command, reason: request.reason,
            details: [
                "by": request.by, "kind": kind.rawValue, "target": request.target,
                "devices": "\(request.devices.count)",
            ])
    }

    /// In the order in which they would be put back.
    private func asked(_ devices: [Device]) -> ([Device], String?) {
        let active = devices.filter { $0.state == .active }
        let ordered = RestoreSequence(active, in: workspace.inventory).places.map(\.device)
        let others = devices.count - active.count
        return (ordered, others == 0 ? nil : "\(Wording.count(others, "device")) not in service left out")
    }

    /// What a restore asks of the device before it writes: a rehearsal cannot know the answer.
    private func questions(_ platforms: Set<String>) -> [String] {
        platforms.sorted().compactMap { name in
            guard let checks = workspace.inventory.platform(named: name)?.restore?.checks, !checks.isEmpty else {
                return nil
            }
            let texts = checks.map { "'\($0.command)'" + ($0.reason.map { " (\($0))" } ?? "") }.joined(separator: ", ")
            return
                "\(name): before it writes, a restore asks the device \(texts): only a device can answer, see 'drill --lab'"
        }
    }

    /// How long the last run took to collect each device.
    private func collectingTimes() -> [DeviceID: Double] {
        guard let report = try? ReportArchive(state: workspace.state).report(nil) else { return [:] }
        let collected = report.rows.filter { $0.outcome.isGood && $0.seconds > 0 }
        return Dictionary(collected.map { ($0.device, $0.seconds) }, uniquingKeysWith: { first, _ in first })
    }

    // MARK: On bench devices

    /// - Throws: `request` where a device may not be written to: then none was.
    package func lab(
        _ request: Request, progress: @escaping RestoreWorkflow.Progress
    ) async throws(WorkflowError) -> DrillRecord {
        try workspace.requireOwner()
        for device in request.devices { try refuseUnready(device) }
        try audit(request, .lab)
        var record = record(request, .lab)
        let store = try await workspace.storeForWriting()
        for device in request.devices {
            var row = DrillRecord.Device(device)
            let planning = try await RestorePlanning(workspace: workspace, collection: collection, store: store)
            do throws(WorkflowError) {
                try await restore(device, request, planning, progress, into: &row)
            } catch {
                row.fail(error)
            }
            record.devices.append(row)
        }
        record.close()
        return record
    }

    private func refuseUnready(_ device: Device) throws(WorkflowError) {
        guard device.isOnBench else {
            throw .request(
                "nothing was sent: a lab drill writes to devices, and only to those that carry the tag '\(Device.bench)', "
                    + "which \(device.id) does not")
        }
        guard device.state == .active else {
            throw .request("nothing was sent: \(device.id) is not in service (\(device.state.rawValue))")
        }
        guard RunPlan.isOpen(device.windows, at: Date(), offset: LocalTime.offset) else {
            throw .request("nothing was sent: the window of \(device.id) is closed: it may be in use; wait for it")
        }
    }

    private func restore(
        _ device: Device, _ request: Request, _ planning: RestorePlanning,
        _ progress: @escaping RestoreWorkflow.Progress,
        into row: inout DrillRecord.Device
    ) async throws(WorkflowError) {
        var watch = DrillWatch()
        let plan = try await planning.plan(
            RestorePlanning.Request(
                devices: [device], source: request.source, by: request.by, command: request.command))
        guard let entry = plan.entries.first else { return }
        row.times[DrillRecord.Stage.plan.rawValue] = watch.lap()
        row.note(entry.target, entry.method, entry.evidence)
        row.same = DrillRecord.Outlook(entry, device)
        row.estimate = row.same?.estimate
        await row.note(planning.store, of: device)
        let shelf = RestoreShelf(state: workspace.state)
        try shelf.keep(plan)
        var order = RestoreWorkflow.Order(by: request.by, reason: request.reason)
        order.isForced = true
        let workflow = RestoreWorkflow(workspace: workspace, collection: collection, progress: progress)
        let results = try await workflow.apply(plan, order)
        row.times[DrillRecord.Stage.restore.rawValue] = watch.lap()
        guard let result = results.first else { return }
        let begun = try shelf.journal(of: plan.id, device.id).entries().contains {
            $0.event == .began && ($0.step == .push || $0.step == .transfer)
        }
        let sends = entry.actions.contains { $0.step == .push || $0.step == .transfer }
        row.lab = DrillRecord.Lab(
            outcome: result.outcome, message: result.message, seconds: (result.seconds * 1000).rounded() / 1000,
            plan: plan.id, before: result.before, hasWritten: begun && sends)
        guard result.outcome == .restored || result.outcome == .unchanged else {
            row.limit(.no, result.message)
            return
        }
        row.verdict = .yes
        if !entry.unsupported.isEmpty { row.limit(.partly, DrillRecord.Outlook.words(unsupported: entry.unsupported)) }
        if row.lab?.hasWritten != true {
            row.limit(
                .partly,
                "it had the target already, and this platform sends only what differs: nothing was written; change it first"
            )
        }
    }
}

extension Device {
    /// The tag of devices that may be written to for a drill: nothing depends on them.
    static let bench = "bench"
    var isOnBench: Bool { tags.contains(Self.bench) }
}

extension DrillRecord.Device {
    mutating func limit(_ most: DrillRecord.Verdict, _ reason: String) {
        verdict = min(verdict, most)
        if !reasons.contains(reason) { reasons.append(reason) }
    }

    /// It could not be restored, because of this.
    mutating func fail(_ error: WorkflowError) {
        verdict = .no
        // A key that is missing, an approval or a digest that does not hold, a damaged object.
        if error.status == .integrity { isIntegrity = true }
        let text = "\(error)"
        if !reasons.contains(text) { reasons.append(text) }
    }

    mutating func note(_ told: RestorePlan.Target, _ method: RestoreRules.Method, _ evidence: Platform.Evidence) {
        target = told.name
        version = told.version
        isApproved = told.isApproved
        taken = told.taken
        copied = told.copied
        digests = told.digests
        self.method = method.rawValue
        self.evidence = evidence
    }

    /// Where the version is.
    mutating func note(_ store: SnapshotStore, of device: Device) async {
        guard let version, let stored = try? await store.resolve(device.id, .number(version)) else { return }
        commit = "\(stored.commit)"
        let references = (try? await store.collectedReferences(of: stored)) ?? [:]
        blobs = references.sorted { $0.key < $1.key }.map {
            DrillRecord.Blob(artifact: $0.key.text, repository: $0.value.repository, blob: "\($0.value.blob)")
        }
    }
}
