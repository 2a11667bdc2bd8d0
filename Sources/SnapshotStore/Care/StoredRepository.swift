import FoundationEssentials
import Glibc

/// A repository that `store maintain` and `store push` look after.
package struct StoredRepository: Sendable, Hashable {
    /// Such as `collected-2026.git`.
    package var name: String
    package var path: String
    /// Whether its blobs are encrypted: then neither deltas nor compression make them smaller.
    package var isEncrypted: Bool
    package var holdsExactBytes: Bool
    package var size: RepositorySize
}

extension SnapshotStore {
    /// Every repository, `store.git` first. Needs no key.
    package func repositories() throws(StoreError) -> [StoredRepository] {
        var found: [StoredRepository] = []
        if try Self.isThere(paths.store) {
            found.append(
                StoredRepository(
                    name: "store.git", path: paths.store, isEncrypted: false, holdsExactBytes: false,
                    size: try RepositorySize(ofRepository: paths.store)))
        }
        for name in try collectedNames() {
            guard let git = try collectedGit(name) else { continue }
            found.append(
                StoredRepository(
                    name: "\(name)", path: git.path,
                    isEncrypted: try git.attributes().map(CollectedAttributes.isEncrypting) ?? false,
                    holdsExactBytes: true, size: try RepositorySize(ofRepository: git.path)))
        }
        return found
    }

    /// As above, of one repository that may have changed since.
    package func size(of repository: StoredRepository) throws(StoreError) -> RepositorySize {
        try RepositorySize(ofRepository: repository.path)
    }

    /// Removes what killed writers left: temporary files of objects and packs that nobody has touched for a day.
    package func removeLeftovers(in repository: StoredRepository) throws(StoreError) {
        guard purpose == .writing else { throw .readingOnly(path: directory) }
        let oldest = clock().timeIntervalSince1970 - 86_400
        let folder = "\(repository.path)/objects"
        try StoreError.wrapping(folder, "remove temporary files") {
            for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
                let file = name.split(separator: "/").last ?? ""
                guard file.hasPrefix("tmp_") || file.hasPrefix(".tmp-") else { continue }
                var status = stat()
                guard lstat("\(folder)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFREG,
                    Double(status.st_mtim.tv_sec) < oldest
                else { continue }
                unlink("\(folder)/\(name)")
            }
        }
    }
}
