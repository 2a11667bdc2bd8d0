import ConfigModel
import DeviceSession

/// The chapter on channels: a shell with a terminal, and commands.
extension SSHSession {
    /// What a channel may send before we have read it. Small, because a thousand sessions may be open.
    static let window = 64 << 10

    func openChannel(
        _ purpose: String, window: Int = SSHSession.window, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> ChannelID {
        try await until(deadline, "opening \(purpose)", lane: .opening) { () throws(SessionError) -> ChannelID? in
            try self.library("opening \(purpose)", explain: { self.refusedChannel($0, purpose) }) {
                handle throws(LibraryFailure) in try handle.openChannel(window: window)
            }.map { self.adopt($0) }
        }
    }

    /// -21 is a refused channel, -22 a refused request on one.
    private func refusedChannel(_ failure: LibraryFailure, _ purpose: String) -> SessionError? {
        switch failure.code {
        case -21: .channelRefused(host: host, what: purpose)
        case -22: .unsupported(host: host, what: purpose)
        default: nil
        }
    }

    /// Opens a channel and starts something on it. The channel is dropped again where that fails.
    ///
    /// A server that closes the channel before it has answered has not begun anything: that is tried anew.
    func start(
        _ request: String, _ message: String?, called purpose: String, window: Int = SSHSession.window,
        terminal: TerminalRules? = nil, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> ChannelID {
        for _ in 0..<3 {
            try await pauseAfterChannel(until: deadline)
            let id = try await openChannel(purpose, window: window, until: deadline)
            do throws(SessionError) {
                if let terminal { try await requestTerminal(terminal, on: id, until: deadline) }
                if try await begin(request, message, on: id, called: purpose, until: deadline) { return id }
                drop(id)
            } catch {
                drop(id)
                throw error
            }
        }
        throw .closed(host: host, during: "starting \(purpose)")
    }

    /// - Returns: false when the server has closed the channel in place of an answer.
    private func begin(
        _ request: String, _ message: String?, on id: ChannelID, called purpose: String,
        until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> Bool {
        try await until(deadline, "starting \(purpose)") { () throws(SessionError) -> Bool? in
            try self.library(id, "starting \(purpose)", explain: { self.refusedChannel($0, purpose) }) {
                channel throws(LibraryFailure) -> Bool? in
                if try channel.start(request, message) != nil { return true }
                return channel.hasEnded ? false : nil
            }
        }
    }

    /// Lets a server whose program has the fault of `PeerQuirks` settle the channel before.
    private func pauseAfterChannel(until deadline: ContinuousClock.Instant) async throws(SessionError) {
        let pause = PeerQuirks(identification: wire.greeting.identification).pauseBetweenChannels
        guard pause > .zero, let lastDrop else { return }
        do {
            try await Task.sleep(until: min(lastDrop + pause, deadline), clock: .continuous)
        } catch {
            throw end(with: .cancelled(host: host))
        }
    }

    /// A device that has no terminals still may have a shell.
    private func requestTerminal(
        _ size: TerminalRules, on id: ChannelID, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) {
        do throws(SessionError) {
            try await until(deadline, "asking for a terminal") { () throws(SessionError) -> Void? in
                try self.library(id, "asking for a terminal", explain: { self.refusedChannel($0, "terminal") }) {
                    channel throws(LibraryFailure) in
                    try channel.requestTerminal(size.type, columns: size.columns, rows: size.rows)
                }
            }
        } catch .unsupported {}
    }

    // MARK: reading and writing

    /// What a channel brings: bytes, or its end.
    enum Arrival: Sendable { case output([UInt8]), errors([UInt8]), end }

    /// What is there now, at most 32 kB; nil when nothing is.
    func poll(_ id: ChannelID, _ activity: String, errors: Bool = true) throws(SessionError) -> Arrival? {
        if let bytes = try poll(id, .output, activity) { return .output(bytes) }
        if errors, let bytes = try poll(id, .errors, activity) { return .errors(bytes) }
        let ended = try library(id, activity) { channel throws(LibraryFailure) in channel.hasEnded ? true : nil }
        return ended == true ? .end : nil
    }

    private func poll(
        _ id: ChannelID, _ stream: ChannelHandle.Stream, _ activity: String
    ) throws(SessionError) -> [UInt8]? {
        try library(id, activity) { channel throws(LibraryFailure) -> [UInt8]? in
            try withBuffer(of: 32_768) { buffer throws(LibraryFailure) -> [UInt8]? in
                try channel.read(stream, into: buffer).map { [UInt8](UnsafeRawBufferPointer(rebasing: buffer[..<$0])) }
            }
        }
    }

    /// Writes as much of the bytes as goes now.
    /// - Returns: Whether all is written.
    func write(_ bytes: [UInt8], from start: inout Int, to id: ChannelID, _ activity: String) throws(SessionError)
        -> Bool
    {
        while start < bytes.count {
            guard canSend else { return false }
            let rest = start
            let count = try library(id, activity) { channel throws(LibraryFailure) -> Int? in
                try bytes.withUnsafeBytes { all in
                    Result { () throws(LibraryFailure) in
                        try channel.write(UnsafeRawBufferPointer(rebasing: all[rest...]))
                    }
                }.get()
            }
            guard let count else { return false }
            start += count
        }
        return true
    }

    func send(_ bytes: [UInt8], to id: ChannelID, until deadline: ContinuousClock.Instant) async throws(SessionError) {
        var written = 0
        try await until(deadline, "sending") { () throws(SessionError) -> Void? in
            try self.write(bytes, from: &written, to: id, "sending") ? () : nil
        }
    }

    /// The next bytes of either stream; empty at the end.
    func receive(from id: ChannelID, until deadline: ContinuousClock.Instant) async throws(SessionError) -> [UInt8] {
        try await until(deadline, "waiting for its answer") { () throws(SessionError) -> [UInt8]? in
            switch try self.poll(id, "waiting for its answer") {
            case .output(let bytes), .errors(let bytes): bytes
            case .end: []
            case nil: nil
            }
        }
    }
}

/// A shell of an SSH session.
struct SSHShell: Transport {
    let session: SSHSession
    let channel: ChannelID

    func send(_ bytes: [UInt8], until deadline: ContinuousClock.Instant) async throws(SessionError) {
        try await session.send(bytes, to: channel, until: deadline)
    }

    func receive(until deadline: ContinuousClock.Instant) async throws(SessionError) -> [UInt8] {
        try await session.receive(from: channel, until: deadline)
    }

    func close() async { await session.drop(channel) }
}

/// What a command has said on standard error so far.
///
/// `@unchecked Sendable`: touched only on its session's event loop.
private final class CommandErrors: @unchecked Sendable {
    var bytes: [UInt8] = []
}

extension SSHSession: DeviceConnection {
    package var legacyAlgorithms: [String] { legacyInUse }

    package func openShell(
        _ terminal: TerminalRules, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> any Transport {
        SSHShell(
            session: self,
            channel: try await start("shell", nil, called: "shell", terminal: terminal, until: deadline))
    }

    package func execute(
        _ command: String, limit: Int, until deadline: ContinuousClock.Instant, piece: @escaping Piece
    ) async throws(SessionError) -> CommandEnd {
        let id = try await start("exec", command, called: "command execution", until: deadline)
        defer { drop(id) }
        let activity = "running '\(printable(command.utf8, limit: 120))'"
        let errors = CommandErrors()
        var count = 0
        while let bytes = try await nextOutput(of: id, activity, errors: errors, until: deadline) {
            count += bytes.count
            guard count <= limit else {
                throw .tooLarge(host: host, what: "the answer while \(activity)", limit: limit)
            }
            try await piece(bytes)
        }
        return CommandEnd(errors: errors.bytes, status: try await exitStatus(of: id, until: deadline))
    }

    /// The next piece of standard output; nil at the end of both streams. Of the error texts 64 kB are kept.
    private func nextOutput(
        of id: ChannelID, _ activity: String, errors: CommandErrors, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> [UInt8]? {
        try await until(deadline, activity) { () throws(SessionError) -> [UInt8]?? in
            while let arrival = try self.poll(id, activity) {
                switch arrival {
                case .output(let bytes): return .some(bytes)
                case .errors(let bytes): errors.bytes += bytes.prefix(max(0, (64 << 10) - errors.bytes.count))
                case .end: return .some(nil)
                }
            }
            return nil
        }
    }

    /// How the command ended: its status, or 128 and the number of the signal, as shells say it. Nil when the device
    /// does not close the channel within seconds of its end. libssh2 does not know a status of 0 from none.
    func exitStatus(of id: ChannelID, until deadline: ContinuousClock.Instant) async throws(SessionError) -> Int? {
        let patience = min(deadline, .now + .seconds(5))
        do throws(SessionError) {
            return try await until(patience, "waiting for the command's status") { () throws(SessionError) -> Int?? in
                try self.library(id, "waiting for the command's status") {
                    channel throws(LibraryFailure) -> Int?? in
                    guard try channel.awaitClose() != nil else { return nil }
                    guard let signal = channel.exitSignal else { return channel.exitStatus }
                    return .some(Self.signals[signal].map { 128 + $0 })
                }
            }
        } catch .timedOut where ContinuousClock.now < deadline {
            return nil
        }
    }

    /// The signals of RFC 4254, section 6.10, by their numbers on Linux.
    private static let signals = [
        "HUP": 1, "INT": 2, "QUIT": 3, "ILL": 4, "ABRT": 6, "FPE": 8, "KILL": 9, "USR1": 10, "SEGV": 11, "USR2": 12,
        "PIPE": 13, "ALRM": 14, "TERM": 15,
    ]
}
