import ConfigModel
import DeviceSession
import RealServers
import Testing

@testable import SSHTransport

@Suite("Jump hosts", .realServers)
struct JumpTests {
    @Test("a device behind one or two jump hosts is reached, and a large answer comes whole", arguments: [1, 2])
    func reached(hops: Int) async throws {
        let servers = [
            try await RealSSHServer.openSSH(), try await RealSSHServer.openSSH(), try await RealSSHServer.openSSH(),
        ]
        defer { for server in servers { server.stop() } }
        let jumps = servers.prefix(hops).enumerated().map { Bench.endpoint($1, name: "bastion-\($0)") }
        let connection = try await Bench.connect(Bench.endpoint(servers[hops]), through: jumps)
        let result = try await connection.execute("seq 1 200000", limit: 4 << 20, until: Bench.soon)
        #expect(result.output == Array((1...200_000).map { "\($0)\n" }.joined().utf8))
        await connection.close()
        for server in servers.prefix(hops + 1) {
            #expect(await Bench.hasSeenEnd(server))
        }
    }

    @Test("when the jump host dies, the wait behind it fails at once as 'jump'")
    func hopDies() async throws {
        let bastion = try await RealSSHServer.openSSH()
        let server = try await RealSSHServer.openSSH()
        defer { server.stop() }
        let connection = try await Bench.connect(
            Bench.endpoint(server), through: [Bench.endpoint(bastion, name: "bastion-clinical")])
        let shell = try await connection.openShell(TerminalRules(), until: Bench.soon)
        let waiting = Task {
            try await Bench.failure {
                while true { _ = try await shell.receive(until: Bench.soon) }
            }
        }
        bastion.stop()
        let error = try await waiting.value
        guard case .jump(let host, .closed(let cause, _)) = error else { throw Unexpected("\(error)") }
        #expect(host.contains("sw-icu-a") && cause.contains("bastion-clinical"))
        await connection.close()
    }

    @Test("what is wrong with a jump host, and what is wrong behind it, are told apart")
    func faults() async throws {
        let bastion = try await RealSSHServer.openSSH()
        let closed = try await RealSSHServer.openSSH(ServerConfiguration(lines: ["AllowTcpForwarding no"]))
        let server = try await RealSSHServer.openSSH()
        defer { for server in [bastion, closed, server] { server.stop() } }

        let unknown = try await Bench.failure(Bench.endpoint(server), through: [Bench.endpoint(bastion, accepted: [])])
        guard case .jump(_, .hostKeyUnknown) = unknown else { throw Unexpected("\(unknown)") }
        let forbidden = try await Bench.failure(Bench.endpoint(server), through: [Bench.endpoint(closed)])
        guard case .jump(_, .unsupported) = forbidden else { throw Unexpected("\(forbidden)") }
        let absent = try await Bench.failure(
            Bench.endpoint(port: LoopbackPort.free()), through: [Bench.endpoint(bastion)])
        guard case .unreachable = absent else { throw Unexpected("\(absent)") }
        let changed = try await Bench.failure(Bench.endpoint(server, accepted: []), through: [Bench.endpoint(bastion)])
        guard case .hostKeyUnknown = changed else { throw Unexpected("\(changed)") }
    }

    @Test("many sessions flow through one jump session side by side")
    func shared() async throws {
        let bastion = try await RealSSHServer.openSSH()
        let server = try await RealSSHServer.openSSH()
        defer { for server in [bastion, server] { server.stop() } }
        let login = { @Sendable (_: Endpoint) throws(SessionError) -> LoginSecrets in Bench.password }
        let outer = try await Bench.connect(Bench.endpoint(bastion))
        guard let outer = outer as? SSHSession else { throw Unexpected("another kind of connection") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<12 {
                group.addTask {
                    let inner = SSHSession(
                        endpoint: Bench.endpoint(server), loop: outer.loop, outer: outer, ownsOuter: false,
                        names: SystemNames())
                    try await inner.open(login: login, until: Bench.soon)
                    let result = try await inner.execute(
                        "yes \(number) | head -c 300000", limit: 1 << 20, until: Bench.soon)
                    #expect(
                        result.output == Array(String(repeating: "\(number)\n", count: 300_000).utf8.prefix(300_000)))
                    await inner.close()
                }
            }
            try await group.waitForAll()
        }
        #expect(try await Bench.answer(of: "echo still", on: outer) == "still\n")
    }
}
