package import SnapshotStore

/// Looks after what is stored: is it whole, is its index right.
package struct StoreCare: Sendable {
    private let workspace: Workspace

    package init(workspace: Workspace) { self.workspace = workspace }

    /// Everything is read by ourselves, then by stock git, which must agree.
    package func verify() async throws(WorkflowError) -> (check: StoreCheck, notices: [String]) {
        let store = try await workspace.storeForReading()
        var check = try await workspace.asking { () throws(StoreError) in try await store.verify() }
        for repository in check.repositories.map(\.name) {
            // Ours has named it already, with its place.
            guard !check.faults.contains(where: { $0.place.hasPrefix("\(repository):") }) else { continue }
            if let reason = await git(repository) {
                check.faults.append(StoreFault(.repository, at: "\(repository): git fsck", reason))
            }
        }
        if check.versions > 0, try workspace.isStateOurs() {
            do throws(WorkflowError) { _ = try workspace.fingerprintKey() } catch {
                check.faults.append(StoreFault(.key, at: "keys/fingerprint.key", "\(error)"))
            }
        }
        return (check, await workspace.notices(store))
    }

    /// What stock git finds wrong with a repository; nil when nothing is.
    private func git(_ repository: String) async -> String? {
        let git = StockGit(folder: "\(workspace.state)/\(repository)")
        do throws(StockToolFault) {
            let answer = try await git.ask(
                ["fsck", "--full", "--strict", "--no-dangling", "--no-progress"], within: .seconds(6 * 3600))
            if answer.isGood { return nil }
            let words = (answer.message + answer.output).split(whereSeparator: \.isNewline).prefix(5)
            return words.joined(separator: "; ") + ": take the repository from the mirror or a backup copy"
        } catch {
            return "\(error)"
        }
    }

    package func reindex() async throws(WorkflowError) -> (summary: IndexSummary, notices: [String]) {
        let store = try await workspace.storeForWriting()
        let summary = try await workspace.asking { () throws(StoreError) in try await store.reindex() }
        return (summary, await workspace.notices(store))
    }
}
