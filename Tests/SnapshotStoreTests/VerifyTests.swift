import ConfigModel
import Foundation
import Testing

@testable import SnapshotStore

@Suite("Verifying the store")
struct VerifyTests {
    /// Two devices, three versions, a restore copy, a run on record, the log begun.
    private func filled() async throws -> StoreFixture {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        try await store.store([
            snapshot(
                "sw-a", ["running-config": "one\n"], renewal: CopyRenewal(marks: [.runningConfig: "a"])),
            snapshot("sw-b", ["running-config": String(repeating: "interface\n", count: 4000)]),
        ])
        try await store.store([snapshot("sw-b", ["running-config": "two\n"])], run: 2)
        try await store.store(
            [
                snapshot(
                    "sw-a", ["running-config": "one\n"], taken: StoreFixture.started + 100_000,
                    collected: ["running-config": "resalted\n"], renewal: CopyRenewal(marks: [.runningConfig: "b"]))
            ], run: 3)
        try await store.recordRun(
            RunRecord(
                run: SnapshotStoreTests.run(3), started: StoreFixture.started, finished: StoreFixture.started, exit: 0,
                command: "run", attempts: []))
        return fixture
    }

    private func verified(_ fixture: StoreFixture) async throws -> StoreCheck {
        try await fixture.open(.reading).verify()
    }

    /// Writes one other byte, as a failing disk would.
    private func flip(_ path: String, at position: (Int) -> Int) throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes[position(bytes.count)] ^= 0x40
        try bytes.write(to: URL(filePath: path))
    }

    private func object(_ id: String, in repository: String) -> String {
        "\(repository)/objects/\(id.prefix(2))/\(id.dropFirst(2))"
    }

    @Test("a sound store has no faults, loose and packed, and everything in it was looked at")
    func sound() async throws {
        let fixture = try await filled()
        for round in 0..<2 {
            let check = try await verified(fixture)
            #expect(check.faults == [], "round \(round)")
            #expect(check.repositories.map(\.name) == ["store.git", "collected-2026.git"])
            #expect(check.repositories.map(\.commits) == [2, 4] && check.repositories[1].isEncrypted)
            #expect(check.versions == 3 && check.copies == 1)
            for name in ["store.git", "collected-2026.git"] {
                try await fixture.run("git", "-C", "\(fixture.variable)/\(name)", "repack", "-adq")
            }
        }
    }

    @Test("a flipped byte in a loose object is named by its device and artifact, in both repositories")
    func looseObjects() async throws {
        let fixture = try await filled()
        for (repository, path, bad) in [
            ("store.git", "devices/icu/sw-b/running-config.cfg", "sw-b/running-config.cfg"),
            ("collected-2026.git", "devices/icu/sw-a/running-config", "sw-a/running-config"),
        ] {
            let place = "\(fixture.variable)/\(repository)"
            let id = try await fixture.run("git", "-C", place, "rev-parse", "main:\(path)").prefix(40)
            try flip(object(String(id), in: place)) { $0 - 6 }
            let check = try await verified(fixture)
            #expect(check.faults.contains { $0.kind == .object && $0.place.contains(bad) }, "\(check.faults)")
            try flip(object(String(id), in: place)) { $0 - 6 }
            #expect(try await verified(fixture).faults == [])
        }
    }

    @Test("wherever a byte of a pack is flipped, we find it or git does not either", arguments: 0..<24)
    func packs(part: Int) async throws {
        let fixture = try await filled()
        try await fixture.run("git", "-C", fixture.store, "repack", "-adq")
        let folder = "\(fixture.store)/objects/pack"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        let pack = try #require(names.first { $0.hasSuffix(".pack") })
        // Behind the header, before the checksum of the whole: in the objects.
        try flip("\(folder)/\(pack)") { 12 + ($0 - 33) * part / 24 }
        let check = try await verified(fixture)
        let git = try await StockGit(folder: fixture.store).ask(["fsck", "--full", "--strict"], within: .seconds(60))
        #expect(!git.isGood, "git sees nothing wrong")
        #expect(check.faults.contains { $0.place.hasPrefix("store.git") }, "\(check.faults)")
    }

    @Test("a missing object, a missing repository, a lost key: each is told, and what it concerns")
    func missing() async throws {
        let fixture = try await filled()
        let exact = "\(fixture.variable)/collected-2026.git"
        let id = try await fixture.run("git", "-C", exact, "rev-parse", "main~2:devices/icu/sw-a/running-config")
            .prefix(40)
        try await fixture.run("mv", object(String(id), in: exact), "\(fixture.directory)/kept")
        var check = try await verified(fixture)
        #expect(check.faults.contains { $0.kind == .object && $0.reason.contains("is missing") }, "\(check.faults)")
        #expect(
            check.faults.contains { $0.kind == .reference && $0.place.contains("sw-a/facts.yaml") }
                || check.faults.count == 1
        )
        try await fixture.run("mv", "\(fixture.directory)/kept", object(String(id), in: exact))

        let key = "\(fixture.variable)/keys/collected-2026.key"
        try await fixture.run("mv", key, "\(key).away")
        check = try await verified(fixture)
        #expect(check.faults.map(\.kind) == [.key])
        try await fixture.run("mv", "\(key).away", key)

        try await fixture.run("mv", exact, "\(exact).away")
        check = try await verified(fixture)
        #expect(
            check.faults.contains { $0.kind == .reference && $0.reason.contains("collected-2026.git is not there") })
        try await fixture.run("mv", "\(exact).away", exact)
        #expect(try await verified(fixture).faults == [])
    }

    @Test("a branch or a repository that is gone is never taken for an empty store, and the remedy brings all back")
    func lostBranch() async throws {
        let fixture = try await filled()
        let tip = try await fixture.git("rev-parse", "main").prefix(40)
        let branch = "\(fixture.store)/refs/heads/main"
        try FileManager.default.removeItem(atPath: branch)
        for purpose in [SnapshotStore.Purpose.reading, .writing] {
            do {
                _ = try await fixture.open(purpose)
                Issue.record("the branch is gone")
            } catch {
                #expect("\(error)".contains("update-ref refs/heads/main \(tip)"), "\(error)")
            }
        }
        try await fixture.run("git", "-C", fixture.store, "update-ref", "refs/heads/main", String(tip))
        #expect(try await verified(fixture).faults == [])
        // A packed reference is one too.
        try await fixture.run("git", "-C", fixture.store, "pack-refs", "--all")
        #expect(try await verified(fixture).faults == [])

        try await fixture.run("mv", fixture.store, fixture.store + ".away")
        for isIndexed in [true, false] {
            if !isIndexed { try FileManager.default.removeItem(atPath: "\(fixture.variable)/state.sqlite") }
            await #expect(throws: StoreError.self) { _ = try await fixture.open(.writing) }
            #expect(!FileManager.default.fileExists(atPath: fixture.store))
        }
        try await fixture.run("mv", fixture.store + ".away", fixture.store)
        #expect(try await verified(fixture).faults == [])
    }

    @Test("exact bytes that are gone are kept anew by the next collection")
    func lostBytes() async throws {
        let fixture = try await filled()
        try FileManager.default.removeItem(atPath: "\(fixture.variable)/collected-2026.git")
        let store = try await fixture.open()
        try await store.begin(run: run(9), workspace: "w", started: StoreFixture.started)
        let texts = try await store.comparableTexts(of: store.resolve(id("sw-b"), .latest))
        let text = String(decoding: texts[ArtifactName("running-config")] ?? [], as: UTF8.self)
        let added = try await store.add(snapshot("sw-b", ["running-config": text]))
        #expect(added == .copied(version: 2), "\(added)")
    }

    @Test("bytes under another key, or in clear, in an encrypted repository are found")
    func foreignBytes() async throws {
        let fixture = try await filled()
        let exact = "\(fixture.variable)/collected-2026.git"
        try await fixture.run(
            "sh", "-ec",
            """
            cd "$0"; id=$(echo planted | git hash-object -w --stdin)
            tree=$(git ls-tree main:devices/icu/sw-a | sed "s/blob [0-9a-f]*/blob $id/" | git mktree)
            icu=$(printf '040000 tree %s\\tsw-a\\n' $tree | git mktree)
            devices=$(printf '040000 tree %s\\ticu\\n' $icu | git mktree)
            root=$( (git ls-tree main | grep gitattributes; printf '040000 tree %s\\tdevices\\n' $devices) | git mktree)
            commit=$(git -c user.name=x -c user.email=x@y commit-tree $root -p main -m planted)
            git update-ref refs/heads/main $commit
            """, exact)
        let check = try await verified(fixture)
        #expect(check.faults.map(\.kind) == [.object])
        #expect(check.faults.first?.reason.contains("not encrypted") == true, "\(check.faults)")
    }

    @Test("an index that says something else than git is named, and made anew")
    func index() async throws {
        let fixture = try await filled()
        let path = "\(fixture.variable)/state.sqlite"
        for change in [
            "UPDATE versions SET taken = taken + 1 WHERE device = 'sw-b' AND number = 1",
            "DELETE FROM versions WHERE device = 'sw-a'", "DELETE FROM copies",
            "UPDATE devices SET number = 1 WHERE device = 'sw-b'", "UPDATE commits SET run = 'x' WHERE seq = 1",
        ] {
            try await fixture.run("sqlite3", path, change)
            let check = try await verified(fixture)
            #expect(
                !check.faults.isEmpty && check.faults.allSatisfy { $0.kind == .index }, "\(change): \(check.faults)")
            let summary = try await fixture.open().reindex()
            #expect(summary.versions == 3 && summary.copies == 1 && summary.devices == 2 && !summary.isNew)
            #expect(try await verified(fixture).faults == [], "\(change)")
        }
    }

    @Test("wherever a byte of the SQLite file is flipped, it is found, mended, or says nothing", arguments: 0..<12)
    func indexBytes(part: Int) async throws {
        let fixture = try await filled()
        let path = "\(fixture.variable)/state.sqlite"
        try await fixture.run("sqlite3", path, "PRAGMA wal_checkpoint(TRUNCATE)")
        try flip(path) { ($0 - 1) * part / 12 + 37 * part % 91 }
        let answer: StoreCheck
        do {
            answer = try await verified(fixture)
        } catch {
            Issue.record("verify must answer: \(error)")
            return
        }
        #expect(answer.faults.allSatisfy { $0.kind == .index }, "\(answer.faults)")
        _ = try await fixture.open().reindex()
        let store = try await fixture.open(.reading)
        #expect(try await store.versions(of: id("sw-b")).count == 2)
        #expect(try await verified(fixture).faults == [])
    }

    @Test("a flipped byte in the records of runs or in the audit log is told")
    func lines() async throws {
        let fixture = try await filled()
        let log = AuditLog(directory: fixture.variable)
        for number in 1...3 { try log.append("test", subject: "entry \(number)", reason: nil, details: [:]) }
        #expect(try await verified(fixture).faults == [])
        try flip("\(fixture.variable)/audit.jsonl") { $0 / 2 }
        try flip("\(fixture.variable)/runs/2026.jsonl") { _ in 0 }
        let kinds = Set(try await verified(fixture).faults.map(\.kind))
        #expect(kinds == [.audit, .runs])
    }
}
