import Glibc

/// A report in a file of its own.
package enum ReportFile {
    /// Puts it in its place whole: who reads it meanwhile reads the old one. A device, a pipe or a terminal is written to as it is.
    /// - Throws: `output`.
    package static func write(_ text: String, to path: String) throws(WorkflowError) {
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG { return try pour(text, into: path, status) }
        do throws(FileTree.Failure) {
            try FileTree.write(Array(text.utf8), to: path)
        } catch {
            throw .output(path: path, reason: error.reason)
        }
    }

    private static func pour(_ text: String, into path: String, _ status: stat) throws(WorkflowError) {
        guard status.st_mode & S_IFMT != S_IFDIR else { throw .output(path: path, reason: "it is a folder") }
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .output(path: path, reason: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress! + offset, bytes.count - offset)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .output(path: path, reason: String(cString: strerror(errno))) }
            offset += count
        }
    }
}
