import DeviceSession

/// The ATTRS of SFTP version 3 (draft-ietf-secsh-filexfer-02, section 5), as far as they are asked for.
struct FileAttributes: Hashable, Sendable {
    var size: UInt64?
    /// The numbers of the user and the group whose file it is.
    var owner: (user: UInt32, group: UInt32)? {
        get { user.flatMap { user in group.map { (user, $0) } } }
        set { (user, group) = (newValue?.user, newValue?.group) }
    }
    private var user: UInt32?
    private var group: UInt32?
    var permissions: UInt32?
    /// In seconds since 1970.
    var modified: UInt32?

    /// What is to be set of a file.
    init(permissions: UInt32? = nil, owner: (user: UInt32, group: UInt32)? = nil) {
        self.permissions = permissions
        self.owner = owner
    }

    init?(from reader: inout WireReader) {
        guard let flags = reader.uint32() else { return nil }
        if flags & 1 != 0 {
            guard let value = reader.uint64() else { return nil }
            size = value
        }
        if flags & 2 != 0 {
            guard let user = reader.uint32(), let group = reader.uint32() else { return nil }
            owner = (user, group)
        }
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
        var entry = DirectoryEntry(
            name: name, kind: kind, size: size.flatMap { Int(exactly: $0) }, modified: modified.map { Int($0) })
        if let permissions {
            entry.permissions = FilePermissions(
                mode: Int(permissions & 0o7777), user: owner.map { Int($0.user) }, group: owner.map { Int($0.group) })
        }
        return entry
    }

    /// As they are sent: flags, then what they announce.
    var bytes: [UInt8] {
        var writer = WireWriter()
        writer.uint32((owner == nil ? 0 : 2) | (permissions == nil ? 0 : 4))
        if let owner {
            writer.uint32(owner.user)
            writer.uint32(owner.group)
        }
        if let permissions { writer.uint32(permissions) }
        return writer.bytes
    }
}
