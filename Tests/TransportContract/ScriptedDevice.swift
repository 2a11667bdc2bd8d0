package import ConfigModel
package import DeviceSession
import Synchronization

/// A `DeviceConnection` in memory: files, commands, a command line, and the ways that this device lacks.
package final class ScriptedDevice: DeviceConnection {
    package struct File: Sendable {
        package enum Kind: Sendable, Hashable { case file, directory, link(to: String), other }

        package var kind: Kind
        package var bytes: [UInt8]
        package var isReadable: Bool
        /// In seconds since 1970.
        package var modified: Int?

        package init(_ bytes: [UInt8], isReadable: Bool = true, modified: Int? = nil) {
            self.bytes = bytes
            self.modified = modified
            self.isReadable = isReadable
            kind = .file
        }

        package init(_ text: String, isReadable: Bool = true) { self.init(Array(text.utf8), isReadable: isReadable) }

        package init(_ kind: Kind) {
            self.init([])
            self.kind = kind
        }
    }

    /// By absolute path. Directories follow from the paths in them.
    package let files: [String: File]
    /// The answer to a command without a terminal; nil leaves it to the device, which knows `cat` and the listing of a glob.
    package let commands: @Sendable (String) -> CommandResult?
    package let shell: (@Sendable () -> any ScriptedPeer)?
    package let methods: Set<Method>
    private let isNarrow = Mutex(false)
    private let log = Mutex<[String]>([])
    private let shells = Mutex<[ScriptedTransport]>([])

    package enum Method: Sendable, Hashable { case sftp, scp, exec }

    package init(
        files: [String: File] = [:], methods: Set<Method> = [.sftp, .scp, .exec],
        shell: (@Sendable () -> any ScriptedPeer)? = nil,
        commands: @escaping @Sendable (String) -> CommandResult? = { _ in nil }
    ) {
        self.files = files
        self.methods = methods
        self.shell = shell
        self.commands = commands
    }

    /// What was asked of the device, in order: `exec: …`, `sftp: …`, `scp: …`.
    package var asked: [String] { log.withLock { $0 } }

    /// Every byte that was typed at the command line.
    package var typed: String {
        get async {
            var bytes: [UInt8] = []
            for shell in shells.withLock({ $0 }) { bytes += await shell.sent }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// No channel beside an open shell.
    package var allowsOneChannel: Bool {
        get { isNarrow.withLock { $0 } }
        set { isNarrow.withLock { $0 = newValue } }
    }

    private func checkRoom(_ what: String) async throws(SessionError) {
        guard allowsOneChannel else { return }
        for shell in shells.withLock({ $0 }) where await !shell.closed {
            throw .channelRefused(host: "scripted", what: what)
        }
    }

    package var legacyAlgorithms: [String] { [] }
    package func close() async {}

    package func openShell(
        _ terminal: TerminalRules, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> any Transport {
        guard let shell else { throw .unsupported(host: "scripted", what: "shell") }
        let transport = ScriptedTransport(shell())
        shells.withLock { $0.append(transport) }
        return transport
    }

    package func execute(
        _ command: String, limit: Int, until deadline: ContinuousClock.Instant, piece: @escaping Piece
    ) async throws(SessionError) -> CommandEnd {
        try await checkRoom("commands")
        guard methods.contains(.exec) else { throw .unsupported(host: "scripted", what: "commands") }
        log.withLock { $0.append("exec: \(command)") }
        let result = commands(command) ?? builtIn(command)
        guard result.output.count <= limit else { throw .tooLarge(host: "scripted", what: command, limit: limit) }
        for start in stride(from: 0, to: result.output.count, by: 1000) {
            try await piece(Array(result.output[start..<min(start + 1000, result.output.count)]))
        }
        return CommandEnd(errors: result.errors, status: result.status)
    }

    private func builtIn(_ command: String) -> CommandResult {
        for path in files.keys.sorted() where command == "cat \(PathGlob.quoted(path))" {
            guard let file = resolved(path), file.kind == .file, file.isReadable else { break }
            return CommandResult(output: file.bytes, errors: [], status: 0)
        }
        guard command.hasPrefix("for f in ") else {
            let name = command.split(separator: " ").first ?? ""
            return CommandResult(output: [], errors: Array("sh: \(name): cannot do that\n".utf8), status: 127)
        }
        let paths = files.keys.sorted().filter { resolved($0)?.kind == .file && isListed($0, by: command) }
        return CommandResult(output: Array(paths.map { $0 + "\n" }.joined().utf8), errors: [], status: 0)
    }

    private func isListed(_ path: String, by command: String) -> Bool {
        let word = command.dropFirst("for f in ".count).prefix { $0 != ";" }
        return PathGlob(String(word).replacing("'", with: ""))?.matches(path: path) ?? false
    }
}

extension ScriptedDevice {
    package func listDirectory(
        _ path: String, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> [DirectoryEntry] {
        try await checkRoom("SFTP")
        guard methods.contains(.sftp) else { throw .unsupported(host: "scripted", what: "SFTP") }
        log.withLock { $0.append("sftp: list \(path)") }
        let prefix = path == "/" ? "/" : path + "/"
        var entries: [String: DirectoryEntry] = [:]
        for (name, file) in files where name.hasPrefix(prefix) {
            let parts = name.dropFirst(prefix.count).split(separator: "/", omittingEmptySubsequences: false)
            guard let first = parts.first.map(String.init) else { continue }
            entries[first] =
                parts.count > 1
                ? DirectoryEntry(name: first, kind: .directory, size: nil)
                : DirectoryEntry(name: first, kind: kind(of: file), size: file.bytes.count, modified: file.modified)
        }
        guard !entries.isEmpty || files[path]?.kind == .directory else {
            throw .fileUnavailable(host: "scripted", path: path, reason: "No such file or directory")
        }
        return entries.values.sorted { $0.name > $1.name }
    }

    package func status(
        of path: String, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> DirectoryEntry? {
        try await checkRoom("SFTP")
        guard methods.contains(.sftp) else { throw .unsupported(host: "scripted", what: "SFTP") }
        guard let file = resolved(path) else { return nil }
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        return DirectoryEntry(name: name, kind: kind(of: file), size: file.bytes.count, modified: file.modified)
    }

    package func readFile(
        _ path: String, by method: FileMethod, limit: Int, until deadline: ContinuousClock.Instant,
        piece: @escaping Piece
    ) async throws(SessionError) {
        try await checkRoom(method.rawValue)
        let has = method == .sftp ? methods.contains(.sftp) : method == .scp && methods.contains(.scp)
        guard has else { throw .unsupported(host: "scripted", what: method.rawValue) }
        log.withLock { $0.append("\(method.rawValue): \(path)") }
        guard let file = resolved(path), file.kind == .file else {
            throw .fileUnavailable(host: "scripted", path: path, reason: "No such file or directory")
        }
        guard file.isReadable else {
            throw .fileUnavailable(host: "scripted", path: path, reason: "Permission denied")
        }
        guard file.bytes.count <= limit else { throw .tooLarge(host: "scripted", what: path, limit: limit) }
        for start in stride(from: 0, to: file.bytes.count, by: 1000) {
            try await piece(Array(file.bytes[start..<min(start + 1000, file.bytes.count)]))
        }
    }

    private func resolved(_ path: String) -> File? {
        guard let file = files[path] else { return nil }
        if case .link(let target) = file.kind { return files[target] }
        return file
    }

    private func kind(of file: File) -> DirectoryEntry.Kind {
        switch file.kind {
        case .file: .file
        case .directory: .directory
        case .link: .link
        case .other: .other
        }
    }
}
