import CLibGit2
import FoundationEssentials
import Glibc
import SystemPackage

/// One bare repository: its objects and its one branch, `main`.
///
/// Not `Sendable`: it belongs to the store's thread.
final class GitRepository {
    static let branch = "refs/heads/main"

    let path: String
    let objects: ObjectDatabase

    /// The last part of the path, such as `store.git`.
    var name: String { FilePath(path).lastComponent?.string ?? path }

    /// Opens a repository that exists. libgit2 is asked for packs and for writing, when that comes: it takes longer to start than
    /// a question to the index.
    init(opening path: String) throws(StoreError) {
        self.path = path
        for (name, kind) in [("HEAD", S_IFREG), ("objects", S_IFDIR), ("refs", S_IFDIR)] {
            var status = stat()
            guard stat("\(path)/\(name)", &status) == 0 else {
                let error = Errno(rawValue: errno)
                guard error == .noSuchFileOrDirectory || error == .notDirectory else {
                    throw .system(error, path: path, operation: "open the repository")
                }
                throw .damagedRepository(path: path, reason: "it has no '\(name)'")
            }
            guard status.st_mode & S_IFMT == kind else {
                throw .damagedRepository(path: path, reason: "its '\(name)' is something else")
            }
        }
        objects = ObjectDatabase(repository: path)
    }

    /// Makes an empty bare repository whose HEAD is `main`, whole or not at all: it gets its name when it is complete.
    /// The caller holds the store's lock.
    static func create(at path: String) throws(StoreError) {
        try GitLibrary.start()
        let unfinished = "\(path).unfinished"
        try StoreError.wrapping(unfinished, "remove it") {
            if FileManager.default.fileExists(atPath: unfinished) {
                try FileManager.default.removeItem(atPath: unfinished)
            }
        }
        var options = git_repository_init_options()
        git_repository_init_options_init(&options, UInt32(GIT_REPOSITORY_INIT_OPTIONS_VERSION))
        options.flags = GIT_REPOSITORY_INIT_BARE.rawValue | GIT_REPOSITORY_INIT_MKPATH.rawValue
        var repository: OpaquePointer?
        let code = "main".withCString { branch in
            options.initial_head = branch
            return git_repository_init_ext(&repository, unfinished, &options)
        }
        guard code == 0 else { throw GitLibrary.failure(code, path: path, operation: "create the repository") }
        git_repository_free(repository)
        // For its owner alone, whatever the folder around it allows.
        guard chmod(unfinished, 0o700) == 0 else {
            throw .system(Errno(rawValue: errno), path: unfinished, operation: "set its mode")
        }
        try syncFileSystem(of: unfinished)
        guard rename(unfinished, path) == 0 else {
            throw .system(Errno(rawValue: errno), path: path, operation: "create the repository")
        }
        try syncFolder(FilePath(path).removingLastComponent().string)
    }

    /// The commit that `main` is at; nil before the first.
    func tip() throws(StoreError) -> ObjectID? { try Self.tip(of: path) }

    /// As `tip`, of a repository that is not open.
    static func tip(of path: String) throws(StoreError) -> ObjectID? {
        if let bytes = try contents("\(path)/\(branch)") {
            guard let id = ObjectID(hexadecimal: String(decoding: bytes.prefix(40), as: UTF8.self)),
                bytes.dropFirst(40).allSatisfy({ $0 == 0x0A })
            else { throw .damagedRepository(path: path, reason: "\(branch) holds no name of a commit") }
            return id
        }
        // 'git pack-refs' puts it there: a name, a space, the reference.
        guard let bytes = try contents("\(path)/packed-refs") else { return nil }
        for line in bytes.split(separator: 0x0A) where line.count == 41 + branch.utf8.count {
            guard line.dropFirst(41).elementsEqual(branch.utf8) else { continue }
            guard let id = ObjectID(hexadecimal: String(decoding: line.prefix(40), as: UTF8.self)) else {
                throw .damagedRepository(path: path, reason: "packed-refs holds no name of a commit for \(branch)")
            }
            return id
        }
        return nil
    }

    /// Nil when there is no such file.
    private static func contents(_ path: String) throws(StoreError) -> [UInt8]? {
        do {
            let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
            return try file.closeAfter {
                var bytes: [UInt8] = []
                var buffer = [UInt8](repeating: 0, count: 4096)
                while true {
                    let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
                    if count == 0 { return bytes }
                    bytes += buffer[..<count]
                }
            }
        } catch let error as Errno where error == .noSuchFileOrDirectory {
            return nil
        } catch {
            throw .system(error as? Errno ?? .ioError, path: path, operation: "read it")
        }
    }

    func commit(_ id: ObjectID) throws(StoreError) -> GitCommit {
        guard let commit = GitCommit(parsing: try objects.read(id, .commit)) else {
            throw .damagedObject(id: id, repository: path, reason: "it cannot be read as a commit")
        }
        return commit
    }

    func tree(_ id: ObjectID) throws(StoreError) -> GitTree {
        guard let tree = GitTree(parsing: try objects.read(id, .tree)) else {
            throw .damagedObject(id: id, repository: path, reason: "it cannot be read as a tree")
        }
        return tree
    }

    /// The tree of a folder below `root`; nil when there is none.
    func folder(_ path: some Sequence<String>, in root: ObjectID) throws(StoreError) -> ObjectID? {
        var current = root
        for name in path {
            guard let entry = try tree(current)[name], entry.isFolder else { return nil }
            current = entry.id
        }
        return current
    }

    /// Writes the trees that `changes` need.
    /// - Returns: the new root; an empty tree's id when nothing is left.
    func apply(_ changes: [[UInt8]: TreeChange], to root: ObjectID?) throws(StoreError) -> ObjectID {
        let made = try TreeChange.apply(
            changes, to: root,
            read: { (id) throws(StoreError) in try self.tree(id) },
            write: { (tree) throws(StoreError) in try self.objects.write(tree.serialised, .tree) })
        if let made { return made }
        return try objects.write([], .tree)
    }

    /// Makes everything durable that was written to a file system so far: one call for thousands of objects.
    static func syncFileSystem(of path: String) throws(StoreError) {
        try StoreError.wrapping(path, "sync") {
            let folder = try FileDescriptor.open(path, .readOnly, options: [.directory, .closeOnExec])
            defer { try? folder.close() }
            guard CLibGit2.syncfs(folder.rawValue) == 0 else { throw Errno(rawValue: errno) }
        }
    }

    /// Makes a rename in this folder durable.
    static func syncFolder(_ path: String) throws(StoreError) {
        try StoreError.wrapping(path, "sync") {
            let folder = try FileDescriptor.open(path, .readOnly, options: [.directory, .closeOnExec])
            defer { try? folder.close() }
            guard fsync(folder.rawValue) == 0 else { throw Errno(rawValue: errno) }
        }
    }
}
