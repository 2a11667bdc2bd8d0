import ConfigModel
import Foundation
import Testing

@testable import SnapshotStore

@Suite("The index")
struct IndexTests {
    /// Everything that the index answers.
    struct Answers: Equatable {
        var versions: [[StoredVersion]] = []
        var latest: [DeviceID: StoredVersion] = [:]
        var states: [DeviceID: DeviceState] = [:]
        var runs: [RunSummary] = []
        var attempts: [[DeviceAttempt]] = []
        var facts: [DeviceID: Facts] = [:]

        init(_ store: SnapshotStore) async throws {
            latest = try await store.latest()
            states = try await store.deviceStates()
            for device in states.keys.sorted() {
                versions.append(try await store.versions(of: device))
                attempts.append(try await store.attempts(of: device))
            }
            runs = try await store.runs()
            facts = try await store.latestFacts()
        }
    }

    /// Three runs: a first one, one with a change, a move and a failure, one without change.
    private func fill(_ fixture: StoreFixture) async throws -> Answers {
        let store = try await fixture.open()
        let texts = [
            ["sw-a": "one\n", "sw-b": "b\n"], ["sw-a": "two\n", "sw-b": "b\n"], ["sw-a": "two\n", "sw-b": "b\n"],
        ]
        for number in 0..<3 {
            let time = StoreFixture.started + Double(number) * 86_400.5
            let snapshots = texts[number].map { device, text in
                snapshot(
                    device, ["running-config": text], group: number > 0 && device == "sw-b" ? "er" : "icu", taken: time)
            }
            let stored = try await store.store(snapshots, run: number, at: time)
            let outcomes: [(String, AttemptOutcome, TimeInterval)] = [
                ("sw-a", number == 2 ? .unchanged : .stored, 1.25), ("sw-b", .unchanged, 2),
                ("sw-c", .failed(.timeout), 3),
            ]
            let attempts = outcomes.map { device, outcome, duration in
                AttemptRecord(
                    device: id(device), started: time, finished: time + duration, outcome: outcome,
                    message: outcome.isSuccess ? "" : "silent", bytes: 10)
            }
            try await store.recordRun(
                RunRecord(
                    run: SnapshotStoreTests.run(number), started: time, finished: time + 5, exit: 2,
                    command: "run --all",
                    commit: stored.commit, attempts: attempts))
        }
        #expect(await store.takeNotices().isEmpty)
        return try await Answers(store)
    }

    @Test("answers are complete")
    func answers() async throws {
        let fixture = try StoreFixture()
        let answers = try await fill(fixture)
        #expect(answers.latest[id("sw-a")]?.number == 2)
        #expect(answers.latest[id("sw-b")]?.number == 1)
        let state = try #require(answers.states[id("sw-a")])
        #expect(state.lastSuccess == StoreFixture.started + 2 * 86_400.5 + 1.25)
        #expect(state.lastOutcome == .unchanged)
        let failed = try #require(answers.states[id("sw-c")])
        #expect(failed.lastSuccess == nil)
        #expect(failed.lastOutcome == .failed(.timeout))
        #expect(failed.lastMessage == "silent")
        #expect(answers.runs.map(\.run) == [run(2), run(1), run(0)])
        #expect(answers.runs[0].counts == ["unchanged": 2, "timeout": 1])
        #expect(answers.attempts.map(\.count) == [3, 3, 3])
    }

    @Test(
        "after its deletion it is rebuilt equal, also by a reading command",
        arguments: [SnapshotStore.Purpose.reading, .writing])
    func deleted(purpose: SnapshotStore.Purpose) async throws {
        let fixture = try StoreFixture()
        let answers = try await fill(fixture)
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: "\(fixture.variable)/state.sqlite\(suffix)")
        }
        let store = try await fixture.open(purpose)
        #expect(try await Answers(store) == answers)
        #expect(await store.takeNotices().count == 1)
        let again = try await fixture.open(purpose)
        #expect(try await Answers(again) == answers)
        #expect(await again.takeNotices().isEmpty)
    }

    @Test("without the run records too, versions and the time of the last stored one are known")
    func withoutRunRecords() async throws {
        let fixture = try StoreFixture()
        let answers = try await fill(fixture)
        try FileManager.default.removeItem(atPath: "\(fixture.variable)/state.sqlite")
        try FileManager.default.removeItem(atPath: "\(fixture.variable)/runs")
        let store = try await fixture.open(.reading)
        #expect(try await store.latest() == answers.latest)
        let state = try #require(try await store.deviceStates()[id("sw-a")])
        #expect(state.lastSuccess == answers.latest[id("sw-a")]?.taken)
        #expect(state.lastAttempt == nil)
    }

    @Test(
        "a damaged one is moved aside and rebuilt, with a notice",
        arguments: ["no database at all", "", "SQLite format 3\u{0}and then something else entirely"])
    func damaged(contents: String) async throws {
        let fixture = try StoreFixture()
        let answers = try await fill(fixture)
        let path = "\(fixture.variable)/state.sqlite"
        for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
        let bytes = Data(contents.utf8) + Data(repeating: 0x41, count: contents.isEmpty ? 0 : 8192)
        try bytes.write(to: URL(fileURLWithPath: path))
        let store = try await fixture.open()
        #expect(try await Answers(store) == answers)
        #expect(await !store.takeNotices().isEmpty)
        let aside = try FileManager.default.contentsOfDirectory(atPath: fixture.variable).filter {
            $0.contains("damaged")
        }
        #expect(aside.count == (contents.isEmpty ? 0 : 1), "an empty file is no damage to SQLite: it is filled")
    }

    @Test("pages overwritten in the middle are noticed when they are read")
    func damagedPages() async throws {
        let fixture = try StoreFixture()
        let answers = try await fill(fixture)
        let path = "\(fixture.variable)/state.sqlite"
        try await fixture.run("sqlite3", path, "PRAGMA wal_checkpoint(TRUNCATE)")
        for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        // Page 1 holds the schema; all others become rubbish.
        for position in 4096..<bytes.count { bytes[position] = 0xA5 }
        try bytes.write(to: URL(fileURLWithPath: path))
        let store = try await fixture.open()
        #expect(try await Answers(store) == answers)
        #expect(await store.takeNotices().contains { $0.contains("damaged") })
    }

    @Test("one of another schema version is moved aside and rebuilt")
    func otherSchema() async throws {
        let fixture = try StoreFixture()
        let answers = try await fill(fixture)
        try await fixture.run("sqlite3", "\(fixture.variable)/state.sqlite", "PRAGMA user_version = 99")
        let store = try await fixture.open()
        #expect(try await Answers(store) == answers)
        #expect(await store.takeNotices().contains { $0.contains("another version") })
    }

    @Test("one that is behind git catches up: a crash between the branch and the index costs nothing")
    func behind() async throws {
        let fixture = try StoreFixture()
        let early = try await fixture.open()
        try await early.store([snapshot("sw-a", ["running-config": "zero\n"])], run: 9)
        try await fixture.run(
            "sh", "-c",
            "cd \(fixture.variable) && sqlite3 state.sqlite 'PRAGMA wal_checkpoint(TRUNCATE)' && cp state.sqlite early")
        let stored = try await early.store([snapshot("sw-a", ["running-config": "one\n"])], run: 1)
        let latest = try await early.latest()
        try await fixture.run("sh", "-c", "cd \(fixture.variable) && rm -f state.sqlite* && mv early state.sqlite")
        let store = try await fixture.open(.reading)
        #expect(try await store.latest() == latest)
        #expect(try await store.resolve(id("sw-a"), .latest).commit == stored.commit)
        #expect(await store.takeNotices().contains { $0.contains("behind git") })
    }

    @Test("a history that was replaced from a backup copy is read anew")
    func otherHistory() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        try await store.store([snapshot("sw-a", ["running-config": "one\n"])], run: 1)
        try await fixture.run("cp", "-a", fixture.store, "\(fixture.directory)/copy")
        try await store.store([snapshot("sw-a", ["running-config": "two\n"])], run: 2)
        try await fixture.run("rm", "-rf", fixture.store)
        try await fixture.run("mv", "\(fixture.directory)/copy", fixture.store)
        let after = try await fixture.open()
        #expect(try await after.versions(of: id("sw-a")).map(\.number) == [1])
        #expect(await after.takeNotices().contains { $0.contains("another one") })
        #expect(try await after.store([snapshot("sw-a", ["running-config": "two\n"])], run: 3).changed == [id("sw-a")])
    }

    @Test("half a line at the end of the run records costs that line only")
    func tornRunRecord() async throws {
        let fixture = try StoreFixture()
        _ = try await fill(fixture)
        let path = "\(fixture.variable)/runs/2026.jsonl"
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.seekToEnd()
        try file.write(contentsOf: Data(#"{"run":"20261"#.utf8))
        try file.close()
        let store = try await fixture.open()
        try await store.recordRun(
            RunRecord(
                run: run(7), started: StoreFixture.started + 9e5, finished: StoreFixture.started + 9e5, exit: 0,
                command: "run", attempts: []))
        #expect(try await store.runs().map(\.run) == [run(7), run(2), run(1), run(0)])
    }

    @Test("records of old runs are made short, and the index that is built from them says the same")
    func compaction() async throws {
        let fixture = try StoreFixture()
        let answers = try await fill(fixture)
        let path = "\(fixture.variable)/runs/2026.jsonl"
        let later = StoreFixture.started + 102 * 86_400
        let store = try await fixture.open(at: later)
        // The last of the three runs is not old yet; a line that nobody can read stays.
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        try (["no record"] + lines).map { $0 + "\n" }.joined().write(toFile: path, atomically: true, encoding: .utf8)
        let before = try String(contentsOfFile: path, encoding: .utf8)
        #expect(try await store.compactRuns(least: 1 << 20) == 0)
        let gained = try await store.compactRuns(least: 1)
        let after = try String(contentsOfFile: path, encoding: .utf8)
        #expect(gained > 0 && gained == before.utf8.count - after.utf8.count)
        let short = after.split(separator: "\n")
        #expect(short.count == 4 && short[0] == "no record" && short[3] == lines[2])
        // Of the first run nothing is the last of its kind, and the second has the last of each device.
        #expect(!short[1].contains("sw-a") && short[2].contains("sw-a") && short[2].contains("sw-c"))
        #expect(try await store.compactRuns(least: 1) == 0)
        #expect(try await Answers(store) == answers)
        #expect(try await fixture.open(at: later).takeNotices() == [])
        _ = try await store.reindex()
        #expect(try await store.deviceStates() == answers.states)
        #expect(try await store.runs().map(\.run) == answers.runs.map(\.run))
        #expect(try await store.verify().faults.map(\.kind) == [.runs])
    }

    @Test("since when a finding is so is kept while it is found, and forgotten when it is not")
    func findings() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        func finding(_ line: String) -> Finding {
            Finding(device: id("sw-a"), class: .config, severity: .major, summary: "x", extra: [line])
        }
        let start = StoreFixture.started
        try await store.remember([id("sw-a"): [finding("a"), finding("b")]], at: start)
        try await store.remember([id("sw-a"): [finding("b"), finding("c")]], at: start + 60)
        #expect(
            try await store.firstSeen() == [id("sw-a"): [finding("b").id: start, finding("c").id: start + 60]])
        try await store.remember([id("sw-a"): [finding("a")], id("sw-b"): []], at: start + 120)
        #expect(try await fixture.open().firstSeen() == [id("sw-a"): [finding("a").id: start + 120]])
    }

    private func memory(_ digest: String, taken: TimeInterval = 0, line: Int = 3) throws -> DeviceMemory {
        DeviceMemory(
            images: [
                DeviceMemory.Image(
                    path: "/boot/vmlinuz", size: 9, modified: 1_700_000_000,
                    digest: try #require(ImageDigest(.md5, String(repeating: digest, count: 32))),
                    taken: StoreFixture.started + taken)
            ], uncovered: [DeviceMemory.Uncovered(artifact: .runningConfig, line: line, kind: "password")])
    }

    @Test("what is remembered of a device is replaced by what the next collection leaves, device by device")
    func memories() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        #expect(try await store.memories().isEmpty)
        try await store.remember([id("sw-a"): try memory("a"), id("sw-b"): try memory("b")])
        try await store.remember([id("sw-a"): try memory("c", taken: 7, line: 4)])
        let again = try await fixture.open(.reading)
        #expect(
            try await again.memories() == [
                id("sw-a"): try memory("c", taken: 7, line: 4), id("sw-b"): try memory("b"),
            ])
        try await store.remember([id("sw-a"): DeviceMemory()])
        #expect(try await store.memories().keys.sorted() == [id("sw-b")])
        await #expect(throws: StoreError.self) { try await again.remember([id("sw-b"): DeviceMemory()]) }
    }

    @Test("an index of the first schema is kept, and remembers from then on")
    func olderSchema() async throws {
        let fixture = try StoreFixture()
        let answers = try await fill(fixture)
        try await fixture.run(
            "sqlite3", "\(fixture.variable)/state.sqlite",
            """
            DROP TABLE images; DROP TABLE uncovered; DROP TABLE findings; DROP TABLE copies; DROP TABLE names;
            DROP TABLE refusals; DROP TABLE marks; DROP TABLE assessments; DROP TABLE restorability;
            ALTER TABLE commits DROP COLUMN imported;
            CREATE TABLE findings(position INTEGER PRIMARY KEY, run TEXT NOT NULL, finding TEXT NOT NULL);
            PRAGMA user_version = 1
            """)
        let store = try await fixture.open()
        #expect(try await Answers(store) == answers)
        #expect(await store.takeNotices().isEmpty)
        try await store.remember([id("sw-a"): try memory("a")])
        #expect(try await store.memories().count == 1)
    }
}
