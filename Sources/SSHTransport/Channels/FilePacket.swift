import NIOCore

/// A response of SFTP version 3 (draft-ietf-secsh-filexfer-02, section 7).
enum FileResponse {
    case status(code: UInt32, message: String)
    case handle([UInt8])
    case data(ByteBuffer)
    case names([(name: [UInt8], attributes: FileAttributes)])
    case attributes(FileAttributes)
}

/// Cuts the packets of SFTP out of a byte stream. Nothing in it trusts a length.
struct FilePacketReader {
    enum Packet {
        case version(UInt32)
        case response(id: UInt32, FileResponse)
    }

    struct Damaged: Error { let reason: String }

    private var held = ByteBuffer()
    /// OpenSSH sends no packet above this.
    private static let limit = 256 << 10

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        held.discardReadBytes()
        held.writeBytes(bytes)
    }

    /// The next whole packet; nil until it has come.
    mutating func next() throws(Damaged) -> Packet? {
        guard let length = held.getInteger(at: held.readerIndex, as: UInt32.self) else { return nil }
        guard (5...Self.limit).contains(Int(length)) else { throw Damaged(reason: "a packet of \(length) bytes") }
        guard held.readableBytes >= 4 + Int(length) else { return nil }
        held.moveReaderIndex(forwardBy: 4)
        guard var packet = held.readSlice(length: Int(length)), let type = packet.readInteger(as: UInt8.self),
            let id = packet.readInteger(as: UInt32.self)
        else { return nil }
        if type == 2 { return .version(id) }
        return .response(id: id, try Self.response(type, packet))
    }

    private static func response(_ type: UInt8, _ packet: ByteBuffer) throws(Damaged) -> FileResponse {
        if type == 103 {
            var packet = packet
            guard let length = packet.readInteger(as: UInt32.self), let data = packet.readSlice(length: Int(length))
            else {
                throw Damaged(reason: "a DATA packet that is cut short")
            }
            return .data(data)
        }
        var reader = WireReader(Array(packet.readableBytesView)[...])
        switch type {
        case 101:
            guard let code = reader.uint32() else { throw Damaged(reason: "a STATUS packet that is cut short") }
            return .status(code: code, message: printable(reader.string() ?? [], limit: 200))
        case 102:
            guard let handle = reader.string(), handle.count <= 256 else {
                throw Damaged(reason: "an unreadable handle")
            }
            return .handle(Array(handle))
        case 104: return .names(try names(&reader))
        case 105:
            guard let attributes = FileAttributes(from: &reader) else { throw Damaged(reason: "unreadable attributes") }
            return .attributes(attributes)
        default: throw Damaged(reason: "a packet of type \(type)")
        }
    }

    private static func names(
        _ reader: inout WireReader
    ) throws(Damaged) -> [(name: [UInt8], attributes: FileAttributes)] {
        guard let count = reader.uint32() else { throw Damaged(reason: "a NAME packet that is cut short") }
        var names: [(name: [UInt8], attributes: FileAttributes)] = []
        for _ in 0..<count {
            guard let name = reader.string(), reader.string() != nil, let attributes = FileAttributes(from: &reader)
            else {
                throw Damaged(reason: "a NAME packet that is cut short")
            }
            names.append((Array(name), attributes))
        }
        return names
    }
}

/// The requests of SFTP version 3. Those that write are made for a `WritableConnection` alone.
enum FileRequest {
    case openFile(path: String)
    case openDirectory(path: String)
    case read(handle: [UInt8], offset: UInt64, length: UInt32)
    case readDirectory(handle: [UInt8])
    case openAttributes(handle: [UInt8])
    case attributes(path: String)
    case close(handle: [UInt8])
    /// Made where it is missing, else emptied.
    case createFile(path: String)
    case write(handle: [UInt8], offset: UInt64, bytes: ArraySlice<UInt8>)
    case setOpenAttributes(handle: [UInt8], FileAttributes)
    case remove(path: String)
    /// Over what is there: posix-rename@openssh.com, for the rename of version 3 refuses that.
    case replace(path: String, with: String)
    /// fsync@openssh.com.
    case sync(handle: [UInt8])

    static let hello: [UInt8] = [0, 0, 0, 5, 1, 0, 0, 0, 3]

    func packet(id: UInt32) -> [UInt8] {
        var body = WireWriter()
        switch self {
        case .openFile(let path):
            body.begin(3, id, path.utf8)
            body.uint32(1)
            body.uint32(0)
        case .openDirectory(let path): body.begin(11, id, path.utf8)
        case .read(let handle, let offset, let length):
            body.begin(5, id, handle)
            body.uint64(offset)
            body.uint32(length)
        case .readDirectory(let handle): body.begin(12, id, handle)
        case .openAttributes(let handle): body.begin(8, id, handle)
        case .attributes(let path): body.begin(17, id, path.utf8)
        case .close(let handle): body.begin(4, id, handle)
        case .createFile(let path):
            body.begin(3, id, path.utf8)
            // WRITE, CREAT, TRUNC; the mode is nobody else's business until the right one is set.
            body.uint32(0x02 | 0x08 | 0x10)
            body.raw(FileAttributes(permissions: 0o600).bytes)
        case .write(let handle, let offset, let bytes):
            body.begin(6, id, handle)
            body.uint64(offset)
            body.string(bytes)
        case .setOpenAttributes(let handle, let attributes):
            body.begin(10, id, handle)
            body.raw(attributes.bytes)
        case .remove(let path): body.begin(13, id, path.utf8)
        case .replace(let path, let new):
            body.begin(200, id, "posix-rename@openssh.com".utf8)
            body.string(new.utf8)
            body.string(path.utf8)
        case .sync(let handle):
            body.begin(200, id, "fsync@openssh.com".utf8)
            body.string(handle)
        }
        var packet = WireWriter()
        packet.string(body.bytes)
        return packet.bytes
    }
}

extension WireWriter {
    fileprivate mutating func begin(_ type: UInt8, _ id: UInt32, _ subject: some Collection<UInt8>) {
        byte(type)
        uint32(id)
        string(subject)
    }
}
