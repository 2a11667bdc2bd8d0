import ConfigModel
import FoundationEssentials

/// Turns one device's snapshot into objects.
struct SnapshotWriter {
    let store: GitRepository
    let collected: CollectedRepository

    /// A snapshot whose texts are hashed and not yet written.
    struct Draft {
        var snapshot: NewSnapshot
        /// The device's folder without its `facts.yaml`.
        var files: [[UInt8]: TreeChange]
        var texts: [(artifact: ArtifactName, id: ObjectID)]
        var collectedPaths: [(artifact: ArtifactName, path: [String])]

        /// The folder's id, if the exact bytes were those that an earlier `facts.yaml` names: equal to the id of that
        /// version's folder when nothing has changed. Nil where the facts are others.
        func tree(with factsFile: [UInt8]) -> ObjectID? {
            let document = FactsDocument(
                platform: snapshot.platform, facts: snapshot.facts, collected: [:], imported: snapshot.imported)
            guard document.isSame(as: factsFile), let id = try? ObjectDatabase.id(of: factsFile, .blob) else {
                return nil
            }
            var files = files
            files[Array(DeviceFolder.factsFile.utf8)] = .file(id)
            return try? TreeChange.apply(
                files, to: nil, read: { _ in GitTree() },
                write: { (tree) throws(StoreError) in try ObjectDatabase.id(of: tree.serialised, .tree) })
        }
    }

    func draft(_ snapshot: NewSnapshot) throws(StoreError) -> Draft {
        var draft = Draft(snapshot: snapshot, files: [:], texts: [], collectedPaths: [])
        for (artifact, path) in try DeviceFolder.paths(of: snapshot.texts.keys, .comparable, device: snapshot.device) {
            let id = try ObjectDatabase.id(of: snapshot.texts[artifact] ?? [], .blob)
            TreeChange.put(.file(id), at: path, in: &draft.files)
            draft.texts.append((artifact, id))
        }
        draft.collectedPaths = try DeviceFolder.paths(
            of: snapshot.collected.keys, .collected, device: snapshot.device)
        return draft
    }

    func write(_ draft: Draft) throws(StoreError) -> WritingSession.Pending {
        let snapshot = draft.snapshot
        for (artifact, id) in draft.texts { try store.objects.write(snapshot.texts[artifact] ?? [], .blob, as: id) }
        let (exact, references) = try writeExact(draft)
        let document = FactsDocument(
            platform: snapshot.platform, facts: snapshot.facts, collected: references, imported: snapshot.imported)
        let factsFile = document.serialised
        var files = draft.files
        files[Array(DeviceFolder.factsFile.utf8)] = .file(try store.objects.write(factsFile, .blob))
        return WritingSession.Pending(
            group: snapshot.group, taken: snapshot.taken, tree: try store.apply(files, to: nil),
            collected: exact, factsFile: factsFile)
    }

    /// Writes the exact bytes.
    /// - Returns: The device's folder in their repository, nil when there are none; and where each artifact is.
    func writeExact(
        _ draft: Draft
    ) throws(StoreError) -> (folder: ObjectID?, references: [ArtifactName: CollectedReference]) {
        var changes: [[UInt8]: TreeChange] = [:]
        var references: [ArtifactName: CollectedReference] = [:]
        for (artifact, path) in draft.collectedPaths {
            let id = try collected.write(draft.snapshot.collected[artifact] ?? [])
            TreeChange.put(.file(id), at: path, in: &changes)
            references[artifact] = CollectedReference(repository: "\(collected.name)", blob: id)
        }
        return (changes.isEmpty ? nil : try collected.git.apply(changes, to: nil), references)
    }
}
