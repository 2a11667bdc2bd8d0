package import ConfigModel
package import DeviceSession
package import NIOCore
import NIOPosix

/// Makes connections to devices, each living on one event loop of a group.
package struct SSHConnector: Sendable {
    private let group: any EventLoopGroup
    let names: any NameService

    /// One connector for the process, with one event loop a core. It is never shut down: it ends with the process.
    package static let shared = SSHConnector(
        group: MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount))

    /// - Parameters:
    ///   - group: NIO's POSIX event loops: the sessions' actors run on them. A single loop is a group too.
    ///   - names: Nil for the system's.
    package init(group: any EventLoopGroup, names: (any NameService)? = nil) {
        self.group = group
        self.names = names ?? SystemNames()
    }

    func nextLoop() -> any EventLoop { group.next() }

    /// Connects, checks the host key, logs in. The connection must be closed by the caller.
    /// - Parameters:
    ///   - jumps: Jump hosts, outermost first; each is connected through the one before it.
    ///   - login: Resolves the secrets of one endpoint's credential. It is called for each endpoint on the way, and only
    ///     after that endpoint's host key was accepted: before this no secret is sent, nor even read.
    ///   - deadline: When the whole, with all jump hosts, must be done.
    /// - Throws: What failed of `endpoint`; what failed of a jump host is `jump`.
    package func connect(
        to endpoint: Endpoint, through jumps: [Endpoint],
        login: @Sendable (Endpoint) async throws(SessionError) -> LoginSecrets, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> any DeviceConnection {
        try await session(to: endpoint, through: jumps, login: login, until: deadline)
    }

    /// The same for a restore: the only way to a connection that writes.
    package func connectForRestore(
        to endpoint: Endpoint, through jumps: [Endpoint],
        login: @Sendable (Endpoint) async throws(SessionError) -> LoginSecrets, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> any WritableConnection {
        try await session(to: endpoint, through: jumps, login: login, until: deadline)
    }

    private func session(
        to endpoint: Endpoint, through jumps: [Endpoint],
        login: @Sendable (Endpoint) async throws(SessionError) -> LoginSecrets, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> SSHSession {
        let outer = try await openJumps(jumps, for: endpoint, login: login, until: deadline)
        let session = SSHSession(endpoint: endpoint, loop: outer?.loop ?? group.next(), outer: outer, names: names)
        do throws(SessionError) {
            try await session.open(login: login, until: deadline)
            return session
        } catch {
            await session.close()
            throw error
        }
    }

    /// The host keys that a server shows, without logging in to it: one handshake for each type of host key that the
    /// profile allows and the server offers. The endpoint's own `hostKeys` do not count; those of the jump hosts do.
    /// - Returns: At least one key, the most preferred type first.
    package func scanHostKeys(
        of endpoint: Endpoint, through jumps: [Endpoint] = [],
        login: @Sendable (Endpoint) async throws(SessionError) -> LoginSecrets, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> [HostKey] {
        let outer = try await openJumps(jumps, for: endpoint, login: login, until: deadline)
        let result: Result<[HostKey], SessionError>
        do throws(SessionError) {
            result = .success(try await scan(endpoint, through: outer, until: deadline))
        } catch {
            result = .failure(error)
        }
        await outer?.close()
        return try result.get()
    }

    private func scan(
        _ endpoint: Endpoint, through outer: SSHSession?, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> [HostKey] {
        var keys: [HostKey] = []
        var types: [String]? = nil
        repeat {
            let session = SSHSession(
                endpoint: endpoint, loop: outer?.loop ?? group.next(), outer: outer, ownsOuter: false, names: names)
            let shown: (key: HostKey, others: [String])
            do throws(SessionError) {
                shown = try await session.showHostKey(ofType: types?.first, until: deadline)
            } catch {
                await session.close()
                throw error
            }
            await session.close()
            if !keys.contains(shown.key) { keys.append(shown.key) }
            types = types.map { Array($0.dropFirst()) } ?? shown.others
        } while types?.isEmpty == false
        return keys
    }

    private func openJumps(
        _ jumps: [Endpoint], for endpoint: Endpoint,
        login: @Sendable (Endpoint) async throws(SessionError) -> LoginSecrets, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> SSHSession? {
        var outer: SSHSession?
        for jump in jumps {
            let session = SSHSession(endpoint: jump, loop: outer?.loop ?? group.next(), outer: outer, names: names)
            do throws(SessionError) {
                try await session.open(login: login, until: deadline)
            } catch {
                await session.close()
                throw error.asJump(for: endpoint.description)
            }
            outer = session
        }
        return outer
    }
}

extension SessionError {
    /// The same failure as seen by a host behind the one that failed. Named once, however many hops lie between.
    func asJump(for host: String) -> SessionError {
        switch self {
        case .cancelled: .cancelled(host: host)
        case .jump(_, let inner): .jump(host: host, inner)
        default: .jump(host: host, self)
        }
    }
}
