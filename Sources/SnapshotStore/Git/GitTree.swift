/// A folder as git stores it.
struct GitTree: Sendable, Hashable {
    struct Entry: Sendable, Hashable {
        /// Bytes, because git prescribes no encoding.
        var name: [UInt8]
        var mode: UInt32
        var id: ObjectID

        static let fileMode: UInt32 = 0o100644
        static let folderMode: UInt32 = 0o040000

        var isFolder: Bool { mode == Self.folderMode }
        var text: String { String(decoding: name, as: UTF8.self) }
    }

    /// In git's order: by bytes, where a folder's name counts as if it ended in `/`.
    private(set) var entries: [Entry] = []

    init() {}

    /// - Returns: nil when the bytes are no tree.
    init?(parsing bytes: [UInt8]) {
        var position = 0
        while position < bytes.count {
            var mode: UInt32 = 0
            while position < bytes.count, bytes[position] != 0x20 {
                guard (0x30...0x37).contains(bytes[position]), mode < 1 << 20 else { return nil }
                mode = mode << 3 | UInt32(bytes[position] - 0x30)
                position += 1
            }
            let start = position + 1
            guard start < bytes.count, let end = bytes[start...].firstIndex(of: 0), end > start,
                end + 20 < bytes.count, let id = ObjectID(bytes[(end + 1)..<(end + 21)])
            else { return nil }
            entries.append(Entry(name: Array(bytes[start..<end]), mode: mode, id: id))
            position = end + 21
        }
    }

    var serialised: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(entries.count * 48)
        for entry in entries {
            bytes += String(entry.mode, radix: 8).utf8
            bytes.append(0x20)
            bytes += entry.name
            bytes.append(0)
            bytes += entry.id.bytes
        }
        return bytes
    }

    /// Searches from the start: for trees looked at once.
    subscript(name: String) -> Entry? {
        let wanted = Array(name.utf8)
        return entries.first { $0.name == wanted }
    }

    /// Puts new entries in, replaces those of the same name, and takes out those that are nil.
    mutating func apply(_ changes: [[UInt8]: Entry?]) {
        let added = changes.values.compactMap { $0 }.sorted(by: Self.precedes)
        var merged: [Entry] = []
        merged.reserveCapacity(entries.count + added.count)
        var next = added.startIndex
        for entry in entries where changes[entry.name] == nil {
            while next < added.endIndex, Self.precedes(added[next], entry) {
                merged.append(added[next])
                next += 1
            }
            merged.append(entry)
        }
        entries = merged + added[next...]
    }

    private static func precedes(_ left: Entry, _ right: Entry) -> Bool {
        let shared = min(left.name.count, right.name.count)
        for position in 0..<shared where left.name[position] != right.name[position] {
            return left.name[position] < right.name[position]
        }
        return left.byte(behind: shared) < right.byte(behind: shared)
    }
}

extension GitTree.Entry {
    fileprivate func byte(behind position: Int) -> UInt8 {
        position < name.count ? name[position] : isFolder ? 0x2F : 0
    }
}
