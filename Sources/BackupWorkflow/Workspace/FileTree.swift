import FoundationEssentials
import Glibc

/// A small folder of files, read and replaced as a whole.
enum FileTree {
    struct Failure: Error, CustomStringConvertible {
        let path: String
        let reason: String

        var description: String { "\(path): \(reason)" }
    }

    private static let mostBytes = 512 << 20

    /// Every file below a folder, by its path there; empty where there is no such folder.
    /// - Throws: when something is no plain file (a link could lead anywhere), cannot be read, or is too much.
    static func read(_ folder: String) throws(Failure) -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        var total = 0
        var pending = [""]
        while let prefix = pending.popLast() {
            for name in try entries(of: folder + "/" + prefix, optional: prefix.isEmpty) {
                let path = prefix + name
                var status = stat()
                guard lstat(folder + "/" + path, &status) == 0 else { throw failure(path) }
                switch status.st_mode & S_IFMT {
                case S_IFDIR: pending.append(path + "/")
                case S_IFREG:
                    total += Int(status.st_size)
                    guard total <= mostBytes else { throw Failure(path: folder, reason: "more than 512 MiB") }
                    files[path] = try bytes(of: folder + "/" + path)
                default: throw Failure(path: path, reason: "it is neither a file nor a folder")
                }
            }
        }
        return files
    }

    /// The names in a folder, sorted; none where it cannot be listed.
    static func names(in folder: String) -> [String] { (try? entries(of: folder, optional: true)) ?? [] }

    /// Puts files in the place of a folder. A crash leaves the old folder or the new one, or none beside its successor.
    static func replace(_ folder: String, with files: [String: [UInt8]]) throws(Failure) {
        let slash = folder.lastIndex(of: "/") ?? folder.startIndex
        let parent = String(folder[..<slash])
        let name = String(folder[slash...].dropFirst())
        let fresh = "\(parent)/.\(name).new"
        let old = "\(parent)/.\(name).old"
        let manager = FileManager.default
        do {
            try? manager.removeItem(atPath: fresh)
            try? manager.removeItem(atPath: old)
            for (path, bytes) in files {
                let place = fresh + "/" + path
                let home = String(place[..<place.lastIndex(of: "/")!])
                try manager.createDirectory(atPath: home, withIntermediateDirectories: true)
                try write(bytes, to: place)
            }
            if rename(folder, old) != 0, errno != ENOENT { throw failure(folder) }
            guard rename(fresh, folder) == 0 else { throw failure(folder) }
            sync(folder: parent)
            try? manager.removeItem(atPath: old)
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(path: folder, reason: "\(error)")
        }
    }

    /// Writes a new file and makes it durable; an existing one is replaced at once or not at all.
    static func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o644) throws(Failure) {
        // Of this process alone: two writers of one file do not meet.
        let temporary = "\(path).\(getpid())-\(UInt32.random(in: 0 ... .max)).part"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw failure(path) }
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress! + offset, bytes.count - offset)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let failure = failure(path)
                close(descriptor)
                unlink(temporary)
                throw failure
            }
            offset += count
        }
        let synced = fsync(descriptor) == 0
        close(descriptor)
        guard synced, rename(temporary, path) == 0 else {
            let failure = failure(path)
            unlink(temporary)
            throw failure
        }
    }

    /// Adds whole lines to a file and makes them durable. Half a line that a crash has left is ended first.
    static func append(_ lines: [UInt8], to path: String, mode: mode_t = 0o640) throws(Failure) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        var last: UInt8 = 0x0A
        let size = lseek(descriptor, 0, SEEK_END)
        if size > 0, pread(descriptor, &last, 1, size - 1) != 1 { throw failure(path) }
        let bytes = (last == 0x0A ? [] : [0x0A]) + lines
        // One write: a line is there whole, or its end is missing.
        let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress!, bytes.count) }
        guard count == bytes.count, fsync(descriptor) == 0 else { throw failure(path) }
    }

    static func bytes(of path: String) throws(Failure) -> [UInt8] {
        do {
            return Array(try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw Failure(path: path, reason: "it cannot be read")
        }
    }

    private static func entries(of folder: String, optional: Bool) throws(Failure) -> [String] {
        guard let stream = opendir(folder) else {
            if optional, errno == ENOENT { return [] }
            throw failure(folder)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    private static func sync(folder: String) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = fsync(descriptor)
        close(descriptor)
    }

    private static func failure(_ path: String) -> Failure {
        Failure(path: path, reason: String(cString: strerror(errno)))
    }
}
