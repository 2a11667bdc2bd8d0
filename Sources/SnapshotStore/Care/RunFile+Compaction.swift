import ConfigModel
import FoundationEssentials
import Glibc
import SystemPackage

/// A run over thousands of devices is a line of a megabyte, most of which says that a device was as it had been. Of runs that
/// the index tells no attempts of any more, the lines are made short.
extension RunFile {
    /// Of runs that started before `date`, each device's last attempt and last success in this file are kept; runs and their
    /// results all are, and so are lines that cannot be read. The caller holds the store's lock, and has made the index forget
    /// where it had read to.
    /// - Returns: How many bytes are gained.
    func compact(before date: Date) throws(StoreError) -> Int {
        var last: [ConfigModel.DeviceID: (attempt: String, success: String?)] = [:]
        var before = 0
        try read(from: 0) { (records, end, _) throws(StoreError) in
            before = end
            for record in records where record.started < date {
                for attempt in record.attempts {
                    let success = attempt.outcome.isSuccess ? record.run.text : last[attempt.device]?.success
                    last[attempt.device] = (record.run.text, success)
                }
            }
        }
        let new = path + ".unfinished"
        unlink(new)
        return try StoreError.wrapping(path, "make it shorter") {
            let file = try FileDescriptor.open(
                new, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead])
            var after = 0
            do {
                try file.closeAfter {
                    try forEachLine { line in
                        let short = try shortened(line, before: date, keeping: last) ?? Array(line)
                        try file.writeAll(short + [0x0A])
                        after += short.count + 1
                    }
                    guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
                }
                guard rename(new, path) == 0 else { throw Errno(rawValue: errno) }
            } catch {
                unlink(new)
                throw error
            }
            try GitRepository.syncFolder(FilePath(path).removingLastComponent().string)
            return before - after
        }
    }

    /// - Returns: nil for a line that stays as it is.
    private func shortened(
        _ line: ArraySlice<UInt8>, before date: Date,
        keeping last: [ConfigModel.DeviceID: (attempt: String, success: String?)]
    ) throws -> [UInt8]? {
        guard var record = try? JSON.value(RunRecord.self, Data(line)), record.started < date else { return nil }
        let run = record.run.text
        record.attempts.removeAll { attempt in
            guard let last = last[attempt.device] else { return true }
            return last.attempt != run && last.success != run
        }
        return Array(try JSON.text(record).utf8)
    }

    private func forEachLine(_ body: (ArraySlice<UInt8>) throws -> Void) throws {
        let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
        try file.closeAfter {
            var pending: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 1 << 20)
            while true {
                let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
                guard count > 0 else { return }
                pending += buffer[..<count]
                var start = pending.startIndex
                while let end = pending[start...].firstIndex(of: 0x0A) {
                    try body(pending[start..<end])
                    start = end + 1
                }
                pending.removeFirst(start)
            }
        }
    }
}

extension SnapshotStore {
    /// Files smaller than this are let be.
    private static let smallRunFile = 8 << 20

    /// Makes the records of runs short that are older than the attempts that the index keeps. At most once a month.
    /// - Parameter least: Bytes of a file that is looked at.
    /// - Returns: How many bytes were gained.
    @discardableResult
    package func compactRuns(least: Int? = nil) throws(StoreError) -> Int {
        guard purpose == .writing else { throw .readingOnly(path: directory) }
        var gained = 0
        for file in try RunFile.all(in: paths.runs) where file.size >= least ?? Self.smallRunFile {
            let now = clock()
            let last = try indexed { (index) throws(IndexFault) in try index.compaction(of: file.name) }
            if let last, now.timeIntervalSince(last) < 30 * 86_400, now >= last { continue }
            gained += try holdingStoreLock { () throws(StoreError) in
                try catchUp()
                // Whatever happens from here on, the file is read anew from its beginning.
                try indexed { (index) throws(IndexFault) in try index.forgetPlace(in: file.name) }
                let gain = try file.compact(before: now - StateIndex.attemptsKept)
                try indexed { (index) throws(IndexFault) in
                    try index.noteCompaction(of: file.name, at: now, size: file.size)
                }
                return gain
            }
        }
        return gained
    }
}

extension StateIndex {
    fileprivate func compaction(of file: String) throws(IndexFault) -> Date? {
        try readRow { try Self.value("compacted:\(file)", in: $0) }.flatMap { Double($0) }
            .map { Date(timeIntervalSince1970: $0) }
    }

    fileprivate func forgetPlace(in file: String) throws(IndexFault) {
        try write { try Self.set("runs:\(file)", to: "0", in: $0) }
    }

    fileprivate func noteCompaction(of file: String, at time: Date, size: Int) throws(IndexFault) {
        try write { database in
            try Self.set("runs:\(file)", to: "\(size)", in: database)
            try Self.set("compacted:\(file)", to: "\(time.timeIntervalSince1970)", in: database)
        }
    }
}
