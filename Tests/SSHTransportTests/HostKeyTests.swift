import ConfigModel
import DeviceSession
import RealServers
import Synchronization
import Testing

@testable import SSHTransport

@Suite("Host keys of a real sshd", .realServers)
struct HostKeyTests {
    private static let other = HostKey(
        algorithm: "ssh-ed25519",
        blob: [0, 0, 0, 11] + "ssh-ed25519".utf8 + [0, 0, 0, 32] + [UInt8](repeating: 7, count: 32))

    /// Connects with a policy under which it must fail: no secret may be read, and the server sees no user.
    private func refusal(_ policy: (RealSSHServer) -> HostKeyPolicy) async throws -> SessionError {
        let server = try await RealSSHServer.openSSH()
        defer { server.stop() }
        var endpoint = Bench.endpoint(server)
        endpoint.hostKeys = policy(server)
        let asked = Mutex(false)
        let error = try await Bench.failure {
            try await Bench.connector.connect(
                to: endpoint, through: [],
                login: { _ throws(SessionError) in
                    asked.withLock { $0 = true }
                    return Bench.password
                }, until: Bench.soon)
        }
        #expect(await server.occurrences(of: "[preauth]", atLeast: 1) >= 1)
        #expect(!asked.withLock { $0 })
        #expect(!server.log().contains("user"))
        return error
    }

    @Test("an unknown key: no credential is read, the server sees no login")
    func unknown() async throws {
        let error = try await refusal { _ in HostKeyPolicy(accepted: []) }
        guard case .hostKeyUnknown(_, let offered) = error else { throw Unexpected("\(error)") }
        #expect(offered.algorithm == "ssh-ed25519" && error.description.contains(offered.fingerprint))
    }

    @Test("a changed key: both fingerprints are named, no credential is read, the server sees no login")
    func changed() async throws {
        let error = try await refusal { _ in HostKeyPolicy(accepted: [Self.other]) }
        guard case .hostKeyChanged(_, let offered, [Self.other]) = error else { throw Unexpected("\(error)") }
        #expect(error.description.contains(offered.fingerprint) && error.description.contains(Self.other.fingerprint))
    }

    @Test("a revoked key is refused even where it is accepted too")
    func revoked() async throws {
        let error = try await refusal { server in
            HostKeyPolicy(accepted: server.hostKeys.map(\.key), revoked: server.hostKeys.map(\.key))
        }
        guard case .hostKeyRevoked = error else { throw Unexpected("\(error)") }
    }

    @Test("a host with several keys shows the one on record, whichever it prefers itself")
    func several() async throws {
        let server = try await RealSSHServer.openSSH(ServerConfiguration(hostKeyTypes: ["ed25519", "ecdsa", "rsa"]))
        defer { server.stop() }
        for key in server.hostKeys where key.type != "ssh-rsa" {
            let connection = try await Bench.connect(Bench.endpoint(server, accepted: [key.key]))
            await connection.close()
        }
    }

    @Test("a scan finds every type of key that the profile allows, and logs in nowhere")
    func scan() async throws {
        let server = try await RealSSHServer.openSSH(
            ServerConfiguration(lines: ["HostKeyAlgorithms +ssh-rsa"], hostKeyTypes: ["ed25519", "ecdsa", "rsa"]))
        defer { server.stop() }
        let noLogin = { @Sendable (_: Endpoint) throws(SessionError) -> LoginSecrets in
            throw .cancelled(host: "a scan must not log in")
        }
        let modern = try await Bench.connector.scanHostKeys(
            of: Bench.endpoint(server, accepted: []), login: noLogin, until: Bench.soon)
        let legacy = try await Bench.connector.scanHostKeys(
            of: Bench.endpoint(server, profile: .legacy, accepted: []), login: noLogin, until: Bench.soon)
        let all = Set(server.hostKeys.map(\.key))
        let hasRSASHA2 = SessionHandle.supported.hostKey.contains("rsa-sha2-512")
        #expect(Set(modern) == all.filter { $0.algorithm != "ssh-rsa" || hasRSASHA2 })
        #expect(Set(legacy) == all)
        #expect(!server.log().contains("user"))
    }
}

@Suite("Algorithms of real servers", .realServers)
struct AlgorithmTests {
    private static let old = [
        "KexAlgorithms diffie-hellman-group14-sha1", "Ciphers aes128-cbc", "MACs hmac-sha1",
        "HostKeyAlgorithms ssh-rsa",
    ]

    @Test("an old server is refused under modern with what it offers and what to set, and works under legacy")
    func legacy() async throws {
        let server = try await RealSSHServer.openSSH(ServerConfiguration(lines: Self.old, hostKeyTypes: ["rsa"]))
        defer { server.stop() }
        let error = try await Bench.failure(Bench.endpoint(server))
        guard case .noCommonAlgorithm(_, "key exchange", let offered, let allowed, .modern) = error else {
            throw Unexpected("\(error)")
        }
        #expect(offered.contains("diffie-hellman-group14-sha1") && allowed.contains("curve25519-sha256"))
        #expect(error.description.contains("profile: legacy"))
        let connection = try await Bench.connect(Bench.endpoint(server, profile: .legacy))
        #expect(
            Set(await connection.legacyAlgorithms)
                == ["diffie-hellman-group14-sha1", "ssh-rsa", "aes128-cbc", "hmac-sha1"])
        #expect(try await Bench.answer(of: "echo old", on: connection) == "old\n")
    }

    @Test("a server with an RSA host key only: under modern the error says which way out there is")
    func rsaHostKey() async throws {
        guard !SessionHandle.supported.hostKey.contains("rsa-sha2-512") else { return }
        let server = try await RealSSHServer.openSSH(ServerConfiguration(hostKeyTypes: ["rsa"]))
        defer { server.stop() }
        let error = try await Bench.failure(Bench.endpoint(server))
        guard case .noCommonAlgorithm(_, "host key", let offered, _, _) = error else { throw Unexpected("\(error)") }
        #expect(offered.contains("rsa-sha2-512"))
        #expect(error.description.contains("newer libssh2") && error.description.contains("ed25519"))
    }

    @Test(
        "each modern key exchange that the library has works",
        arguments: AlgorithmLists.allowed(by: .modern).limited(to: SessionHandle.supported).keyExchange)
    func keyExchange(name: String) async throws {
        let server = try await RealSSHServer.openSSH(ServerConfiguration(lines: ["KexAlgorithms \(name)"]))
        defer { server.stop() }
        let connection = try await Bench.connect(Bench.endpoint(server))
        #expect(try await Bench.answer(of: "echo fine", on: connection) == "fine\n")
    }
}
