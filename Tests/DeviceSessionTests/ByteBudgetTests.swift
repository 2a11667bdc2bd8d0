import ConfigModel
import Foundation
import Synchronization
import Testing
import TransportContract

@testable import DeviceSession

/// Says one endless answer to each line but the empty one, as fast as it is read.
private actor EndlessTransport: Transport {
    private var isAsked = false
    private var waiting = Array("sw1#".utf8)
    private(set) var given = 0
    private let total: Int

    init(total: Int) { self.total = total }

    func send(_ bytes: [UInt8], until deadline: ContinuousClock.Instant) async throws(SessionError) {
        if bytes == [0x0A] { waiting += Array("\r\nsw1#".utf8) } else { isAsked = true }
    }

    func receive(until deadline: ContinuousClock.Instant) async throws(SessionError) -> [UInt8] {
        if !waiting.isEmpty {
            defer { waiting = [] }
            return waiting
        }
        guard isAsked, given < total else {
            try? await Task.sleep(until: deadline, clock: .continuous)
            throw .timedOut(host: "endless", during: "receiving")
        }
        given += 32_768
        return [UInt8](repeating: 0x61, count: 32_767) + [0x0A]
    }

    func close() async {}
}

private final class EndlessDevice: DeviceConnection {
    let total: Int
    private let held: Mutex<Int> = Mutex(0)

    init(total: Int) { self.total = total }

    func openShell(
        _ terminal: TerminalRules, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> any Transport { EndlessTransport(total: total) }

    func execute(
        _ command: String, limit: Int, until deadline: ContinuousClock.Instant, piece: @escaping Piece
    ) async throws(SessionError) -> CommandEnd {
        for start in stride(from: 0, to: total, by: 32_768) {
            guard start + 32_768 <= limit else { throw .tooLarge(host: "endless", what: command, limit: limit) }
            try await piece([UInt8](repeating: 0x61, count: 32_768))
        }
        return CommandEnd(status: 0)
    }

    func listDirectory(_ path: String, until: ContinuousClock.Instant) async throws(SessionError) -> [DirectoryEntry] {
        throw .unsupported(host: "endless", what: "SFTP")
    }

    func status(of path: String, until: ContinuousClock.Instant) async throws(SessionError) -> DirectoryEntry? {
        DirectoryEntry(name: "x", kind: .file, size: nil)
    }

    func readFile(
        _ path: String, by method: FileMethod, limit: Int, until: ContinuousClock.Instant, piece: @escaping Piece
    ) async throws(SessionError) {
        _ = try await execute(path, limit: limit, until: until, piece: piece)
    }

    var legacyAlgorithms: [String] { [] }
    func close() async {}
}

private final class Least: Sendable {
    let value = Mutex(Int.max)
    func take(_ number: Int) { value.withLock { $0 = min($0, number) } }
}

@Suite("The budget of bytes")
struct ByteBudgetTests {
    private static let exec = Ward.platform([Ward.command("show config")], prompt: nil)
    private static let file = Ward.platform(
        [CollectRule(source: .files(glob: "/x", methods: [.sftp]))], prompt: nil)
    private static let shell = Ward.platform([Ward.command("show config")])

    @Test(
        "devices that send without end each fail as too large, together within the budget; a small one beside them does not wait",
        arguments: [exec, file, shell])
    func endless(platform: Platform) async throws {
        let budget = ByteBudget(bytes: 4 << 20)
        let limit = 8 << 20
        let least = Least()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<12 {
                group.addTask {
                    let lease = budget.lease()
                    let collector = try DeviceCollector(
                        platform: platform, host: "big", artifactLimit: limit, enable: nil, patience: Ward.patience,
                        trace: { _ in least.take(budget.left) })
                    let error = await #expect(throws: SessionError.self) {
                        try await collector.collect(
                            from: EndlessDevice(total: 200 << 20), until: .now + .seconds(60), budget: lease)
                    }
                    guard case .tooLarge(_, _, limit)? = error else {
                        Issue.record("\(String(describing: error))")
                        return
                    }
                    lease.release()
                }
            }
            group.addTask {
                let peer = TalkingPeer(prompt: "sw1#", ["show config": "end\n"])
                let collector = try DeviceCollector(
                    platform: Self.shell, host: "small", artifactLimit: limit, enable: nil, patience: Ward.patience)
                let capture = try await collector.collect(
                    from: ScriptedDevice(shell: { peer }), until: .now + .seconds(60), budget: budget.lease())
                #expect(capture.artifacts.count == 1)
            }
            try await group.waitForAll()
        }
        #expect(budget.left == 4 << 20)
        // Only the one that may go on takes more than there is.
        #expect(least.value.withLock { $0 } > -limit)
    }

    /// Alone in a process, since it looks at the whole: `PLUMBLINE_HEAVY=1 swift test --filter ByteBudgetTests/fifty`.
    @Test(
        "50 devices that send 200 MB each at once take no more than 256 MiB",
        .enabled(if: ProcessInfo.processInfo.environment["PLUMBLINE_HEAVY"] != nil, "it takes minutes"))
    func fifty() async throws {
        let budget = ByteBudget()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    let lease = budget.lease()
                    let error = await #expect(throws: SessionError.self) {
                        try await DeviceCollector(
                            platform: Self.shell, host: "big", artifactLimit: 64 << 20, enable: nil
                        ).collect(from: EndlessDevice(total: 200 << 20), until: .now + .seconds(900), budget: lease)
                    }
                    #expect(error?.description.contains("larger than") == true)
                }
            }
        }
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let most = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }.flatMap { Int($0.filter(\.isNumber)) }
        print("at most \(most ?? 0) kB")
        #expect(try #require(most) <= 256 << 10)
    }

    @Test("a wait for room ends with its deadline, and gives up its place")
    func deadline() async throws {
        let budget = ByteBudget(bytes: 0)
        let (favoured, waiting, next) = (budget.lease(), budget.lease(), budget.lease())
        try await favoured.cover(5 << 20, host: "a", until: .now + .seconds(10))
        let error = await #expect(throws: SessionError.self) {
            try await waiting.cover(5 << 20, host: "b", until: .now + .milliseconds(50))
        }
        guard case .timedOut("b", _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        async let later: Void = next.cover(5 << 20, host: "c", until: .now + .seconds(20))
        favoured.release()
        try await later
        #expect(budget.left == ByteBudget.free - (5 << 20))
        next.release()
        waiting.release()
        #expect(budget.left == 0)
    }

    @Test("a cancelled wait ends at once")
    func cancelled() async throws {
        let budget = ByteBudget(bytes: 0)
        let (favoured, waiting) = (budget.lease(), budget.lease())
        try await favoured.cover(5 << 20, host: "a", until: .now + .seconds(10))
        let task = Task { try await waiting.cover(5 << 20, host: "b", until: .now + .seconds(600)) }
        task.cancel()
        let result = await task.result
        #expect(throws: SessionError.cancelled(host: "b")) { try result.get() }
    }
}
