import Glibc
import SystemPackage

/// A key of git-crypt in a file of `var/keys/`, for its owner alone (0600).
struct KeyFile {
    let path: String
    private let folder: String
    private let stem: String
    /// Much more than a key has.
    private static let mostBytes = 4096

    init(folder: String, stem: String) {
        self.folder = folder
        self.stem = stem
        path = "\(folder)/\(stem).key"
    }

    func read() throws(StoreError) -> GitCryptKey {
        let bytes: [UInt8]
        do {
            let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .noFollow])
            defer { try? file.close() }
            var status = stat()
            guard fstat(file.rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
            guard status.st_mode & 0o007 == 0 else {
                throw fault(
                    "everybody may read it: 'chmod 600' it, and make a new key ('plumbline store rekey') if it was seen"
                )
            }
            bytes = try [UInt8](unsafeUninitializedCapacity: Self.mostBytes) { buffer, count in
                count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
            }
        } catch let error as StoreError {
            throw error
        } catch Errno.noSuchFileOrDirectory {
            throw fault("it is missing: \(Self.remedy)")
        } catch Errno.permissionDenied {
            throw fault("this user may not read it; only the owner of var/ reads and writes exact bytes")
        } catch {
            throw fault("it cannot be read (\(error))")
        }
        do throws(GitCryptKey.Fault) {
            return try GitCryptKey(parsing: bytes)
        } catch {
            throw fault("\(error): \(Self.remedy)")
        }
    }

    /// Makes the key unless there is one.
    func readOrCreate() throws(StoreError) -> GitCryptKey {
        var status = stat()
        if lstat(path, &status) != 0, errno == ENOENT { try create(GitCryptKey()) }
        return try read()
    }

    /// Puts a key in place, whole and durable, never over another.
    func create(_ key: GitCryptKey) throws(StoreError) {
        if mkdir(folder, 0o700) == 0 {
            try GitRepository.syncFolder(FilePath(folder).removingLastComponent().string)
        }
        let temporary = "\(path).\(getpid())"
        try StoreError.wrapping(temporary, "write the key") {
            let file = try FileDescriptor.open(
                temporary, .writeOnly, options: [.create, .truncate, .closeOnExec, .noFollow],
                permissions: [.ownerReadWrite])
            defer {
                try? file.close()
                unlink(temporary)
            }
            _ = try file.writeAll(key.exposed)
            guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
            // Linked rather than renamed: what has the name already stays.
            guard link(temporary, path) == 0 || errno == EEXIST else { throw Errno(rawValue: errno) }
        }
        try GitRepository.syncFolder(folder)
    }

    private static let remedy =
        "bring it back from the exported key ('plumbline store import-key FILE') or from your copy of var/keys"

    private func fault(_ reason: String) -> StoreError { .key(repository: "\(stem).git", place: path, reason: reason) }
}
