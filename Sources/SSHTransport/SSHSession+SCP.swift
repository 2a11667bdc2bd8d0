import ConfigModel
import DeviceSession

/// The chapter on files by SCP, for devices without SFTP.
extension SSHSession {
    func receiveFile(
        _ path: String, limit: Int, until deadline: ContinuousClock.Instant, piece: Piece
    ) async throws(SessionError) {
        let command = "scp -f \(Self.quoted(path))"
        let id = try await start("exec", command, called: "SCP", window: 512 << 10, until: deadline)
        defer { drop(id) }
        let transfer = Transfer(channel: id, path: path, limit: limit)
        while let pieces = try await next(of: transfer, until: deadline) {
            for bytes in pieces { try await piece(bytes) }
        }
        guard case .failed(let reason) = transfer.outcome else { return }
        throw try await explain(reason, transfer, until: deadline)
    }

    /// Quotes only where a shell would read it otherwise: devices without a shell take quotes as part of the name.
    static func quoted(_ path: String) -> String {
        let isPlain = path.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "/._-:@%+=,".utf8.contains(byte)
        }
        if isPlain, !path.hasPrefix("-"), !path.isEmpty { return path }
        let safe = path.hasPrefix("-") ? "./" + path : path
        return "'" + safe.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    /// `@unchecked Sendable`: touched only on the session's event loop.
    private final class Transfer: @unchecked Sendable {
        enum Outcome { case running, finished, failed(Failure) }
        enum Failure { case refused(String), damaged(String), tooLarge, ended }

        let channel: ChannelID
        let path: String
        let limit: Int
        var receiver = SCPReceiver()
        /// The first zero byte asks for the file.
        var outgoing: [UInt8] = [0]
        var written = 0
        var errors: [UInt8] = []
        var outcome = Outcome.running

        init(channel: ChannelID, path: String, limit: Int) {
            self.channel = channel
            self.path = path
            self.limit = limit
        }

        /// The bytes of the file among what came.
        func take(_ bytes: [UInt8]) -> [[UInt8]] {
            var pieces: [[UInt8]] = []
            for event in receiver.receive(bytes) {
                switch event {
                case .acknowledge: outgoing.append(0)
                case .size(let size) where size > UInt64(max(0, limit)): outcome = .failed(.tooLarge)
                case .size: break
                case .bytes(let part): pieces.append(part)
                case .finished: outcome = .finished
                case .refused(let reason): outcome = .failed(.refused(reason))
                case .damaged(let reason): outcome = .failed(.damaged(reason))
                }
                if case .failed = outcome { break }
            }
            return pieces
        }
    }

    /// The pieces that have come; nil when the transfer is over.
    private func next(
        of transfer: Transfer, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> [[UInt8]]? {
        guard case .running = transfer.outcome else { return nil }
        let activity = "reading \(transfer.path)"
        return try await until(deadline, activity) { () throws(SessionError) -> [[UInt8]]?? in
            var pieces: [[UInt8]] = []
            while case .running = transfer.outcome, pieces.count < 16,
                let arrival = try self.poll(transfer.channel, activity)
            {
                switch arrival {
                case .output(let bytes): pieces += transfer.take(bytes)
                case .errors(let bytes): transfer.errors += bytes.prefix(max(0, 4096 - transfer.errors.count))
                case .end: transfer.outcome = .failed(.ended)
                }
            }
            _ = try self.write(transfer.outgoing, from: &transfer.written, to: transfer.channel, activity)
            if !pieces.isEmpty { return pieces }
            if case .running = transfer.outcome { return nil }
            return .some(nil)
        }
    }

    private func explain(
        _ failure: Transfer.Failure, _ transfer: Transfer, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> SessionError {
        switch failure {
        case .tooLarge: return .tooLarge(host: host, what: transfer.path, limit: transfer.limit)
        case .refused(let reason): return .fileUnavailable(host: host, path: transfer.path, reason: reason)
        case .damaged(let reason):
            return .protocolFailure(host: host, during: "receiving by SCP", reason: "it sent \(reason)")
        case .ended:
            let status = try await exitStatus(of: transfer.channel, until: deadline)
            let text = printable(transfer.errors, limit: 200)
            if status == 127 || status == 126 { return .unsupported(host: host, what: "SCP (\(text))") }
            return .fileUnavailable(
                host: host, path: transfer.path, reason: text.isEmpty ? "the device ended the transfer" : text)
        }
    }
}
