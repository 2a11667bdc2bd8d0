import FoundationEssentials

/// One repository of exact bytes, encrypted or not.
///
/// Not `Sendable`: it belongs to the store's thread.
final class CollectedRepository {
    let name: CollectedName
    let git: GitRepository
    /// Nil where the repository is not encrypted.
    let key: GitCryptKey?

    init(_ git: GitRepository, name: CollectedName, key: GitCryptKey?) {
        self.name = name
        self.git = git
        self.key = key
    }

    /// Makes the first commit of an encrypted repository, which says so and with which key. The caller holds the store's lock.
    static func begin(
        _ name: CollectedName, at path: String, with key: GitCryptKey, time: Date
    ) throws(StoreError) {
        let git = try GitRepository(opening: path)
        guard try git.tip() == nil else { return }
        let attributes = try git.objects.write(CollectedAttributes.text(for: key), .blob)
        let tree = try git.apply([Array(CollectedAttributes.file.utf8): .file(attributes)], to: nil)
        let commit = GitCommit(
            tree: tree, parents: [], time: time, message: "Begin \(name), encrypted with key \(key.name)\n")
        let id = try git.objects.write(commit.serialised, .commit)
        try GitRepository.syncFileSystem(of: path)
        try git.moveBranch(from: nil, to: id)
    }

    /// Stores the exact bytes of an artifact.
    func write(_ clear: [UInt8]) throws(StoreError) -> ObjectID {
        guard let key else { return try git.objects.write(clear, .blob) }
        return try git.objects.writeIncompressible(GitCryptText.seal(clear, with: key))
    }

    /// The exact bytes, which are proven to be those that were stored.
    func read(_ id: ObjectID) throws(StoreError) -> [UInt8] {
        let bytes = try git.objects.read(id, .blob)
        guard let key else { return bytes }
        do throws(GitCryptText.Fault) {
            return try GitCryptText.open(bytes, with: key)
        } catch {
            throw .damagedObject(id: id, repository: git.path, reason: "\(error)")
        }
    }
}
