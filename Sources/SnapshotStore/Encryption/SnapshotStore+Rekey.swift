package import ConfigModel
import FoundationEssentials

/// What a new key has led to.
package struct RekeySummary: Sendable, Hashable, Codable {
    /// The repository that was begun, such as `collected-2026-2.git`.
    package var repository: String
    /// Versions whose exact bytes are there now.
    package var copies: Int
    /// Versions whose exact bytes could not be read, such as `sw-a@3: …`. They are where they were.
    package var unreadable: [String]
}

extension SnapshotStore {
    /// Begins the next repository of exact bytes, under a key of its own, and stores there anew the bytes of each device's
    /// latest version and of those that are named besides. What is stored before stays as it is, under the key it has. No
    /// run may be under way.
    /// - Parameter besides: Numbers of versions, such as approved ones.
    package func rekey(
        besides: [DeviceID: Set<Int>], workspace: String
    ) throws(StoreError) -> RekeySummary {
        guard purpose == .writing else { throw .readingOnly(path: directory) }
        try catchUp()
        // A key that is missing ends it before anything is begun: bytes that nobody can read cannot be stored anew.
        for name in try collectedNames() {
            do throws(StoreError) {
                _ = try collectedRepository(name)
            } catch {
                guard !error.isAboutKey else { throw error }
            }
        }
        let repository = try beginNextCollected()
        var summary = RekeySummary(repository: "\(repository.name)", copies: 0, unreadable: [])
        let latest = try latestVersions(before: nil)
        // A device has one folder in a commit: older versions go into commits of their own, the latest into the last.
        var rounds: [[StoredVersion]] = [latest]
        for tip in latest {
            let older = (besides[tip.device] ?? []).filter { $0 < tip.number }.sorted(by: >)
            for (round, number) in older.enumerated() {
                let version = try indexed { (index) throws(IndexFault) in
                    try index.version(of: tip.device, number: number)
                }
                guard var version else { continue }
                // Where the device is now: its folder is replaced, not left behind.
                version.group = tip.group
                if rounds.count == round + 1 { rounds.append([]) }
                rounds[round + 1].append(version)
            }
        }
        for versions in rounds.reversed() {
            try storeAnew(versions, in: repository, workspace: workspace, &summary)
        }
        try catchUp(quietly: true)
        return summary
    }

    private func beginNextCollected() throws(StoreError) -> CollectedRepository {
        guard keys.encrypts else {
            throw .key(
                repository: "the store", place: "plumbline.yaml",
                reason: "it says 'encryption: none', so there is no key to renew")
        }
        let names = try collectedNames()
        let year = Timestamp.year(of: clock())
        let name = names.last { $0.year == year }?.next ?? CollectedName(year: year)
        let key = try keys.newKey(for: name)
        for other in names {
            guard let git = try collectedGit(other), let attributes = try git.attributes(),
                CollectedAttributes.keyName(attributes) == key.name
            else { continue }
            throw .key(
                repository: "\(name)", place: "\(name.stem).key",
                reason:
                    "the key that is delivered for it is that of \(other): a new key must be delivered; nothing was changed"
            )
        }
        return try beginCollected(name, instead: nil)
    }

    /// One commit.
    private func storeAnew(
        _ versions: [StoredVersion], in repository: CollectedRepository, workspace: String,
        _ summary: inout RekeySummary
    ) throws(StoreError) {
        var changes: [[UInt8]: TreeChange] = [:]
        var lines: [CommitMessage.Line] = []
        for version in versions {
            do throws(StoreError) {
                guard let (folder, taken) = try copy(version, into: repository) else { continue }
                TreeChange.put(
                    .folder(folder), at: DeviceFolder(group: version.group, device: version.device).path, in: &changes)
                lines.append(
                    CommitMessage.Line(
                        copyOf: version.device, version: version.number, group: version.group, taken: taken))
            } catch {
                // A full disk ends it; bytes that are lost already must not keep the others from their new key.
                guard error.isAboutStoredBytes else { throw error }
                summary.unreadable.append("\(version.device)@\(version.number): \(error)")
            }
        }
        guard !lines.isEmpty else { return }
        let message = CommitMessage(
            lines: lines, run: nil, workspace: workspace, collected: nil, audit: auditHead())
        try holdingStoreLock { () throws(StoreError) in
            let old = try repository.git.tip()
            var root: ObjectID?
            if let old { root = try repository.git.commit(old).tree }
            let commit = GitCommit(
                tree: try repository.git.apply(changes, to: root), parents: old.map { [$0] } ?? [], time: clock(),
                message: message.text)
            let id = try repository.git.objects.write(commit.serialised, .commit)
            try GitRepository.syncFileSystem(of: repository.git.path)
            try repository.git.moveBranch(from: old, to: id)
        }
        summary.copies += lines.count
    }

    /// - Returns: The device's folder, and when its bytes were taken; nil where the version has none.
    private func copy(
        _ version: StoredVersion, into repository: CollectedRepository
    ) throws(StoreError) -> (folder: ObjectID, taken: Date)? {
        var bytes: [ArtifactName: [UInt8]] = [:]
        for artifact in try collectedReferences(of: version).keys {
            bytes[artifact] = try collected(of: version, artifact: artifact)
        }
        guard !bytes.isEmpty else { return nil }
        var changes: [[UInt8]: TreeChange] = [:]
        for (artifact, path) in try DeviceFolder.paths(of: bytes.keys, .collected, device: version.device) {
            TreeChange.put(.file(try repository.write(bytes[artifact] ?? [])), at: path, in: &changes)
        }
        let taken = try newestCopy(of: version)?.taken ?? version.taken
        return (try repository.git.apply(changes, to: nil), taken)
    }
}

extension StoreError {
    fileprivate var isAboutKey: Bool {
        if case .key = self { return true }
        return false
    }

    /// Whether bytes that were stored cannot be had, and nothing else is wrong.
    fileprivate var isAboutStoredBytes: Bool {
        switch self {
        case .missingObject, .damagedObject, .damagedRepository, .key, .retired: true
        default: false
        }
    }
}
