import DeviceLab
import Glibc

/// The process that serves a state folder, and the lock that keeps it the only one.
struct PIDFile {
    private let path: String
    private let descriptor: Int32

    /// - Throws: When another process holds it.
    init(in folder: StateFolder) throws {
        path = folder.file("lab.pid")
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw Self.taken(folder, by: Self.read(path))
        }
        ftruncate(descriptor, 0)
        let text = Array("\(getpid())\n".utf8)
        _ = write(descriptor, text, text.count)
    }

    /// The process that serves the folder; nil when none does.
    static func running(in folder: StateFolder) -> pid_t? {
        let path = folder.file("lab.pid")
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? nil : read(path)
    }

    static func taken(_ folder: StateFolder, by process: pid_t?) -> Complaint {
        let who = process.map { "process \($0)" } ?? "another process"
        return Complaint(text: "a lab runs on \(folder.path) already (\(who)): 'plumbline-lab stop'")
    }

    func remove() {
        unlink(path)
        close(descriptor)
    }

    private static func read(_ path: String) -> pid_t? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var text = [UInt8](repeating: 0, count: 16)
        let count = Glibc.read(descriptor, &text, text.count)
        return pid_t(String(decoding: text.prefix(max(0, count)).prefix { $0 != 10 }, as: UTF8.self))
    }
}
