import ConfigAnalysis
import ConfigModel
import DeviceInventory
import FoundationEssentials
import SnapshotStore

/// One way through the commits of another tool, oldest first, of several repositories by date.
struct ImportPass {
    let request: HistoryImport.Request
    let wanted: Set<DeviceID>
    let match: DeviceMatch
    let workspace: Workspace
    let store: SnapshotStore
    let intake: DeviceIntake
    let sources: [ImportSources.Source]
    var ledger: ImportLedger
    var rules: [String: DeviceIntake.Rules] = [:]
    var otherFiles: Set<String> = []
    /// In a dry run, what the device's latest version would be.
    var imagined: [DeviceID: [UInt8]] = [:]

    /// So much is written before it is made durable: few waits for the disk, and little lost at an end.
    private static let mostCommits = 1000
    private static let mostBytes = 128 << 20
    private static let mostOtherFiles = 10_000

    /// A file of a commit that is to become a version.
    private struct Draft {
        var device: Device
        var snapshot: NewSnapshot
        var normalised: DeviceIntake.Normalised
        var doubt: String?
    }

    mutating func run(
        _ progress: @Sendable (HistoryImport.Progress) -> Void
    ) async throws(WorkflowError) -> HistoryImportReport {
        var report = HistoryImportReport(tool: request.tool, isDryRun: request.isDryRun)
        var total = 0
        var next: [ForeignCommit?] = []
        for source in sources {
            total += await source.history.count
            next.append(try await step(source))
        }
        var waiting = (commits: 0, bytes: 0)
        var versions = 0
        while let index = Self.earliest(next), let commit = next[index] {
            let (added, bytes) = try await take(commit, of: index)
            versions += added
            waiting = (waiting.commits + (added > 0 ? 1 : 0), waiting.bytes + bytes)
            if waiting.commits >= Self.mostCommits || waiting.bytes >= Self.mostBytes {
                try await publish()
                waiting = (0, 0)
            }
            report.commits += 1
            progress(.init(commits: report.commits, total: total, versions: versions))
            next[index] = try await step(sources[index])
        }
        report.commit = try await publish().map { "\($0)" }
        report.devices = ledger.rows()
        let listed = ledger.unmatched.sorted { $0.key < $1.key }
        report.unmatched = listed.map { .init(path: $0.key, changes: $0.value) }
        report.moreUnmatched = ledger.moreUnmatched
        report.otherFiles = otherFiles.count
        report.notices = await workspace.notices(store)
        return report
    }

    private func step(_ source: ImportSources.Source) async throws(WorkflowError) -> ForeignCommit? {
        try await HistoryImport.reading { () throws(ForeignHistoryFault) in try await source.history.next() }
    }

    private static func earliest(_ next: [ForeignCommit?]) -> Int? {
        var found: (index: Int, time: Date)?
        for (index, commit) in next.enumerated() {
            guard let time = commit?.author.time else { continue }
            if found.map({ time < $0.time }) ?? true { found = (index, time) }
        }
        return found?.index
    }

    @discardableResult
    private func publish() async throws(WorkflowError) -> ObjectID? {
        guard !request.isDryRun else { return nil }
        let commit = try await workspace.asking { () throws(StoreError) in try await store.publishImports() }
        let learned = ledger.memories
        try await workspace.asking { () throws(StoreError) in try await store.remember(learned) }
        return commit
    }

    // MARK: One commit

    /// - Returns: How many versions came of it, and how many bytes were written.
    private mutating func take(
        _ commit: ForeignCommit, of index: Int
    ) async throws(WorkflowError) -> (versions: Int, bytes: Int) {
        var drafts: [DeviceID: Draft] = [:]
        for change in commit.changes {
            guard let device = device(of: change.path, in: index, commit: commit.id) else { continue }
            guard let blob = change.blob else {
                ledger.note(device.id) { $0.removals += 1 }
                continue
            }
            if let draft = try await draft(blob, of: device, commit, in: index) { drafts[device.id] = draft }
        }
        guard !drafts.isEmpty else { return (0, 0) }
        let ordered = drafts.values.sorted { $0.device.id < $1.device.id }
        let added = try await add(ordered, of: commit)
        var versions = 0
        var bytes = 0
        for (draft, result) in zip(ordered, added) {
            note(draft, result)
            guard case .new = result else { continue }
            versions += 1
            bytes += draft.snapshot.collected.values.reduce(0) { $0 + $1.count }
        }
        return (versions, bytes)
    }

    /// The device whose file this is, where the change is to be imported.
    private mutating func device(of path: [String], in index: Int, commit: ObjectID) -> Device? {
        guard var file = request.tool.deviceFile(at: path) else {
            if otherFiles.count < Self.mostOtherFiles { otherFiles.insert(path.joined(separator: "/")) }
            return nil
        }
        file.group = file.group ?? sources[index].group
        if !request.groups.isEmpty, let group = file.group, !request.groups.contains(group) { return nil }
        guard let device = match.device(for: file) else {
            let group = sources[index].group.map { "\($0)/" } ?? ""
            ledger.unmatched(group + path.joined(separator: "/"))
            return nil
        }
        guard wanted.contains(device.id) else { return nil }
        return ledger.takes(device.id, at: .init(source: index, path: path), of: commit) ? device : nil
    }

    private mutating func draft(
        _ blob: ObjectID, of device: Device, _ commit: ForeignCommit, in index: Int
    ) async throws(WorkflowError) -> Draft? {
        let history = sources[index].history
        let limit = workspace.settings.artifactLimit
        let read = try await HistoryImport.reading { () throws(ForeignHistoryFault) in
            try await history.bytes(of: blob, limit: limit)
        }
        guard let bytes = read else {
            ledger.note(device.id) { $0.tooLarge += 1 }
            return nil
        }
        if bytes.starts(with: Self.encrypted) {
            ledger.note(device.id) { $0.encrypted += 1 }
            return nil
        }
        guard bytes.contains(where: { $0 > 0x20 }) else {
            ledger.note(device.id) { $0.empty += 1 }
            return nil
        }
        guard let rules = try rules(for: device) else { return nil }
        let name = rules.platform.mainArtifact
        let artifact = Artifact(name: name, collected: Array(request.tool.configuration(in: bytes)))
        let capture = Capture(artifacts: [artifact], facts: Facts())
        do throws(AnalysisError) {
            let normalised = try intake.normalise(capture, device: device.id, by: rules.normaliser)
            // Of what else the platform collects nothing is here: that it is missing is no news.
            let doubt = try rules.gate.reasons(against: capture).first {
                $0.hasPrefix("\(name): ") && !$0.contains(" it is missing")
            }
            let snapshot = NewSnapshot(
                device: device.id, group: device.group,
                taken: ledger.taken(device.id, original: commit.author.time, now: Date()),
                platform: rules.platform.name, texts: normalised.texts, facts: Facts(), collected: [name: bytes],
                imported: ImportMark(tool: request.tool.rawValue, lacksSecrets: request.tool.lacksSecrets(bytes)))
            return Draft(
                device: device, snapshot: snapshot, normalised: normalised,
                doubt: doubt.map { rules.platform.phi ? PatientData.withheld($0) : $0 })
        } catch {
            throw .rules("\(device.id): the version of commit \(commit.id) cannot be normalised: \(error)")
        }
    }

    private static let encrypted = [0] + Array("GITCRYPT".utf8) + [0]

    private mutating func rules(for device: Device) throws(WorkflowError) -> DeviceIntake.Rules? {
        if let known = rules[device.platform] { return known }
        guard let platform = workspace.inventory.platform(named: device.platform) else {
            ledger.note(device.id) {
                $0.row.refused = "the inventory names no platform by whose rules it could be normalised"
            }
            return nil
        }
        do {
            let compiled = try DeviceIntake.Rules(platform)
            rules[device.platform] = compiled
            return compiled
        } catch {
            throw .rules("platform \(platform.name): \(error)")
        }
    }

    private mutating func add(
        _ drafts: [Draft], of commit: ForeignCommit
    ) async throws(WorkflowError) -> [AddedSnapshot] {
        guard request.isDryRun else {
            let snapshots = drafts.map(\.snapshot)
            let origin = ImportOrigin(tool: request.tool.rawValue, commit: commit.id)
            return try await workspace.asking { () throws(StoreError) in
                try await store.addImported(snapshots, of: origin, author: commit.author, subject: commit.subject)
            }
        }
        // Alike texts of one device in a row would be one version.
        return drafts.map { draft in
            let text = draft.snapshot.texts.values.first ?? []
            defer { imagined[draft.device.id] = text }
            return imagined[draft.device.id] == text ? .unchanged(version: 0) : .new(previous: nil)
        }
    }

    private mutating func note(_ draft: Draft, _ result: AddedSnapshot) {
        ledger.note(draft.device.id) { entry in
            guard case .new = result else {
                entry.row.unchanged += 1
                return
            }
            entry.row.versions += 1
            entry.row.first = entry.row.first ?? draft.snapshot.taken
            entry.row.last = draft.snapshot.taken
            entry.latest = draft.snapshot.taken
            entry.uncovered = draft.normalised.uncovered
            if draft.snapshot.imported?.lacksSecrets == true { entry.row.withoutSecrets += 1 }
            if let doubt = draft.doubt {
                entry.row.doubtful += 1
                entry.row.doubt = doubt
            }
        }
    }
}

extension Platform {
    /// As what a device's one text of another tool counts: the running configuration where there is one, else the first
    /// answer to a command.
    var mainArtifact: ArtifactName {
        let names = collect.compactMap { rule -> String? in
            guard case .command(_, let artifact, _) = rule.source, rule.foreach == nil else { return nil }
            return artifact
        }
        if names.contains(ArtifactName.runningConfig.text) { return .runningConfig }
        return names.first.map { ArtifactName($0) } ?? .runningConfig
    }
}
