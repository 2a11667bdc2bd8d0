import ConfigModel
package import FoundationEssentials
import Glibc
import SystemPackage

/// `var/audit.jsonl`: one line of JSON for each use of a key, a secret, an override or the right to write. It is only
/// ever appended to, and each line holds the SHA-256 of the one before, so that whoever changes, removes or moves a line
/// must change all that follow, and the heads that commits have recorded.
///
/// The hash is over the exact bytes of a line without its line end, so stock tools check the chain:
///
/// ```sh
/// want=$(printf '%064d' 0); n=0
/// while IFS= read -r line; do
///     n=$((n + 1))
///     case $line in '{"previous":"'"$want"'",'*) ;; *) echo "line $n does not follow the line before it" ;; esac
///     want=$(printf %s "$line" | sha256sum | cut -d ' ' -f 1)
/// done < audit.jsonl; echo "$n lines, head $want"
/// ```
///
/// **When it cannot be written** (a full disk, a lost permission): whatever overrides a protection, shows a secret or
/// takes a decision is refused, because it must never happen unrecorded. A run goes on, and says loudly in its notices
/// that it was not recorded: the night's copies are worth more than the line about them.
package struct AuditLog: Sendable {
    /// Bytes. No entry is longer: its texts are clipped.
    static let longestLine = 1 << 20

    package let path: String
    private let folder: String

    /// - Parameter directory: The workspace's `var/`.
    package init(directory: String) {
        folder = directory
        path = StorePaths(root: directory).audit
    }

    /// Appends an entry and makes it durable. Half a line that a killed process has left is closed off first, and the new
    /// entry says so; so it does when the clock went back.
    /// - Parameters:
    ///   - action: One or two words, such as `run`.
    ///   - details: At most twenty are kept. Texts are clipped at 1000 characters.
    /// - Throws: also when another process keeps the log locked for ten seconds.
    @discardableResult
    package func append(
        _ action: String, subject: String, reason: String? = nil, details: [String: String] = [:],
        by actor: AuditActor = .current, at now: Date = Date()
    ) throws(StoreError) -> AuditHead {
        try StoreError.wrapping(path, "append to it") {
            let file = try openForAppending()
            // Closing lets go of the lock.
            defer { try? file.close() }
            try lock(file)
            let tail = try AuditTail(of: file)
            let kept = details.sorted { $0.key < $1.key }.prefix(20).map { (Self.clip($0.key), Self.clip($0.value)) }
            var notes = tail.note.map { [$0] } ?? []
            if let before = tail.entry?.time, Timestamp.rounded(now) < before { notes.append(.clock) }
            let entry = AuditEntry(
                previous: tail.hash, sequence: (tail.entry?.sequence ?? 0) + 1, time: now, uid: actor.uid,
                user: actor.user.map(Self.clip), login: actor.login, sudoUser: actor.sudoUser.map(Self.clip),
                command: Self.clip(actor.command), action: Self.clip(action), subject: Self.clip(subject),
                reason: reason.map(Self.clip), details: Dictionary(kept, uniquingKeysWith: { $1 }), notes: notes)
            let line = entry.line
            try write((tail.isClosed ? "" : "\n") + line + "\n", to: file)
            return AuditHead(sequence: entry.sequence, hash: sha256(Array(line.utf8)))
        }
    }

    /// Where the log ends; nil when it is empty, missing, or ends with a line that is no entry.
    package func head() throws(StoreError) -> AuditHead? {
        guard try SnapshotStore.isThere(path) else { return nil }
        return try StoreError.wrapping(path, "read it") {
            let file = try openForReading()
            defer { try? file.close() }
            return try AuditTail(of: file).head
        }
    }

    /// A plain file, never what a link leads to.
    func openForReading() throws -> FileDescriptor {
        let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .noFollow, .nonBlocking])
        try requirePlain(file)
        return file
    }

    private func openForAppending() throws -> FileDescriptor {
        let flags: FileDescriptor.OpenOptions = [.append, .closeOnExec, .noFollow, .nonBlocking]
        do {
            let file = try FileDescriptor.open(path, .readWrite, options: flags)
            try requirePlain(file)
            return file
        } catch Errno.noSuchFileOrDirectory {
            let file = try FileDescriptor.open(
                path, .readWrite, options: flags.union(.create), permissions: [.ownerReadWrite])
            // Made by root, it still belongs to whom the workspace belongs to: else the next run could not write.
            var status = stat()
            if stat(folder, &status) == 0, status.st_uid != geteuid() {
                _ = fchown(file.rawValue, status.st_uid, status.st_gid)
            }
            try GitRepository.syncFolder(folder)
            return file
        }
    }

    private func requirePlain(_ file: FileDescriptor) throws {
        var status = stat()
        guard fstat(file.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            try? file.close()
            throw StoreError.inputOutput(path: path, operation: "use it", reason: "it is not a plain file")
        }
    }

    /// Others hold it for a millisecond.
    private func lock(_ file: FileDescriptor) throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while flock(file.rawValue, LOCK_EX | LOCK_NB) != 0 {
            let error = Errno(rawValue: errno)
            guard error == .wouldBlock || error == .interrupted else { throw error }
            guard ContinuousClock.now < deadline else {
                throw StoreError.inputOutput(
                    path: path, operation: "append to it", reason: "another process has kept it locked for ten seconds")
            }
            usleep(2000)
        }
    }

    /// What could be written in part only is taken back, so that a full disk leaves no half a line.
    private func write(_ text: String, to file: FileDescriptor) throws {
        let end = try file.seek(offset: 0, from: .end)
        do {
            _ = try file.writeAll(Array(text.utf8))
            guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
        } catch {
            // If this fails too, the next entry closes the half line off.
            _ = ftruncate(file.rawValue, off_t(end))
            throw error
        }
    }

    private static func clip(_ text: String) -> String {
        let most = 1000
        guard text.unicodeScalars.count > most else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(most))) + "…"
    }
}
