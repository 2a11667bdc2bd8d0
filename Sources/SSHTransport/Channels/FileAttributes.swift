import DeviceSession

/// The ATTRS of SFTP version 3 (draft-ietf-secsh-filexfer-02, section 5), as far as they are asked for.
struct FileAttributes: Hashable, Sendable {
    var size: UInt64?
    var permissions: UInt32?
    /// In seconds since 1970.
    var modified: UInt32?

    init?(from reader: inout WireReader) {
        guard let flags = reader.uint32() else { return nil }
        if flags & 1 != 0 {
            guard let value = reader.uint64() else { return nil }
            size = value
        }
        if flags & 2 != 0, !reader.skip(8) { return nil }
        if flags & 4 != 0 {
            guard let value = reader.uint32() else { return nil }
            permissions = value
        }
        if flags & 8 != 0 {
            guard reader.skip(4), let value = reader.uint32() else { return nil }
            modified = value
        }
        guard flags & 0x8000_0000 != 0 else { return }
        guard let count = reader.uint32() else { return nil }
        for _ in 0..<count { guard reader.string() != nil, reader.string() != nil else { return nil } }
    }

    var kind: DirectoryEntry.Kind {
        switch (permissions ?? 0) & 0o170000 {
        case 0o100000: .file
        case 0o040000: .directory
        case 0o120000: .link
        default: .other
        }
    }

    func entry(named name: String) -> DirectoryEntry {
        DirectoryEntry(
            name: name, kind: kind, size: size.flatMap { Int(exactly: $0) }, modified: modified.map { Int($0) })
    }
}
