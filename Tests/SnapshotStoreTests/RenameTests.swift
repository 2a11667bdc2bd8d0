import ConfigModel
import Foundation
import Testing

@testable import SnapshotStore

@Suite("Devices that were renamed")
struct RenameTests {
    private func rows(_ store: SnapshotStore, _ device: String) async throws -> [String] {
        try await store.versions(of: id(device)).map { "\($0.number) \($0.commit)" }
    }

    @Test("history, copies and attempts go on under the new id, in one commit of each repository, and rebuilt from git")
    func wholeLife() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        try await store.store([
            snapshot("sw-a", ["running-config": "1\n"]), snapshot("sw-b", ["running-config": "b\n"]),
        ])
        try await store.store([snapshot("sw-a", ["running-config": "2\n"], taken: StoreFixture.started + 60)], run: 2)
        let due = CopyRenewal(marks: [:], mostAge: 10)
        try await store.store(
            [snapshot("sw-a", ["running-config": "2\n"], taken: StoreFixture.started + 600, renewal: due)], run: 3)
        try await store.recordRun(
            RunRecord(
                run: run(3), started: StoreFixture.started, finished: StoreFixture.started, exit: 0, command: "run",
                attempts: [
                    AttemptRecord(
                        device: id("sw-a"), started: StoreFixture.started, finished: StoreFixture.started,
                        outcome: .stored)
                ]))
        let before = try await rows(store, "sw-a")
        #expect(before.count == 2)
        let commits = try await fixture.git("rev-list", "--count", "main")

        let later = try await fixture.open(at: StoreFixture.started + 3600)
        let summary = try await later.renameDevices([id("core-1"): [id("gone"), id("sw-a")]], workspace: "w")
        #expect(summary.renamed == [.init(earlier: id("sw-a"), device: id("core-1"))] && summary.conflicts.isEmpty)
        #expect(try await fixture.git("rev-list", "--count", "main") != commits)
        #expect(try await fixture.git("log", "-1", "--format=%s").contains("Rename 1 device"))
        #expect(try await fixture.git("ls-tree", "--name-only", "main:devices/icu") == "core-1\nsw-b\n")
        #expect(
            try await fixture.unlocked("collected-2026").keys.sorted() == [
                "devices/icu/core-1/running-config", "devices/icu/sw-b/running-config",
            ])
        try await fixture.checkWithGit()
        // Again: nothing is left to do.
        #expect(try await later.renameDevices([id("core-1"): [id("sw-a")]], workspace: "w") == RenameSummary())
        #expect(try await later.verify().faults == [])
        // Renamed once more, and its first id given to another device.
        try await later.store(
            [snapshot("core-1", ["running-config": "3\n"], taken: StoreFixture.started + 3700)], run: 4)
        let third = try await fixture.open(at: StoreFixture.started + 7200)
        _ = try await third.renameDevices([id("core-2"): [id("core-1"), id("sw-a")]], workspace: "w")
        try await third.store(
            [snapshot("sw-a", ["running-config": "other\n"], taken: StoreFixture.started + 7300)], run: 5)

        for round in 0..<2 {
            if round == 1 { try FileManager.default.removeItem(atPath: "\(fixture.variable)/state.sqlite") }
            let store = try await fixture.open()
            #expect(try await rows(store, "core-2").suffix(2) == before[...], "round \(round)")
            #expect(try await rows(store, "core-2").count == 3)
            #expect(try await rows(store, "sw-a").count == 1)
            #expect(try await rows(store, "core-1").isEmpty)
            #expect(try await store.originalNames() == [id("core-2"): id("sw-a")])
            #expect(try await store.attempts(of: id("core-2")).count == 1)
            #expect(try await store.attempts(of: id("sw-a")).isEmpty)
            let second = try await store.resolve(id("core-2"), .number(2))
            #expect(try await store.newestCopy(of: second)?.device == id("core-2"))
            #expect(
                try await store.collected(of: second, artifact: ArtifactName("running-config"))
                    == Array("2\nexact\n".utf8))
            #expect(try await store.newestCopy(of: store.resolve(id("sw-a"), .latest)) == nil)
            #expect(try await store.verify().faults == [])
        }
    }

    @Test("two histories are not made one")
    func conflict() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        try await store.store([
            snapshot("sw-a", ["running-config": "1\n"]), snapshot("sw-b", ["running-config": "b\n"]),
        ])
        let tip = try await fixture.git("rev-parse", "main")
        let summary = try await store.renameDevices([id("sw-b"): [id("sw-a")]], workspace: "w")
        #expect(summary.conflicts == [.init(earlier: id("sw-a"), device: id("sw-b"))] && summary.renamed.isEmpty)
        #expect(try await fixture.git("rev-parse", "main") == tip)
    }
}
