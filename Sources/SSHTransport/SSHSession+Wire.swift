import ConfigModel
import DeviceSession
import NIOCore
import NIOPosix

/// The chapter on the network: a socket, or a channel through a jump host.
extension SSHSession {
    /// Opens the way to the peer: not a byte of SSH yet.
    func openWire(until deadline: ContinuousClock.Instant) async throws(SessionError) {
        if let outer {
            let channel: ChannelID
            do throws(SessionError) {
                channel = try await outer.openTunnel(for: self, to: endpoint, until: deadline)
            } catch {
                throw end(with: error)
            }
            if let failure {
                await outer.drop(channel)
                throw failure
            }
            wire.route = .tunnel(through: outer, channel: channel)
        } else {
            try await openSocket(until: deadline)
        }
    }

    /// For one attempt to reach an address.
    private static let connectPatience = Duration.seconds(20)

    private func openSocket(until deadline: ContinuousClock.Instant) async throws(SessionError) {
        guard (1...65_535).contains(endpoint.port) else {
            throw end(with: .unreachable(host: host, reason: "\(endpoint.port) is not a port"))
        }
        let opening = SocketOpening()
        // An address that never answers takes no more of the device's time: the rest is for trying again.
        let deadline = min(deadline, .now + Self.connectPatience)
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(.until(deadline) + .seconds(1))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(
                .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 512, initial: 2048, maximum: 16_384)
            )
            .channelInitializer { [weak self] channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let self else { throw ChannelError.eof }
                    try self.assumeIsolated { try $0.initialise(channel) }
                }
            }
        let future =
            if let address = try? SocketAddress(ipAddress: endpoint.address, port: endpoint.port) {
                bootstrap.connect(to: address)
            } else {
                bootstrap.resolver(NameLookup(endpoint.address, port: endpoint.port, by: names, on: loop))
                    .connect(host: endpoint.address, port: endpoint.port)
            }
        future.whenComplete { [weak self] result in
            guard let self else { return }
            self.assumeIsolated { session in
                opening.result = result.map { _ in () }
                session.pump()
            }
        }
        do throws(SessionError) {
            try await until(deadline, "connecting", lane: .opening) {
                [host, endpoint] () throws(SessionError) -> Void? in
                switch opening.result {
                case nil: return nil
                case .success: return ()
                case .failure(let error): throw SessionError(connecting: endpoint.address, host: host, error)
                }
            }
        } catch {
            throw end(with: error)
        }
    }

    private func initialise(_ channel: any Channel) throws {
        if failure != nil { throw ChannelError.eof }
        try channel.pipeline.syncOperations.addHandler(WireHandler(session: self, wire: wire))
        wire.route = .socket(channel)
    }

    /// Sends what libssh2 has written.
    func flush() {
        guard wire.hasOutbound, !wire.isLent else { return }
        switch wire.route {
        case .none: break
        case .socket(let channel): channel.writeAndFlush(wire.takeOutbound(), promise: nil)
        case .tunnel(let outer, let channel):
            let bytes = wire.takeOutbound()
            outer.assumeIsolated { $0.sendThroughTunnel(channel, bytes) }
        }
    }

    /// Reads the socket again after a pause for backpressure.
    func resumeReading() {
        guard wire.isReadingPaused, wire.waiting < Wire.inboundLimit else { return }
        wire.isReadingPaused = false
        switch wire.route {
        case .none: break
        case .socket(let channel): channel.read()
        case .tunnel(let outer, _): loop.execute { outer.assumeIsolated { $0.pump() } }
        }
    }

    var canSend: Bool {
        switch wire.route {
        case .none: false
        case .socket(let channel): channel.isWritable
        case .tunnel(let outer, let channel): outer.assumeIsolated { $0.canSendThroughTunnel(channel) }
        }
    }

    /// Closes the socket, or the channel through the jump host.
    func closeRoute() {
        switch wire.route {
        case .none: break
        case .socket(let channel): channel.close(promise: nil)
        case .tunnel(let outer, let channel): outer.assumeIsolated { $0.closeTunnel(channel) }
        }
        wire.route = .none
    }
}

/// What came of a connect, left by NIO for the wait.
///
/// `@unchecked Sendable`: touched only on the session's event loop.
private final class SocketOpening: @unchecked Sendable {
    var result: Result<Void, any Error>?
}

/// Carries bytes between the socket and the wire, and wakes the session.
final class WireHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer

    private weak var session: SSHSession?
    private let wire: Wire

    init(session: SSHSession, wire: Wire) {
        self.session = session
        self.wire = wire
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { wire.arrived(unwrapInboundIn(data)) }

    func channelReadComplete(context: ChannelHandlerContext) { wake() }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { wake() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        wire.ended()
        wake()
    }

    /// The socket closes itself after an error, and then the channel is inactive.
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func read(context: ChannelHandlerContext) {
        if wire.waiting < Wire.inboundLimit { context.read() } else { wire.isReadingPaused = true }
    }

    private func wake() { session?.assumeIsolated { $0.pump() } }
}
