import ConfigModel
import Foundation
import Testing

@testable import SnapshotStore

@Suite("A clock that jumps back")
struct ClockTests {
    @Test(
        "versions keep their order and their number, nothing is lost, and the next run works",
        arguments: [1.0, 86_400.0, 400.0 * 86_400.0])
    func back(by seconds: Double) async throws {
        let fixture = try StoreFixture()
        let times = [0, -seconds, 60]
        for (round, offset) in times.enumerated() {
            let now = StoreFixture.started + offset
            let store = try await fixture.open(at: now)
            try await store.store(
                [snapshot("sw-a", ["running-config": "\(round)\n"], taken: now)], run: round + 1, at: now)
            try await store.recordRun(
                RunRecord(
                    run: run(round + 1), started: now, finished: now, exit: 0, command: "run",
                    attempts: [AttemptRecord(device: id("sw-a"), started: now, finished: now, outcome: .stored)]))
        }
        for round in 0..<2 {
            if round == 1 { try FileManager.default.removeItem(atPath: "\(fixture.variable)/state.sqlite") }
            let store = try await fixture.open()
            for number in 1...3 {
                let version = try await store.resolve(id("sw-a"), .number(number))
                #expect(version.taken == StoreFixture.started + times[number - 1])
                #expect(
                    try await store.comparableText(of: version, artifact: ArtifactName("running-config"))
                        == Array("\(number - 1)\n".utf8))
                #expect(
                    try await store.collected(of: version, artifact: ArtifactName("running-config"))
                        == Array("\(number - 1)\nexact\n".utf8))
            }
            #expect(try await store.resolve(id("sw-a"), .latest).number == 3)
            #expect(try await store.verify().faults == [])
        }
        try await fixture.checkWithGit()
        // A year that went by twice writes to its own repository again.
        let exact = try FileManager.default.contentsOfDirectory(atPath: fixture.variable).filter {
            $0.hasPrefix("collected")
        }
        #expect(exact.count == (seconds > 364 * 86_400 ? 2 : 1))
    }
}
