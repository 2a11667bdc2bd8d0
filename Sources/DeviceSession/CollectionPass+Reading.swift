import ConfigModel
import Patterns
import Synchronization

/// Bytes that come in pieces.
final class Gathered: Sendable {
    private let state = Mutex<[UInt8]>([])

    var bytes: [UInt8] { state.withLock { $0 } }
    var count: Int { state.withLock { $0.count } }

    func append(_ piece: [UInt8]) {
        state.withLock { bytes in
            // Large texts grow by an eighth, not by as much again.
            if bytes.count > 128 << 10, bytes.count + piece.count > bytes.capacity {
                bytes.reserveCapacity(bytes.count + bytes.count / 8 + piece.count)
            }
            bytes += piece
        }
    }

    func clear() { state.withLock { $0 = [] } }
}

/// Files: read by the first way that works.
extension CollectionPass {
    mutating func read(
        _ file: FoundFile, by methods: [FileMethod], limit: Int
    ) async throws(SessionError) -> [UInt8] {
        if let size = file.size, size > limit { throw .tooLarge(host: host, what: file.path.text, limit: limit) }
        let buffer = Gathered()
        let (lease, held, host, deadline) = (lease, held, host, deadline)
        try await stream(file.path, by: methods, limit: limit, restart: { buffer.clear() }) {
            piece throws(SessionError) in
            buffer.append(piece)
            try await lease?.cover(held + buffer.count, host: host, until: deadline)
        }
        return buffer.bytes
    }

    /// - Parameter restart: Called before each attempt: what has come before it is void.
    mutating func stream(
        _ path: DevicePath, by methods: [FileMethod], limit: Int, restart: () -> Void,
        piece: @escaping DeviceConnection.Piece
    ) async throws(SessionError) {
        var lastError = SessionError.unsupported(host: host, what: "way to read files that its platform lists")
        var isForbidden = false
        for method in methods where !missingMethods.contains(method) {
            // What SFTP may not read, nothing else may, but another user.
            if isForbidden, method == .scp || method == .cat { continue }
            restart()
            do throws(SessionError) {
                return try await attempt(path, by: method, limit: limit, piece: piece)
            } catch {
                if error.endsConnection { throw error }
                switch error {
                case .tooLarge: throw error
                case .unsupported, .channelRefused: missingMethods.insert(method)
                case .fileUnavailable where method == .sftp: isForbidden = true
                default: break
                }
                // What the device said of the file tells more than that a way is missing.
                if !lastError.saysOfFile || error.saysOfFile { lastError = error }
            }
        }
        throw lastError
    }

    private mutating func attempt(
        _ path: DevicePath, by method: FileMethod, limit: Int, piece: @escaping DeviceConnection.Piece
    ) async throws(SessionError) {
        try await pause()
        switch method {
        case .sftp, .scp: try await transfer(path, by: method, limit: limit, piece: piece)
        case .cat: try await concatenate(path, .printing(path), limit: limit, piece: piece)
        case .sudo: try await concatenate(path, .printingAsRoot(path), limit: limit, piece: piece)
        case .shell:
            guard collector.plan != nil else { throw .unsupported(host: host, what: "shell to read files") }
            let text = try await typed(.printing(path), as: .keep)
            if let reason = try absence(of: path, in: text) {
                throw .fileUnavailable(host: host, path: path.text, reason: reason)
            }
            try await piece(text)
        }
    }

    private mutating func transfer(
        _ path: DevicePath, by method: FileMethod, limit: Int, piece: @escaping DeviceConnection.Piece
    ) async throws(SessionError) {
        let trace = collector.trace
        let traced: DeviceConnection.Piece = { bytes throws(SessionError) in
            trace?(.received(bytes))
            try await piece(bytes)
        }
        trace?(.opened(method.rawValue))
        defer { trace?(.closed) }
        trace?(.sent(path.text))
        do throws(SessionError) {
            return try await connection.readFile(path.text, by: method, limit: limit, until: deadline, piece: traced)
        } catch {
            guard await makeRoom(after: error) else { throw error }
        }
        try await connection.readFile(path.text, by: method, limit: limit, until: deadline, piece: traced)
    }

    private mutating func concatenate(
        _ path: DevicePath, _ line: PlatformLine, limit: Int, piece: @escaping DeviceConnection.Piece
    ) async throws(SessionError) {
        let beginning = Gathered()
        let end = try await run(line, limit: limit) { bytes throws(SessionError) in
            if beginning.count < 512 { beginning.append(Array(bytes.prefix(512))) }
            try await piece(bytes)
        }
        guard let status = end.status, status != 0 else { return }
        let said = mask.shown(end.errors.isEmpty ? beginning.bytes : end.errors)
        let reason = said.isEmpty ? "'\(line.text)' ended with status \(status)" : said
        throw .fileUnavailable(host: host, path: path.text, reason: reason)
    }

    /// The answer to a line for files, typed at the command line that commands are typed at.
    mutating func typed(_ line: PlatformLine, as purpose: Exchange.Purpose) async throws(SessionError) -> [UInt8] {
        let completeness = Completeness(errors: [], mayBeEmpty: true)
        switch try await reply(to: line, in: nil, as: purpose, completeness, needsShell: true) {
        case .text(let text):
            forget(line, in: nil)
            return text
        case .refused(let error): throw error
        }
    }

    /// A shell says on the terminal that there is no such file: in one line, with its path. A command line that is no shell
    /// says that it does not know the command.
    private func absence(of path: DevicePath, in text: [UInt8]) throws(SessionError) -> String? {
        guard text.count < 1024, Completeness.lineCount(of: text, upTo: 3) <= 2 else { return nil }
        let line = String(decoding: Completeness.lastLine(of: text[...]), as: UTF8.self)
        let isSaidOfIt = line.contains(path.text) || line.hasPrefix("cat:")
        if isSaidOfIt, Self.complaints.contains(where: { line.lowercased().contains($0) }) {
            return mask.shown(line.utf8)
        }
        return try matching { () throws(PatternError) in
            if let refusal = try collector.rules.errors.refusal(in: text, mask: mask) { return refusal }
            return try UsualRefusal.line(in: text, mask: mask)
        }
    }

    private static let complaints = [
        "no such file", "cannot open", "can't open", "not found", "does not exist", "permission denied",
        "is a directory", "cannot access",
    ]
}

extension SessionError {
    /// Whether it tells of the file, not of the way to it.
    var saysOfFile: Bool {
        if case .fileUnavailable = self { true } else { false }
    }

    /// Whether the device says that there is no such file.
    var saysAbsent: Bool {
        guard case .fileUnavailable(_, _, let reason) = self else { return false }
        let text = reason.lowercased()
        return ["no such file", "not found", "does not exist", "can't open", "cannot open"].contains {
            text.contains($0)
        }
    }
}
