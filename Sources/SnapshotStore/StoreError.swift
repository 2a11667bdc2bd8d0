package import ConfigModel
package import FoundationEssentials

/// What can go wrong with the store, for the person on call.
package enum StoreError: Error, Hashable, Sendable {
    // Using it.
    /// Another process holds a lock. `what` is what it does, such as `a run`.
    case locked(what: String, holder: LockHolder)
    /// The store was opened for reading.
    case readingOnly(path: String)
    /// Snapshots were to be added outside of `begin` and `finish`, or a second `begin` came too early.
    case sessionMisuse(String)
    case unstorableName(device: DeviceID, artifact: String, reason: String)
    case unstorableImage(image: String, reason: String)
    /// Other bytes have this name in the vault. Digests with their algorithm.
    case imageDiffers(image: String, kept: String, offered: String)

    // Asking it.
    case notASpecifier(String)
    case noVersion(device: DeviceID, wanted: String, reason: String)
    case ambiguousCommit(prefix: String, matches: Int)
    case noArtifact(device: DeviceID, number: Int, artifact: ArtifactName)

    /// A repository of exact bytes that cannot be taken away.
    case notRetirable(repository: String, reason: String)
    /// Exact bytes of a repository that was taken away on purpose. `archive` is a file, nil where it was dropped.
    case retired(repository: String, date: String, archive: String?)

    // The ground it stands on.
    case diskFull(path: String, free: UInt64)
    case permission(path: String, operation: String)
    /// A writing command by somebody else than the user to whom `var/` belongs. Names of accounts.
    case otherOwner(path: String, owner: String, user: String)
    case readOnlyFileSystem(path: String)
    case inputOutput(path: String, operation: String, reason: String)

    // Damage.
    case missingObject(id: ObjectID, repository: String)
    case damagedObject(id: ObjectID, repository: String, reason: String)
    case damagedRepository(path: String, reason: String)
    /// The ref has another value than expected: somebody else wrote to the repository.
    case movedMeanwhile(repository: String, expected: String, found: String)
    case index(path: String, reason: String)
    /// The key of a repository of exact bytes cannot be had. `place` is its file, or whence it should have come.
    case key(repository: String, place: String, reason: String)
}

extension StoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .locked(let what, let holder):
            what == "the daemon"
                ? "the daemon does what is due: \(holder); 'plumbline run … --via-daemon' asks it"
                : "\(what) is under way: \(holder); wait for its end, or end that process"
        case .readingOnly(let path):
            "\(path) was opened for reading and cannot be written to"
        case .sessionMisuse(let what):
            "the store was used wrongly: \(what)"
        case .unstorableName(let device, let artifact, let reason):
            "\(device): nothing was stored, because the artifact \(artifact) \(reason); leave it out in the platform"
        case .unstorableImage(let image, let reason):
            "the image \(image) cannot be kept: \(reason)"
        case .imageDiffers(let image, let kept, let offered):
            "the vault has another image as \(image): there \(kept), offered \(offered); nothing was stored: give another "
                + "name or version, or '--replace' it (history keeps the old one)"
        case .notASpecifier(let text):
            "'\(text)' names no version: say a number (3), a date (2026-11-23), a time (2026-11-23T02:15:00Z), "
                + "a commit (at least 7 digits) or 'approved'"
        case .noVersion(let device, let wanted, let reason):
            "\(device)@\(wanted): \(reason)"
        case .ambiguousCommit(let prefix, let matches):
            "\(prefix) is the beginning of \(matches) commits: give more of its digits"
        case .noArtifact(let device, let number, let artifact):
            "\(device)@\(number) has no \(artifact)"
        case .notRetirable(let repository, let reason):
            "\(repository) cannot be retired: \(reason)"
        case .retired(let repository, let date, let archive):
            "these exact bytes were in \(repository), which was retired on \(date)"
                + (archive.map { "; its archive is \($0): 'git clone' and 'git-crypt unlock' open it" }
                    ?? " and dropped")
        case .diskFull(let path, let free):
            "no space is left for \(path) (\(free) bytes free): make room; what was stored before is intact, and the "
                + "next run stores what is missing"
        case .permission(let path, let operation):
            "\(path): no permission to \(operation): run as the user to whom the workspace's var/ belongs"
        case .otherOwner(let path, let owner, let user):
            "\(path) belongs to \(owner), and only \(owner) writes to it, not \(user): say 'sudo -u \(owner) plumbline …'; "
                + "nothing was written"
        case .readOnlyFileSystem(let path):
            "\(path) is on a read-only file system: nothing can be stored; look for disk errors in the system's log"
        case .inputOutput(let path, let operation, let reason):
            "\(path): cannot \(operation) (\(reason))"
        case .missingObject(let id, let repository):
            "object \(id) is missing in \(repository): fetch it from the mirror or a backup copy of the repository "
                + "('git fetch --refetch PLACE main' there brings it back)"
        case .damagedObject(let id, let repository, let reason):
            "object \(id) in \(repository) is damaged (\(reason)): move it away and take it from the mirror or a backup "
                + "copy of the repository; 'git fsck' there lists all that is damaged"
        case .damagedRepository(let path, let reason):
            "\(path) cannot be used as a git repository (\(reason)): put it back from the mirror or a backup copy"
        case .movedMeanwhile(let repository, let expected, let found):
            "\(repository) was written to by somebody else: main was to be at \(expected) and is at \(found); run again"
        case .index(let path, let reason):
            "the index \(path) cannot be used (\(reason)): make sure that the disk is not full, then delete this file; the "
                + "next command builds it anew from git"
        case .key(let repository, let place, let reason):
            "the key of \(repository) cannot be used (\(place)): \(reason)"
        }
    }
}

/// Who holds a lock.
package struct LockHolder: Sendable, Hashable, CustomStringConvertible {
    /// Nil when the holder has not written it down (yet).
    package var process: Int32?
    package var command: String
    package var since: Date?

    package init(process: Int32?, command: String, since: Date?) {
        self.process = process
        self.command = command
        self.since = since
    }

    package var description: String {
        guard let process else { return "by a process that has not said its name" }
        let since = since.map { " since \(Timestamp.text(of: $0))" } ?? ""
        return "process \(process) (\(command))\(since)"
    }
}
