import FoundationEssentials
import Glibc
import SystemPackage

/// Whom a workspace's `var/` belongs to. That user alone writes there: a file that another one left behind, root above
/// all, would end the next run. Members of its group may read where the owner has opened it to them.
package struct StateOwner: Sendable, Hashable {
    let user: uid_t
    /// Whether the folder's group may read what is in it.
    let isGroupReadable: Bool
    let group: gid_t

    /// - Parameter directory: The workspace's `var/`.
    /// - Returns: nil when there is no such folder: whoever makes it owns it.
    init?(of directory: String) throws(StoreError) {
        var status = stat()
        guard stat(directory, &status) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw .system(Errno(rawValue: errno), path: directory, operation: "look at it")
        }
        user = status.st_uid
        group = status.st_gid
        isGroupReadable = status.st_mode & (S_IRGRP | S_IXGRP) == S_IRGRP | S_IXGRP
    }

    var isThisProcess: Bool { user == geteuid() }

    /// Refuses a process of another user, before it has written anything.
    /// - Throws: `otherOwner`.
    package static func requireOwner(of directory: String) throws(StoreError) {
        guard let owner = try StateOwner(of: directory), !owner.isThisProcess else { return }
        throw .otherOwner(path: directory, owner: name(of: owner.user), user: name(of: geteuid()))
    }

    /// Whether `var/` belongs to this process's user; true where there is none yet.
    package static func isThisProcess(of directory: String) throws(StoreError) -> Bool {
        try StateOwner(of: directory)?.isThisProcess ?? true
    }

    /// The account's name; its number where it has none.
    private static func name(of user: uid_t) -> String {
        getpwuid(user).map { String(cString: $0.pointee.pw_name) } ?? "#\(user)"
    }
}
