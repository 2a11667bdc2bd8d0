import FoundationEssentials
import Glibc
import SystemPackage

/// A key of a repository of exact bytes, to be kept elsewhere.
package struct StoredKey: Sendable {
    /// Such as `collected-2026`.
    package var repository: String
    package var key: GitCryptKey

    package init(repository: String, key: GitCryptKey) {
        self.repository = repository
        self.key = key
    }
}

/// Keys that leave the store and come back to it.
extension SnapshotStore {
    /// The keys of all encrypted repositories, the archived ones first, then oldest first.
    /// - Throws: `key` for the first that cannot be had.
    package func encryptionKeys() throws(StoreError) -> [StoredKey] {
        var found: [StoredKey] = []
        for (name, file) in try retiredKeys() { found.append(StoredKey(repository: name.stem, key: try file.read())) }
        for name in try collectedNames() {
            guard let key = try collectedRepository(name)?.key else { continue }
            found.append(StoredKey(repository: name.stem, key: key))
        }
        return found
    }

    /// Encrypted repositories whose key lies in `var/keys/` alone: nobody has exported it yet. Needs no key.
    package func unexportedKeys() throws(StoreError) -> [String] {
        guard case .folder(let folder) = keys.source else { return [] }
        var names = try retiredKeys().filter { !$0.file.wasExported }.map(\.name.stem)
        for name in try collectedNames() {
            guard !KeyFile(folder: folder, stem: name.stem).wasExported, let git = try collectedGit(name),
                let attributes = try git.attributes(), CollectedAttributes.isEncrypting(attributes)
            else { continue }
            names.append(name.stem)
        }
        return names
    }

    /// Notes that these keys have been exported. What is noted is the time, and nothing of the keys.
    package func noteExport(of repositories: [String]) throws(StoreError) {
        guard case .folder(let folder) = keys.source else { return }
        for stem in repositories { try KeyFile(folder: folder, stem: stem).noteExport(at: clock()) }
    }

    /// Puts a key back that was exported: to every encrypted repository that names it.
    /// - Returns: The repositories that it opens; those of them that had it already are among them.
    /// - Throws: `key` when no repository needs it, or another key lies in its place.
    package func putBack(_ key: GitCryptKey) throws(StoreError) -> [String] {
        guard case .folder(let folder) = keys.source else {
            throw .key(
                repository: "the store", place: "encryptionKey",
                reason: "keys are delivered by a program: give the key to that")
        }
        var opened: [String] = []
        for name in try collectedNames() {
            guard let git = try collectedGit(name), let attributes = try git.attributes(),
                CollectedAttributes.keyName(attributes) == key.name
            else { continue }
            let file = KeyFile(folder: folder, stem: name.stem)
            try file.create(key)
            let kept = try file.read()
            guard kept.name == key.name else {
                throw .key(
                    repository: "\(name)", place: file.path,
                    reason: "another key (\(kept.name)) lies there: move it away, then import this one again")
            }
            opened.append(name.stem)
        }
        for (name, note) in try retiredNotes() where note.keyName == key.name {
            try KeyFile(folder: folder, stem: name.stem).create(key)
            opened.append(name.stem)
        }
        return opened
    }

    /// The keys of archived repositories, which lie here as long as nobody takes them away.
    private func retiredKeys() throws(StoreError) -> [(name: CollectedName, file: KeyFile)] {
        guard case .folder(let folder) = keys.source else { return [] }
        return try retiredNotes().filter { $0.note.archive != nil }.map {
            ($0.name, KeyFile(folder: folder, stem: $0.name.stem))
        }
        .filter { FileManager.default.fileExists(atPath: $0.file.path) }
    }
}

extension KeyFile {
    private var note: String { String(path.dropLast("key".count)) + "exported" }

    var wasExported: Bool { FileManager.default.fileExists(atPath: note) }

    fileprivate func noteExport(at time: Date) throws(StoreError) {
        try StoreError.wrapping(note, "write it") {
            let file = try FileDescriptor.open(
                note, .writeOnly, options: [.create, .truncate, .closeOnExec, .noFollow],
                permissions: [.ownerReadWrite])
            try file.closeAfter { _ = try file.writeAll("\(Timestamp.text(of: time))\n".utf8) }
        }
    }
}
