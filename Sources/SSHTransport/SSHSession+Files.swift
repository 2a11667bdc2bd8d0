import ConfigModel
import DeviceSession
import NIOCore

/// One SFTP conversation on a channel. One request or one download at a time.
///
/// `@unchecked Sendable`: touched only on its session's event loop.
final class FileConversation: @unchecked Sendable {
    let channel: ChannelID
    var reader = FilePacketReader()
    var outgoing: [UInt8]
    var written = 0
    var download = FileDownload(handle: [], size: 0)
    private var lastID: UInt32 = 0

    init(channel: ChannelID) {
        self.channel = channel
        outgoing = FileRequest.hello
    }

    func nextID() -> UInt32 {
        lastID &+= 1
        return lastID
    }

    func ask(_ id: UInt32, _ request: FileRequest) { outgoing += request.packet(id: id) }
}

/// The chapter on files by SFTP, version 3: reading.
extension SSHSession {
    package func listDirectory(
        _ path: String, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> [DirectoryEntry] {
        try await withFileConversation(until: deadline) { conversation throws(SessionError) in
            let handle = try await self.handle(of: path, .openDirectory(path: path), conversation, until: deadline)
            let entries = try await self.entries(of: handle, path, conversation, until: deadline)
            try await self.closeFile(handle, conversation, until: deadline)
            return entries
        }
    }

    /// At most 100,000 entries: more is a hostile device, or no place for configuration.
    private func entries(
        of handle: [UInt8], _ path: String, _ conversation: FileConversation, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> [DirectoryEntry] {
        var entries: [DirectoryEntry] = []
        while true {
            switch try await exchange(.readDirectory(handle: handle), conversation, until: deadline) {
            case .names(let names):
                for (name, attributes) in names where name != [0x2E] && name != [0x2E, 0x2E] {
                    entries.append(attributes.entry(named: String(decoding: name, as: UTF8.self)))
                }
                guard !names.isEmpty else { throw damaged("an empty list of names") }
                guard entries.count <= 100_000 else {
                    throw .tooLarge(host: host, what: "the directory \(path)", limit: 100_000)
                }
            case .status(1, _): return entries
            case let other: throw unavailable(path, other)
            }
        }
    }

    package func status(
        of path: String, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> DirectoryEntry? {
        try await withFileConversation(until: deadline) { conversation throws(SessionError) in
            switch try await self.exchange(.attributes(path: path), conversation, until: deadline) {
            case .attributes(let attributes):
                let name = path.split(separator: "/").last.map(String.init) ?? path
                return .some(attributes.entry(named: name))
            case .status(2, _), .status(10, _): return nil
            case let other: throw self.unavailable(path, other)
            }
        }
    }

    package func readFile(
        _ path: String, by method: FileMethod, limit: Int, until deadline: ContinuousClock.Instant,
        piece: @escaping Piece
    ) async throws(SessionError) {
        switch method {
        case .sftp: try await download(path, limit: limit, until: deadline, piece: piece)
        case .scp: try await receiveFile(path, limit: limit, until: deadline, piece: piece)
        case .cat, .sudo, .shell:
            throw .unsupported(host: host, what: "way to read a file by '\(method.rawValue)' other than a command")
        }
    }

    private func download(
        _ path: String, limit: Int, until deadline: ContinuousClock.Instant, piece: @escaping Piece
    ) async throws(SessionError) {
        try await withFileConversation(until: deadline) { conversation throws(SessionError) in
            let handle = try await self.handle(of: path, .openFile(path: path), conversation, until: deadline)
            let answer = try await self.exchange(.openAttributes(handle: handle), conversation, until: deadline)
            guard case .attributes(let attributes) = answer else { throw self.unavailable(path, answer) }
            if attributes.permissions != nil, attributes.kind == .directory {
                throw .fileUnavailable(host: self.host, path: path, reason: "it is a directory")
            }
            let size = attributes.size ?? 0
            guard size <= UInt64(max(0, limit)) else { throw .tooLarge(host: self.host, what: path, limit: limit) }
            conversation.download = FileDownload(handle: handle, size: size)
            var total = 0
            while let pieces = try await self.nextPieces(of: path, conversation, until: deadline) {
                for bytes in pieces {
                    total += bytes.count
                    guard total <= limit else { throw .tooLarge(host: self.host, what: path, limit: limit) }
                    try await piece(bytes)
                }
            }
            try await self.closeFile(handle, conversation, until: deadline)
        }
    }

    /// The pieces that have come in order by now, at least one; nil at the end of the file.
    private func nextPieces(
        of path: String, _ conversation: FileConversation, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> [[UInt8]]? {
        try await until(deadline, "reading \(path)") { [host] () throws(SessionError) -> [[UInt8]]?? in
            var pieces: [[UInt8]] = []
            var hasEnded = false
            while true {
                for (id, request) in conversation.download.requests(nextID: conversation.nextID) {
                    conversation.ask(id, request)
                }
                _ = try self.sendRequests(conversation)
                while let (id, response) = try self.response(on: conversation) {
                    conversation.download.answered(id, response)
                }
                let outcome = conversation.download.deliver(nextID: conversation.nextID) { bytes in
                    pieces.append([UInt8](bytes.readableBytesView))
                } ask: {
                    conversation.ask($0, $1)
                }
                switch outcome {
                case .more: break
                case .ended: hasEnded = true
                case .failed(let code, let message):
                    throw .fileUnavailable(host: host, path: path, reason: Self.reason(code, message))
                }
                if hasEnded { break }
                guard try self.readMore(conversation, "reading \(path)") else { break }
            }
            if !pieces.isEmpty { return pieces }
            return hasEnded ? .some(nil) : nil
        }
    }

    // MARK: the conversation

    /// Takes an idle conversation, or begins one, and keeps it for the next if all went well.
    func withFileConversation<Value: Sendable>(
        until deadline: ContinuousClock.Instant,
        _ body: (FileConversation) async throws(SessionError) -> Value
    ) async throws(SessionError) -> Value {
        let conversation: FileConversation
        if let idle = idleFileConversations.popLast() {
            conversation = idle
        } else {
            conversation = try await beginFileConversation(until: deadline)
        }
        do throws(SessionError) {
            let value = try await body(conversation)
            idleFileConversations.append(conversation)
            return value
        } catch {
            drop(conversation.channel)
            throw error
        }
    }

    private func beginFileConversation(
        until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> FileConversation {
        let id = try await start("subsystem", "sftp", called: "SFTP", window: 512 << 10, until: deadline)
        let conversation = FileConversation(channel: id)
        do throws(SessionError) {
            try await until(deadline, "starting SFTP") { [host] () throws(SessionError) -> Void? in
                guard try self.sendRequests(conversation) else { return nil }
                repeat {
                    if case .version(let number) = try self.packet(on: conversation) {
                        guard number >= 3 else {
                            throw .unsupported(host: host, what: "SFTP version 3, only \(number)")
                        }
                        return ()
                    }
                } while try self.readMore(conversation, "starting SFTP")
                return nil
            }
        } catch {
            // Dropbear agrees to the subsystem and only then finds that it has no program for it. The next channel must not
            // come before it has closed this one: 2022.82 to 2024.85 take the end of the old program for the end of the
            // new channel and give up the connection (its issue 321).
            guard case .closed = error, failure == nil else {
                drop(id)
                throw error
            }
            defer { drop(id) }
            _ = try await exitStatus(of: id, until: deadline)
            throw .unsupported(host: host, what: "SFTP")
        }
        return conversation
    }

    func exchange(
        _ request: FileRequest, _ conversation: FileConversation, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> FileResponse {
        let wanted = conversation.nextID()
        conversation.ask(wanted, request)
        return try await until(deadline, "waiting for its SFTP answer") { () throws(SessionError) -> FileResponse? in
            _ = try self.sendRequests(conversation)
            repeat {
                while let (id, response) = try self.response(on: conversation) {
                    if id == wanted { return response }
                }
            } while try self.readMore(conversation, "waiting for its SFTP answer")
            return nil
        }
    }

    private func sendRequests(_ conversation: FileConversation) throws(SessionError) -> Bool {
        let isDone = try write(
            conversation.outgoing, from: &conversation.written, to: conversation.channel, "asking by SFTP")
        if isDone {
            conversation.outgoing.removeAll(keepingCapacity: true)
            conversation.written = 0
        }
        return isDone
    }

    private func packet(on conversation: FileConversation) throws(SessionError) -> FilePacketReader.Packet? {
        do throws(FilePacketReader.Damaged) { return try conversation.reader.next() } catch {
            throw damaged(error.reason)
        }
    }

    private func response(on conversation: FileConversation) throws(SessionError) -> (UInt32, FileResponse)? {
        guard case .response(let id, let response) = try packet(on: conversation) else { return nil }
        return (id, response)
    }

    /// Moves what the channel has to the packet reader.
    /// - Returns: Whether there was something.
    private func readMore(_ conversation: FileConversation, _ activity: String) throws(SessionError) -> Bool {
        let count = try library(conversation.channel, activity) { channel throws(LibraryFailure) -> Int? in
            try withBuffer(of: 65_536) { buffer throws(LibraryFailure) -> Int? in
                let count = try channel.read(.output, into: buffer)
                if let count { conversation.reader.append(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
                // Complaints of the server's shell; unread they would hide the channel's end.
                if count == nil { while try channel.read(.errors, into: buffer) != nil {} }
                return count ?? (channel.hasEnded ? -1 : nil)
            }
        }
        if count == -1 { throw .closed(host: host, during: activity) }
        return count != nil
    }

    // MARK: files

    private func handle(
        of path: String, _ request: FileRequest, _ conversation: FileConversation,
        until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> [UInt8] {
        let answer = try await exchange(request, conversation, until: deadline)
        guard case .handle(let handle) = answer else { throw unavailable(path, answer) }
        return handle
    }

    private func closeFile(
        _ handle: [UInt8], _ conversation: FileConversation, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) {
        _ = try await exchange(.close(handle: handle), conversation, until: deadline)
    }

    func unavailable(_ path: String, _ answer: FileResponse) -> SessionError {
        guard case .status(let code, let message) = answer else { return damaged("an answer of another kind") }
        return .fileUnavailable(host: host, path: path, reason: Self.reason(code, message))
    }

    private func damaged(_ reason: String) -> SessionError {
        .protocolFailure(host: host, during: "speaking SFTP", reason: "it sent \(reason)")
    }

    /// The status codes of draft-ietf-secsh-filexfer-02, section 7.
    static func reason(_ code: UInt32, _ message: String) -> String {
        switch code {
        case 2, 10: "no such file"
        case 3: "permission denied"
        case 8: "the device does not support this"
        default: message.isEmpty ? "SFTP status \(code)" : "\(message), SFTP status \(code)"
        }
    }
}
