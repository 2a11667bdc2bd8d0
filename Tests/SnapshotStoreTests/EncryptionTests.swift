import ConfigModel
import Foundation
import Testing

@testable import SnapshotStore

@Suite("Exact bytes, encrypted")
struct EncryptionTests {
    @Test("stock git-crypt opens what was stored, of every length, with the key of var/keys")
    func stockTool() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        var texts: [String: String] = [:]
        // Around the blocks of AES, of a stored zlib block, and nothing at all.
        for length in [0, 1, 15, 16, 17, 65_490, 65_535, 65_536, 200_000] {
            texts["/exact/\(length)"] = String(repeating: "x", count: length)
        }
        try await store.store([snapshot("sw-a", ["running-config": "a\n"], collected: texts)])
        let files = try await fixture.unlocked("collected-2026")
        for (name, text) in texts { #expect(files["devices/icu/sw-a/files\(name)"] == text, "\(name)") }
        try await fixture.checkWithGit()
        // And as it was stored, nothing of it is to be seen.
        let version = try await store.resolve(id("sw-a"), .latest)
        for (name, text) in texts {
            #expect(try await store.collected(of: version, artifact: ArtifactName(name)) == Array(text.utf8))
        }
        let raw = try await fixture.run(
            "sh", "-c", "cd \"$0\" && git cat-file blob main:devices/icu/sw-a/files/exact/200000 | head -c 12 | xxd -p",
            "\(fixture.variable)/collected-2026.git")
        #expect(raw.hasPrefix("00474954435259505400"))
    }

    @Test("a key that git-crypt made is read, and one of ours has its form")
    func keyFiles() async throws {
        let fixture = try StoreFixture()
        let path = "\(fixture.directory)/stock.key"
        try await fixture.run("git-crypt", "keygen", path)
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
        let key = try GitCryptKey(parsing: bytes)
        #expect(key.exposed == bytes)
        #expect(try GitCryptKey(parsing: GitCryptKey().exposed).exposed.count == bytes.count)
        #expect("\(key)" == "<key \(key.name)>" && key.name.count == 16)
        for cut in 0..<bytes.count {
            #expect(throws: GitCryptKey.Fault.self) { try GitCryptKey(parsing: Array(bytes[..<cut])) }
        }
        #expect(throws: GitCryptKey.Fault.severalVersions) { try GitCryptKey(parsing: bytes + bytes.dropFirst(20)) }
        #expect(throws: GitCryptKey.Fault.notAKey) { try GitCryptKey(parsing: Array("ssh-ed25519 AAAA".utf8)) }
    }

    @Test("arbitrary bytes are no key and no encrypted text, and never more than an error")
    func arbitraryBytes() throws {
        var generator = SystemRandomNumberGenerator()
        let key = GitCryptKey()
        let sealed = GitCryptText.seal(Array("snmp-server community geheim".utf8), with: key)
        for _ in 0..<2000 {
            var bytes = key.exposed
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^= UInt8.random(in: 1...255, using: &generator)
            _ = try? GitCryptKey(parsing: bytes)
            var text = sealed
            text[Int.random(in: 0..<text.count, using: &generator)] ^= UInt8.random(in: 1...255, using: &generator)
            #expect(throws: GitCryptText.Fault.self) { try GitCryptText.open(text, with: key) }
        }
        #expect(throws: GitCryptText.Fault.wrong) { try GitCryptText.open(sealed, with: GitCryptKey()) }
    }

    @Test("with a key that is missing or another one, comparable texts are read, and exact bytes say what to do")
    func lostKey() async throws {
        let fixture = try StoreFixture()
        try await fixture.open().store([snapshot("sw-a", ["running-config": "one\n"])])
        let path = "\(fixture.variable)/keys/collected-2026.key"
        try await fixture.run("mv", path, "\(path).away")
        let reader = try await fixture.open(.reading)
        let version = try await reader.resolve(id("sw-a"), .latest)
        #expect(try await reader.comparableText(of: version, artifact: .runningConfig) == Array("one\n".utf8))
        #expect(try await reader.latestSizes(of: id("sw-a"))?.sizes == [.runningConfig: 10])
        let missing = await #expect(throws: StoreError.self) {
            try await reader.collected(of: version, artifact: .runningConfig)
        }
        #expect("\(try #require(missing))".contains("import-key"))
        // A run makes no second key for it.
        await #expect(throws: StoreError.self) {
            try await fixture.open().store([snapshot("sw-a", ["running-config": "two\n"])], run: 2)
        }
        #expect(!FileManager.default.fileExists(atPath: path))
        try Data(GitCryptKey().exposed).write(to: URL(filePath: path))
        try await fixture.run("chmod", "600", path)
        let other = await #expect(throws: StoreError.self) {
            try await fixture.open(.reading).collected(of: version, artifact: .runningConfig)
        }
        #expect("\(try #require(other))".contains("is needed and this is key"))
        try await fixture.run("chmod", "644", path)
        let seen = await #expect(throws: StoreError.self) {
            try await fixture.open(.reading).collected(of: version, artifact: .runningConfig)
        }
        #expect("\(try #require(seen))".contains("chmod 600"))
    }

    @Test("without encryption bytes stay in clear; when the settings change, the next repository is begun")
    func settingsChange() async throws {
        let fixture = try StoreFixture()
        let clear = CollectedKeys(encrypts: false, source: .folder("\(fixture.variable)/keys"))
        try await fixture.open(keys: clear).store([snapshot("sw-a", ["running-config": "one\n"])])
        let shown = try await fixture.run(
            "git", "-C", "\(fixture.variable)/collected-2026.git", "show", "main:devices/icu/sw-a/running-config")
        #expect(shown == "one\nexact\n")
        let store = try await fixture.open()
        try await store.store([snapshot("sw-a", ["running-config": "two\n"])], run: 2)
        #expect(await store.takeNotices().joined().contains("collected-2026-2.git, encrypted"))
        #expect(try await fixture.unlocked("collected-2026-2")["devices/icu/sw-a/running-config"] == "two\nexact\n")
        let versions = try await store.versions(of: id("sw-a"))
        #expect(try await store.collected(of: versions[0], artifact: .runningConfig) == Array("two\nexact\n".utf8))
        #expect(try await store.collected(of: versions[1], artifact: .runningConfig) == Array("one\nexact\n".utf8))
        try await store.store([snapshot("sw-a", ["running-config": "three\n"])], run: 3)
        #expect(!FileManager.default.fileExists(atPath: "\(fixture.variable)/collected-2026-3.git"))
        try await fixture.checkWithGit()
    }

    @Test("a program may deliver keys; without one for the new year, bytes go on into the old repository")
    func deliveredKeys() async throws {
        let fixture = try StoreFixture()
        let key = GitCryptKey()
        let keys = CollectedKeys(
            encrypts: true,
            source: .delivered { (name) throws(StoreError) in
                guard name == "collected-2026" else {
                    throw .key(repository: name, place: "command:pass", reason: "it failed (exit 1)")
                }
                return key
            })
        try await fixture.open(keys: keys).store([snapshot("sw-a", ["running-config": "one\n"])])
        #expect(!FileManager.default.fileExists(atPath: "\(fixture.variable)/keys"))
        let file = "\(fixture.directory)/key"
        try Data(key.exposed).write(to: URL(filePath: file))
        #expect(
            try await fixture.unlocked("collected-2026", with: file)["devices/icu/sw-a/running-config"]
                == "one\nexact\n")
        let later = try #require(Timestamp.date("2027-01-01T00:00:00Z"))
        let store = try await fixture.open(at: later, keys: keys)
        try await store.store([snapshot("sw-a", ["running-config": "two\n"], taken: later)], run: 2, at: later)
        #expect(await store.takeNotices().joined().contains("until there is a key"))
        #expect(!FileManager.default.fileExists(atPath: "\(fixture.variable)/collected-2027.git"))
    }

    @Test("a key as text is read back, and a mistyped letter is found in its line")
    func keyBlocks() throws {
        let key = GitCryptKey()
        let text =
            "To be kept safe.\n" + KeyBlock(name: "collected-2026", exposed: key.exposed).text
            + KeyBlock(name: "fingerprint", exposed: Array("three\nlines\n".utf8)).text
        let blocks = try KeyBlock.blocks(in: text.replacingOccurrences(of: "\n", with: "\r\n"))
        #expect(blocks.map(\.name) == ["collected-2026", "fingerprint"])
        #expect(blocks[0].exposed == key.exposed)
        #expect(try GitCryptKey(delivered: Array(KeyBlock(name: "x", exposed: key.exposed).text.utf8)).name == key.name)
        #expect(
            try GitCryptKey(delivered: Array((Data(key.exposed).base64EncodedString() + "\n").utf8)).name == key.name)
        var lines = text.split(separator: "\n").map(String.init)
        let at = try #require(lines[3].firstIndex(of: ":"))
        let letter = lines[3].index(at, offsetBy: 4)
        let other = lines[3][letter] == "B" ? "C" : "B"
        lines[3].replaceSubrange(letter...letter, with: other)
        #expect(throws: KeyBlock.Fault.line(4)) { try KeyBlock.blocks(in: lines.joined(separator: "\n")) }
        var short = text.split(separator: "\n").map(String.init)
        short.remove(at: 4)
        #expect(throws: KeyBlock.Fault.self) { try KeyBlock.blocks(in: short.joined(separator: "\n")) }
        #expect(throws: KeyBlock.Fault.none) { try KeyBlock.blocks(in: "nothing\n") }
    }

    @Test(
        "names of repositories are read strictly",
        arguments: [
            "collected-2026.git", "collected-2026-2.git", "collected-0999-12.git",
        ])
    func names(_ name: String) throws {
        #expect(try #require(CollectedName(name)).description == name)
        for bad in [
            name + "x", "x" + name, "collected-26.git", "collected-2026-1.git", "collected-2026-02.git",
            "collected-2026-.git", "collected-2026-2-3.git", "collected-../a.git", "collected-2026",
        ] {
            #expect(CollectedName(bad) == nil, "\(bad)")
        }
    }
}

@Suite("Restore copies")
struct RestoreCopyTests {
    private func marked(_ mark: String, exact: String, at time: String) throws -> NewSnapshot {
        snapshot(
            "sw-a", ["running-config": "one\n"], taken: try #require(Timestamp.date(time)),
            collected: ["running-config": exact], renewal: CopyRenewal(marks: [.runningConfig: mark]))
    }

    @Test("a moved mark keeps the bytes anew: no version, no commit in store.git, and the newest bytes are given")
    func movedMark() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        try await store.store([try marked("a", exact: "first\n", at: "2026-11-23T02:00:00Z")])
        try await store.store([try marked("a", exact: "clock\n", at: "2026-11-24T02:00:00Z")], run: 2)
        let version = try await store.resolve(id("sw-a"), .latest)
        #expect(try await store.newestCopy(of: version) == nil)
        let stored = try await store.store([try marked("b", exact: "resalted\n", at: "2026-11-25T02:00:00Z")], run: 3)
        #expect(stored.commit == nil && stored.copied == [id("sw-a")])
        #expect(try await store.versions(of: id("sw-a")).count == 1)
        #expect(try await fixture.git("rev-list", "--count", "main") == "1\n")
        #expect(try await store.collected(of: version, artifact: .runningConfig) == Array("resalted\n".utf8))
        let copy = try #require(try await store.newestCopy(of: version))
        #expect(Timestamp.text(of: copy.taken) == "2026-11-25T02:00:00Z")
        // The mark is known now.
        try await store.store([try marked("b", exact: "clock\n", at: "2026-11-26T02:00:00Z")], run: 4)
        #expect(try await store.newestCopies() == [id("sw-a"): copy])
        // All of it comes from git again.
        try FileManager.default.removeItem(atPath: "\(fixture.variable)/state.sqlite")
        let reader = try await fixture.open(.reading)
        #expect(try await reader.newestCopy(of: version) == copy)
        #expect(try await fixture.unlocked("collected-2026")["devices/icu/sw-a/running-config"] == "resalted\n")
        try await fixture.checkWithGit()
    }

    @Test("where secrets are encrypted anew at every read, a copy is kept when the last one is too old")
    func age() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        func collected(_ day: Int) -> NewSnapshot {
            snapshot(
                "sw-a", ["running-config": "one\n"], taken: StoreFixture.started + Double(day) * 86_400,
                collected: ["running-config": "day \(day)\n"], renewal: CopyRenewal(mostAge: 7 * 86_400))
        }
        for day in 0...16 { try await store.store([collected(day)], run: day) }
        let version = try await store.resolve(id("sw-a"), .latest)
        #expect(version.number == 1)
        #expect(try await store.collected(of: version, artifact: .runningConfig) == Array("day 16\n".utf8))
        let count = try await fixture.run(
            "git", "-C", "\(fixture.variable)/collected-2026.git", "rev-list", "--count", "main")
        // The beginning, the version, and the copies of day 8 and 16.
        #expect(count == "4\n")
    }

    @Test("a new version makes earlier copies history, each with its own bytes")
    func newVersion() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        try await store.store([try marked("a", exact: "first\n", at: "2026-11-23T02:00:00Z")])
        try await store.store([try marked("b", exact: "second\n", at: "2026-11-24T02:00:00Z")], run: 2)
        try await store.store(
            [snapshot("sw-a", ["running-config": "two\n"], taken: StoreFixture.started + 200_000)], run: 3)
        let versions = try await store.versions(of: id("sw-a"))
        #expect(try await store.collected(of: versions[0], artifact: .runningConfig) == Array("two\nexact\n".utf8))
        #expect(try await store.collected(of: versions[1], artifact: .runningConfig) == Array("second\n".utf8))
        #expect(try await store.newestCopies().isEmpty)
    }
}
