import Glibc
import SystemPackage

/// A file that an image is read from.
final class ImageFile: Sendable {
    let descriptor: FileDescriptor
    /// Without its folder; nil for standard input.
    let name: String?
    /// Nil for a pipe.
    let size: Int?
    private let path: String

    /// - Parameter path: `-` for standard input.
    init(_ path: String) throws(WorkflowError) {
        self.path = path
        guard path != "-" else {
            (descriptor, name, size) = (.standardInput, nil, nil)
            return
        }
        // Not blocking, for a named pipe would wait for its writer; a file pays no heed to it.
        let number = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
        guard number >= 0 else { throw .request("\(path): \(Self.reason(errno))") }
        descriptor = FileDescriptor(rawValue: number)
        var status = stat()
        guard fstat(number, &status) == 0 else {
            let reason = Self.reason(errno)
            close(number)
            throw .request("\(path): \(reason)")
        }
        guard let objection = Self.objection(status) else {
            name = FilePath(path).lastComponent?.string
            size = Int(status.st_size)
            return
        }
        close(number)
        throw .request("\(path): \(objection)")
    }

    deinit { if name != nil { try? descriptor.close() } }

    /// - Throws: When somebody wrote to the file meanwhile.
    func check(read count: Int) throws(WorkflowError) {
        if count == 0 { throw .request("\(path == "-" ? "standard input" : path): it is empty; nothing was stored") }
        guard let size, size != count else { return }
        throw .request("\(path): it was changed while it was read (\(size) bytes, then \(count)); nothing was stored")
    }

    private static func objection(_ status: stat) -> String? {
        switch status.st_mode & S_IFMT {
        case S_IFREG: status.st_size > 0 ? nil : "it is empty: there is nothing to keep"
        case S_IFDIR: "it is a folder: name one image"
        default: "it is no regular file: name an image, or '-' for what comes on standard input"
        }
    }

    private static func reason(_ code: Int32) -> String {
        switch code {
        case ELOOP: "it is a symbolic link: name the file itself, so that it is clear which image is kept"
        case ENOENT: "there is no such file"
        case EACCES, EPERM: "you may not read it"
        default: Errno(rawValue: code).description
        }
    }
}
