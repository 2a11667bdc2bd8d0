import ConfigModel
import DeviceSession
import NIOCore
import NIOPosix
import Testing

@testable import SSHTransport

@Suite("Host names")
struct NameServiceTests {
    private struct Scripted: NameService {
        var answer: @Sendable (String, Int) async throws -> [SocketAddress]
        func addresses(of host: String, port: Int) async throws -> [SocketAddress] { try await answer(host, port) }
    }

    private struct NoName: Error {}

    private func endpoint(_ name: String) -> Endpoint {
        Endpoint(
            name: "sw-1", address: name, port: 9, hostKeys: HostKeyPolicy(accepted: []), profile: .modern,
            keepalive: nil,
            credential: Credential(name: "c", user: "u", method: .password(.environment("X"))))
    }

    private func failure(_ service: any NameService, patience: Duration) async -> SessionError? {
        let connector = SSHConnector(group: MultiThreadedEventLoopGroup.singleton, names: service)
        do throws(SessionError) {
            _ = try await connector.connect(
                to: endpoint("core-sw.hospital.example"), through: [], login: { _ in .password(Secret("x")) },
                until: .now + patience)
            return nil
        } catch {
            return error
        }
    }

    @Test("a name that nobody knows is said to be so, and one without an address too")
    func unknown() async {
        for answer in [{ throw NoName() }, { [] }] as [@Sendable () throws -> [SocketAddress]] {
            let error = await failure(Scripted { _, _ in try answer() }, patience: .seconds(5))
            guard case .unresolved = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
    }

    @Test("a name service that does not answer takes no more than the device's own time, and holds up nobody else")
    func slow() async {
        let service = Scripted { _, _ in
            try await Task.sleep(for: .seconds(60))
            return []
        }
        let start = ContinuousClock.now
        await withTaskGroup(of: SessionError?.self) { group in
            for _ in 0..<100 { group.addTask { await failure(service, patience: .seconds(1)) } }
            for await error in group {
                guard case .timedOut = error else {
                    Issue.record("\(String(describing: error))")
                    continue
                }
            }
        }
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test("the system's names are found, in both families where it has them")
    func system() async throws {
        let addresses = try await SystemNames().addresses(of: "localhost", port: 22)
        #expect(!addresses.isEmpty && addresses.allSatisfy { $0.port == 22 })
        await #expect(throws: (any Error).self) {
            try await SystemNames().addresses(of: "no-such-host.invalid", port: 22)
        }
    }
}
