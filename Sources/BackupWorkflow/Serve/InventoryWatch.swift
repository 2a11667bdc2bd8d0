import FoundationEssentials
import Glibc

/// Whether the files that say what is to be done have changed: by their names, sizes and times, without reading them.
struct InventoryWatch: Sendable {
    private let root: String
    private var seen: [String: Stamp]

    private struct Stamp: Hashable {
        var size: Int64
        var seconds: Int
        var nanoseconds: Int
        var inode: UInt64
    }

    init(workspace root: String) {
        self.root = root
        seen = Self.stamps(of: root)
    }

    /// Whether something has changed since the last call.
    mutating func hasChanged() -> Bool {
        let now = Self.stamps(of: root)
        defer { seen = now }
        return now != seen
    }

    private static func stamps(of root: String) -> [String: Stamp] {
        var stamps: [String: Stamp] = [:]
        note("\(root)/plumbline.yaml", into: &stamps)
        var folders = ["\(root)/Inventory"]
        while let folder = folders.popLast(), stamps.count < 100_000 {
            for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where !name.hasPrefix(".")
            {
                var status = stat()
                let path = "\(folder)/\(name)"
                guard stat(path, &status) == 0 else { continue }
                if status.st_mode & S_IFMT == S_IFDIR { folders.append(path) } else { note(path, into: &stamps) }
            }
        }
        return stamps
    }

    private static func note(_ path: String, into stamps: inout [String: Stamp]) {
        var status = stat()
        guard stat(path, &status) == 0 else { return }
        stamps[path] = Stamp(
            size: Int64(status.st_size), seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec,
            inode: UInt64(status.st_ino))
    }
}
