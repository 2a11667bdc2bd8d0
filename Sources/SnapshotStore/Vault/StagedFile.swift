import FoundationEssentials
import Glibc
import Synchronization
import SystemPackage

/// A temporary file in the vault, locked while somebody uses it, removed when nobody does.
final class StagedFile: Sendable {
    let path: String
    private let descriptor: FileDescriptor
    private let isKept = Mutex(false)
    private static let prefix = "plumbline-"

    /// Makes an empty one, and removes those that ended processes have left.
    init(in folder: String) throws(StoreError) {
        try Self.makeFolder(FilePath(folder).removingLastComponent().string)
        try Self.makeFolder(folder)
        Self.removeAbandoned(in: folder)
        while true {
            let path = "\(folder)/\(Self.prefix)\(getpid())-\(UInt32.random(in: 0 ... .max))"
            let descriptor = try StoreError.wrapping(path, "create it") {
                try FileDescriptor.open(
                    path, .readWrite, options: [.create, .exclusiveCreate, .closeOnExec],
                    permissions: [.ownerReadWrite])
            }
            var status = stat()
            // Between its making and its locking somebody may have taken it for abandoned.
            if flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0, fstat(descriptor.rawValue, &status) == 0,
                status.st_nlink > 0
            {
                self.path = path
                self.descriptor = descriptor
                return
            }
            try? descriptor.close()
        }
    }

    deinit {
        // Best effort: what is left is removed by the next one.
        if !isKept.withLock({ $0 }) { unlink(path) }
        try? descriptor.close()
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        _ = try StoreError.wrapping(path, "write") { try descriptor.writeAll(bytes) }
    }

    func empty() throws(StoreError) {
        guard ftruncate(descriptor.rawValue, 0) == 0, lseek(descriptor.rawValue, 0, SEEK_SET) == 0 else {
            throw .system(Errno(rawValue: errno), path: path, operation: "empty it")
        }
    }

    func sync() throws(StoreError) {
        guard fsync(descriptor.rawValue) == 0 else {
            throw .system(Errno(rawValue: errno), path: path, operation: "sync")
        }
    }

    /// Gives the file its name, in place of what has it; durable when it returns. Doing it again has no effect.
    /// - Parameter folders: Those that must be there for it, outermost first.
    func move(to target: String, in folders: [String]) throws(StoreError) {
        for folder in folders { try Self.makeFolder(folder) }
        try isKept.withLock { isKept throws(StoreError) in
            guard !isKept else { return }
            // As git's own objects are: nobody has a reason to write to them, and the repository's folder keeps out others.
            guard fchmod(descriptor.rawValue, 0o444) == 0, rename(path, target) == 0 else {
                throw .system(Errno(rawValue: errno), path: target, operation: "put it in place")
            }
            isKept = true
        }
        if let last = folders.last { try GitRepository.syncFolder(last) }
    }

    private static func makeFolder(_ path: String) throws(StoreError) {
        if mkdir(path, 0o777) == 0 {
            return try GitRepository.syncFolder(FilePath(path).removingLastComponent().string)
        }
        guard errno == EEXIST else { throw .system(Errno(rawValue: errno), path: path, operation: "create it") }
    }

    /// Best effort: an abandoned file takes room, and does no other harm.
    private static func removeAbandoned(in folder: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where name.hasPrefix(prefix) {
            let path = "\(folder)/\(name)"
            let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
            guard descriptor >= 0 else { continue }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unlink(path) }
            close(descriptor)
        }
    }
}
