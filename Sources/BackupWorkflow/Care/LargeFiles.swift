import FoundationEssentials
import Glibc
import SnapshotStore

/// The vault's objects, as git-lfs has them.
enum LargeFiles {
    private static func all(in repository: String) throws(StockToolFault) -> [String: Int] {
        let folder = "\(repository)/lfs/objects"
        guard FileManager.default.fileExists(atPath: folder) else { return [:] }
        do {
            var sizes: [String: Int] = [:]
            for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
                guard let id = name.split(separator: "/").last, id.utf8.count == 64 else { continue }
                let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
                sizes[String(id)] = attributes[.size] as? Int ?? -1
            }
            return sizes
        } catch {
            throw .failed(what: "the listing of \(folder)", status: 1, message: "\(error)")
        }
    }

    /// git-lfs links what lies on the same file system: a mirror that shares its bytes with the store is none.
    /// - Returns: Why it could not be done; nil when it was.
    static func separate(_ repository: String, from place: String) throws(StockToolFault) -> String? {
        guard let path = MirrorAddress.localPath(place) else { return nil }
        for id in try all(in: repository).keys {
            let name = "lfs/objects/\(id.prefix(2))/\(id.dropFirst(2).prefix(2))/\(id)"
            let (own, other) = ("\(repository)/\(name)", "\(path)/\(name)")
            var here = stat()
            var there = stat()
            guard stat(own, &here) == 0, stat(other, &there) == 0, here.st_dev == there.st_dev,
                here.st_ino == there.st_ino
            else { continue }
            do {
                let temporary = other + ".copy"
                if FileManager.default.fileExists(atPath: temporary) {
                    try FileManager.default.removeItem(atPath: temporary)
                }
                try FileManager.default.copyItem(atPath: own, toPath: temporary)
                guard rename(temporary, other) == 0 else {
                    return "\(other) cannot be made a file of its own: \(String(cString: strerror(errno)))"
                }
            } catch {
                return "\(other) cannot be made a file of its own: \(error)"
            }
        }
        return nil
    }

    static func count(in repository: String) throws(StockToolFault) -> Int { try all(in: repository).count }

    /// Compares where both sides can be looked at; a server answers for its own.
    static func missing(from repository: String, at place: String) throws(StockToolFault) -> String? {
        guard let path = MirrorAddress.localPath(place) else { return nil }
        let there = try all(in: path)
        let missing = try all(in: repository).filter { there[$0.key] != $0.value }.keys.sorted()
        guard let first = missing.first else { return nil }
        return
            "the mirror has not all of \(Wording.count(missing.count, "image")) (\(first.prefix(12))…): look at the space there"
    }
}
