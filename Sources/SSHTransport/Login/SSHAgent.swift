import ConfigModel
import DeviceSession
import Glibc
import NIOCore
import NIOPosix

/// Asks the SSH agent for one key and its signatures (draft-ietf-sshm-ssh-agent). Each question is a connection of its own.
struct SSHAgent: Sendable {
    private let host: String
    private let fingerprint: String
    private let path: String
    private let loop: any EventLoop

    /// - Throws: `keyUnusable` when no agent is named by `SSH_AUTH_SOCK`.
    init(host: String, key fingerprint: String, loop: any EventLoop) throws(SessionError) {
        guard let path = getenv("SSH_AUTH_SOCK").map({ String(cString: $0) }), !path.isEmpty else {
            throw .keyUnusable(host: host, key: fingerprint, reason: "SSH_AUTH_SOCK names no agent")
        }
        self.host = host
        self.fingerprint = fingerprint
        self.path = path
        self.loop = loop
    }

    /// The public key with the fingerprint, in its wire form.
    func findKey(until deadline: ContinuousClock.Instant) async throws(SessionError) -> [UInt8] {
        let answer = try await ask([11], until: deadline)
        var reader = WireReader(answer[...])
        guard reader.byte() == 12, let count = reader.uint32() else {
            throw unusable("the agent does not list its keys")
        }
        for _ in 0..<min(count, 1024) {
            guard let blob = reader.string(), reader.string() != nil else { break }
            if HostKey(algorithm: "", blob: Array(blob)).fingerprint == fingerprint { return Array(blob) }
        }
        throw unusable("the agent has no key with this fingerprint: 'ssh-add -l' lists what it has")
    }

    /// The signature without the name of its algorithm, as libssh2 wants it.
    func sign(
        _ text: [UInt8], with key: [UInt8], until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> [UInt8] {
        var request = WireWriter()
        request.byte(13)
        request.string(key)
        request.string(text)
        request.uint32(0)
        let answer = try await ask(request.bytes, until: deadline)
        var reader = WireReader(answer[...])
        guard reader.byte() == 14, let signature = reader.string() else { throw unusable("the agent refuses to sign") }
        var inner = WireReader(signature)
        guard inner.string() != nil, let bytes = inner.string() else {
            throw unusable("the agent's signature is damaged")
        }
        return Array(bytes)
    }

    private func unusable(_ reason: String) -> SessionError {
        .keyUnusable(host: host, key: fingerprint, reason: reason)
    }

    private func ask(
        _ message: [UInt8], until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> [UInt8] {
        let promise = loop.makePromise(of: [UInt8].self)
        var request = WireWriter()
        request.string(message)
        let bytes = ByteBuffer(bytes: request.bytes)
        let connecting = ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AgentAnswer(promise))
                }
            }
            .connect(unixDomainSocketPath: path)
        let alarm = loop.scheduleTask(in: .until(deadline)) {
            promise.fail(ChannelError.connectTimeout(.nanoseconds(0)))
        }
        connecting.whenSuccess { $0.writeAndFlush(bytes, promise: nil) }
        connecting.whenFailure { promise.fail($0) }
        let answer = promise.futureResult.always { _ in
            alarm.cancel()
            connecting.whenSuccess { $0.close(promise: nil) }
        }
        do {
            return try await withTaskCancellationHandler {
                try await answer.get()
            } onCancel: {
                promise.fail(CancellationError())
            }
        } catch is CancellationError {
            throw .cancelled(host: host)
        } catch ChannelError.connectTimeout {
            throw .timedOut(host: host, during: "waiting for the SSH agent")
        } catch let error as IOError {
            throw unusable("the agent cannot be reached: \(String(cString: strerror(error.errnoCode)))")
        } catch {
            throw unusable("the agent ended the conversation")
        }
    }
}

/// Collects one message of the agent.
private final class AgentAnswer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let promise: EventLoopPromise<[UInt8]>
    private var bytes: [UInt8] = []

    init(_ promise: EventLoopPromise<[UInt8]>) { self.promise = promise }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        bytes.append(contentsOf: unwrapInboundIn(data).readableBytesView)
        var reader = WireReader(bytes[...])
        if let message = reader.string() {
            promise.succeed(Array(message))
        } else if bytes.count > 1 << 20 {
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) { promise.fail(ChannelError.eof) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { promise.fail(error) }
}
