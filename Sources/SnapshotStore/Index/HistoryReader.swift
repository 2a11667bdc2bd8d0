import ConfigModel
import FoundationEssentials

/// What one commit did to the devices' folders.
struct HistoryStep: Sendable, Hashable {
    struct DeviceChange: Sendable, Hashable {
        var device: DeviceID
        var group: String
        /// The device's folder after the commit.
        var tree: ObjectID
        var taken: Date
    }

    var commit: ObjectID
    var run: RunID?
    var time: Date
    /// Nil for what Plumbline collected itself.
    var imported: ImportOrigin?
    var changes: [DeviceChange]
    var renames: [Rename] = []

    struct Rename: Sendable, Hashable {
        var earlier: DeviceID
        var device: DeviceID
    }
}

/// The files of a device's folder, by their paths in it.
typealias DeviceFiles = [[String]: ObjectID]

/// Reads `store.git` for the index: all that the index knows of versions comes from here, whether they were stored a
/// moment ago or years before.
struct HistoryReader {
    let repository: GitRepository

    /// The commits after `base` up to `tip`, along first parents, oldest first.
    /// - Parameter base: Nil for all.
    /// - Returns: nil when `base` is not among the ancestors of `tip`.
    func commits(after base: ObjectID?, to tip: ObjectID) throws(StoreError) -> [ObjectID]? {
        var found: [ObjectID] = []
        var current: ObjectID? = tip
        while let id = current, id != base {
            found.append(id)
            current = try repository.commit(id).parents.first
        }
        if base != nil, current == nil { return nil }
        return found.reversed()
    }

    func step(_ id: ObjectID) throws(StoreError) -> HistoryStep {
        let commit = try repository.commit(id)
        var before: ObjectID?
        if let parent = commit.parents.first { before = try devices(in: try repository.commit(parent).tree) }
        let after = try devices(in: commit.tree)
        let message = CommitMessage(parsing: commit.message)
        let taken = Dictionary(message.lines.map { ($0.device, $0.taken) }, uniquingKeysWith: { $1 })
        var step = HistoryStep(commit: id, run: message.run, time: commit.time, imported: message.imported, changes: [])
        step.renames = message.lines.compactMap { line in
            line.earlier.map { HistoryStep.Rename(earlier: $0, device: line.device) }
        }
        for group in try newFolders(in: after, since: before) {
            guard let name = PathComponent.decoded(group.entry.text) else { continue }
            for folder in try newFolders(in: group.entry.id, since: group.before) {
                guard let device = DeviceID(folder.entry.text) else { continue }
                step.changes.append(
                    HistoryStep.DeviceChange(
                        device: device, group: name, tree: folder.entry.id, taken: taken[device] ?? commit.time))
            }
        }
        return step
    }

    /// The restore copies that a commit of a repository of exact bytes holds.
    func copies(in id: ObjectID) throws(StoreError) -> [RestoreCopy] {
        let commit = try repository.commit(id)
        var copies: [RestoreCopy] = []
        for line in CommitMessage(parsing: commit.message).lines {
            guard let copied = line.copied else { continue }
            let place = DeviceFolder(group: copied.group, device: line.device).path
            guard let tree = try repository.folder(place, in: commit.tree) else { continue }
            copies.append(
                RestoreCopy(
                    device: line.device, version: copied.version, taken: line.taken, repository: repository.name,
                    commit: id, tree: tree))
        }
        return copies
    }

    /// Artifacts that are not the same in two versions of a device's folder; `facts.yaml` stands for the facts, where
    /// more changed in it than the ids of the exact bytes.
    func changedArtifacts(from old: DeviceFiles, to new: DeviceFiles) throws(StoreError) -> [ArtifactName] {
        var changed: [ArtifactName] = []
        for path in Set(old.keys).union(new.keys) where old[path] != new[path] {
            if path == [DeviceFolder.factsFile] {
                if try facts(in: old) != facts(in: new) { changed.append(.facts) }
            } else if let artifact = DeviceFolder.artifact(at: path, .comparable) {
                changed.append(artifact)
            }
        }
        return changed.sorted()
    }

    /// The files of a device's folder by artifact, without `facts.yaml`.
    func artifacts(in tree: ObjectID) throws(StoreError) -> [ArtifactName: ObjectID] {
        var artifacts: [ArtifactName: ObjectID] = [:]
        for (path, id) in try files(in: tree) {
            if let artifact = DeviceFolder.artifact(at: path, .comparable) { artifacts[artifact] = id }
        }
        return artifacts
    }

    /// The bytes of a device's `facts.yaml`; empty when there is none.
    func factsFile(in files: DeviceFiles) throws(StoreError) -> [UInt8] {
        guard let id = files[[DeviceFolder.factsFile]] else { return [] }
        return try repository.objects.read(id, .blob)
    }

    private func facts(in files: DeviceFiles) throws(StoreError) -> FactsDocument? {
        var document = FactsDocument(parsing: try factsFile(in: files))
        document?.collected = [:]
        return document
    }

    private func devices(in root: ObjectID) throws(StoreError) -> ObjectID? {
        try repository.folder([DeviceFolder.root], in: root)
    }

    private func newFolders(
        in after: ObjectID?, since before: ObjectID?
    ) throws(StoreError) -> [(entry: GitTree.Entry, before: ObjectID?)] {
        guard let after, after != before else { return [] }
        var old: [[UInt8]: ObjectID] = [:]
        if let before { for entry in try repository.tree(before).entries { old[entry.name] = entry.id } }
        return try repository.tree(after).entries.compactMap { entry in
            entry.isFolder && old[entry.name] != entry.id ? (entry, old[entry.name]) : nil
        }
    }

    /// All files of a device's folder.
    func files(in tree: ObjectID) throws(StoreError) -> DeviceFiles {
        var files: DeviceFiles = [:]
        var open: [(path: [String], id: ObjectID)] = [([], tree)]
        while let (path, id) = open.popLast() {
            // What we write is never this deep: a tree that is was made to hurt.
            guard path.count < 256 else {
                throw .damagedObject(id: tree, repository: repository.path, reason: "it is nested too deeply")
            }
            for entry in try repository.tree(id).entries {
                let name = path + [entry.text]
                if entry.isFolder { open.append((name, entry.id)) } else { files[name] = entry.id }
            }
        }
        return files
    }
}
