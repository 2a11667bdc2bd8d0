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
    private let pointer: OpaquePointer

    /// The last part of the path, such as `store.git`.
    var name: String { FilePath(path).lastComponent?.string ?? path }

    /// Opens a repository that exists.
    init(opening path: String) throws(StoreError) {
        try GitLibrary.start()
        self.path = path
        var repository: OpaquePointer?
        let code = git_repository_open_bare(&repository, path)
        guard code == 0, let repository else {
            let failure = GitLibrary.failure(code, path: path, operation: "open the repository")
            if case .inputOutput(_, _, let reason) = failure { throw .damagedRepository(path: path, reason: reason) }
            throw failure
        }
        do throws(StoreError) {
            objects = try ObjectDatabase(repository: path)
        } catch {
            git_repository_free(repository)
            throw error
        }
        pointer = repository
    }

    deinit { git_repository_free(pointer) }

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
    func tip() throws(StoreError) -> ObjectID? {
        var oid = git_oid()
        let code = git_reference_name_to_id(&oid, pointer, Self.branch)
        if code == GIT_ENOTFOUND.rawValue { return nil }
        guard code == 0 else {
            throw .damagedRepository(path: path, reason: "\(Self.branch): \(GitLibrary.lastMessage())")
        }
        return ObjectID(oid)
    }

    /// As `tip`, without opening the repository where the branch is a file of its own.
    static func quickTip(of path: String) throws(StoreError) -> ObjectID? {
        if let bytes = FileManager.default.contents(atPath: "\(path)/\(branch)"),
            let id = ObjectID(hexadecimal: String(decoding: bytes.prefix(40), as: UTF8.self))
        {
            return id
        }
        return try GitRepository(opening: path).tip()
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
