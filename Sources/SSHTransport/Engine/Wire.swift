import Glibc
import NIOCore

/// The bytes between libssh2 and the network: libssh2's callbacks read and write its two buffers.
///
/// Sending always accepts, so libssh2 never sees a partial write. Receiving says "not yet" when there is nothing,
/// also after the peer's end: what ended is judged by the session, so that data which came before is not lost.
///
/// `@unchecked Sendable`: touched only on its session's event loop, or by the one thread that a call is lent to
/// while `isLent` (the loop then only adds to what has come, which the lent call does not see).
final class Wire: @unchecked Sendable {
    /// Where the bytes go.
    enum Route {
        case none
        case socket(any Channel)
        case tunnel(through: SSHSession, channel: ChannelID)
    }

    var route = Route.none
    var greeting = PeerGreeting()
    /// The peer sends no more.
    private(set) var hasEnded = false
    /// The session is over: libssh2 may neither read nor write, so that freeing it does not wait for the peer.
    var isDead = false
    private(set) var isLent = false
    /// The network is not read until libssh2 has taken some of what is waiting.
    var isReadingPaused = false
    /// All bytes that ever came.
    private(set) var received = 0
    /// What the peer said when it disconnected.
    var farewell: String?
    /// A login is under way, and `refusal` listens for its end.
    var isLoggingIn = false
    var refusal: LoginRefusal?
    var questions = KeyboardInteractive()
    var signature = PendingSignature()

    private var inbound = ByteBuffer()
    /// What had come when the session was lent: all that the lent call can read.
    private var lentInbound = ByteBuffer()
    private var outbound = ByteBuffer()

    /// More than this waiting to be sent, and libssh2 gets nothing more to read (and so to answer).
    private static let outboundLimit = 1 << 20
    /// More than this waiting to be read, and the socket is not read.
    static let inboundLimit = 256 << 10

    /// Bytes that libssh2 has not taken yet.
    var waiting: Int { inbound.readableBytes }
    var hasOutbound: Bool { outbound.readableBytes > 0 }

    /// Takes bytes from the network.
    func arrived(_ bytes: ByteBuffer) {
        received += bytes.readableBytes
        if !greeting.isDone { greeting.read(bytes.readableBytesView) }
        if inbound.readableBytes == 0 {
            inbound = bytes
        } else {
            var bytes = bytes
            inbound.writeBuffer(&bytes)
        }
    }

    func ended() { hasEnded = true }

    func lend() {
        isLent = true
        swap(&inbound, &lentInbound)
    }

    func takeBack() {
        isLent = false
        if lentInbound.readableBytes > 0 {
            lentInbound.writeBuffer(&inbound)
            inbound = lentInbound
        }
        lentInbound = ByteBuffer()
    }

    /// What is to be sent, taken out.
    func takeOutbound() -> ByteBuffer {
        defer { outbound = ByteBuffer() }
        return outbound
    }

    // MARK: what libssh2 calls

    /// `LIBSSH2_CALLBACK_RECV`: the count, or a negated `errno`.
    func receive(into target: UnsafeMutableRawPointer, limit: Int) -> Int {
        if isDead { return 0 }
        if outbound.readableBytes > Self.outboundLimit { return -Int(EAGAIN) }
        return isLent
            ? Self.move(&lentInbound, to: target, limit: limit) : Self.move(&inbound, to: target, limit: limit)
    }

    private static func move(_ inbound: inout ByteBuffer, to target: UnsafeMutableRawPointer, limit: Int) -> Int {
        let count = min(limit, inbound.readableBytes)
        guard count > 0 else { return -Int(EAGAIN) }
        inbound.readWithUnsafeReadableBytes { bytes in
            if let source = bytes.baseAddress { target.copyMemory(from: source, byteCount: count) }
            return count
        }
        if inbound.readableBytes == 0 { inbound = ByteBuffer() }
        return count
    }

    /// `LIBSSH2_CALLBACK_SEND`: the count, or a negated `errno`.
    func send(_ bytes: UnsafeRawBufferPointer) -> Int {
        if isDead || questions.isRefused { return -Int(EPIPE) }
        outbound.writeBytes(bytes)
        return bytes.count
    }
}
