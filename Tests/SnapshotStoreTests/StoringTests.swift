import ConfigModel
import Foundation
import Testing

@testable import SnapshotStore

@Suite("Storing runs")
struct StoringTests {
    @Test("a first run is one commit in each repository, which stock git reads")
    func firstRun() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        let stored = try await store.store([
            snapshot("sw-a", ["running-config": "hostname a\n", "/etc/hosts": "127.0.0.1 a\n"]),
            snapshot("sw-b", ["running-config": "hostname b\n"], group: "or"),
        ])
        #expect(stored.new == [id("sw-a"), id("sw-b")])
        #expect(try await fixture.git("rev-list", "--count", "main") == "1\n")
        #expect(try await fixture.git("rev-parse", "HEAD") == "\(try #require(stored.commit))\n")
        #expect(try await fixture.git("show", "main:devices/icu/sw-a/running-config.cfg") == "hostname a\n")
        #expect(try await fixture.git("show", "main:devices/icu/sw-a/files/etc/hosts") == "127.0.0.1 a\n")
        let exact = "\(fixture.variable)/collected-2026.git"
        #expect(try await fixture.unlocked("collected-2026")["devices/or/sw-b/running-config"] == "hostname b\nexact\n")
        let collected = try await fixture.run("git", "-C", exact, "rev-parse", "main")
        #expect(
            try await fixture.git("log", "--format=%an <%ae>%n%s%n%(trailers:key=Run)%(trailers:key=Collected)")
                == """
                Plumbline <plumbline@localhost>
                Back up 2 devices: 2 new
                Run: \(run(1))
                Collected: collected-2026.git \(collected)

                """)
        try await fixture.checkWithGit()
        try await fixture.run("git", "clone", "-q", fixture.store, "\(fixture.directory)/clone")
        #expect(FileManager.default.fileExists(atPath: "\(fixture.directory)/clone/devices/icu/sw-a/facts.yaml"))
    }

    @Test("a run without change makes no commit and writes no object")
    func unchanged() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        let same = snapshot("sw-a", ["running-config": "hostname a\n", "/etc/hosts": "x\n"])
        try await store.store([same])
        let before = try await fixture.run("find", fixture.variable, "-path", "*/objects/*", "-type", "f")
        var resalted = same
        resalted.collected[.runningConfig] = Array("other salt".utf8)
        try await store.begin(run: run(2), workspace: "w", started: StoreFixture.started)
        #expect(try await store.add(resalted) == .unchanged(version: 1))
        #expect(try await store.finish() == StoredCommit(commit: nil, new: [], changed: [], moved: []))
        #expect(try await fixture.git("rev-list", "--count", "main") == "1\n")
        #expect(try await fixture.run("find", fixture.variable, "-path", "*/objects/*", "-type", "f") == before)
    }

    @Test("of the latest version the collected sizes are known, without what is not there any more")
    func sizes() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        #expect(try await store.latestSizes(of: id("sw-a")) == nil)
        try await store.store([
            snapshot(
                "sw-a", ["running-config": "a\n", "/etc/hosts": "x\n"],
                collected: ["running-config": String(repeating: "long ", count: 1000), "/etc/hosts": "xyz"])
        ])
        let latest = try #require(try await store.latestSizes(of: id("sw-a")))
        #expect(latest.platform == "cisco_ios")
        #expect(latest.sizes == [.runningConfig: 5000, ArtifactName("/etc/hosts"): 3])
        try await fixture.run("rm", "-rf", "\(fixture.variable)/collected-2026.git")
        let later = try await fixture.open(.reading)
        #expect(try await later.latestSizes(of: id("sw-a"))?.sizes == [:])
    }

    @Test("a file that was written anew with the same contents is no version; another digest is one")
    func writtenAnew() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        func facts(_ modified: Int, _ algorithm: DigestAlgorithm) throws -> Facts {
            let digest = try #require(ImageDigest(algorithm, String(repeating: "7", count: algorithm.digits)))
            return Facts(images: [FirmwareImage(path: "/boot/x", size: 5, modified: modified, digest: digest)])
        }
        var changed: [Bool] = []
        for (number, facts) in [
            try facts(1, .sha256), try facts(2, .sha256), try facts(2, .sha512), try facts(2, .cksum),
        ].enumerated() {
            let stored = try await store.store(
                [snapshot("sw-a", ["running-config": "a\n"], facts: facts)], run: number + 1)
            changed.append(stored.commit != nil)
        }
        #expect(changed == [true, false, true, true])
        let version = try await store.resolve(id("sw-a"), .latest)
        #expect(try await store.facts(of: version).images.first?.digest?.description == "cksum 7777777777")
    }

    @Test("changed texts, facts and platforms are versions, and a vanished artifact is gone from the new tree")
    func changes() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        try await store.store([snapshot("sw-a", ["running-config": "one\n", "/etc/hosts": "x\n"])], run: 1)
        try await store.store([snapshot("sw-a", ["running-config": "two\n", "/etc/hosts": "x\n"])], run: 2)
        try await store.store([snapshot("sw-a", ["running-config": "two\n"])], run: 3)
        let newer = Facts(vendor: "Cisco", serials: ["FOC1"], version: "17.9")
        try await store.store([snapshot("sw-a", ["running-config": "two\n"], facts: newer)], run: 4)
        let versions = try await store.versions(of: id("sw-a"))
        #expect(versions.map(\.number) == [4, 3, 2, 1])
        #expect(
            versions.map(\.changed) == [
                [.facts], [ArtifactName("/etc/hosts")], [.runningConfig],
                [ArtifactName("/etc/hosts"), .facts, .runningConfig],
            ])
        #expect(versions.map(\.run) == [run(4), run(3), run(2), run(1)])
        #expect(
            try await fixture.git("ls-tree", "-r", "--name-only", "main")
                == "devices/icu/sw-a/facts.yaml\ndevices/icu/sw-a/running-config.cfg\n")
        #expect(try await fixture.git("rev-list", "--count", "main") == "4\n")
        #expect(try await store.comparableText(of: versions[3], artifact: .runningConfig) == Array("one\n".utf8))
        #expect(
            try await store.comparableTexts(of: versions[2]).keys.sorted().map(\.text) == [
                "/etc/hosts", "running-config",
            ])
        #expect(try await store.collected(of: versions[2], artifact: .runningConfig) == Array("two\nexact\n".utf8))
        #expect(try await store.facts(of: versions[0]) == newer)
        #expect(try await store.latestFacts() == [id("sw-a"): newer])
        #expect(try await fixture.git("log", "-p", "-1", "--format=", "main~2").contains("-one\n+two\n"))
        try await fixture.checkWithGit()
    }

    @Test("a device that changes its group moves in one commit, in both repositories, and keeps its history")
    func moved() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        try await store.store([snapshot("sw-a", ["running-config": "one\n"])], run: 1)
        try await store.begin(run: run(2), workspace: "w", started: StoreFixture.started)
        #expect(
            try await store.add(snapshot("sw-a", ["running-config": "one\n"], group: "er")) == .unchanged(version: 1))
        #expect(try await store.finish().moved == [id("sw-a")])
        let listing = "devices/er/sw-a/facts.yaml\ndevices/er/sw-a/running-config.cfg\n"
        #expect(try await fixture.git("ls-tree", "-r", "--name-only", "main") == listing)
        #expect(
            try await fixture.run(
                "git", "-C", "\(fixture.variable)/collected-2026.git", "ls-tree", "-r", "--name-only", "main")
                == ".gitattributes\ndevices/er/sw-a/running-config\n")
        // Again: nothing more to do.
        #expect(
            try await store.store([snapshot("sw-a", ["running-config": "one\n"], group: "er")], run: 3).commit == nil)
        // Moved and changed at once.
        try await store.store([snapshot("sw-a", ["running-config": "two\n"], group: "or")], run: 4)
        let versions = try await store.versions(of: id("sw-a"))
        #expect(versions.map(\.group) == ["or", "icu"])
        #expect(versions.map(\.changed).first == [.runningConfig])
        #expect(try await store.comparableText(of: versions[1], artifact: .runningConfig) == Array("one\n".utf8))
        try await fixture.checkWithGit()
    }

    @Test("a new year begins its own repository, and older ones stay readable")
    func newYear() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        try await store.store([
            snapshot("sw-a", ["running-config": "one\n"]), snapshot("sw-b", ["running-config": "b\n"]),
        ])
        let later = try #require(Timestamp.date("2027-01-01T00:00:00Z"))
        try await store.store(
            [snapshot("sw-a", ["running-config": "two\n"], taken: later), snapshot("sw-b", ["running-config": "b\n"])],
            run: 2, at: later)
        let reader = try await fixture.open(.reading)
        let versions = try await reader.versions(of: id("sw-a"))
        #expect(
            try await reader.collectedReferences(of: versions[0])[.runningConfig]?.repository == "collected-2027.git")
        #expect(try await reader.collected(of: versions[0], artifact: .runningConfig) == Array("two\nexact\n".utf8))
        #expect(try await reader.collected(of: versions[1], artifact: .runningConfig) == Array("one\nexact\n".utf8))
        try await fixture.checkWithGit()
    }

    @Test("checkpoints of a long run are commits of their own, and the last of two snapshots of a device counts")
    func checkpoints() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        try await store.begin(run: run(1), workspace: "w", started: StoreFixture.started)
        #expect(try await store.add(snapshot("sw-a", ["running-config": "one\n"])) == .new(previous: nil))
        try await store.checkpoint()
        #expect(try await store.add(snapshot("sw-b", ["running-config": "b\n"])) == .new(previous: nil))
        #expect(try await store.add(snapshot("sw-b", ["running-config": "b2\n"])) == .new(previous: nil))
        #expect(try await store.add(snapshot("sw-a", ["running-config": "two\n"])) == .new(previous: 1))
        #expect(try await store.add(snapshot("sw-a", ["running-config": "one\n"])) == .unchanged(version: 1))
        let stored = try await store.finish()
        #expect(stored.new == [id("sw-a"), id("sw-b")])
        #expect(stored.changed.isEmpty)
        #expect(try await fixture.git("rev-list", "--count", "main") == "2\n")
        let version = try await store.resolve(id("sw-b"), .latest)
        #expect(version.number == 1)
        #expect(try await store.comparableText(of: version, artifact: .runningConfig) == Array("b2\n".utf8))
    }

    @Test("two writers take turns: what the other stored meanwhile stays")
    func twoWriters() async throws {
        let fixture = try StoreFixture()
        let first = try await fixture.open()
        let second = try await fixture.open()
        try await first.begin(run: run(1), workspace: "w", started: StoreFixture.started)
        _ = try await first.add(snapshot("sw-a", ["running-config": "one\n"]))
        try await second.store(
            [snapshot("sw-b", ["running-config": "b\n"]), snapshot("sw-a", ["running-config": "zero\n"])], run: 2)
        #expect(try await first.finish().changed == [id("sw-a")])
        #expect(try await first.versions(of: id("sw-a")).map(\.number) == [2, 1])
        #expect(try await first.resolve(id("sw-b"), .latest).number == 1)
        #expect(try await fixture.git("rev-list", "--count", "main") == "2\n")
        try await fixture.checkWithGit()
    }

    @Test("a store that is not there answers as an empty one, and reading makes nothing")
    func readingNothing() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open(.reading)
        #expect(try await store.latest().isEmpty)
        #expect(try await store.deviceStates().isEmpty)
        await #expect(throws: StoreError.self) { try await store.resolve(id("sw-a"), .latest) }
        await #expect(throws: StoreError.readingOnly(path: fixture.variable)) {
            try await store.begin(run: run(1), workspace: "w", started: StoreFixture.started)
        }
        #expect(!FileManager.default.fileExists(atPath: fixture.variable))
    }

    @Test("a branch lock that a killed process left behind is cleared away")
    func staleBranchLock() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        try await store.store([snapshot("sw-a", ["running-config": "one\n"])], run: 1)
        #expect(FileManager.default.createFile(atPath: "\(fixture.store)/refs/heads/main.lock", contents: nil))
        #expect(try await store.store([snapshot("sw-a", ["running-config": "two\n"])], run: 2).changed == [id("sw-a")])
    }

    @Test("a store that stock git has packed is read and written on")
    func packed() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        try await store.store([snapshot("sw-a", ["running-config": "one\n"])], run: 1)
        _ = try await fixture.git("gc", "-q", "--prune=now")
        try await store.store([snapshot("sw-a", ["running-config": "two\n"])], run: 2)
        #expect(try await store.versions(of: id("sw-a")).count == 2)
        try await fixture.checkWithGit()
    }

    @Test("a thousand devices and three runs")
    func thousandDevices() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        let text = String(repeating: "interface GigabitEthernet1/0/1\n description ward\n", count: 40)
        func fleet(_ changed: Int) -> [NewSnapshot] {
            (0..<1000).map { number in
                snapshot(
                    "sw-\(number)",
                    ["running-config": text + "hostname \(number)\(number < changed ? " x\(changed)" : "")\n"],
                    group: "g\(number % 7)")
            }
        }
        #expect(try await store.store(fleet(0), run: 1).new.count == 1000)
        #expect(try await store.store(fleet(20), run: 2).changed.count == 20)
        #expect(try await store.store(fleet(20), run: 3).commit == nil)
        #expect(try await store.latest().count == 1000)
        #expect(try await store.latest().values.count { $0.number == 2 } == 20)
        #expect(try await fixture.git("rev-list", "--count", "main") == "2\n")
        try await fixture.checkWithGit()
    }
}
