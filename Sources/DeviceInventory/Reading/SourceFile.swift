import ConfigModel

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file of the workspace, read whole.
struct SourceFile: Sendable {
    /// Relative to the workspace: what faults name.
    var name: String
    var bytes: [UInt8]

    /// More than this is no file that a person keeps.
    static let largest = 16 << 20

    enum Failure: Error, Hashable { case missing, fault(Fault) }

    /// Reads a regular file. Anything else (a pipe would let us wait for ever) is a fault.
    static func read(_ path: String, named name: String) throws(Failure) -> SourceFile {
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { throw .missing }
            throw fault(name, "cannot be read (\(reason(errno)))", "check its owner and mode")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw fault(name, "is not a regular file", "put a file in its place")
        }
        guard status.st_size <= largest else { throw tooLarge(name) }
        return SourceFile(name: name, bytes: try contents(of: descriptor, name: name, expected: Int(status.st_size)))
    }

    private static func contents(of descriptor: Int32, name: String, expected: Int) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(expected + 1)
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = piece.withUnsafeMutableBytes { readBytes(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw fault(name, "cannot be read (\(reason(errno)))", "check the disk")
            }
            bytes += piece[..<count]
            // A file that grows while it is read stays within the limit too.
            if bytes.count > largest { throw tooLarge(name) }
        }
    }

    private static func tooLarge(_ name: String) -> Failure {
        fault(name, "is larger than \(largest >> 20) MiB", "split it into several files")
    }

    private static func fault(_ name: String, _ what: String, _ remedy: String) -> Failure {
        .fault(Fault(at: SourceLocation(file: name, line: 0, column: 0), what, remedy: remedy))
    }

    private static func reason(_ number: Int32) -> String { String(cString: strerror(number)) }
}

extension SourceFile {
    /// The names in a folder, sorted; nil where there is no such folder.
    static func names(in path: String, named name: String) throws(Failure) -> [String]? {
        guard let stream = opendir(path) else {
            if errno == ENOENT { return nil }
            throw fault(name, "cannot be listed (\(reason(errno)))", "check that it is a folder, its owner and mode")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }
}

/// The C function, under a name that `SourceFile.read` does not hide.
private func readBytes(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(descriptor, buffer, count)
}
