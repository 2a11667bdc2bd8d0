import ConfigModel
import Foundation
import Testing

@testable import SnapshotStore

@Suite("New keys, and the end of old repositories")
struct RekeyTests {
    private func filled() async throws -> StoreFixture {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        try await store.store([
            snapshot("sw-a", ["running-config": "a1\n"]), snapshot("sw-b", ["running-config": "b1\n"]),
        ])
        try await store.store([snapshot("sw-a", ["running-config": "a2\n"])], run: 2)
        try await store.store([snapshot("sw-a", ["running-config": "a3\n"], group: "ward")], run: 3)
        return fixture
    }

    private func bytes(_ store: SnapshotStore, _ device: String, _ number: Int) async throws -> String {
        let version = try await store.resolve(id(device), .number(number))
        return String(
            decoding: try await store.collected(of: version, artifact: ArtifactName("running-config")), as: UTF8.self)
    }

    @Test(
        "tips and approved versions are stored anew under another key, which opens them by stock tools; fingerprints stay"
    )
    func rekey() async throws {
        let fixture = try await filled()
        let store = try await fixture.open(at: StoreFixture.started + 3600)
        let summary = try await store.rekey(besides: [id("sw-a"): [1, 2], id("gone"): [7]], workspace: "w")
        #expect(summary == RekeySummary(repository: "collected-2026-2.git", copies: 4, unreadable: []))
        let old = try Data(contentsOf: URL(filePath: "\(fixture.variable)/keys/collected-2026.key"))
        let new = try Data(contentsOf: URL(filePath: "\(fixture.variable)/keys/collected-2026-2.key"))
        #expect(old != new)
        #expect(
            try await fixture.unlocked("collected-2026-2") == [
                "devices/ward/sw-a/running-config": "a3\nexact\n", "devices/icu/sw-b/running-config": "b1\nexact\n",
            ])
        try await fixture.checkWithGit()
        // Without the old key all that is needed can be read; what was not needed cannot, and says why.
        try FileManager.default.removeItem(atPath: "\(fixture.variable)/keys/collected-2026.key")
        let reader = try await fixture.open(.reading)
        for (device, number, text) in [("sw-a", 3, "a3"), ("sw-a", 2, "a2"), ("sw-a", 1, "a1"), ("sw-b", 1, "b1")] {
            #expect(try await bytes(reader, device, number) == text + "\nexact\n")
        }
        // The index is told the same by git alone.
        try FileManager.default.removeItem(atPath: "\(fixture.variable)/state.sqlite")
        let again = try await fixture.open()
        #expect(try await bytes(again, "sw-a", 2) == "a2\nexact\n")
        // The next run writes under the new key.
        try await again.store([snapshot("sw-b", ["running-config": "b2\n"])], run: 4)
        let facts = String(decoding: try await again.factsText(of: again.resolve(id("sw-b"), .latest)), as: UTF8.self)
        #expect(facts.contains("collected-2026-2.git"))
    }

    @Test(
        "restore copies that were kept before take the new key too, the tenth time as well; nothing needs the old one")
    func rekeyCopies() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        try await store.store([snapshot("sw-a", ["running-config": "a1\n"])])
        let due = CopyRenewal(marks: [:], mostAge: 10)
        try await store.store(
            [snapshot("sw-a", ["running-config": "a1\n"], taken: StoreFixture.started + 60, renewal: due)], run: 2)
        for round in 2...11 {
            #expect(try await store.rekey(besides: [:], workspace: "w").copies == 1)
            let version = try await store.resolve(id("sw-a"), .latest)
            #expect(try await store.newestCopy(of: version)?.repository == "collected-2026-\(round).git")
        }
        #expect(try await store.newestCopies()[id("sw-a")]?.repository == "collected-2026-11.git")
        for name in ["collected-2026.git", "collected-2026-2.git", "collected-2026-10.git"] {
            #expect(try await store.versions(needing: name, besides: [:]).isEmpty)
        }
    }

    @Test("a key that is missing ends it before anything is begun")
    func missingKey() async throws {
        let fixture = try await filled()
        try FileManager.default.removeItem(atPath: "\(fixture.variable)/keys/collected-2026.key")
        let store = try await fixture.open()
        await #expect(throws: StoreError.self) { _ = try await store.rekey(besides: [:], workspace: "w") }
        #expect(!FileManager.default.fileExists(atPath: "\(fixture.variable)/collected-2026-2.git"))
    }

    @Test("bytes that cannot be read are named and keep nobody else from the new key")
    func unreadable() async throws {
        let fixture = try await filled()
        let exact = "\(fixture.variable)/collected-2026.git"
        let blob = try await fixture.run("git", "-C", exact, "rev-parse", "main:devices/icu/sw-b/running-config")
            .prefix(40)
        try FileManager.default.removeItem(atPath: "\(exact)/objects/\(blob.prefix(2))/\(blob.dropFirst(2))")
        let summary = try await fixture.open().rekey(besides: [:], workspace: "w")
        #expect(summary.copies == 1 && summary.unreadable.count == 1)
        #expect(summary.unreadable.first?.hasPrefix("sw-b@1: ") == true, "\(summary)")
    }

    @Test("a delivered key that is not new, and a store in clear, are refused, and nothing is begun")
    func refused() async throws {
        let fixture = try await filled()
        let key = try KeyFile(folder: "\(fixture.variable)/keys", stem: "collected-2026").read()
        let same = CollectedKeys(encrypts: true, source: .delivered { _ in key })
        for keys in [same, CollectedKeys(encrypts: false, source: same.source)] {
            let store = try await fixture.open(keys: keys)
            await #expect(throws: StoreError.self) { _ = try await store.rekey(besides: [:], workspace: "w") }
        }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: fixture.variable).count { $0.hasPrefix("collected") }
                == 1)
    }

    @Test("a repository is retired only when nothing needs it; then a note stays and verify knows")
    func retiring() async throws {
        let fixture = try await filled()
        let store = try await fixture.open()
        let note = RetiredRepository(
            repository: "collected-2026.git", retired: StoreFixture.started, by: "ops", reason: "age")
        for name in ["collected-2026.git", "collected-2020", "store.git", "../x"] {
            await #expect(throws: StoreError.self) { _ = try await store.versions(needing: name, besides: [:]) }
        }
        _ = try await store.rekey(besides: [:], workspace: "w")
        #expect(try await store.versions(needing: "collected-2026", besides: [id("sw-a"): [1]]) == ["sw-a@1"])
        #expect(try await store.versions(needing: "collected-2026.git", besides: [:]).isEmpty)
        try await store.retire(note)
        #expect(!FileManager.default.fileExists(atPath: "\(fixture.variable)/collected-2026.git"))
        #expect(try await bytes(store, "sw-a", 3) == "a3\nexact\n")
        do {
            _ = try await bytes(store, "sw-a", 1)
            Issue.record("these bytes are gone")
        } catch let error as StoreError {
            #expect("\(error)".contains("was retired on 2026-11-23T02:15:00Z and dropped"))
        }
        #expect(try await store.verify().faults == [])
        try FileManager.default.removeItem(atPath: "\(fixture.variable)/state.sqlite")
        #expect(try await fixture.open().verify().faults == [])
        // An unchanged device goes on without a copy of what is stored.
        let next = try await fixture.open()
        try await next.begin(run: run(5), workspace: "w", started: StoreFixture.started)
        let added = try await next.add(snapshot("sw-b", ["running-config": "b1\n"]))
        #expect(added == .unchanged(version: 1))
    }
}
