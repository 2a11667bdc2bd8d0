package import ConfigModel
import FoundationEssentials

/// What came of giving devices their new ids.
package struct RenameSummary: Sendable, Hashable {
    package struct Pair: Sendable, Hashable {
        package var earlier: DeviceID
        package var device: DeviceID
    }

    package var renamed: [Pair] = []
    /// Both have versions of their own: two histories are not made one.
    package var conflicts: [Pair] = []
}

extension SnapshotStore {
    /// Gives the histories of renamed devices their new ids, in one commit of each repository. What is so already costs nothing.
    /// - Parameter earlier: Of each device the ids that it had before.
    package func renameDevices(_ earlier: [DeviceID: [DeviceID]], workspace: String) throws(StoreError) -> RenameSummary
    {
        guard purpose == .writing, let repository else { throw .readingOnly(path: directory) }
        guard session == nil else { throw .sessionMisuse("devices are renamed before a run is stored") }
        var summary = RenameSummary()
        guard !earlier.isEmpty else { return summary }
        try catchUp()
        var tips: [DeviceID: DeviceTip] = [:]
        for (device, names) in earlier.sorted(by: { $0.key < $1.key }) {
            var isTaken = try tip(of: device) != nil
            for name in names where name != device {
                guard let tip = try tip(of: name) else { continue }
                let pair = RenameSummary.Pair(earlier: name, device: device)
                if isTaken {
                    summary.conflicts.append(pair)
                } else {
                    summary.renamed.append(pair)
                    tips[name] = tip
                    isTaken = true
                }
            }
        }
        guard !summary.renamed.isEmpty else { return summary }
        let renamed = summary.renamed
        try holdingStoreLock { () throws(StoreError) in
            try commit(renamed, tips, in: repository, workspace: workspace)
            try catchUp(quietly: true)
        }
        return summary
    }

    /// What a device that had this id is called now; nil when none has been renamed so.
    package func currentName(of device: DeviceID) throws(StoreError) -> DeviceID? {
        try indexed { (index) throws(IndexFault) in try index.currentName(of: device) }
    }

    /// The id under which the first version of a device was stored, of each that has another one now: fingerprints of secrets
    /// go by it.
    package func originalNames() throws(StoreError) -> [DeviceID: DeviceID] {
        try indexed { (index) throws(IndexFault) in try index.originalNames() }
    }

    private func tip(of device: DeviceID) throws(StoreError) -> DeviceTip? {
        try indexed { (index) throws(IndexFault) in try index.deviceTip(device) }
    }

    private func commit(
        _ pairs: [RenameSummary.Pair], _ tips: [DeviceID: DeviceTip], in repository: GitRepository, workspace: String
    ) throws(StoreError) {
        let time = clock()
        let message = CommitMessage(
            lines: pairs.map { CommitMessage.Line(renamed: $0.device, from: $0.earlier, at: time) }, run: nil,
            workspace: workspace, collected: nil, audit: auditHead())
        var moves: [(git: GitRepository, old: ObjectID?, new: ObjectID)] = []
        // Exact bytes first, as always. In older repositories they stay where they are: facts.yaml names blobs.
        var repositories = [repository]
        if let newest = try collectedNames().last, let git = try collectedGit(newest) {
            repositories.insert(git, at: 0)
        }
        for git in repositories {
            guard let old = try git.tip() else { continue }
            let root = try git.commit(old).tree
            var changes: [[UInt8]: TreeChange] = [:]
            for pair in pairs {
                guard let tip = tips[pair.earlier] else { continue }
                let place = DeviceFolder(group: tip.group, device: pair.earlier).path
                guard let folder = try git.folder(place, in: root) else { continue }
                TreeChange.put(.removal, at: place, in: &changes)
                TreeChange.put(
                    .folder(folder), at: DeviceFolder(group: tip.group, device: pair.device).path, in: &changes)
            }
            guard !changes.isEmpty else { continue }
            let commit = GitCommit(
                tree: try git.apply(changes, to: root), parents: [old], time: time, message: message.text)
            moves.append((git, old, try git.objects.write(commit.serialised, .commit)))
        }
        try GitRepository.syncFileSystem(of: repository.path)
        for move in moves { try move.git.moveBranch(from: move.old, to: move.new) }
    }
}
