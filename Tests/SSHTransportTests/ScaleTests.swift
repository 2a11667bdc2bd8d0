import ConfigModel
import DeviceSession
import FoundationEssentials
import Glibc
import RealServers
import Testing

@testable import SSHTransport

@Suite("Many sessions, one after the other and at once", .realServers, .serialized)
struct ScaleTests {
    private static func resident() -> Int {
        let text = (try? Data(contentsOf: URL(filePath: "/proc/self/statm"))).map {
            String(decoding: $0, as: UTF8.self)
        }
        return (text?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 4096
    }

    private static func descriptors() -> Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
    }

    @Test(
        "a closed session is freed with all that it holds, and so is one that was only dropped",
        arguments: [true, false])
    func noLeak(closes: Bool) async throws {
        let server = try await RealSSHServer.openSSH()
        defer { server.stop() }
        var connection: (any DeviceConnection)? = try await Bench.connect(Bench.endpoint(server))
        weak let session = connection as? SSHSession
        // The wire is held by libssh2's session handle and by the socket's handler: when it is gone, so are they.
        weak let wire = (connection as? SSHSession)?.wire
        _ = try await connection?.listDirectory("/", until: Bench.soon)
        _ = try await connection?.openShell(TerminalRules(), until: Bench.soon)
        #expect(session != nil && wire != nil)
        if closes { await connection?.close() }
        connection = nil
        let deadline = Bench.soon
        while session != nil || wire != nil, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(session == nil && wire == nil)
        #expect(await Bench.hasSeenEnd(server))
    }

    @Test("work on one loop stays on its thread, and sessions there do all that others do")
    func oneLoop() async throws {
        let server = try await RealSSHServer.openSSH()
        defer { server.stop() }
        let text = try await Bench.connector.onOneLoop { connector in
            let connection = try await connector.connect(
                to: Bench.endpoint(server), through: [],
                login: { _ throws(SessionError) in Bench.password }, until: Bench.soon)
            let first = pthread_self()
            let text = try await Bench.answer(of: "echo one", on: connection)
            #expect(pthread_equal(first, pthread_self()) != 0)
            return text
        }
        #expect(text == "one\n")
    }

    /// Only where asked for, by PLUMBLINE_SCALE=500: its numbers mean something only when nothing else runs.
    @Test(
        "sessions open at once: memory and descriptors a session",
        .enabled(if: ProcessInfo.processInfo.environment["PLUMBLINE_SCALE"] != nil, "needs PLUMBLINE_SCALE=COUNT"))
    func scale() async throws {
        let count = Int(ProcessInfo.processInfo.environment["PLUMBLINE_SCALE"] ?? "") ?? 100
        let server = try await RealSSHServer.openSSH()
        defer { server.stop() }
        let before = (Self.resident(), Self.descriptors())
        var usage = rusage()
        getrusage(__rusage_who_t(0), &usage)
        let begun =
            usage.ru_utime.tv_sec * 1_000_000 + usage.ru_utime.tv_usec + usage.ru_stime.tv_sec * 1_000_000
            + usage.ru_stime.tv_usec
        let connections = try await withThrowingTaskGroup(of: (any DeviceConnection, any Transport).self) { group in
            for _ in 0..<count {
                group.addTask {
                    let connection = try await Bench.connect(Bench.endpoint(server), until: .now + .seconds(300))
                    let shell = try await connection.openShell(TerminalRules(), until: .now + .seconds(300))
                    return (connection, shell)
                }
            }
            var all: [(any DeviceConnection, any Transport)] = []
            for try await pair in group { all.append(pair) }
            return all
        }
        let during = (Self.resident(), Self.descriptors())
        for (connection, _) in connections { await connection.close() }
        getrusage(__rusage_who_t(0), &usage)
        let ended =
            usage.ru_utime.tv_sec * 1_000_000 + usage.ru_utime.tv_usec + usage.ru_stime.tv_sec * 1_000_000
            + usage.ru_stime.tv_usec
        print(
            "\(count) sessions: \((during.0 - before.0) / count / 1000) kB and \(during.1 - before.1) descriptors, "
                + "\((ended - begun) / count) µs CPU each, \(Self.descriptors() - before.1) descriptors left")
        #expect(connections.count == count)
    }
}
