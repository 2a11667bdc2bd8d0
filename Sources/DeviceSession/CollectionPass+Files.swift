import ConfigModel
import Patterns
import Synchronization

/// A regular file on the device.
struct FoundFile: Sendable, Hashable {
    var path: String
    var size: Int?
}

/// Files: found by glob, read by the first way that the device has.
extension CollectionPass {
    private static var mostFiles: Int { 4096 }

    mutating func collect(
        _ glob: PathGlob, by methods: [FileMethod], _ rule: CollectionRules.Collect
    ) async throws(SessionError) {
        let files: [FoundFile]
        do throws(SessionError) {
            files = try await self.files(matching: glob, by: methods)
        } catch {
            guard rule.isOptional, !error.endsConnection else { throw error }
            notes.append("\(glob.text): \(error)")
            return
        }
        var readable = 0
        var lastError: SessionError?
        for file in files where !artifacts.contains(where: { $0.name.text == file.path }) {
            do throws(SessionError) {
                let bytes = try await read(file, by: methods, limit: collector.artifactLimit)
                readable += 1
                let defects = try matching { () throws(PatternError) in
                    try rule.completeness.defects(of: bytes, mask: mask)
                }
                try keep(Artifact(name: ArtifactName(file.path), collected: bytes, defects: defects))
            } catch {
                if error.endsConnection { throw error }
                if case .tooLarge = error, !rule.isOptional { throw error }
                lastError = error
                notes.append("\(mask.shown(file.path.utf8, limit: 400)) is not in the backup: \(error)")
            }
        }
        // An optional file that is not there needs no remark: a list for many kinds of device names plenty of those.
        guard readable == 0, !files.isEmpty || !rule.isOptional else { return }
        if let lastError, !rule.isOptional { throw lastError }
        if files.isEmpty { throw .fileUnavailable(host: host, path: glob.text, reason: "there is no such file") }
    }

    /// The regular files that a glob finds, sorted by path, links followed.
    mutating func files(matching glob: PathGlob, by methods: [FileMethod]) async throws(SessionError) -> [FoundFile] {
        var found: [FoundFile]?
        if methods.contains(.sftp), !missingMethods.contains(.sftp) {
            do throws(SessionError) {
                found = try await filesBySFTP(glob)
            } catch .unsupported {
                missingMethods.insert(.sftp)
            }
        }
        let files = if let found { found } else { try await filesByCommand(glob) }
        guard files.count <= Self.mostFiles else {
            let reason = "more than \(Self.mostFiles) files match"
            throw .fileUnavailable(host: host, path: glob.text, reason: reason)
        }
        return files.sorted { $0.path < $1.path }
    }

    /// Walks from component to component; only wildcards need a listing.
    private mutating func filesBySFTP(_ glob: PathGlob) async throws(SessionError) -> [FoundFile] {
        var paths = [""]
        for component in glob.components.dropLast() {
            var next: [String] = []
            for path in paths {
                guard component.hasWildcard else {
                    next.append(path + "/" + component.name)
                    continue
                }
                for entry in try await entries(of: path, matching: component)
                where entry.kind == .directory || entry.kind == .link {
                    next.append(path + "/" + entry.name)
                }
            }
            guard next.count <= Self.mostFiles else {
                throw .fileUnavailable(host: host, path: glob.text, reason: "too many directories match")
            }
            paths = next
        }
        guard let last = glob.components.last else { return [] }
        var files: [FoundFile] = []
        for path in paths { files += try await self.files(in: path, matching: last) }
        return files
    }

    private mutating func files(
        in directory: String, matching component: PathGlob.Component
    ) async throws(SessionError) -> [FoundFile] {
        guard component.hasWildcard else {
            let path = directory + "/" + component.name
            guard let entry = try await status(of: path), entry.kind == .file else { return [] }
            return [FoundFile(path: path, size: entry.size)]
        }
        var files: [FoundFile] = []
        for entry in try await entries(of: directory, matching: component) {
            let path = directory + "/" + entry.name
            if entry.kind == .file {
                files.append(FoundFile(path: path, size: entry.size))
            } else if entry.kind == .link, let target = try await status(of: path), target.kind == .file {
                files.append(FoundFile(path: path, size: target.size))
            }
        }
        return files
    }

    private mutating func entries(
        of directory: String, matching component: PathGlob.Component
    ) async throws(SessionError) -> [DirectoryEntry] {
        let path = directory.isEmpty ? "/" : directory
        let all: [DirectoryEntry]
        do throws(SessionError) {
            all = try await connection.listDirectory(path, until: deadline)
        } catch .fileUnavailable(_, _, let reason) {
            if try await status(of: path) != nil {
                notes.append("\(mask.shown(path.utf8, limit: 400)) cannot be listed: \(mask.shown(reason.utf8))")
            }
            return []
        }
        return all.filter { entry in
            guard PathGlob.matches(component.text, Array(entry.name.utf8)) else { return false }
            if PathGlob.isPlainName(entry.name) { return true }
            notes.append("\(path): the name '\(mask.shown(entry.name.utf8))' is passed over, it is no plain file name")
            return false
        }
    }

    /// Nil also where it may not be asked.
    private func status(of path: String) async throws(SessionError) -> DirectoryEntry? {
        do throws(SessionError) {
            return try await connection.status(of: path, until: deadline)
        } catch .fileUnavailable {
            return nil
        }
    }

    /// Without SFTP the device's shell expands the glob. A line that does not match the glob is not believed.
    private func filesByCommand(_ glob: PathGlob) async throws(SessionError) -> [FoundFile] {
        let limit = 4 * 1024 * 1024
        let result = try await connection.execute(glob.listingCommand, limit: limit, until: deadline)
        let lines = result.output.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D })
        let paths = Set(lines.compactMap { String(validating: $0, as: UTF8.self) })
        return paths.filter { path in
            glob.matches(path: path)
                && path.utf8.split(separator: 0x2F).allSatisfy { PathGlob.isPlainName(String($0) ?? "") }
        }.map { FoundFile(path: $0) }
    }
}

extension CollectionPass {
    mutating func read(
        _ file: FoundFile, by methods: [FileMethod], limit: Int
    ) async throws(SessionError) -> [UInt8] {
        if let size = file.size, size > limit { throw .tooLarge(host: host, what: file.path, limit: limit) }
        let buffer = Mutex<[UInt8]>([])
        try await stream(file.path, by: methods, limit: limit, restart: { buffer.withLock { $0 = [] } }) { piece in
            buffer.withLock { $0 += piece }
        }
        return buffer.withLock { $0 }
    }

    /// Reads a file by the first of `methods` that works.
    /// - Parameter restart: Called before each attempt: what has come before it is void.
    mutating func stream(
        _ path: String, by methods: [FileMethod], limit: Int, restart: () -> Void,
        piece: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(SessionError) {
        var lastError = SessionError.unsupported(host: host, what: "way to read files that its platform lists")
        for method in methods where !missingMethods.contains(method) {
            restart()
            do throws(SessionError) {
                if method == .cat {
                    piece(try await concatenated(path, limit: limit))
                } else {
                    try await connection.readFile(path, by: method, limit: limit, until: deadline, piece: piece)
                }
                return
            } catch {
                if error.endsConnection { throw error }
                switch error {
                case .tooLarge: throw error
                case .unsupported: missingMethods.insert(method)
                // What SFTP may not read, nothing else may; but SCP fails in many words when the device has no `scp`.
                case .fileUnavailable where method == .sftp: throw error
                default: break
                }
                lastError = error
            }
        }
        throw lastError
    }

    private func concatenated(_ path: String, limit: Int) async throws(SessionError) -> [UInt8] {
        let command = "cat \(PathGlob.quoted(path))"
        let result = try await connection.execute(command, limit: limit, until: deadline)
        guard let status = result.status, status != 0 else { return result.output }
        let said = mask.shown(result.errors.isEmpty ? Array(result.output.prefix(512)) : result.errors)
        let reason = said.isEmpty ? "cat ended with status \(status)" : said
        throw .fileUnavailable(host: host, path: path, reason: reason)
    }
}
