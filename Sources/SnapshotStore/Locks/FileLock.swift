import FoundationEssentials
import Glibc
import SystemPackage

/// A lock of the whole workspace, or of one device in it, held by an open file.
///
/// The kernel lets go of it when the process ends, however that happens, so there are no stale locks; the file itself
/// stays and says who holds or held it. It also excludes other holders in the same process.
package final class FileLock: Sendable {
    private let path: String
    /// Owned here; -1 once it is released.
    private let descriptor: Released

    private init(path: String, descriptor: FileDescriptor) {
        self.path = path
        self.descriptor = Released(descriptor)
    }

    deinit { release() }

    /// Lets go. Doing it again has no effect.
    package func release() {
        guard let descriptor = descriptor.take() else { return }
        // Best effort: what the file says matters only while it is locked.
        _ = ftruncate(descriptor.rawValue, 0)
        try? descriptor.close()
    }

    /// Takes the lock.
    /// - Parameters:
    ///   - what: What the holder does, for the error of others: `a run`.
    ///   - command: What this process was asked to do.
    ///   - patience: How long to wait for another holder; blocks the calling thread.
    /// - Throws: `locked` with the holder's name; `permission` when the file may not be written.
    static func take(
        _ path: String, what: String, command: String, patience: Duration = .zero, now: Date
    ) throws(StoreError) -> FileLock {
        let deadline = ContinuousClock.now + patience
        let descriptor = try StoreError.wrapping(path, "lock it") {
            try FileDescriptor.open(
                path, .readWrite, options: [.create, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
        }
        while flock(descriptor.rawValue, LOCK_EX | LOCK_NB) != 0 {
            let error = Errno(rawValue: errno)
            if error == .interrupted { continue }
            guard error == .wouldBlock else {
                try? descriptor.close()
                throw .system(error, path: path, operation: "lock it")
            }
            guard ContinuousClock.now < deadline else {
                let holder = readHolder(descriptor)
                try? descriptor.close()
                throw .locked(what: what, holder: holder)
            }
            usleep(10_000)
        }
        let lock = FileLock(path: path, descriptor: descriptor)
        let note = "\(getpid())\n\(Timestamp.text(of: now))\n\(command.prefix(1000))\n"
        // Best effort: on a full disk the lock holds all the same, and a restore must not fail for want of a name in it.
        _ = ftruncate(descriptor.rawValue, 0)
        _ = try? descriptor.writeAll(toAbsoluteOffset: 0, Array(note.utf8))
        return lock
    }

    private static func readHolder(_ descriptor: FileDescriptor) -> LockHolder {
        var bytes = [UInt8](repeating: 0, count: 4096)
        // Between taking the lock and writing its name a holder needs some microseconds.
        for _ in 0..<20 {
            let count = bytes.withUnsafeMutableBytes {
                (try? descriptor.read(fromAbsoluteOffset: 0, into: $0)) ?? 0
            }
            let lines = String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n")
            if lines.count >= 3, let process = Int32(lines[0]) {
                let command = String(lines[2].unicodeScalars.filter { $0.properties.generalCategory != .control })
                return LockHolder(process: process, command: command, since: Timestamp.date(lines[1]))
            }
            usleep(5000)
        }
        return LockHolder(process: nil, command: "", since: nil)
    }
}
