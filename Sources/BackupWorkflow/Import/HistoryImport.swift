import ConfigAnalysis
package import ConfigModel
import DeviceInventory
import FoundationEssentials
import SnapshotStore

/// Puts the history that another backup tool has kept in git into the store: each version of each device that the
/// inventory has, with its author and date, normalised and its secrets masked like anything collected.
///
/// The history of a device is only ever added to at its end. So a device that Plumbline has collected already is left
/// alone, and an import that was interrupted, or is made again, goes on where the last one ended.
package struct HistoryImport: Sendable {
    package struct Request: Sendable {
        package var tool: ForeignTool
        /// A repository, or a folder of them.
        package var path: String
        package var devices: [Device]
        /// The tool's groups to read; all of them where none is named.
        package var groups: Set<String>
        /// What the tool calls a device, `NAME` or `GROUP/NAME`, where the inventory does not tell.
        package var names: [String: DeviceID]
        package var isDryRun: Bool
        /// As typed, for the records.
        package var command: String

        package init(
            tool: ForeignTool, path: String, devices: [Device], groups: Set<String> = [],
            names: [String: DeviceID] = [:], isDryRun: Bool = false, command: String
        ) {
            self.tool = tool
            self.path = path
            self.devices = devices
            self.groups = groups
            self.names = names
            self.isDryRun = isDryRun
            self.command = command
        }
    }

    package struct Progress: Sendable, Hashable {
        package var commits: Int
        package var total: Int
        package var versions: Int
    }

    private let workspace: Workspace

    package init(workspace: Workspace) { self.workspace = workspace }

    package func run(
        _ request: Request, progress: @Sendable (Progress) -> Void = { _ in }
    ) async throws(WorkflowError) -> HistoryImportReport {
        try workspace.requireOwner()
        let key = try workspace.fingerprintKey()
        let sources = try await ImportSources.open(request.path, groups: request.groups)
        if request.isDryRun {
            let store = try await workspace.storeForReading()
            var pass = try await pass(request, sources, store, key, run: nil)
            return try await pass.run(progress)
        }
        let lock = try workspace.lockForRun(command: request.command)
        defer { lock.release() }
        let store = try await workspace.storeForWriting()
        try workspace.audit("store import", subject: request.tool.rawValue, details: ["path": request.path])
        let started = Date()
        let id = RunID.new(at: started)
        try await workspace.asking { () throws(StoreError) in
            try await store.begin(run: id, workspace: workspace.settings.workspace, started: started)
        }
        var pass = try await pass(request, sources, store, key, run: id)
        let report = try await pass.run(progress)
        try await workspace.asking { () throws(StoreError) in _ = try await store.finish() }
        let record = RunRecord(
            run: id, started: started, finished: Date(), exit: 0, command: request.command,
            commit: report.commit.flatMap { ObjectID(hexadecimal: $0) }, attempts: [])
        try await workspace.asking { () throws(StoreError) in try await store.recordRun(record) }
        return report
    }

    private func pass(
        _ request: Request, _ sources: ImportSources, _ store: SnapshotStore, _ key: FingerprintKey, run: RunID?
    ) async throws(WorkflowError) -> ImportPass {
        let match = DeviceMatch(devices: workspace.inventory.devices, given: request.names)
        let wanted = Set(request.devices.map(\.id))
        var places: Set<ImportLedger.Place> = []
        var homes: [DeviceID: (place: ImportLedger.Place, fits: Bool)] = [:]
        for (index, source) in sources.sources.enumerated() {
            for path in try await Self.reading({ () throws(ForeignHistoryFault) in
                try await source.history.latestFiles()
            }) {
                guard var file = request.tool.deviceFile(at: path) else { continue }
                file.group = file.group ?? source.group
                guard let device = match.device(for: file) else { continue }
                let place = ImportLedger.Place(source: index, path: path)
                places.insert(place)
                // Of several files of one name the one in the device's own group is meant.
                let fits = file.group == device.group
                if homes[device.id].map({ fits && !$0.fits }) ?? true { homes[device.id] = (place, fits) }
            }
        }
        let earlier = try await workspace.asking { () throws(StoreError) in try await store.lastImports() }
        let stored = try await workspace.asking { () throws(StoreError) in try await store.latest() }
        let ledger = ImportLedger(
            tool: request.tool, places: places, homes: homes.mapValues(\.place), earlier: earlier, stored: stored)
        return ImportPass(
            request: request, wanted: wanted, match: match, workspace: workspace, store: store,
            intake: DeviceIntake(store: store, key: key, originalNames: try await workspace.originalNames(store)),
            sources: sources.sources, ledger: ledger)
    }

    static func reading<Answer>(
        _ ask: () async throws(ForeignHistoryFault) -> Answer
    ) async throws(WorkflowError) -> Answer {
        do throws(ForeignHistoryFault) {
            return try await ask()
        } catch {
            throw .file(path: "import", reason: "\(error)")
        }
    }
}
