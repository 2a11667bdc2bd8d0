import ConfigModel
import Patterns

/// A regular file on the device.
struct FoundFile: Sendable, Hashable {
    var path: DevicePath
    var size: Int?
    /// In seconds since 1970.
    var modified: Int?
    /// Nobody has seen it yet: only reading tells.
    var isGuessed = false
}

/// Files: found by glob.
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
        var found = files.count
        var lastError: SessionError?
        for file in files where !artifacts.contains(where: { $0.name.text == file.path.text }) {
            do throws(SessionError) {
                let bytes = try await read(file, by: methods, limit: collector.artifactLimit)
                readable += 1
                let defects = try matching { () throws(PatternError) in
                    try rule.completeness.defects(of: bytes, mask: mask)
                }
                try keep(Artifact(name: ArtifactName(file.path.text), collected: bytes, defects: defects))
            } catch {
                if error.endsConnection { throw error }
                if case .tooLarge = error, !rule.isOptional { throw error }
                lastError = error
                lease?.shrink(to: held)
                if file.isGuessed, error.saysAbsent {
                    found -= 1
                } else {
                    notes.append("\(mask.shown(file.path.text.utf8, limit: 400)) is not in the backup: \(error)")
                }
            }
        }
        // An optional file that is not there needs no remark: a list for many kinds of device names plenty of those.
        guard readable == 0, found > 0 || !rule.isOptional else { return }
        if let lastError, !rule.isOptional { throw lastError }
        if files.isEmpty { throw .fileUnavailable(host: host, path: glob.text, reason: "there is no such file") }
    }

    /// The regular files that a glob finds, sorted by path, links followed.
    mutating func files(matching glob: PathGlob, by methods: [FileMethod]) async throws(SessionError) -> [FoundFile] {
        var files: [FoundFile] = []
        if methods.contains(.sftp), !missingMethods.contains(.sftp) {
            do throws(SessionError) {
                files = try await filesBySFTP(glob)
            } catch {
                guard error.isRefusedChannel else { throw error }
                missingMethods.insert(.sftp)
            }
        }
        let hasLooked = methods.contains(.sftp) && !missingMethods.contains(.sftp)
        // A device that has nothing but SCP cannot be asked what is there.
        let hasOnlySCP = !hasLooked && methods.contains(.scp) && methods.allSatisfy { $0 == .scp || $0 == .sftp }
        if files.isEmpty, !hasLooked, glob.hasWildcard || !hasOnlySCP {
            files = try await filesByListing(glob, methods)
        }
        // Where another user reads, what this one cannot see may still be there.
        let mayBeThere = methods.contains(.sudo) || methods.contains(.shell) || hasOnlySCP
        if files.isEmpty, !glob.hasWildcard, mayBeThere, let path = DevicePath(glob.text, foundBy: glob) {
            files = [FoundFile(path: path, isGuessed: true)]
        }
        guard files.count <= Self.mostFiles else {
            let reason = "more than \(Self.mostFiles) files match"
            throw .fileUnavailable(host: host, path: glob.text, reason: reason)
        }
        return files.sorted { $0.path.text < $1.path.text }
    }

    // MARK: by SFTP

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
        for path in paths { files += try await self.files(in: path, matching: last, of: glob) }
        return files
    }

    private mutating func files(
        in directory: String, matching component: PathGlob.Component, of glob: PathGlob
    ) async throws(SessionError) -> [FoundFile] {
        guard component.hasWildcard else {
            let path = directory + "/" + component.name
            guard let entry = try await status(of: path), entry.kind == .file else { return [] }
            return [FoundFile(path, entry, glob)].compactMap { $0 }
        }
        var files: [FoundFile] = []
        for entry in try await entries(of: directory, matching: component) {
            let path = directory + "/" + entry.name
            if entry.kind == .file {
                files += [FoundFile(path, entry, glob)].compactMap { $0 }
            } else if entry.kind == .link, let target = try await status(of: path), target.kind == .file {
                files += [FoundFile(path, target, glob)].compactMap { $0 }
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
            all = try await listing(of: path)
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

    private mutating func listing(of path: String) async throws(SessionError) -> [DirectoryEntry] {
        collector.trace?(.opened("sftp"))
        defer { collector.trace?(.closed) }
        collector.trace?(.sent("list \(path)"))
        let entries: [DirectoryEntry]
        do throws(SessionError) {
            entries = try await connection.listDirectory(path, until: deadline)
        } catch {
            guard await makeRoom(after: error) else { throw error }
            entries = try await connection.listDirectory(path, until: deadline)
        }
        if let trace = collector.trace { trace(.received(Array(entries.map { $0.name + "\n" }.joined().utf8))) }
        return entries
    }

    /// Nil also where it may not be asked.
    private mutating func status(of path: String) async throws(SessionError) -> DirectoryEntry? {
        do throws(SessionError) {
            return try await connection.status(of: path, until: deadline)
        } catch .fileUnavailable {
            return nil
        } catch {
            guard await makeRoom(after: error) else { throw error }
        }
        do throws(SessionError) {
            return try await connection.status(of: path, until: deadline)
        } catch .fileUnavailable {
            return nil
        }
    }

    // MARK: by a shell

    /// Without SFTP the device's shell expands the glob. A line that does not match the glob is not believed.
    private mutating func filesByListing(
        _ glob: PathGlob, _ methods: [FileMethod]
    ) async throws(SessionError) -> [FoundFile] {
        var refusal: SessionError?
        if methods.contains(where: { $0 != .shell }) {
            do throws(SessionError) {
                return try await filesByCommand(glob)
            } catch {
                guard error.isRefusedChannel, methods.contains(.shell) else { throw error }
                refusal = error
            }
        }
        guard glob.hasWildcard else { return [] }
        guard collector.plan != nil else { throw refusal ?? .unsupported(host: host, what: "shell to list files") }
        let lines = try await typed(.typedListing(glob), as: .look).split(separator: 0x0A)
        return Set(lines.compactMap { Self.listed($0, glob) }).map { FoundFile(path: $0) }
    }

    private mutating func filesByCommand(_ glob: PathGlob) async throws(SessionError) -> [FoundFile] {
        let output = Gathered()
        _ = try await run(.listing(glob), limit: 4 << 20) { output.append($0) }
        let lines = output.bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D })
        let paths = Set(lines.compactMap { String(validating: $0, as: UTF8.self) })
        return paths.compactMap { DevicePath($0, foundBy: glob) }.map { FoundFile(path: $0) }
    }

    /// A line of the typed listing; nil for what is no regular file, or no line of it.
    private static func listed(_ line: ArraySlice<UInt8>, _ glob: PathGlob) -> DevicePath? {
        guard var text = String(validating: LearnedPrompt.trimmed(line), as: UTF8.self) else { return nil }
        if text.hasSuffix("*") { text.removeLast() }
        guard let last = text.last, !"/|=>@%".contains(last) else { return nil }
        return DevicePath(text, foundBy: glob)
    }
}

extension FoundFile {
    fileprivate init?(_ path: String, _ entry: DirectoryEntry, _ glob: PathGlob) {
        guard let path = DevicePath(path, foundBy: glob) else { return nil }
        self.init(path: path, size: entry.size, modified: entry.modified)
    }
}
