import FoundationEssentials
import Glibc
import SystemPackage

/// The list of objects from which `git pack-objects` makes a pack.
///
/// git looks for deltas among objects that lie near each other when they are sorted by the end of their names, and then by size.
/// Names such as `running-config.cfg` are the same for every device, so it would compare devices with each other and find
/// little. Here the device's id stands at the end: its versions lie together, and each is a few bytes beside the next.
package enum PackList {
    /// Rewrites the names that `git rev-list --objects` gives: `devices/icu/sw-a/running-config.cfg` → `running-config.cfg/sw-a`.
    /// - Parameters:
    ///   - list: What git wrote.
    ///   - target: A file that is appended to.
    package static func rename(_ list: String, into target: String) throws(StoreError) {
        try StoreError.wrapping(list, "read it") {
            let source = try FileDescriptor.open(list, .readOnly, options: .closeOnExec)
            defer { try? source.close() }
            let output = try FileDescriptor.open(
                target, .writeOnly, options: [.create, .append, .closeOnExec], permissions: [.ownerReadWrite])
            defer { try? output.close() }
            var pending: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 1 << 20)
            while true {
                let count = try buffer.withUnsafeMutableBytes { try source.read(into: $0) }
                pending += buffer[..<count]
                guard let end = count == 0 ? pending.count - 1 : pending.lastIndex(of: 0x0A), end >= 0 else {
                    if count == 0 { return }
                    continue
                }
                var lines: [UInt8] = []
                for line in pending[...end].split(separator: 0x0A) {
                    lines += renamed(line)
                    lines.append(0x0A)
                }
                _ = try output.writeAll(lines)
                pending.removeFirst(end + 1)
                if count == 0 { return }
            }
        }
    }

    static func renamed(_ line: ArraySlice<UInt8>) -> [UInt8] {
        guard let space = line.firstIndex(of: 0x20) else { return Array(line) }
        let parts = line[(space + 1)...].split(separator: 0x2F, maxSplits: 3)
        guard parts.count == 4, parts[0].elementsEqual(DeviceFolder.root.utf8) else { return Array(line) }
        return Array(line[...space]) + parts[3] + [0x2F] + parts[2]
    }
}

extension SnapshotStore {
    /// The packs of a repository, such as `pack-3f0c….pack`; those that somebody wants kept (`.keep`) are left out.
    package func packs(of repository: StoredRepository) throws(StoreError) -> Set<String> {
        let folder = "\(repository.path)/objects/pack"
        return try StoreError.wrapping(folder, "list it") {
            guard FileManager.default.fileExists(atPath: folder) else { return [] }
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            return Set(names.filter { $0.hasSuffix(".pack") && !names.contains($0.dropLast(4) + "keep") })
        }
    }

    /// Removes packs whose objects are all in new ones.
    /// - Parameters:
    ///   - packs: Those that were there before; one that git has made again under the same name stays.
    ///   - list: A file with what `git pack-objects` has printed: the hash of each pack that it made, a line each. Where it made
    ///     none, or one of them is not there, nothing is removed.
    package func replace(
        _ packs: Set<String>, byThoseIn list: String, of repository: StoredRepository
    ) throws(StoreError) {
        guard purpose == .writing else { throw .readingOnly(path: directory) }
        let folder = "\(repository.path)/objects/pack"
        let printed = try StoreError.wrapping(list, "read it") { try String(contentsOfFile: list, encoding: .utf8) }
        let made = Set(printed.split(separator: "\n").map { "pack-\($0).pack" })
        guard !made.isEmpty, try made.isSubset(of: self.packs(of: repository)) else { return }
        // What takes their place is on disk first, its name too.
        try GitRepository.syncFileSystem(of: repository.path)
        for pack in packs.subtracting(made).sorted() {
            // The index first: without it nobody looks for the pack.
            for suffix in ["idx", "rev", "bitmap", "pack"] { unlink("\(folder)/\(pack.dropLast(4))\(suffix)") }
        }
        try GitRepository.syncFolder(folder)
    }

    /// Appends the ids of the loose objects to a file, a line each.
    package func listLoose(of repository: StoredRepository, into target: String) throws(StoreError) {
        let folder = "\(repository.path)/objects"
        try StoreError.wrapping(folder, "list it") {
            let output = try FileDescriptor.open(
                target, .writeOnly, options: [.create, .append, .closeOnExec], permissions: [.ownerReadWrite])
            defer { try? output.close() }
            for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.utf8.count == 2 {
                let ids = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(name)")
                    .filter { ObjectID(hexadecimal: name + $0) != nil }
                _ = try output.writeAll(Array(ids.map { name + $0 + "\n" }.joined().utf8))
            }
        }
    }
}
