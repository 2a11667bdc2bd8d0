import ConfigModel
import DeviceSession
import RealServers
import SSHTransport
import Testing

@Suite("Peers that do not behave")
struct BadPeerTests {
    private func failure(_ port: Int, within duration: Duration = .seconds(20)) async throws -> SessionError {
        try await Bench.failure(Bench.endpoint(port: port), until: .now + duration)
    }

    @Test("a port on which nothing listens is refused")
    func refused() async throws {
        guard case .refused = try await failure(LoopbackPort.free()) else { throw Unexpected("not refused") }
    }

    @Test("a name that does not resolve is told as that")
    func unresolved() async throws {
        let endpoint = Bench.endpoint(address: "no-such-device.invalid", port: 22)
        guard case .unresolved = try await Bench.failure(endpoint) else { throw Unexpected("resolved") }
    }

    @Test("a listener with a full backlog is a timeout while connecting, at the deadline")
    func fullBacklog() async throws {
        let listener = try PlainListener(.full)
        defer { listener.stop() }
        let begun = ContinuousClock.now
        let error = try await failure(listener.port, within: .milliseconds(400))
        guard case .timedOut(_, "connecting") = error else { throw Unexpected("\(error)") }
        #expect(ContinuousClock.now - begun < .seconds(25))
    }

    @Test("a server that says nothing is a timeout while waiting for its banner")
    func silent() async throws {
        let listener = try PlainListener(.silent)
        defer { listener.stop() }
        let error = try await failure(listener.port, within: .milliseconds(400))
        guard case .timedOut(_, "waiting for its SSH banner") = error else { throw Unexpected("\(error)") }
    }

    @Test(
        "something that is not SSH is told with its first line, cleaned",
        arguments: [
            ("HTTP/1.1 400 Bad Request\r\n\r\n", true, "HTTP/1.1 400 Bad Request"),
            ("Exceeded MaxStartups\r\n", true, "Exceeded MaxStartups"), ("login: ", false, "login: "),
            ("SSH-1.5-Cisco-1.25\n", false, "SSH-1.5-Cisco-1.25"), ("\u{1B}[2Jhello\n", true, "\u{FFFD}[2Jhello"),
        ])
    func garbage(text: String, closes: Bool, line: String) async throws {
        let listener = try PlainListener(.says(Array(text.utf8), thenCloses: closes))
        defer { listener.stop() }
        let error = try await failure(listener.port, within: .seconds(closes ? 20 : 1))
        guard case .protocolFailure(_, "waiting for its SSH banner", let reason) = error else {
            throw Unexpected("\(error)")
        }
        #expect(reason.contains("'\(line)'"))
    }

    @Test("endless lines before the banner end by themselves")
    func endlessPreface() async throws {
        let lines = String(repeating: "welcome\r\n", count: 5000)
        let listener = try PlainListener(.says(Array(lines.utf8), thenCloses: false))
        defer { listener.stop() }
        guard case .protocolFailure = try await failure(listener.port) else { throw Unexpected("accepted") }
    }

    @Test(
        "a server that closes at once, after its banner, or within its key exchange is 'closed'",
        arguments: ["", "SSH-2.0-old\r\n", "SSH-2.0-old\r\n\u{0}\u{0}\u{1}\u{0}\u{4}\u{14}abc"])
    func closing(text: String) async throws {
        let listener = try PlainListener(.says(Array(text.utf8), thenCloses: true))
        defer { listener.stop() }
        let error = try await failure(listener.port)
        guard case .closed(_, let during) = error else { throw Unexpected("\(error)") }
        #expect(during.contains(text.isEmpty ? "banner" : "exchanging keys"))
    }

    @Test("random bytes after a banner never crash, and end before the deadline or at it", arguments: 0..<40)
    func noise(seed: Int) async throws {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        let noise = (0..<600).map { _ -> UInt8 in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state >> 32)
        }
        let head: [UInt8] = seed % 2 == 0 ? [] : [0, 0, 1, 0, 4, 20]
        let listener = try PlainListener(.says(Array("SSH-2.0-x\r\n".utf8) + head + noise, thenCloses: seed % 3 == 0))
        defer { listener.stop() }
        _ = try await failure(listener.port, within: .milliseconds(500))
    }

    @Test(
        "cancelling a connect, or a wait in a session, ends it at once with 'cancelled' and closes the socket",
        .realServers)
    func cancellation() async throws {
        let listener = try PlainListener(.silent)
        defer { listener.stop() }
        let port = listener.port
        let connecting = Task { try await Bench.failure(Bench.endpoint(port: port)) }
        connecting.cancel()
        guard case .cancelled = try await connecting.value else { throw Unexpected("not cancelled") }

        let server = try await RealSSHServer.openSSH()
        defer { server.stop() }
        let connection = try await Bench.connect(Bench.endpoint(server))
        let shell = try await connection.openShell(TerminalRules(), until: Bench.soon)
        try await shell.send(Array("echo b''egun; sleep 100\n".utf8), until: Bench.soon)
        let waiting = Task {
            try await Bench.failure {
                while true { _ = try await shell.receive(until: Bench.soon) }
            }
        }
        waiting.cancel()
        guard case .cancelled = try await waiting.value else { throw Unexpected("not cancelled") }
        #expect(await Bench.hasSeenEnd(server))
        let after = try await Bench.failure { try await connection.execute("id", limit: 10, until: Bench.soon) }
        #expect(after.kind == .cancelled)
    }

    @Test("a connection cut while a command runs is 'closed' at once, and so is whatever is asked later", .realServers)
    func cut() async throws {
        let server = try await RealSSHServer.openSSH()
        defer { server.stop() }
        let connection = try await Bench.connect(Bench.endpoint(server))
        let begun = ContinuousClock.now
        let error = try await Bench.failure {
            try await connection.execute("echo part; kill -9 $PPID; sleep 20", limit: 1000, until: Bench.soon)
        }
        guard case .closed(_, let during) = error else { throw Unexpected("\(error)") }
        #expect(during.contains("kill -9") && ContinuousClock.now - begun < .seconds(10))
        let later = try await Bench.failure { try await connection.openShell(TerminalRules(), until: Bench.soon) }
        guard case .closed = later else { throw Unexpected("\(later)") }
        await connection.close()
    }

    @Test("waits that begin after close fail at once", .realServers)
    func afterClose() async throws {
        let server = try await RealSSHServer.openSSH()
        defer { server.stop() }
        let connection = try await Bench.connect(Bench.endpoint(server))
        let shell = try await connection.openShell(TerminalRules(), until: Bench.soon)
        await connection.close()
        await connection.close()
        let begun = ContinuousClock.now
        for work in [
            { _ = try await connection.execute("id", limit: 10, until: Bench.soon) },
            { _ = try await connection.status(of: "/", until: Bench.soon) },
            { try await shell.send([1], until: Bench.soon) }, { _ = try await shell.receive(until: Bench.soon) },
        ] as [@Sendable () async throws -> Void] {
            guard case .closed = try await Bench.failure(of: work) else { throw Unexpected("not closed") }
        }
        #expect(ContinuousClock.now - begun < .seconds(5))
    }

    @Test("a hundred sessions at once, each with its own answer, leave no descriptor behind", .realServers)
    func hundred() async throws {
        let server = try await RealSSHServer.openSSH()
        defer { server.stop() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<100 {
                group.addTask {
                    let connection = try await Bench.connect(Bench.endpoint(server), until: .now + .seconds(120))
                    let result = try await connection.execute(
                        "sleep 1; echo \(number)", limit: 100, until: .now + .seconds(120))
                    #expect(result.output == Array("\(number)\n".utf8))
                    await connection.close()
                }
            }
            try await group.waitForAll()
        }
        #expect(await server.occurrences(of: "Accepted password", atLeast: 100) == 100)
        #expect(await server.occurrences(of: "Disconnected from user", atLeast: 100) == 100)
    }
}
