import FoundationEssentials
import Glibc
import NIOCore
import NIOPosix

/// `var/serve.sock`: where `plumbline run --via-daemon` finds the daemon. For the owner of `var/` alone (0600).
package struct ControlSocket: Sendable {
    /// The longest request.
    private static let longestRequest = 64 << 10
    /// Reports of large fleets are large.
    private static let longestReply = 256 << 20

    package let path: String

    package init(state: String) { path = state + "/serve.sock" }

    /// Why there can be no socket here; nil where there can.
    var objection: String? {
        let most = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1
        return path.utf8.count <= most
            ? nil
            : "\(path) is longer than \(most) bytes, which the system allows for a socket: 'run --via-daemon' does not work"
    }

    // MARK: The daemon's side

    /// Answers requests until the task is cancelled.
    /// - Parameters:
    ///   - talks: Told of each conversation that begins and ends, so that nobody is cut off in the middle of a word.
    ///   - answer: Gives replies until the last one.
    func serve(
        talks: @escaping @Sendable (_ change: Int) async -> Void,
        answer: @escaping @Sendable (DaemonRequest, @escaping @Sendable (DaemonReply) -> Void) async -> Void
    ) async throws {
        // What a daemon that was killed has left. The lock of daemons says that there is no other one.
        unlink(path)
        let before = umask(0o177)
        let server: NIOAsyncChannel<NIOAsyncChannel<ByteBuffer, ByteBuffer>, Never>
        do {
            server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .bind(unixDomainSocketPath: path) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                    }
                }
            umask(before)
        } catch {
            umask(before)
            throw error
        }
        defer { unlink(path) }
        try await server.executeThenClose { clients in
            await withDiscardingTaskGroup { group in
                do {
                    for try await client in clients {
                        group.addTask {
                            await talks(1)
                            await Self.talk(client, answer)
                            await talks(-1)
                        }
                    }
                } catch {
                    // Cancelled, or the socket is gone: the daemon ends, or goes on without one.
                }
                group.cancelAll()
            }
        }
    }

    private static func talk(
        _ client: NIOAsyncChannel<ByteBuffer, ByteBuffer>,
        _ answer: @escaping @Sendable (DaemonRequest, @escaping @Sendable (DaemonReply) -> Void) async -> Void
    ) async {
        // A client that goes away is no fault of the daemon.
        try? await client.executeThenClose { inbound, outbound in
            let line = try await withDeadline(.seconds(10)) { try await Self.line(of: inbound) }
            guard let line = line ?? nil,
                let request = try? JSONDecoder().decode(DaemonRequest.self, from: Data(line))
            else {
                let refusal = DaemonReply.refused(
                    message: "this is no request of 'plumbline run --via-daemon'", status: 64)
                return try await outbound.write(ByteBuffer(bytes: refusal.line))
            }
            let (replies, more) = AsyncStream.makeStream(of: DaemonReply.self, bufferingPolicy: .bufferingNewest(64))
            async let answered: Void = {
                await answer(request) { more.yield($0) }
                more.finish()
            }()
            for await reply in replies { try await outbound.write(ByteBuffer(bytes: reply.line)) }
            await answered
        }
    }

    private static func line(of inbound: NIOAsyncChannelInboundStream<ByteBuffer>) async throws -> [UInt8]? {
        var bytes: [UInt8] = []
        for try await piece in inbound {
            bytes += piece.readableBytesView
            if let end = bytes.firstIndex(of: 0x0A) { return Array(bytes[..<end]) }
            guard bytes.count <= longestRequest else { return nil }
        }
        return nil
    }

    // MARK: The other side

    /// Asks the daemon.
    /// - Throws: `request` where there is none, or it goes away before its last word.
    package func ask(
        _ request: DaemonRequest, progress: @escaping @Sendable (DaemonReply) -> Void
    ) async throws(WorkflowError) -> DaemonReply {
        let channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>
        do {
            channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connectTimeout(.seconds(10))
                .connect(unixDomainSocketPath: path) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                    }
                }
        } catch {
            throw .unavailable(
                "no daemon answers at \(path): 'plumbline serve' starts one, and 'plumbline run' needs none")
        }
        let last: DaemonReply?
        do {
            last = try await channel.executeThenClose { inbound, outbound -> DaemonReply? in
                let line = Array(try JSONEncoder().encode(request)) + [0x0A]
                try await outbound.write(ByteBuffer(bytes: line))
                return try await Self.replies(of: inbound, progress)
            }
        } catch {
            throw .unavailable(
                "the daemon went away in the middle of its answer (\(error)): its report, if it made one, is what 'plumbline report' shows"
            )
        }
        guard let last else {
            throw .unavailable(
                "the daemon ended before its answer: its report, if it made one, is what 'plumbline report' shows")
        }
        return last
    }

    private static func replies(
        of inbound: NIOAsyncChannelInboundStream<ByteBuffer>, _ progress: @Sendable (DaemonReply) -> Void
    ) async throws -> DaemonReply? {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        var bytes: [UInt8] = []
        for try await piece in inbound {
            bytes += piece.readableBytesView
            while let end = bytes.firstIndex(of: 0x0A) {
                let reply = try decoder.decode(DaemonReply.self, from: Data(bytes[..<end]))
                bytes.removeFirst(end + 1)
                switch reply {
                case .waiting, .progress: progress(reply)
                case .report, .refused: return reply
                }
            }
            guard bytes.count <= longestReply else { return nil }
        }
        return nil
    }
}
