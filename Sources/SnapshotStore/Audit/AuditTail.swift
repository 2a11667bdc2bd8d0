import ConfigModel
import Crypto
import SystemPackage

/// The end of the log, as far as the next entry needs it. Read backwards, in pieces.
struct AuditTail {
    /// SHA-256 of the last line; 64 zeros when there is none.
    var hash = AuditEntry.noPrevious
    /// Whether the last line has its line end.
    var isClosed = true
    /// Whether the last line is an entry; also when there is no line.
    var isSound = true
    /// The last entry there is; nil when there is none.
    var entry: AuditEntry?

    /// What the next entry must say of the line before.
    var note: AuditEntry.Note? { isSound ? nil : isClosed ? .unreadable : .unfinished }

    /// Nil when the last line is no entry.
    var head: AuditHead? { isSound ? entry.map { AuditHead(sequence: $0.sequence, hash: hash) } : nil }

    init(of file: FileDescriptor) throws {
        var end = try file.seek(offset: 0, from: .end)
        guard end > 0 else { return }
        isClosed = try Self.bytes(of: file, from: end - 1, to: end) == [0x0A]
        if isClosed { end -= 1 }
        var isLast = true
        // Usually once: further up only past lines that are no entries.
        while entry == nil, end >= 0 {
            let start = try Self.startOfLine(endingAt: end, in: file)
            if isLast { hash = try Self.hash(of: file, from: start, to: end) }
            if end - start <= AuditLog.longestLine {
                entry = AuditEntry(parsing: try Self.bytes(of: file, from: start, to: end))
            }
            if isLast { isSound = entry != nil }
            isLast = false
            guard start > 0 else { break }
            end = start - 1
        }
    }

    private static let piece: Int64 = 65_536

    private static func startOfLine(endingAt end: Int64, in file: FileDescriptor) throws -> Int64 {
        var upper = end
        while upper > 0 {
            let lower = max(0, upper - piece)
            if let index = try bytes(of: file, from: lower, to: upper).lastIndex(of: 0x0A) {
                return lower + Int64(index) + 1
            }
            upper = lower
        }
        return 0
    }

    private static func hash(of file: FileDescriptor, from start: Int64, to end: Int64) throws -> String {
        var hasher = SHA256()
        var offset = start
        while offset < end {
            let next = min(end, offset + piece)
            try bytes(of: file, from: offset, to: next).withUnsafeBytes { hasher.update(bufferPointer: $0) }
            offset = next
        }
        return hexadecimal(hasher.finalize())
    }

    private static func bytes(of file: FileDescriptor, from start: Int64, to end: Int64) throws -> [UInt8] {
        let length = Int(end - start)
        return try [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            while count < length {
                let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count...])
                let read = try file.read(fromAbsoluteOffset: start + Int64(count), into: rest)
                // It was cut while we read: what is gone is not there.
                guard read > 0 else { break }
                count += read
            }
        }
    }
}
