import ConfigModel
import Crypto
import Dispatch
import FoundationEssentials
import Glibc

/// A file that is read piece by piece, on a thread of its own: disks make one wait.
actor FilePieces {
    private static let piece = 1 << 20
    private let thread = PieceThread()
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    nonisolated let path: String
    private let descriptor: Int32

    init(_ path: String) throws(WorkflowError) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw .request("\(path): \(String(cString: strerror(errno)))") }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .request("\(path) is no plain file")
        }
    }

    deinit { close(descriptor) }

    /// - Returns: The next bytes; none at the end.
    func next() throws(WorkflowError) -> [UInt8] {
        var count = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: Self.piece) { buffer, filled in
            repeat { count = Glibc.read(descriptor, buffer.baseAddress, Self.piece) } while count < 0 && errno == EINTR
            filled = max(0, count)
        }
        guard count >= 0 else {
            throw .file(path: path, reason: "it cannot be read: \(String(cString: strerror(errno)))")
        }
        return bytes
    }

    /// The next bytes, which are then read again.
    func beginning() throws(WorkflowError) -> [UInt8] {
        defer { lseek(descriptor, 0, SEEK_SET) }
        return try next()
    }

    /// Size and SHA-256 of the whole, which is then at its beginning again.
    func digest() throws(WorkflowError) -> (size: Int, sha256: String) {
        var hash = SHA256()
        var size = 0
        while case let bytes = try next(), !bytes.isEmpty {
            hash.update(data: bytes)
            size += bytes.count
        }
        lseek(descriptor, 0, SEEK_SET)
        return (size, hexadecimal(hash.finalize()))
    }
}

private final class PieceThread: SerialExecutor {
    private let queue = DispatchQueue(label: "plumbline.pieces")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
