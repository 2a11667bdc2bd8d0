import Glibc
package import SnapshotStore

/// Packs what runs have written loose, by stock git. Nothing is ever dropped: what no branch leads to is packed too, for
/// it may belong to a run that has not committed yet.
package struct StoreMaintenance: Sendable {
    package struct Row: Sendable, Hashable, Codable {
        package var repository: String
        package var before: RepositorySize
        /// As before where it did not succeed, or there was nothing to do.
        package var after: RepositorySize
        /// Why it did not succeed, and what to do.
        package var fault: String?
    }

    /// So many loose objects of one repository make a run start maintenance.
    package static let threshold = 4096
    /// How long maintenance of a run may take in all. What is not done then, a later run does.
    private static let spanAfterRun = Duration.seconds(600)

    /// So many packs are made one.
    private static let mostPacks = 8

    private let workspace: Workspace

    package init(workspace: Workspace) { self.workspace = workspace }

    /// - Parameters:
    ///   - isFull: Everything into one pack a repository, the smallest there is; else the new objects and as few packs as keep
    ///     their number small.
    ///   - span: For all repositories together.
    /// - Throws: `locked` when another process does it already.
    package func run(isFull: Bool, within span: Duration) async throws(WorkflowError) -> [Row] {
        try await maintain(isFull: isFull, within: span) { _ in true }
    }

    /// What a run does at its end: only the repositories that have become loose, and for a bounded time.
    /// - Returns: What people should know. Never an error: what was stored is as safe without it.
    package func afterRun() async -> [String] {
        do throws(WorkflowError) {
            let rows = try await maintain(isFull: false, within: Self.spanAfterRun) {
                $0.size.loose >= Self.threshold
            }
            return rows.compactMap { row in row.fault.map { "\(row.repository) could not be packed: \($0)" } }
        } catch {
            // The other process does what was to be done here.
            if case .store(let fault) = error, fault.isLocked { return [] }
            return ["the store could not be packed: \(error)"]
        }
    }

    private func maintain(
        isFull: Bool, within span: Duration, _ isWanted: (StoredRepository) -> Bool
    ) async throws(WorkflowError) -> [Row] {
        let deadline = ContinuousClock.now + span
        let store = try await workspace.storeForWriting()
        let repositories = try await workspace.asking { () throws(StoreError) in try await store.repositories() }
            .filter(isWanted)
        guard !repositories.isEmpty else { return [] }
        let lock = try lock()
        defer { lock.release() }
        try await workspace.asking { () throws(StoreError) in try await store.removeRetired() }
        try await workspace.asking { () throws(StoreError) in _ = try await store.compactRuns() }
        var rows: [Row] = []
        for repository in repositories {
            var row = Row(repository: repository.name, before: repository.size, after: repository.size)
            do throws(WorkflowError) {
                try await repack(
                    repository, in: store, isFull: isFull, within: max(deadline - .now, .seconds(1)))
            } catch {
                row.fault = "\(error); what is stored is as it was; 'plumbline store verify' names what is damaged"
            }
            row.after = try await workspace.asking { () throws(StoreError) in
                try await store.removeLeftovers(in: repository)
                return try await store.size(of: repository)
            }
            rows.append(row)
        }
        return rows
    }

    private func lock() throws(WorkflowError) -> FileLock {
        let locks = try workspace.locks(command: "store maintain")
        do throws(StoreError) {
            return try locks.maintenance()
        } catch {
            throw .store(error)
        }
    }

    private func repack(
        _ repository: StoredRepository, in store: SnapshotStore, isFull: Bool, within span: Duration
    ) async throws(WorkflowError) {
        // New packs are on disk before the loose objects go.
        var settings = ["core.fsync=all", "core.fsyncMethod=fsync", "pack.threads=2", "pack.windowMemory=256m"]
        if repository.isEncrypted { settings += ["pack.compression=0", "pack.window=0"] }
        let git = StockGit(folder: repository.path, settings: settings)
        let deadline = ContinuousClock.now + span
        if repository.isEncrypted {
            // Geometric repacking takes every loose object, -k every packed one, whether anything refers to it or not.
            let common = ["repack", "-q", "-d", "-l"]
            try await Self.git { () throws(StockToolFault) in
                try await git.run(common + ["--geometric=2"], within: span)
                if isFull { try await git.run(common + ["-a", "-k"], within: max(deadline - .now, .seconds(1))) }
            }
            return
        }
        try await packByDevice(repository, in: store, git, isFull: isFull, until: deadline)
    }

    /// One pack of the loose objects; or of everything, where that was asked for or packs have become many.
    private func packByDevice(
        _ repository: StoredRepository, in store: SnapshotStore, _ git: StockGit, isFull: Bool,
        until deadline: ContinuousClock.Instant
    ) async throws(WorkflowError) {
        let packs = try await workspace.asking { () throws(StoreError) in try await store.packs(of: repository) }
        let isAll = isFull || packs.count >= Self.mostPacks
        let folder = "\(repository.path)/objects"
        let files = ["list", "named", "made"].map { "\(folder)/.tmp-\($0)-\(getpid())" }
        let (list, named, made) = (files[0], files[1], files[2])
        // A process of the same number may have been killed over them.
        for file in files { unlink(file) }
        defer { for file in files { unlink(file) } }
        let left = { max(deadline - .now, .seconds(1)) }
        try await Self.git { () throws(StockToolFault) in
            try await git.run(
                ["rev-list", "--objects", "--all"] + (isAll ? [] : ["--unpacked"]), appendingTo: list, within: left())
        }
        try await workspace.asking { () throws(StoreError) in
            try PackList.rename(list, into: named)
            // What no branch leads to, without a name. What stands twice counts once.
            if !isAll { try await store.listLoose(of: repository, into: named) }
        }
        try await Self.git { () throws(StockToolFault) in
            if isAll {
                try await git.run(
                    ["cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objectname)"],
                    appendingTo: named, within: left())
            }
            try await git.run(
                ["pack-objects", "-q", "--delta-base-offset"] + (isFull ? ["--no-reuse-delta"] : [])
                    + (isAll ? [] : ["--incremental"]) + ["--non-empty", "\(folder)/pack/pack"],
                from: named, appendingTo: made, within: left())
        }
        try await workspace.asking { () throws(StoreError) in
            if isAll { try await store.replace(packs, byThoseIn: made, of: repository) }
        }
        try await Self.git { () throws(StockToolFault) in
            try await git.run(["prune-packed", "-q"], within: left())
        }
    }

    private static func git(_ body: () async throws(StockToolFault) -> Void) async throws(WorkflowError) {
        do throws(StockToolFault) {
            try await body()
        } catch {
            throw .request("\(error)")
        }
    }
}
