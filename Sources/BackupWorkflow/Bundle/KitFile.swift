import FoundationEssentials
import Glibc
import SystemPackage

/// The file that a kit becomes: for its owner alone, under another name until it is whole and durable, never over a file.
struct KitFile: ~Copyable {
    let path: String
    let descriptor: FileDescriptor
    private let temporary: String
    private var isKept = false

    /// - Parameter path: Absolute.
    init(_ path: String) throws(WorkflowError) {
        self.path = path
        temporary = "\(path).\(getpid())-\(UInt32.random(in: 0 ... .max)).part"
        guard !Self.isThere(path) else { throw Self.taken(path) }
        let number = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard number >= 0 else { throw .output(path: path, reason: String(cString: strerror(errno))) }
        descriptor = FileDescriptor(rawValue: number)
    }

    deinit {
        close(descriptor.rawValue)
        if !isKept { unlink(temporary) }
    }

    /// Gives it its name.
    mutating func keep() throws(WorkflowError) {
        guard fsync(descriptor.rawValue) == 0 else { throw failure }
        // A link fails where there is a file by now. Sticks with FAT know no links: there we look, and rename.
        if link(temporary, path) == 0 {
            unlink(temporary)
        } else {
            guard errno != EEXIST else { throw Self.taken(path) }
            guard !Self.isThere(path) else { throw Self.taken(path) }
            guard rename(temporary, path) == 0 else { throw failure }
        }
        isKept = true
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        let handle = open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if handle >= 0 {
            fsync(handle)
            close(handle)
        }
    }

    private var failure: WorkflowError { .output(path: path, reason: String(cString: strerror(errno))) }

    private static func isThere(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    private static func taken(_ path: String) -> WorkflowError {
        .request("\(path): no kit was written: there is a file already: name another")
    }
}
