package import FoundationEssentials

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
    package var tip: ObjectID?

    static let suffix = ".retired"
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
}
