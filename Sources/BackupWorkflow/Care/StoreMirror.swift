import DeviceInventory
import FoundationEssentials
import SnapshotStore

/// Sends the repositories to the mirror by stock `git push`, reads its references back, and compares. Never forces anything:
/// an attacker who has this machine must not be able to rewrite the mirror through it.
package struct StoreMirror: Sendable {
    private let workspace: Workspace
    /// Whether exact bytes in clear may go.
    private let sendsClear: Bool
    private let span: Duration

    /// - Parameter span: The most that one repository may take.
    package init(workspace: Workspace, sendsClear: Bool = false, within span: Duration = .seconds(6 * 3600)) {
        self.workspace = workspace
        self.sendsClear = sendsClear
        self.span = span
    }

    package func push() async throws(WorkflowError) -> MirrorReport {
        guard let mirror = workspace.settings.mirror else {
            throw .request(
                "no mirror is set: say in plumbline.yaml where to, such as 'mirror: ssh://git@backup.example/plumbline'; in "
                    + "it are then store.git, collected-….git and workspace.git")
        }
        let address = MirrorAddress(mirror)
        if let path = MirrorAddress.localPath(address.place(of: "store")), path.hasPrefix(workspace.root + "/") {
            throw .request(
                "the mirror \(Redaction.addresses(mirror)) is the workspace itself: that is no second copy; name a place on another machine or medium"
            )
        }
        try workspace.requireOwner()
        let store = try await workspace.storeForReading()
        let repositories = try await workspace.asking { () throws(StoreError) in try await store.repositories() }
        try workspace.audit(
            "store push", subject: mirror, details: sendsClear ? ["include-unencrypted": "yes"] : [:])
        var report = MirrorReport(mirror: mirror)
        // Exact bytes first: what store.git refers to is there before it.
        for repository in repositories.filter(\.holdsExactBytes) + repositories.filter({ !$0.holdsExactBytes }) {
            let place = address.place(of: String(repository.name.dropLast(".git".count)))
            if repository.holdsExactBytes, !repository.isEncrypted, !sendsClear {
                report.rows.append(
                    .init(
                        repository: repository.name, place: place, outcome: .withheld,
                        reason: "it holds secrets in clear: 'store push --include-unencrypted' sends it all the same"))
                continue
            }
            report.rows.append(
                await send(
                    repository.name, in: repository.path, to: place, withImages: !repository.holdsExactBytes))
        }
        report.rows.append(
            await send("workspace", in: workspace.root, to: address.place(of: "workspace"), withImages: false))
        if let notice = await uncommitted() { report.notices.append(notice) }
        report.notices += await workspace.notices(store)
        return report
    }

    private func send(
        _ name: String, in folder: String, to place: String, withImages: Bool
    ) async -> MirrorReport.Row {
        var row = MirrorReport.Row(repository: name, place: Redaction.addresses(place), outcome: .failed)
        do throws(StockToolFault) {
            try await fill(&row, MirrorVisit(folder: folder, place: place, span: span), withImages: withImages)
        } catch {
            row.reason = "\(error)"
        }
        return row
    }

    private func fill(
        _ row: inout MirrorReport.Row, _ visit: MirrorVisit, withImages: Bool
    ) async throws(StockToolFault) {
        let wanted = try await visit.localReferences()
        guard !wanted.isEmpty else {
            row.outcome = .empty
            return
        }
        let before: [String: String]
        switch try await visit.references() {
        case .there(let references): before = references
        case .not(let outcome, let reason):
            (row.outcome, row.reason) = (outcome, reason)
            return
        }
        if withImages {
            row.images = try LargeFiles.count(in: visit.folder)
            if row.images > 0, let reason = try await visit.sendImages() {
                (row.outcome, row.reason) = (.refused, reason)
                return
            }
        }
        let open = wanted.filter { before[$0.key] != $0.value }
        if !open.isEmpty, case .not(let outcome, let reason) = try await visit.push(open) {
            (row.outcome, row.reason) = (outcome, reason)
            return
        }
        // What git says about its own work is one thing, what the mirror has another.
        guard case .there(let after) = try await visit.references() else {
            row.reason = "it was sent, and then the mirror could not be read: run 'store push' again"
            return
        }
        let wrong = wanted.filter { after[$0.key] != $0.value }.keys.sorted()
        row.references = wanted.count - wrong.count
        guard wrong.isEmpty else {
            row.reason =
                "the mirror does not have \(wrong.joined(separator: ", ")) as it was sent: somebody else writes to "
                + "it, or it drops what it takes; look at it there"
            return
        }
        if let reason = await visit.incompleteness() {
            row.reason = reason
            return
        }
        if withImages, let reason = try LargeFiles.separate(visit.folder, from: visit.place) {
            row.reason = reason
            return
        }
        if withImages, let reason = try LargeFiles.missing(from: visit.folder, at: visit.place) {
            row.reason = reason
            return
        }
        row.outcome = open.isEmpty ? .current : .sent
    }

    /// What a person has changed in the workspace and not committed is nowhere but here.
    private func uncommitted() async -> String? {
        let git = StockGit(folder: workspace.root)
        guard
            let answer = try? await git.ask(
                ["status", "--porcelain", "--", "."], within: .seconds(60), limit: 8 << 20), answer.isGood
        else { return "whether all of the workspace is committed cannot be told: git does not say" }
        let count = answer.output.split(separator: "\n").count
        guard count > 0 else { return nil }
        return
            "\(Wording.count(count, "file")) of the workspace \(count == 1 ? "is" : "are") not committed, and so not in the "
            + "mirror: 'git add' and 'git commit' there"
    }
}
