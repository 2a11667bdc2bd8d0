import ConfigModel
import DeviceSession
import RealServers
import Testing

@testable import SSHTransport

/// What the tests against real servers have in common.
enum Bench {
    static let connector = SSHConnector.shared
    static var soon: ContinuousClock.Instant { .now + .seconds(60) }

    static func endpoint(
        _ server: RealSSHServer, user: String = ServerAccount.passwordUser.name, profile: AlgorithmProfile = .modern,
        accepted: [HostKey]? = nil, name: String = "sw-icu-a", keepalive: Duration? = nil
    ) -> Endpoint {
        endpoint(
            port: server.port, user: user, profile: profile, accepted: accepted ?? server.hostKeys.map(\.key),
            name: name,
            keepalive: keepalive)
    }

    static func endpoint(
        address: String = "127.0.0.1", port: Int, user: String = "backup1", profile: AlgorithmProfile = .modern,
        accepted: [HostKey] = [], name: String = "sw-icu-a", keepalive: Duration? = nil
    ) -> Endpoint {
        Endpoint(
            name: name, address: address, port: port, hostKeys: HostKeyPolicy(accepted: accepted), profile: profile,
            keepalive: keepalive,
            credential: Credential(name: "test", user: user, method: .password(.environment("UNUSED"))))
    }

    static let password = LoginSecrets.password(Secret(ServerAccount.passwordUser.password ?? ""))

    static func connect(
        _ endpoint: Endpoint, _ secrets: LoginSecrets = password, through jumps: [Endpoint] = [],
        until deadline: ContinuousClock.Instant = soon
    ) async throws -> any DeviceConnection {
        try await connector.connect(
            to: endpoint, through: jumps, login: { _ throws(SessionError) in secrets }, until: deadline)
    }

    /// The error with which connecting fails.
    static func failure(
        _ endpoint: Endpoint, _ secrets: LoginSecrets = password, through jumps: [Endpoint] = [],
        until deadline: ContinuousClock.Instant = soon
    ) async throws -> SessionError {
        do {
            let connection = try await connect(endpoint, secrets, through: jumps, until: deadline)
            await connection.close()
        } catch let error as SessionError {
            return error
        }
        throw Unexpected("the connection came about")
    }

    /// What a command prints; the connection is closed whatever happens.
    static func answer(of command: String, on connection: any DeviceConnection) async throws -> String {
        let result: Result<CommandResult, any Error>
        do { result = .success(try await connection.execute(command, limit: 1 << 20, until: soon)) } catch {
            result = .failure(error)
        }
        await connection.close()
        return String(decoding: try result.get().output, as: UTF8.self)
    }

    /// Whether the server sees its session end, in whatever way, within the usual time.
    static func hasSeenEnd(_ server: RealSSHServer) async -> Bool {
        let endings = ["Disconnected from user", "Connection closed by", "Connection reset by", "Broken pipe"]
        let deadline = soon
        while ContinuousClock.now < deadline {
            let log = server.log()
            if endings.contains(where: log.contains) { return true }
            try? await Task.sleep(for: .milliseconds(50))
        }
        return false
    }

    /// The error with which the work fails.
    static func failure<Value>(of work: () async throws -> Value) async throws -> SessionError {
        do { _ = try await work() } catch let error as SessionError { return error }
        throw Unexpected("it succeeded")
    }
}

struct Unexpected: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

extension ServerHostKey {
    var key: HostKey { HostKey(algorithm: type, blob: blob) }
}

extension Trait where Self == ConditionTrait {
    /// Runs where real servers can be started; else the reason is reported.
    static var realServers: Self {
        .enabled(if: RealSSHServer.isAvailable, Comment(rawValue: RealSSHServer.hindrance ?? ""))
    }
}
