import ConfigModel
import DeviceSession
import Glibc
import RealServers
import SSHTransport
import Testing

@Suite("Logging in to a real sshd", .realServers)
struct LoginTests {
    @Test("a right password opens the session")
    func password() async throws {
        let server = try await RealSSHServer.openSSH()
        defer { server.stop() }
        let connection = try await Bench.connect(Bench.endpoint(server))
        #expect(await connection.legacyAlgorithms.isEmpty)
        #expect(try await Bench.answer(of: "id -un", on: connection) == "backup1\n")
    }

    @Test("a wrong password is one attempt on the server's side, and the error names user, method and what is allowed")
    func wrongPassword() async throws {
        let server = try await RealSSHServer.openSSH()
        defer { server.stop() }
        let error = try await Bench.failure(Bench.endpoint(server), .password(Secret("hunter2-wrong")))
        guard case .loginRefused(let host, "backup1", "password", let allowed) = error else {
            throw Unexpected("\(error)")
        }
        #expect(host.contains("sw-icu-a") && allowed == ["publickey", "password"])
        #expect(!error.description.contains("hunter2"))
        #expect(await server.occurrences(of: "Failed password", atLeast: 1) == 1)
    }

    @Test("a server that has only keyboard-interactive gets the password there, and a wrong one once")
    func keyboardInteractive() async throws {
        let server = try await RealSSHServer.openSSH(ServerConfiguration(keyboardInteractive: true))
        defer { server.stop() }
        let connection = try await Bench.connect(Bench.endpoint(server))
        #expect(try await Bench.answer(of: "echo in", on: connection) == "in\n")
        let error = try await Bench.failure(Bench.endpoint(server), .password(Secret("wrong")))
        guard case .loginRefused(_, _, "keyboard-interactive", _) = error else { throw Unexpected("\(error)") }
        #expect(await server.occurrences(of: "Failed keyboard-interactive", atLeast: 1) <= 1)
    }

    @Test(
        "keys open the session, in each form and with a passphrase",
        arguments: [
            ("ed25519", "", []), ("ed25519", "pass phrase", []), ("ecdsa", "", []), ("ecdsa", "", ["-m", "PEM"]),
            ("ecdsa", "pass phrase", []),
        ] as [(String, String, [String])])
    func keys(type: String, passphrase: String, options: [String]) async throws {
        let pair = try KeyPair(type: type, passphrase: passphrase, options: options)
        let server = try await RealSSHServer.openSSH(.keyed(pair))
        defer { server.stop() }
        let connection = try await Bench.connect(
            Bench.endpoint(server, user: "backup2"), pair.secrets(passphrase: passphrase))
        #expect(try await Bench.answer(of: "id -un", on: connection) == "backup2\n")
    }

    @Test("a key that the server does not know is refused once")
    func unknownKey() async throws {
        let server = try await RealSSHServer.openSSH(.keyed(try KeyPair(type: "ed25519")))
        defer { server.stop() }
        let error = try await Bench.failure(
            Bench.endpoint(server, user: "backup2"), try KeyPair(type: "ed25519").secrets())
        guard case .loginRefused(_, "backup2", let method, _) = error else { throw Unexpected("\(error)") }
        #expect(method == "publickey (test-key)")
        #expect(await server.occurrences(of: "Failed publickey", atLeast: 1) == 1)
    }

    @Test("a wrong or missing passphrase, and a file that is no key, are told without asking the device")
    func unusableKeys() async throws {
        let pair = try KeyPair(type: "ed25519", passphrase: "right")
        let server = try await RealSSHServer.openSSH(.keyed(pair))
        defer { server.stop() }
        // libssh2 1.10 does not read an encrypted ECDSA key in PEM form; where it does, it must not be refused.
        let pem = try KeyPair(type: "ecdsa", passphrase: "right", options: ["-m", "PEM"])
        let cases: [LoginSecrets] = [
            pem.secrets(passphrase: "wrong"),
            pair.secrets(passphrase: "wrong"), pair.secrets(),
            .privateKey(pem: Secret("not a key"), passphrase: nil, name: "test-key"),
        ]
        for secrets in cases {
            let error = try await Bench.failure(Bench.endpoint(server, user: "backup2"), secrets)
            guard case .keyUnusable(_, "test-key", _) = error else { throw Unexpected("\(error)") }
        }
        #expect(!server.log().contains("publickey"))
    }

    @Test("an RSA key is refused under modern with the advice to use ed25519, and works under legacy")
    func rsaKey() async throws {
        let pair = try KeyPair(type: "rsa")
        let server = try await RealSSHServer.openSSH(.keyed(pair, lines: ["PubkeyAcceptedAlgorithms +ssh-rsa"]))
        defer { server.stop() }
        let error = try await Bench.failure(Bench.endpoint(server, user: "backup2"), pair.secrets())
        guard case .keyUnusable(_, _, let reason) = error else { throw Unexpected("\(error)") }
        #expect(reason.contains("ed25519") && reason.contains("profile: legacy"))
        let connection = try await Bench.connect(
            Bench.endpoint(server, user: "backup2", profile: .legacy), pair.secrets())
        #expect(await connection.legacyAlgorithms == ["ssh-rsa (user key)"])
        await connection.close()
    }

    @Test("a method that the server lacks is named, and nothing is tried")
    func missingMethod() async throws {
        let server = try await RealSSHServer.openSSH(ServerConfiguration(lines: ["PasswordAuthentication no"]))
        defer { server.stop() }
        let error = try await Bench.failure(Bench.endpoint(server))
        #expect(
            error
                == .loginMethodMissing(
                    host: "sw-icu-a (127.0.0.1:\(server.port))", user: "backup1", method: "password",
                    allowed: ["publickey"]))
        #expect(!server.log().contains("Failed password"))
    }

    @Test("a server that wants a second method after ours is refused clearly")
    func secondMethod() async throws {
        let pair = try KeyPair(type: "ed25519")
        let server = try await RealSSHServer.openSSH(.keyed(pair, lines: ["AuthenticationMethods publickey,password"]))
        defer { server.stop() }
        let error = try await Bench.failure(Bench.endpoint(server, user: "backup2"), pair.secrets())
        #expect(error.kind == .refusedLogin)
        #expect(error.description.contains("second method"))
    }

    @Test("two passwords refused by the same server are two connections with one attempt each")
    func noRetry() async throws {
        let server = try await RealSSHServer.openSSH()
        defer { server.stop() }
        for _ in 0..<2 { _ = try await Bench.failure(Bench.endpoint(server), .password(Secret("wrong"))) }
        #expect(await server.occurrences(of: "Failed password", atLeast: 2) == 2)
    }

    @Test("of an agent with several keys only the named one is used; a missing one is told without asking the device")
    func agent() async throws {
        let pairs = [try KeyPair(type: "ed25519"), try KeyPair(type: "ecdsa"), try KeyPair(type: "ed25519")]
        let agent = try await RealAgent(keys: pairs)
        defer { agent.stop() }
        setenv("SSH_AUTH_SOCK", agent.socket, 1)
        for pair in pairs.dropFirst() {
            let server = try await RealSSHServer.openSSH(.keyed(pair))
            defer { server.stop() }
            let connection = try await Bench.connect(
                Bench.endpoint(server, user: "backup2"), .agent(fingerprint: pair.fingerprint))
            #expect(try await Bench.answer(of: "id -un", on: connection) == "backup2\n")
            #expect(!server.log().contains("Failed publickey"))
            let error = try await Bench.failure(
                Bench.endpoint(server, user: "backup2"), .agent(fingerprint: "SHA256:nothing"))
            guard case .keyUnusable(_, "SHA256:nothing", _) = error else { throw Unexpected("\(error)") }
        }
    }
}

extension ServerConfiguration {
    static func keyed(_ pair: KeyPair, lines: [String] = []) -> ServerConfiguration {
        var user = ServerAccount.keyUser
        user.authorizedKeys = [pair.publicLine]
        return ServerConfiguration(accounts: [.passwordUser, user], lines: lines)
    }
}

extension KeyPair {
    func secrets(passphrase: String = "") -> LoginSecrets {
        .privateKey(pem: Secret(pem), passphrase: passphrase.isEmpty ? nil : Secret(passphrase), name: "test-key")
    }
}
