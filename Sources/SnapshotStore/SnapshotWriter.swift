import ConfigModel
import FoundationEssentials

/// Turns one device's snapshot into objects.
struct SnapshotWriter {
    let store: GitRepository
    let collected: CollectedRepository

    /// A snapshot that is not yet written.
    struct Draft {
        var snapshot: NewSnapshot
        var textPaths: [(artifact: ArtifactName, path: [String])]
        var collectedPaths: [(artifact: ArtifactName, path: [String])]

        /// The folder's id, if the exact bytes were those that an earlier `facts.yaml` names: equal to the id of that
        /// version's folder when nothing has changed. Nil where the facts are others.
        ///
        /// Every device of every run passes here, so it hashes by the fastest way there is. Crafted collisions are looked for
        /// when a text is written, in which none of a pair gets in: so no text can have the name of another that is stored.
        func tree(with factsFile: [UInt8]) -> ObjectID? {
            let document = FactsDocument(
                platform: snapshot.platform, facts: snapshot.facts, collected: [:], imported: snapshot.imported)
            guard document.isSame(as: factsFile) else { return nil }
            var files: [[UInt8]: TreeChange] = [:]
            for (artifact, path) in textPaths {
                let id = ObjectDatabase.plainHash(of: snapshot.texts[artifact] ?? [], .blob)
                TreeChange.put(.file(id), at: path, in: &files)
            }
            files[Array(DeviceFolder.factsFile.utf8)] = .file(ObjectDatabase.plainHash(of: factsFile, .blob))
            return try? TreeChange.apply(
                files, to: nil, read: { _ in GitTree() },
                write: { (tree) in ObjectDatabase.plainHash(of: tree.serialised, .tree) })
        }
    }

    func draft(_ snapshot: NewSnapshot) throws(StoreError) -> Draft {
        Draft(
            snapshot: snapshot,
            textPaths: try DeviceFolder.paths(of: snapshot.texts.keys, .comparable, device: snapshot.device),
            collectedPaths: try DeviceFolder.paths(of: snapshot.collected.keys, .collected, device: snapshot.device))
    }

    func write(_ draft: Draft) throws(StoreError) -> WritingSession.Pending {
        let snapshot = draft.snapshot
        var files: [[UInt8]: TreeChange] = [:]
        for (artifact, path) in draft.textPaths {
            TreeChange.put(
                .file(try store.objects.write(snapshot.texts[artifact] ?? [], .blob)), at: path, in: &files)
        }
        let (exact, references) = try writeExact(draft)
        let document = FactsDocument(
            platform: snapshot.platform, facts: snapshot.facts, collected: references, imported: snapshot.imported)
        let factsFile = document.serialised
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
