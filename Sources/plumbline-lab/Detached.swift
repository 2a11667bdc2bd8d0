import DeviceLab
import FoundationEssentials
import Glibc

/// This program once more, in a session of its own, with its output in the lab's log.
enum Detached {
    /// Returns when the other process says that its lab is up.
    /// - Parameter arguments: Of the other process; it writes a byte to the descriptor that it finds as `--notify`.
    static func start(_ arguments: [String], in folder: StateFolder) throws -> pid_t {
        if let pid = PIDFile.running(in: folder) { throw PIDFile.taken(folder, by: pid) }
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw Complaint(text: String(cString: strerror(errno))) }
        defer { close(ends[0]) }
        let log = folder.file("lab.log")
        let child: pid_t
        do {
            defer { close(ends[1]) }
            child = try spawn(arguments + ["--notify", "9"], notify: ends[1], log: log)
        }
        var byte: UInt8 = 0
        while true {
            let count = read(ends[0], &byte, 1)
            if count < 0, errno == EINTR { continue }
            if count == 1 { return child }
            waitpid(child, nil, 0)
            let said = FileManager.default.contents(atPath: log).map { String(decoding: $0, as: UTF8.self) } ?? ""
            guard let last = said.split(separator: "\n").last else { throw Complaint(text: "the lab did not come up") }
            throw Complaint(text: last.hasPrefix("Error: ") ? String(last.dropFirst(7)) : String(last))
        }
    }

    /// `POSIX_SPAWN_SETSID` of glibc's `spawn.h`, which Swift's Glibc does not show.
    private static let setSession: Int16 = 0x80

    /// No open file may live on in the other process: who waits for the end of a pipe of ours would wait for the lab.
    private static func keepOpenFilesOurs() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        for descriptor in names.compactMap({ Int32($0) }) where descriptor > 2 {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
    }

    private static func spawn(_ arguments: [String], notify: Int32, log: String) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        posix_spawn_file_actions_adddup2(&actions, notify, 9)
        keepOpenFilesOurs()
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, setSession)
        var words = (["plumbline-lab"] + arguments).map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var child = pid_t()
        let failure = posix_spawn(&child, "/proc/self/exe", &actions, &attributes, &words, environ)
        guard failure == 0 else { throw Complaint(text: "cannot start: \(String(cString: strerror(failure)))") }
        return child
    }
}
