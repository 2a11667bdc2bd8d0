import CZlib
import FoundationEssentials
import Glibc
import SystemPackage

/// An object in a file of its own, as it is read: `blob 12\0…` in a zlib stream (gitformat, "loose objects").
///
/// By hand because libgit2 1.5 never comes back from a loose object whose stream was cut or whose end was altered.
struct LooseObject {
    /// Why a file is no sound object.
    struct Fault: Error { var reason: String }

    /// Such as `blob`.
    var kind: String
    var bytes: [UInt8]

    /// - Parameter folder: The repository's `objects`.
    /// - Returns: nil when there is no such file.
    /// - Throws: `Fault`, or `Errno` when the file cannot be read.
    static func read(_ id: ObjectID, in folder: String) throws -> LooseObject? {
        let digits = "\(id)"
        let file: FileDescriptor
        do {
            file = try FileDescriptor.open(
                "\(folder)/\(digits.prefix(2))/\(digits.dropFirst(2))", .readOnly, options: .closeOnExec)
        } catch let error as Errno where error == .noSuchFileOrDirectory {
            return nil
        }
        return try file.closeAfter { try LooseObject(inflating: try whole(file)) }
    }

    private static func whole(_ file: FileDescriptor) throws -> [UInt8] {
        var status = stat()
        guard fstat(file.rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
        return try [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
            while count < buffer.count {
                let read = try file.read(
                    into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count...]))
                if read == 0 { break }
                count += read
            }
        }
    }

    /// - Parameter stream: The whole file.
    init(inflating stream: [UInt8]) throws(Fault) {
        var kind = ""
        var bytes: [UInt8] = []
        let reason: String? = stream.withUnsafeBufferPointer { source in
            var zlib = z_stream()
            guard inflateInit_(&zlib, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
                return "zlib cannot be started"
            }
            defer { inflateEnd(&zlib) }
            // zlib does not write to what it reads.
            zlib.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
            zlib.avail_in = UInt32(clamping: source.count)

            var head = [UInt8](repeating: 0, count: 64)
            var status = Self.inflate(&zlib, into: &head, from: 0)
            guard status.count > 0, let end = head[..<status.count].firstIndex(of: 0),
                let (name, size) = Self.header(head[..<end])
            else { return "its header cannot be read" }
            kind = name
            let early = head[(end + 1)..<status.count]
            guard early.count <= size else { return "it is longer than its header says" }
            // A header may say any size; what does not come is not waited for.
            bytes = Array(early)
            while !status.isEnd {
                guard bytes.count < size || status.count > 0 else { return "it ends before its header says" }
                // One byte more than there should be: it must not come.
                let room = min(size - bytes.count + 1, max(bytes.count, 1 << 16))
                let start = bytes.count
                bytes.append(contentsOf: repeatElement(0, count: room))
                status = Self.inflate(&zlib, into: &bytes, from: start)
                bytes.removeLast(room - status.count)
                if status.isBad { return "its compressed stream is damaged" }
                if status.count == 0, !status.isEnd { return "its compressed stream was cut" }
                if bytes.count > size { return "it is longer than its header says" }
            }
            guard bytes.count == size else { return "it is shorter than its header says" }
            return zlib.avail_in == 0 ? nil : "something follows its compressed stream"
        }
        if let reason { throw Fault(reason: reason) }
        self.kind = kind
        self.bytes = bytes
    }

    private static func inflate(
        _ zlib: inout z_stream, into buffer: inout [UInt8], from start: Int
    ) -> (count: Int, isEnd: Bool, isBad: Bool) {
        buffer.withUnsafeMutableBufferPointer { buffer in
            let room = buffer.count - start
            zlib.next_out = buffer.baseAddress.map { $0 + start }
            zlib.avail_out = UInt32(clamping: room)
            let code = CZlib.inflate(&zlib, Z_NO_FLUSH)
            return (
                room - Int(zlib.avail_out), code == Z_STREAM_END, ![Z_OK, Z_STREAM_END, Z_BUF_ERROR].contains(code)
            )
        }
    }

    /// `blob 12` → its parts.
    private static func header(_ bytes: ArraySlice<UInt8>) -> (kind: String, size: Int)? {
        let words = bytes.split(separator: 0x20, omittingEmptySubsequences: false)
        guard words.count == 2, let last = words.last, !last.isEmpty, last.count <= 15,
            last.allSatisfy({ (0x30...0x39).contains($0) }), last.first != 0x30 || last.count == 1,
            let size = Int(String(decoding: last, as: UTF8.self))
        else { return nil }
        return (String(decoding: words[0], as: UTF8.self), size)
    }
}
