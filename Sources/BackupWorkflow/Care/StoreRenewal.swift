import DeviceInventory
import FoundationEssentials
import Glibc
package import SnapshotStore

/// New keys for the exact bytes, and the end of old repositories of them. Neither happens beside a run.
package struct StoreRenewal: Sendable {
    private let workspace: Workspace
    private let person: String

    /// - Parameter person: Who asks for it, for the records.
    package init(workspace: Workspace, by person: String) {
        self.workspace = workspace
        self.person = person
    }

    package func rekey(
        reason: String?
    ) async throws(WorkflowError) -> (summary: RekeySummary, notices: [String]) {
        try workspace.requireOwner()
        let lock = try workspace.lockForRun(command: "store rekey")
        defer { lock.release() }
        let approved = try approvedVersions()
        let store = try await workspace.storeForWriting()
        try workspace.audit("store rekey", subject: "exact bytes", reason: reason)
        let summary = try await workspace.asking { () throws(StoreError) in
            try await store.rekey(besides: approved, workspace: workspace.settings.workspace)
        }
        let warning = await workspace.keyWarning(store)
        return (summary, [warning].compactMap(\.self) + (await workspace.notices(store)))
    }

    /// Archives a repository as a bundle of git, or drops it, and takes it away.
    /// - Parameters:
    ///   - archive: A folder that is there; nil to drop it.
    ///   - reason: For the note that stays, and the audit log.
    package func retire(
        _ repository: String, archive: String?, reason: String
    ) async throws(WorkflowError) -> RetiredRepository {
        try workspace.requireOwner()
        let lock = try workspace.lockForRun(command: "store retire \(repository)")
        defer { lock.release() }
        let approved = try approvedVersions()
        let store = try await workspace.storeForWriting()
        let needing = try await workspace.asking { () throws(StoreError) in
            try await store.versions(needing: repository, besides: approved)
        }
        guard needing.isEmpty else {
            let names = needing.prefix(3).joined(separator: ", ") + (needing.count > 3 ? ", …" : "")
            throw .request(
                "\(repository) cannot be retired: a restore of \(Wording.count(needing.count, "latest or approved version")) "
                    + "(\(names)) takes its exact bytes from there; 'plumbline store rekey' stores them anew first")
        }
        let name = repository.hasSuffix(".git") ? repository : repository + ".git"
        var note = RetiredRepository(repository: name, retired: Date(), by: person, reason: reason)
        try workspace.audit(
            "store retire", subject: name, reason: reason, details: ["archive": archive ?? "none: dropped"])
        if let archive { (note.archive, note.digest) = try await bundle(name, into: archive) }
        let final = note
        try await workspace.asking { () throws(StoreError) in try await store.retire(final) }
        return note
    }

    private func approvedVersions() throws(WorkflowError) -> ApprovedBaselines.Versions {
        let baselines = ApprovedBaselines(folder: workspace.baselines)
        // What they decided is not known, so what they need is not either.
        guard baselines.faults.isEmpty else {
            throw .integrity(
                "approvals cannot be read, so nobody knows which versions they need: "
                    + baselines.faults.prefix(3).joined(separator: "; "))
        }
        return baselines.versions
    }

    /// - Returns: The bundle's path and digest, after git has read it back.
    private func bundle(
        _ name: String, into folder: String
    ) async throws(WorkflowError) -> (path: String, digest: String) {
        let path = "\(folder)/\(name.dropLast(".git".count)).bundle"
        guard FileManager.default.fileExists(atPath: folder) else {
            throw .request("\(folder) is not there: make the folder for the archive, or mount it")
        }
        guard !FileManager.default.fileExists(atPath: path) else {
            throw .request("there is a file already at \(path): give another folder, or move it")
        }
        let git = StockGit(folder: "\(workspace.state)/\(name)")
        let unfinished = path + ".unfinished"
        // It may hold every password in clear.
        let mask = umask(0o077)
        defer { umask(mask) }
        do throws(StockToolFault) {
            let span = Duration.seconds(6 * 3600)
            try await git.run(["bundle", "create", "-q", unfinished, "--all"], within: span)
            try await proveBundle(unfinished, within: span)
        } catch {
            unlink(unfinished)
            throw .request("the archive could not be made, and nothing was taken away: \(error)")
        }
        let digest = try await workspace.asking { () throws(StoreError) in
            try SnapshotStore.publishArchive(unfinished, as: path)
        }
        return (path, digest)
    }

    /// Clones the bundle as somebody will who needs it, and has git look at every object.
    private func proveBundle(_ bundle: String, within span: Duration) async throws(StockToolFault) {
        let clone = bundle + ".clone"
        defer { try? FileManager.default.removeItem(atPath: clone) }
        try await StockGit().run(["clone", "-q", "--mirror", bundle, clone], within: span)
        try await StockGit(folder: clone).run(["fsck", "--full", "--strict", "--no-progress"], within: span)
    }
}
