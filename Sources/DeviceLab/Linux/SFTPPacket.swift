/// Reading and writing the fields of an SFTP packet (draft-ietf-secsh-filexfer-02, version 3).
struct SFTPReader {
    private var bytes: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    /// Nil when the packet ends too early, as of the others here.
    mutating func byte() -> UInt8? { bytes.popFirst() }

    mutating func number() -> UInt32? {
        guard bytes.count >= 4 else { return nil }
        let value = bytes.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        bytes = bytes.dropFirst(4)
        return value
    }

    mutating func longNumber() -> UInt64? {
        guard let high = number(), let low = number() else { return nil }
        return UInt64(high) << 32 | UInt64(low)
    }

    mutating func string() -> String? { data().map { String(decoding: $0, as: UTF8.self) } }

    mutating func data() -> ArraySlice<UInt8>? {
        guard let length = number(), bytes.count >= Int(length) else { return nil }
        defer { bytes = bytes.dropFirst(Int(length)) }
        return bytes.prefix(Int(length))
    }

    /// What is to be set of a file; owners are read over.
    mutating func attributes() -> SFTPAttributes? {
        guard let flags = number() else { return nil }
        var attributes = SFTPAttributes()
        if flags & 1 != 0 { attributes.size = longNumber() }
        if flags & 2 != 0 { _ = longNumber() }
        if flags & 4 != 0 { attributes.mode = number() }
        if flags & 8 != 0 {
            _ = number()
            attributes.modified = number()
        }
        return attributes
    }
}

/// What a client may set of a file.
struct SFTPAttributes: Sendable {
    var size: UInt64?
    var mode: UInt32?
    var modified: UInt32?
}

struct SFTPWriter {
    /// The packet with its length in front.
    var packet: [UInt8] {
        var whole: [UInt8] = []
        whole.reserveCapacity(bytes.count + 4)
        Self.append(UInt32(bytes.count), to: &whole)
        return whole + bytes
    }

    private var bytes: [UInt8] = []

    init(_ kind: SFTPKind) { bytes = [kind.rawValue] }

    mutating func add(_ number: UInt32) { Self.append(number, to: &bytes) }

    mutating func add(_ text: some Collection<UInt8>) {
        add(UInt32(text.count))
        bytes += text
    }

    /// Size, owner, permissions and times of a file.
    mutating func add(_ file: FileTree.File) {
        add(UInt32(0x1 | 0x2 | 0x4 | 0x8))
        add(UInt32(0))
        add(UInt32(truncatingIfNeeded: file.size))
        add(UInt32(0))
        add(UInt32(0))
        let kind: UInt32 =
            switch file.content {
            case .bytes: 0o100000
            case .link: 0o120000
            case .directory: 0o040000
            }
        add(kind | file.mode)
        add(file.modified)
        add(file.modified)
    }

    private static func append(_ number: UInt32, to bytes: inout [UInt8]) {
        for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }
}

enum SFTPKind: UInt8 {
    case initialise = 1, version, open, close, read, write, lstat, fstat, setstat, fsetstat, opendir, readdir, remove
    case mkdir, rmdir, realpath, stat, rename, readlink, symlink
    case status = 101, handle, data, name, attributes
    case extended = 200, extendedReply
}

enum SFTPStatus: UInt32 {
    case ok, endOfFile, noSuchFile, permissionDenied, failure, badMessage
    case unsupported = 8

    var text: String {
        switch self {
        case .ok: "Success"
        case .endOfFile: "End of file"
        case .noSuchFile: "No such file"
        case .permissionDenied: "Permission denied"
        case .failure: "Failure"
        case .badMessage: "Bad message"
        case .unsupported: "Operation unsupported"
        }
    }
}
