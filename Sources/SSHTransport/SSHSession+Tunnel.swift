import ConfigModel
import DeviceSession
import NIOCore

/// One session of another host that flows through a channel of this one.
struct Tunnel {
    weak var inner: SSHSession?
    /// Accepted from the inner session, not yet by the channel's window.
    var outbound = ByteBuffer()
    var hasEnded = false
}

/// The chapter on being a jump host: any number of sessions flow through this one, each through a `direct-tcpip`
/// channel (RFC 4254, section 7.2). All of them live on this session's event loop.
extension SSHSession {
    /// - Throws: What hinders, as an error of the inner session's host.
    func openTunnel(
        for inner: SSHSession, to target: Endpoint, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> ChannelID {
        let activity = "opening a connection to \(target.description)"
        let name = target.description
        guard (1...65_535).contains(target.port) else {
            throw .unreachable(host: name, reason: "\(target.port) is not a port")
        }
        do throws(SessionError) {
            let id = try await until(deadline, activity, lane: .opening) { () throws(SessionError) -> ChannelID? in
                try self.library(activity, explain: { self.refusedTunnel($0, to: name) }) {
                    handle throws(LibraryFailure) in
                    try handle.openTunnel(to: target.address, port: target.port)
                }.map { self.adopt($0) }
            }
            tunnels[id] = Tunnel(inner: inner)
            return id
        } catch .unreachable(name, let reason) {
            throw .unreachable(host: name, reason: reason)
        } catch {
            throw error.asJump(for: name)
        }
    }

    /// -21 is a refused channel; libssh2 puts the peer's reason (RFC 4254, section 5.1) into the text only.
    private func refusedTunnel(_ failure: LibraryFailure, to name: String) -> SessionError? {
        guard failure.code == -21 else { return nil }
        if failure.message.contains("administratively prohibited") {
            return .unsupported(host: host, what: "permission to forward connections (AllowTcpForwarding)")
        }
        return .unreachable(host: name, reason: "jump host \(host) says: \(failure.message)")
    }

    func sendThroughTunnel(_ id: ChannelID, _ bytes: ByteBuffer) {
        guard tunnels[id] != nil, failure == nil else { return }
        var bytes = bytes
        tunnels[id]?.outbound.writeBuffer(&bytes)
        writeTunnel(id)
        flush()
    }

    func canSendThroughTunnel(_ id: ChannelID) -> Bool {
        guard failure == nil, let tunnel = tunnels[id] else { return false }
        return tunnel.outbound.readableBytes < 1 << 16
    }

    func closeTunnel(_ id: ChannelID) {
        if tunnels[id] != nil { writeTunnel(id) }
        tunnels[id] = nil
        drop(id)
    }

    private func writeTunnel(_ id: ChannelID) {
        while let waiting = tunnels[id]?.outbound, waiting.readableBytes > 0, canSend {
            let count = try? library(id, "forwarding") { channel throws(LibraryFailure) in
                try waiting.withUnsafeReadableBytes { bytes in
                    Result { () throws(LibraryFailure) in try channel.write(bytes) }
                }.get()
            }
            guard let count else { return }
            tunnels[id]?.outbound.moveReaderIndex(forwardBy: count)
            if tunnels[id]?.outbound.readableBytes == 0 { tunnels[id]?.outbound = ByteBuffer() }
        }
    }

    /// Moves what has come for the inner sessions, and what they could not send before.
    func pumpTunnels() {
        for id in Array(tunnels.keys) { pumpTunnel(id) }
    }

    private func pumpTunnel(_ id: ChannelID) {
        guard let tunnel = tunnels[id], let inner = tunnel.inner, !tunnel.hasEnded else { return }
        writeTunnel(id)
        var brought = false
        while let chunk = readTunnel(id, for: inner) {
            inner.wire.arrived(chunk)
            brought = true
        }
        let ended = (try? library(id, "forwarding") { channel in channel.hasEnded ? true : nil }) == true
        if ended || failure != nil {
            tunnels[id]?.hasEnded = true
            inner.wire.ended()
        }
        if brought || ended || failure != nil { inner.assumeIsolated { $0.pump() } }
    }

    private func readTunnel(_ id: ChannelID, for inner: SSHSession) -> ByteBuffer? {
        guard inner.wire.waiting < Wire.inboundLimit else {
            inner.wire.isReadingPaused = true
            return nil
        }
        return try? library(id, "forwarding") { channel throws(LibraryFailure) -> ByteBuffer? in
            try withBuffer(of: 32_768) { buffer throws(LibraryFailure) -> ByteBuffer? in
                try channel.read(.output, into: buffer).map { count in
                    ByteBuffer(bytes: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                }
            }
        }
    }

    /// This session is over: so are those that flow through it.
    func endTunnels() {
        let ended = tunnels
        tunnels = [:]
        for tunnel in ended.values {
            tunnel.inner?.wire.ended()
            tunnel.inner?.assumeIsolated { $0.pump() }
        }
    }

    /// Why the inner session's bytes ended, where the jump host is the cause.
    func tunnelEnd(of outer: SSHSession) -> SessionError? {
        outer.assumeIsolated { $0.failure }?.asJump(for: host)
    }
}
