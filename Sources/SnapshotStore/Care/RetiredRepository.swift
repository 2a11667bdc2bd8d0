import ConfigModel
import Crypto
package import FoundationEssentials
import Glibc
import SystemPackage

/// A repository of exact bytes that was taken away on purpose: what remains of it is `var/<name>.retired`.
package struct RetiredRepository: Sendable, Hashable, Codable {
    /// Such as `collected-2024.git`.
    package var repository: String
    package var retired: Date
    package var by: String
    package var reason: String
    /// Where its archive was written to; nil where it was dropped.
    package var archive: String?
    /// SHA-256 of the archive, in hexadecimal.
    package var digest: String?
    /// Its tip: what a clone of the archive is at.
    package var tip: String?
    /// The name of its key, where it was encrypted.
    package var keyName: String?

    package init(repository: String, retired: Date, by: String, reason: String) {
        self.repository = repository
        self.retired = retired
        self.by = by
        self.reason = reason
    }

    static let suffix = ".retired"

    fileprivate init?(parsing bytes: Data) {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        guard let note = try? decoder.decode(Self.self, from: bytes) else { return nil }
        self = note
    }
}

extension SnapshotStore {
    /// Those of which only the note is left.
    func retiredRepositories() throws(StoreError) -> Set<CollectedName> {
        try StoreError.wrapping(paths.root, "list it") {
            let names = try FileManager.default.contentsOfDirectory(atPath: paths.root)
            return Set(
                names.filter { $0.hasSuffix(RetiredRepository.suffix) }.compactMap {
                    CollectedName(String($0.dropLast(RetiredRepository.suffix.count)))
                })
        }
    }

    /// The notes that can be read, oldest repository first.
    func retiredNotes() throws(StoreError) -> [(name: CollectedName, note: RetiredRepository)] {
        var notes: [(name: CollectedName, note: RetiredRepository)] = []
        for name in try retiredRepositories().sorted() {
            guard let bytes = FileManager.default.contents(atPath: paths.collected(name) + RetiredRepository.suffix),
                let note = RetiredRepository(parsing: bytes)
            else { continue }
            notes.append((name, note))
        }
        return notes
    }

    /// The error for exact bytes whose repository is not there.
    func absence(of repository: String) -> StoreError {
        let path = "\(directory)/\(repository)"
        guard CollectedName(repository) != nil,
            let bytes = FileManager.default.contents(atPath: path + RetiredRepository.suffix)
        else { return .damagedRepository(path: path, reason: "it is not there") }
        // The note may have been cut: that it is there says enough.
        let note = RetiredRepository(parsing: bytes)
        return .retired(
            repository: repository, date: note.map { Timestamp.text(of: $0.retired) } ?? "some day",
            archive: note?.archive)
    }

    func retirable(_ repository: String) throws(StoreError) -> CollectedName {
        let names = try collectedNames()
        guard let name = CollectedName(repository) ?? CollectedName(repository + ".git"), names.contains(name) else {
            throw .notRetirable(
                repository: repository,
                reason: "there is no such repository; there are \(names.map(\.description).joined(separator: ", "))")
        }
        guard name != names.last else {
            throw .notRetirable(
                repository: repository, reason: "runs write to it; 'plumbline store rekey' begins the next one")
        }
        return name
    }

    /// Takes a repository of exact bytes away, after a note that says so. `versions(needing:besides:)` must have answered with
    /// nothing, and no run may be under way.
    package func retire(_ note: RetiredRepository) throws(StoreError) {
        guard purpose == .writing else { throw .readingOnly(path: directory) }
        let name = try retirable(note.repository)
        let path = paths.collected(name)
        var note = note
        note.repository = "\(name)"
        note.tip = try collectedGit(name)?.tip().map { "\($0)" }
        note.keyName = try collectedGit(name)?.attributes().flatMap(CollectedAttributes.keyName)
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let final = note
        try holdingStoreLock { () throws(StoreError) in
            let file = path + RetiredRepository.suffix
            try StoreError.wrapping(file, "write it") {
                let bytes = Array(try encoder.encode(final)) + Array("\n".utf8)
                let descriptor = try FileDescriptor.open(
                    file + ".unfinished", .writeOnly, options: [.create, .truncate, .closeOnExec],
                    permissions: [.ownerReadWrite, .groupRead])
                try descriptor.closeAfter {
                    _ = try descriptor.writeAll(bytes)
                    guard fsync(descriptor.rawValue) == 0, rename(file + ".unfinished", file) == 0 else {
                        throw Errno(rawValue: errno)
                    }
                }
            }
            try GitRepository.syncFolder(paths.root)
            collectedRepositories[name] = nil
            clearRepositories[name] = nil
            // In one step out of sight: half a repository would look like damage.
            let removing = path + ".removing"
            guard rename(path, removing) == 0 else {
                throw .system(Errno(rawValue: errno), path: path, operation: "take it away")
            }
            try GitRepository.syncFolder(paths.root)
            try indexed { (index) throws(IndexFault) in try index.forgetCopies(in: name) }
        }
        try removeRetired()
    }

    /// Removes what a retirement that was interrupted has left.
    package func removeRetired() throws(StoreError) {
        try StoreError.wrapping(paths.root, "remove a retired repository") {
            for name in try FileManager.default.contentsOfDirectory(atPath: paths.root)
            where name.hasPrefix("collected-") && name.hasSuffix(".git.removing") {
                try FileManager.default.removeItem(atPath: "\(paths.root)/\(name)")
            }
        }
    }

    /// Gives an archive that is complete its name. Both are on disk when this returns.
    /// - Returns: Its SHA-256, in hexadecimal.
    package static func publishArchive(_ unfinished: String, as path: String) throws(StoreError) -> String {
        let digest = try durableDigest(of: unfinished)
        guard rename(unfinished, path) == 0 else {
            throw .system(Errno(rawValue: errno), path: path, operation: "write it")
        }
        try GitRepository.syncFolder(FilePath(path).removingLastComponent().string)
        return digest
    }

    private static func durableDigest(of file: String) throws(StoreError) -> String {
        try StoreError.wrapping(file, "read it") {
            let descriptor = try FileDescriptor.open(file, .readOnly, options: .closeOnExec)
            return try descriptor.closeAfter {
                guard fsync(descriptor.rawValue) == 0 else { throw Errno(rawValue: errno) }
                var hash = SHA256()
                let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
                defer { buffer.deallocate() }
                while true {
                    let count = try descriptor.read(into: buffer)
                    if count == 0 { return hexadecimal(hash.finalize()) }
                    hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                }
            }
        }
    }
}
