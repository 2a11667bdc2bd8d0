import FoundationEssentials
import Glibc
import SystemPackage

/// `var/runs/<year>.jsonl`: one line for each run, appended to; long lines of old runs are made short (`compact`). What the index knows of runs is rebuilt from it.
struct RunFile: Sendable, Hashable {
    let path: String
    var name: String { FilePath(path).lastComponent?.string ?? path }

    /// All of them, oldest first.
    static func all(in folder: String) throws(StoreError) -> [RunFile] {
        try StoreError.wrapping(folder, "list it") {
            guard FileManager.default.fileExists(atPath: folder) else { return [] }
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            return names.filter { $0.hasSuffix(".jsonl") }.sorted().map { RunFile(path: "\(folder)/\($0)") }
        }
    }

    var size: Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    /// Appends a record and makes it durable. The caller holds the store's lock.
    /// - Returns: where the next one begins.
    func append(_ record: RunRecord) throws(StoreError) -> Int {
        try StoreError.wrapping(path, "append to it") {
            let file = try FileDescriptor.open(
                path, .readWrite, options: [.create, .append, .closeOnExec], permissions: [.ownerReadWrite, .groupRead])
            defer { try? file.close() }
            let line = Array(try JSON.text(record).utf8) + [0x0A]
            let end = try Self.endOfLastLine(file)
            // What a process that was killed has left of a line was never a record.
            guard ftruncate(file.rawValue, off_t(end)) == 0 else { throw Errno(rawValue: errno) }
            do {
                _ = try file.writeAll(line)
                guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
            } catch {
                // A full disk takes part of a line.
                _ = ftruncate(file.rawValue, off_t(end))
                throw error
            }
            return Int(end) + line.count
        }
    }

    private static func endOfLastLine(_ file: FileDescriptor) throws -> Int64 {
        var end = try file.seek(offset: 0, from: .end)
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while end > 0 {
            let start = max(0, end - Int64(buffer.count))
            var count = 0
            try buffer.withUnsafeMutableBytes { bytes in
                while count < Int(end - start) {
                    let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[count..<Int(end - start)])
                    let read = try file.read(fromAbsoluteOffset: start + Int64(count), into: rest)
                    guard read > 0 else { throw Errno.ioError }
                    count += read
                }
            }
            if let last = buffer[..<count].lastIndex(of: 0x0A) { return start + Int64(last) + 1 }
            end = start
        }
        return 0
    }

    /// Reads the whole lines from an offset on, in portions, so that a file of many years needs little memory.
    /// - Parameter take: Gets the records of a portion, the offset behind it, and how many lines were unreadable.
    func read(from start: Int, take: ([RunRecord], Int, Int) throws(StoreError) -> Void) throws(StoreError) {
        try StoreError.wrapping(path, "read it") {
            let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
            defer { try? file.close() }
            var pending: [UInt8] = []
            var offset = start
            var buffer = [UInt8](repeating: 0, count: 1 << 20)
            while true {
                let count = try buffer.withUnsafeMutableBytes {
                    try file.read(fromAbsoluteOffset: Int64(offset + pending.count), into: $0)
                }
                guard count > 0 else { return }
                pending += buffer[..<count]
                guard let end = pending.lastIndex(of: 0x0A) else { continue }
                let lines = pending[..<end].split(separator: 0x0A)
                let records = lines.compactMap { try? JSON.value(RunRecord.self, Data($0)) }
                offset += end + 1
                pending.removeFirst(end + 1)
                try take(records, offset, lines.count - records.count)
            }
        }
    }
}
