import Glibc
import SystemPackage

extension GitRepository {
    /// Moves `main` from one commit to another, as git itself does it: `main.lock` is created, the old value compared,
    /// the new one written and synced, and the lock renamed to `main`. Done by hand because libgit2 syncs either
    /// nothing or every object too.
    ///
    /// The caller holds the store's lock and has synced the objects. A `main.lock` that a killed process left behind is
    /// removed: nobody else of ours can hold it, and stock git holds it for milliseconds.
    /// - Throws: `movedMeanwhile` when `main` is not at `old`.
    func moveBranch(from old: ObjectID?, to new: ObjectID) throws(StoreError) {
        let file = "\(path)/\(Self.branch)"
        let lock = "\(file).lock"
        let descriptor = try lockBranch(lock)
        var renamed = false
        defer {
            try? descriptor.close()
            if !renamed { unlink(lock) }
        }
        let found = try tip()
        guard found == old else {
            throw .movedMeanwhile(
                repository: path, expected: old.map { "\($0)" } ?? "no commit",
                found: found.map { "\($0)" } ?? "no commit")
        }
        try StoreError.wrapping(file, "write") {
            _ = try descriptor.writeAll(Array("\(new)\n".utf8))
            guard fsync(descriptor.rawValue) == 0, rename(lock, file) == 0 else { throw Errno(rawValue: errno) }
        }
        renamed = true
        try Self.syncFolder(FilePath(file).removingLastComponent().string)
    }

    private func lockBranch(_ lock: String) throws(StoreError) -> FileDescriptor {
        let patience = ContinuousClock.now + .seconds(3)
        var first: stat?
        while true {
            do {
                return try FileDescriptor.open(
                    lock, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
                    permissions: [.ownerReadWrite, .groupRead, .otherRead])
            } catch let error as Errno where error == .fileExists {
                guard ContinuousClock.now > patience else {
                    var now = stat()
                    if first == nil, stat(lock, &now) == 0 { first = now }
                    usleep(20_000)
                    continue
                }
                var now = stat()
                guard let first, stat(lock, &now) == 0 else { continue }
                guard now.st_ino == first.st_ino, now.st_mtim.tv_sec == first.st_mtim.tv_sec,
                    now.st_mtim.tv_nsec == first.st_mtim.tv_nsec
                else {
                    throw .inputOutput(
                        path: lock, operation: "lock the branch", reason: "another git process keeps writing to it")
                }
                unlink(lock)
            } catch {
                throw .system(error as? Errno ?? .ioError, path: lock, operation: "lock the branch")
            }
        }
    }
}
