import FoundationEssentials

/// The repositories of exact bytes: which there are, which one is written to, and their keys.
extension SnapshotStore {
    /// Oldest first.
    func collectedNames() throws(StoreError) -> [CollectedName] {
        try StoreError.wrapping(paths.root, "list it") {
            guard FileManager.default.fileExists(atPath: paths.root) else { return [] }
            return try FileManager.default.contentsOfDirectory(atPath: paths.root).compactMap { CollectedName($0) }
                .sorted()
        }
    }

    /// A repository that exists, with its key.
    /// - Returns: nil when there is none of that name.
    /// - Throws: `key` when it is encrypted and the key cannot be had or is another one.
    func collectedRepository(_ name: CollectedName) throws(StoreError) -> CollectedRepository? {
        if let open = collectedRepositories[name] { return open }
        guard let git = try collectedGit(name) else { return nil }
        let repository = CollectedRepository(git, name: name, key: try openingKey(of: git, name))
        collectedRepositories[name] = repository
        return repository
    }

    /// As above, by the name that a `facts.yaml` has.
    func collectedRepository(_ name: String) throws(StoreError) -> CollectedRepository? {
        guard let name = CollectedName(name) else { return nil }
        return try collectedRepository(name)
    }

    /// Commits, trees and blobs as they are, for which nobody needs a key.
    func collectedGit(_ name: CollectedName) throws(StoreError) -> GitRepository? {
        if let open = collectedRepositories[name] { return open.git }
        let path = paths.collected(name)
        guard try Self.isThere(path) else { return nil }
        return try GitRepository(opening: path)
    }

    /// How many exact bytes a blob holds, for which nobody needs a key; nil where it is not there.
    func collectedSize(of blob: ObjectID, in name: CollectedName) throws(StoreError) -> Int? {
        if clearRepositories[name] == nil, let git = try collectedGit(name) {
            let isEncrypted = try git.attributes().map(CollectedAttributes.isEncrypting) ?? false
            clearRepositories[name] = (git, isEncrypted)
        }
        guard let (git, isEncrypted) = clearRepositories[name] else { return nil }
        return git.objects.size(blob).map { isEncrypted ? max(0, $0 - GitCryptText.overhead) : $0 }
    }

    private func openingKey(of git: GitRepository, _ name: CollectedName) throws(StoreError) -> GitCryptKey? {
        guard let attributes = try git.attributes(), CollectedAttributes.isEncrypting(attributes) else { return nil }
        let key = try keys.key(of: name)
        if let wanted = CollectedAttributes.keyName(attributes), wanted != key.name {
            throw .key(
                repository: "\(name)", place: "\(name.stem).key",
                reason: "key \(wanted) is needed and this is key \(key.name): put the right one in its place "
                    + "('plumbline store import-key FILE')")
        }
        return key
    }

    // MARK: Writing

    /// The repository that takes the exact bytes of a run; made when it is missing.
    ///
    /// That of the year in which the run started, of those the last. Where its protection is not what the settings ask for,
    /// the next one is begun: what is stored stays as it is.
    func collectedForWriting(year: Int) throws(StoreError) -> CollectedRepository {
        let names = try collectedNames()
        guard let last = names.last(where: { $0.year == year }) else {
            return try beginCollected(CollectedName(year: year), instead: names.last)
        }
        guard let git = try collectedGit(last), try git.tip() != nil else {
            return try beginCollected(last, instead: nil)
        }
        let isEncrypted = try git.attributes().map(CollectedAttributes.isEncrypting) ?? false
        if isEncrypted == keys.encrypts, let repository = try collectedRepository(last) { return repository }
        let begun = try beginCollected(last.next, instead: nil)
        notice(
            isEncrypted
                ? "\(last) is encrypted and the settings say 'encryption: none': from now on exact bytes go into "
                    + "\(begun.name), in clear"
                : "\(last) is not encrypted and stays so: from now on exact bytes go into \(begun.name), encrypted; "
                    + "'plumbline store rekey' stores the latest versions anew, 'plumbline store retire' takes the old one away"
        )
        return begun
    }

    /// Makes a repository, its key first.
    /// - Parameter other: Goes on to be used where no key is delivered for the new one: a night without copies would be worse.
    func beginCollected(
        _ name: CollectedName, instead other: CollectedName?
    ) throws(StoreError) -> CollectedRepository {
        var key: GitCryptKey?
        do throws(StoreError) {
            if keys.encrypts { key = try keys.newKey(for: name) }
        } catch {
            guard let other, case .delivered = keys.source, let open = try collectedRepository(other) else {
                throw error
            }
            notice("\(error); until there is a key, exact bytes go on into \(other)")
            return open
        }
        let path = paths.collected(name)
        try createRepository(at: path)
        if let key {
            let time = clock()
            try holdingStoreLock { () throws(StoreError) in
                try CollectedRepository.begin(name, at: path, with: key, time: time)
            }
        }
        let git = try GitRepository(opening: path)
        // Somebody else may have been quicker: then his key must be ours.
        if let key, try openingKey(of: git, name)?.name != key.name {
            throw .key(
                repository: "\(name)", place: "\(name.stem).key", reason: "two keys were made at once: run again")
        }
        let repository = CollectedRepository(git, name: name, key: key)
        collectedRepositories[name] = repository
        return repository
    }

    /// Makes the repository of exact bytes of this time, so that its key can be exported before the first run.
    package func prepareCollected() throws(StoreError) {
        guard purpose == .writing else { throw .readingOnly(path: directory) }
        _ = try collectedForWriting(year: Timestamp.year(of: clock()))
    }
}

extension GitRepository {
    /// `.gitattributes` of the tip; nil where there is none.
    func attributes() throws(StoreError) -> [UInt8]? {
        guard let tip = try tip(), let entry = try tree(try commit(tip).tree)[CollectedAttributes.file], !entry.isFolder
        else { return nil }
        return try objects.read(entry.id, .blob)
    }
}
