import ConfigModel
import DeviceInventory
import FoundationEssentials
import SnapshotStore

/// The files on which all trust rests: settings, credentials, host keys, own platforms, rules and hooks. Whoever can change one of
/// these can make Plumbline look away, so a change since the last run is told, unless a signed commit has brought it.
///
/// Decisions and approved texts are not among them: their digests, numbers and signatures are checked at every look.
struct TrustFiles: Sendable {
    private let workspace: Workspace
    private var path: String { workspace.state + "/trust.json" }

    init(_ workspace: Workspace) { self.workspace = workspace }

    /// What has changed since this was asked last, in words for a report; what is there now is remembered.
    func changes() async -> [String] {
        let now = digests()
        let before = remembered
        do throws(FileTree.Failure) {
            if before != now { try remember(now) }
        } catch {
            return ["the files that trust rests on cannot be remembered: \(error)"]
        }
        guard let before else { return [] }
        let changed = Set(now.keys).union(before.keys).filter { now[$0] != before[$0] }.sorted()
        var unsigned: [String] = []
        for file in changed where await !isFromSignedCommit(file) { unsigned.append(file) }
        guard !unsigned.isEmpty else { return [] }
        let shown = unsigned.prefix(8).map { file in
            now[file] == nil ? "\(file) (gone)" : before[file] == nil ? "\(file) (new)" : file
        }
        let more = unsigned.count > 8 ? " and \(unsigned.count - 8) more" : ""
        return [
            "changed since the last run, by no signed commit: \(shown.joined(separator: ", "))\(more): make sure that somebody meant it"
        ]
    }

    private func digests() -> [String: String] {
        var digests: [String: String] = [:]
        func note(_ name: String) {
            if let bytes = try? FileTree.bytes(of: workspace.root + "/" + name) { digests[name] = sha256(bytes) }
        }
        for name in [
            WorkspaceLayout.settings, WorkspaceLayout.credentials, WorkspaceLayout.knownHosts,
            "Baselines/allowed_signers", "Baselines/waivers.yaml",
        ] { note(name) }
        for folder in [
            WorkspaceLayout.platforms, "Baselines/policies", "Baselines/golden", "Baselines/firmware", "Hooks",
        ] {
            for name in (try? FileTree.read(workspace.root + "/" + folder))?.keys.sorted() ?? [] {
                note("\(folder)/\(name)")
            }
        }
        return digests
    }

    private var remembered: [String: String]? {
        (try? FileTree.bytes(of: path)).flatMap { try? JSONDecoder().decode([String: String].self, from: Data($0)) }
    }

    private func remember(_ digests: [String: String]) throws(FileTree.Failure) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        guard let bytes = try? encoder.encode(digests) else { return }
        try FileTree.write(Array(bytes), to: path, mode: 0o640)
    }

    /// Whether the file is as the last commit about it has it, and that commit is signed by somebody in `allowed_signers`.
    private func isFromSignedCommit(_ file: String) async -> Bool {
        let git = StockGit(
            folder: workspace.root,
            settings: ["gpg.ssh.allowedSignersFile=\(workspace.baselines)/allowed_signers"])
        guard let status = try? await git.ask(["status", "--porcelain", "--", file], within: .seconds(10)),
            status.isGood,
            status.output.isEmpty,
            let log = try? await git.ask(["log", "-1", "--format=%G?", "--", file], within: .seconds(10)), log.isGood
        else { return false }
        return log.output.hasPrefix("G")
    }
}
