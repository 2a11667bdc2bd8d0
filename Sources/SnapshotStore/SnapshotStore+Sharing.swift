import FoundationEssentials
import Glibc
import SystemPackage

/// What the owner does by `chgrp GROUP var && chmod 2750 var`: from the next writing command on, the group may read what
/// `var/` holds, but not keys, quarantine, transcripts and the audit log.
extension SnapshotStore {
    /// Makes what is there, and what this process makes from now on, readable by the group of `var/`, if `var/` itself is.
    /// Does nothing where all of it is so already.
    func shareWithGroup() throws(StoreError) {
        guard let owner = try StateOwner(of: paths.root), owner.isGroupReadable else { return }
        // Objects get their mode from it. What is for the owner alone is made with a mode of its own.
        let mask = umask(0o027)
        umask(mask & 0o727)
        for name in try Self.names(in: paths.root) where Self.isShared(name) {
            try Self.share("\(paths.root)/\(name)", with: owner.group)
        }
    }

    private static func isShared(_ name: String) -> Bool {
        name == "store.git" || name == "runs" || name.hasPrefix("state.sqlite")
            || (name.hasPrefix("collected-") && name.hasSuffix(".git"))
    }

    /// The top tells whether all below it is shared: it is opened last.
    private static func share(_ path: String, with group: gid_t) throws(StoreError) {
        guard try !isShared(path, with: group) else { return }
        for name in try names(below: path) { try open("\(path)/\(name)", to: group) }
        try open(path, to: group)
    }

    private static func isShared(_ path: String, with group: gid_t) throws(StoreError) -> Bool {
        guard let status = try status(of: path) else { return true }
        let wanted = wantedMode(status)
        return status.st_gid == group && status.st_mode & 0o7777 == wanted
    }

    private static func open(_ path: String, to group: gid_t) throws(StoreError) {
        // What is gone meanwhile (a temporary object, a lock) needs nothing; a link leads elsewhere.
        guard let status = try status(of: path), status.st_mode & S_IFMT != S_IFLNK else { return }
        if status.st_gid != group, lchown(path, uid_t.max, group) != 0 {
            throw .system(Errno(rawValue: errno), path: path, operation: "give it to the group of var/")
        }
        guard chmod(path, wantedMode(status)) == 0 || errno == ENOENT else {
            throw .system(Errno(rawValue: errno), path: path, operation: "let the group of var/ read it")
        }
    }

    /// A folder hands its group on to what is made in it.
    private static func wantedMode(_ status: stat) -> mode_t {
        let mode = status.st_mode & 0o7777
        return status.st_mode & S_IFMT == S_IFDIR ? mode | 0o2050 : mode | 0o040
    }

    /// Nil when it is not there.
    private static func status(of path: String) throws(StoreError) -> stat? {
        var status = stat()
        if lstat(path, &status) == 0 { return status }
        guard errno == ENOENT else { throw .system(Errno(rawValue: errno), path: path, operation: "look at it") }
        return nil
    }

    private static func names(in folder: String) throws(StoreError) -> [String] {
        try StoreError.wrapping(folder, "list it") { try FileManager.default.contentsOfDirectory(atPath: folder) }
    }

    /// All that is below a folder, at any depth; of a file nothing.
    private static func names(below path: String) throws(StoreError) -> [String] {
        guard let status = try status(of: path), status.st_mode & S_IFMT == S_IFDIR else { return [] }
        return try StoreError.wrapping(path, "list it") { try FileManager.default.subpathsOfDirectory(atPath: path) }
    }
}
