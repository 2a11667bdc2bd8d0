import ConfigModel
import Foundation
import Subprocess
import SystemPackage
import Testing

@testable import SnapshotStore

@Suite("The vault")
struct VaultTests {
    private func address(_ image: String = "image.bin", version: String = "15.2(7)E3") throws -> ImageAddress {
        try ImageAddress(platform: "cisco_ios", version: version, image: image)
    }

    /// Some mebibytes that compress to nothing, the same for the same seed.
    private func bytes(_ count: Int = 300_001, seed: UInt64 = 1) -> [UInt8] {
        var state = seed
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
    }

    @discardableResult
    private func keep(
        _ bytes: [UInt8], as address: ImageAddress, in store: SnapshotStore, replacing: Bool = false
    ) async throws -> VaultAddition {
        let intake = try await store.beginImage()
        for start in stride(from: 0, to: bytes.count, by: 65_536) {
            try await intake.append(Array(bytes[start..<min(start + 65_536, bytes.count)]))
        }
        let staged = try await intake.finish()
        let record = VaultRecord(
            staged, at: address, from: .file("image.bin"), added: StoreFixture.started, by: "alice",
            note: "from: vendor")
        return try await store.keep(staged, record, replacing: replacing)
    }

    private func objects(_ fixture: StoreFixture) throws -> [String] {
        let all = FileManager.default.enumerator(atPath: fixture.store + "/lfs")?.allObjects as? [String] ?? []
        return all.filter { name in
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: "\(fixture.store)/lfs/\(name)", isDirectory: &isFolder)
            return !isFolder.boolValue
        }.sorted()
    }

    @Test("stock git-lfs in a clone gives the bytes, by path and by URL, finds nothing wrong, and a record beside them")
    func stockTools() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        let image = bytes()
        try await store.store([snapshot("sw-a", ["running-config": "hostname a\n"])])
        try await keep(image, as: try address(), in: store)
        try await keep(bytes(5, seed: 3), as: try address("a name.YAML", version: "../1 "), in: store)
        let digest = sha256(image)
        #expect(
            try await fixture.git("show", "main:firmware/cisco_ios/15.2%287%29E3/image.bin")
                == "version https://git-lfs.github.com/spec/v1\noid sha256:\(digest)\nsize \(image.count)\n")
        for (number, place) in [fixture.store, "file://" + fixture.store].enumerated() {
            let clone = "\(fixture.directory)/clone-\(number)"
            let skip = ["GIT_LFS_SKIP_SMUDGE=1", "GIT_TERMINAL_PROMPT=0"]
            try await fixture.run("env", skip[0], skip[1], "git", "clone", "-q", place, clone)
            try await fixture.run("git", "-C", clone, "lfs", "install", "--local")
            try await fixture.run("git", "-C", clone, "lfs", "pull")
            let kept = try Data(contentsOf: URL(filePath: "\(clone)/firmware/cisco_ios/15.2%287%29E3/image.bin"))
            #expect(kept.elementsEqual(image))
            let record = try String(
                contentsOfFile: "\(clone)/firmware/cisco_ios/15.2%287%29E3/image.bin.yaml", encoding: .utf8)
            #expect(record.contains("sha256: \"\(digest)\"") && record.contains("note: \"from: vendor\""))
            #expect(try await fixture.run("git", "-C", clone, "lfs", "fsck").contains("Git LFS fsck OK"))
            #expect(try await fixture.run("git", "-C", clone, "status", "--short") == "")
            let listed = try await fixture.run("git", "-C", clone, "lfs", "ls-files", "--name-only")
            #expect(Set(listed.split(separator: "\n")).count == 2)
            #expect(listed.contains("a%20name%2EYAML\n") && !listed.contains(".yaml"))
        }
        try await fixture.checkWithGit()
    }

    @Test("every digest is the one that coreutils compute", arguments: [0, 1, 7, 8, 9, 255, 256, 100_003])
    func digests(count: Int) async throws {
        let fixture = try StoreFixture()
        let image = bytes(count)
        let path = fixture.directory + "/image"
        try Data(image).write(to: URL(filePath: path))
        var hasher = ImageHasher()
        // In uneven pieces, as they come from a device.
        for (start, end) in zip([0, count / 3, count / 2], [count / 3, count / 2, count]) {
            image[start..<end].withUnsafeBytes { hasher.update($0) }
        }
        for digest in hasher.digests {
            let program = digest.algorithm == .cksum ? "cksum" : digest.algorithm.rawValue + "sum"
            #expect(try await fixture.run(program, path).split(separator: " ").first.map(String.init) == digest.value)
        }
        #expect(hasher.digests.count == DigestAlgorithm.allCases.count)
    }

    @Test("runs and images share a history: neither takes away the other's files, and the index minds no image")
    func sharedHistory() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        let device = snapshot("sw-a", ["running-config": "one\n"])
        try await keep(bytes(1000), as: try address("first"), in: store)
        try await store.store([device], run: 1)
        try await keep(bytes(1000, seed: 2), as: try address("second"), in: store)
        try await store.store([snapshot("sw-a", ["running-config": "two\n"], group: "er")], run: 2)
        #expect(try await store.versions(of: id("sw-a")).map(\.number) == [2, 1])
        #expect(try await store.images().map(\.address.image) == ["first", "second"])
        #expect(try await fixture.git("show", "main:.gitattributes").contains("firmware/** filter=lfs"))
        // Built anew from git alone.
        let before = try await store.versions(of: id("sw-a"))
        try FileManager.default.removeItem(atPath: fixture.variable + "/state.sqlite")
        let rebuilt = try await fixture.open()
        #expect(try await rebuilt.versions(of: id("sw-a")) == before)
        try await fixture.checkWithGit()
    }

    @Test("the same image again makes no commit and no second object, under another name no second object")
    func again() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        let image = bytes(100_000)
        try await keep(image, as: try address(), in: store)
        let objects = try objects(fixture)
        guard case .unchanged(let known) = try await keep(image, as: try address(), in: store) else {
            Issue.record("a second copy was made")
            return
        }
        #expect(known.record?.by == "alice" && known.size == image.count)
        #expect(try await fixture.git("rev-list", "--count", "main") == "1\n")
        try await keep(image, as: try address(version: "16.1"), in: store)
        #expect(try self.objects(fixture) == objects && objects.count == 1)
        #expect(try await store.images().count == 2)
    }

    @Test(
        "other bytes under a name are refused with both digests, and replaced where asked: history keeps the old ones")
    func replacing() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        let (old, new) = (bytes(5000), bytes(5000, seed: 2))
        try await keep(old, as: try address(), in: store)
        let error = await #expect(throws: StoreError.self) { try await keep(new, as: try address(), in: store) }
        #expect(error?.description.contains(sha256(old)) == true && error?.description.contains(sha256(new)) == true)
        #expect(try objects(fixture).count == 1)
        let addition = try await keep(new, as: try address(), in: store, replacing: true)
        guard case .replaced(let earlier, _) = addition else {
            Issue.record("\(addition)")
            return
        }
        #expect(earlier.sha256 == sha256(old))
        #expect(try await store.verifyVault().images == 2)
        let clone = fixture.directory + "/clone"
        try await fixture.run("env", "GIT_LFS_SKIP_SMUDGE=1", "git", "clone", "-q", fixture.store, clone)
        try await fixture.run("git", "-C", clone, "lfs", "install", "--local")
        try await fixture.run("git", "-C", clone, "checkout", "-q", "main~1")
        let kept = try Data(contentsOf: URL(filePath: clone + "/" + (try address()).text))
        #expect(kept.elementsEqual(old))
        // An old object that is gone is named as such.
        try FileManager.default.removeItem(atPath: LFSFolder(repository: fixture.store).object(sha256(old)))
        let faults = try await store.verifyVault().faults
        #expect(faults.map(\.kind) == [.missing] && faults.first?.isFormer == true)
    }

    enum Damage: CaseIterable { case flip, cut, remove, forbid, folder }

    @Test(
        "verify names an object that is damaged, cut, missing or none; adding it again mends it",
        arguments: Damage.allCases)
    func damage(_ damage: Damage) async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        let image = bytes(200_000)
        try await keep(image, as: try address(), in: store)
        try await keep(bytes(10, seed: 9), as: try address("other"), in: store)
        let clean = try await store.verifyVault()
        #expect(clean.faults == [] && clean.images == 2 && clean.bytes == 200_010)
        let object = LFSFolder(repository: fixture.store).object(sha256(image))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: object)
        var broken = image
        broken[123_456] ^= 0x10
        switch damage {
        case .flip: try Data(broken).write(to: URL(filePath: object))
        case .cut: try Data(image.dropLast()).write(to: URL(filePath: object))
        case .remove: try FileManager.default.removeItem(atPath: object)
        case .forbid, .folder:
            try FileManager.default.removeItem(atPath: object)
            try FileManager.default.createSymbolicLink(atPath: object, withDestinationPath: "/dev/zero")
            if damage == .folder {
                try FileManager.default.removeItem(atPath: object)
                try FileManager.default.createDirectory(atPath: object, withIntermediateDirectories: false)
            }
        }
        let kinds: [Damage: VaultFault.Kind] = [
            .flip: .damaged, .cut: .size, .remove: .missing, .forbid: .unreadable, .folder: .unreadable,
        ]
        let faults = try await store.verifyVault().faults
        #expect(faults.map(\.kind) == [try #require(kinds[damage])], "\(faults)")
        #expect(faults.first?.address == (try address()) && faults.first?.object == sha256(image))
        #expect(try await store.verifyVault(where: { $0?.image == "other" }).faults == [])
        guard damage != .folder else { return }
        _ = try await keep(image, as: try address(), in: store)
        #expect(try await store.verifyVault().faults == [])
    }

    @Test("what is no pointer, no record or no attribute in git is named, and does not hide the rest")
    func damagedTree() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        try await keep(bytes(100), as: try address(), in: store)
        let clone = fixture.directory + "/clone"
        try await fixture.run("env", "GIT_LFS_SKIP_SMUDGE=1", "git", "clone", "-q", fixture.store, clone)
        let folder = clone + "/firmware/cisco_ios/15.2%287%29E3"
        try Data("no pointer".utf8).write(to: URL(filePath: folder + "/stray"))
        try Data("image: x\n".utf8).write(to: URL(filePath: folder + "/image.bin.yaml"))
        try Data("# none\n".utf8).write(to: URL(filePath: clone + "/.gitattributes"))
        try await fixture.run("git", "-C", clone, "-c", "filter.lfs.required=false", "add", "-A")
        try await fixture.run(
            "git", "-C", clone, "-c", "user.name=x", "-c", "user.email=x@x", "commit", "-q", "--no-verify", "-m", "x")
        try await fixture.run("git", "-C", clone, "push", "-q", "--no-verify", "origin", "HEAD:main")
        let later = try await fixture.open()
        #expect(Set(try await later.verifyVault().faults.map(\.kind)) == [.pointer, .record, .attributes])
        #expect(try await later.images().map(\.record) == [nil])
        // Adding it again writes record and attributes anew.
        try await keep(bytes(100), as: try address(), in: later)
        #expect(try await later.verifyVault().faults.map(\.kind) == [.pointer])
        #expect(try await fixture.git("show", "main:.gitattributes").hasPrefix("# none\nfirmware/**"))
    }

    @Test("what an ended process left is cleared away, and what a living one writes is not")
    func abandoned() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        let living = try await store.beginImage()
        try await living.append([1, 2, 3])
        let folder = fixture.store + "/lfs/tmp"
        try Data([1]).write(to: URL(filePath: folder + "/plumbline-1-1"))
        try Data([1]).write(to: URL(filePath: folder + "/of-another-program"))
        try await keep(bytes(10), as: try address(), in: store)
        let left = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(left.count == 2 && left.contains("of-another-program") && !left.contains("plumbline-1-1"))
        let staged = try await living.finish()
        #expect(staged.size == 3)
    }

    @Test("an intake that is dropped leaves nothing, and one that starts over counts only what comes then")
    func dropped() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        do {
            let intake = try await store.beginImage()
            try await intake.append(bytes(1000))
        }
        #expect(try objects(fixture) == [])
        let intake = try await store.beginImage()
        try await intake.append(bytes(1000))
        try await intake.restart()
        try await intake.append(Array("new".utf8))
        let staged = try await intake.finish()
        #expect(staged.size == 3 && staged.digest(.sha256)?.value == sha256(Array("new".utf8)))
        let empty = try await store.beginImage().finish()
        let record = VaultRecord(empty, at: try address(), from: .file("x"), added: Date(), by: "x")
        await #expect(throws: StoreError.self) { try await store.keep(empty, record) }
    }

    @Test("an image for which there is no room is refused at once, and a store for reading takes none")
    func refused() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        await #expect(throws: StoreError.self) { _ = try await store.beginImage(expecting: 1 << 60) }
        let reader = try await fixture.open(.reading)
        await #expect(throws: StoreError.self) { _ = try await reader.beginImage() }
        #expect(try objects(fixture) == [])
    }

    @Test(
        "names that would leave the folder, hide in git or lengthen without end are encoded or refused",
        arguments: ["..", ".git", "a/b", "x.yaml", "X.YAML", "x%2Eyaml", "%", " ", "ü", "a\nb", "-rf", "CON", "a:b"])
    func hostileNames(name: String) async throws {
        let address = try ImageAddress(platform: name, version: name, image: name)
        #expect(ImageAddress(path: address.path) == address)
        #expect(ImageAddress(path: address.recordPath) == nil)
        #expect(
            address.path.count == 4 && !address.path.contains { $0 == ".." || $0.contains("/") || $0.contains("\n") })
    }

    @Test("names that cannot be files are refused")
    func refusedNames() {
        for name in ["", String(repeating: "x", count: 256), String(repeating: "ü/", count: 60)] {
            #expect(throws: StoreError.self) { try ImageAddress(platform: "p", version: "v", image: name) }
            #expect(throws: StoreError.self) { try ImageAddress(platform: name, version: "v", image: "i") }
        }
    }

    @Test("a record reads back as it was written, whatever the texts in it")
    func records() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        let intake = try await store.beginImage()
        try await intake.append([7])
        let staged = try await intake.finish()
        let sources: [VaultRecord.Source] = [.file("a: b\n\"c\" # d"), .device(id("sw-a"), path: "flash:/x y")]
        for source in sources {
            let record = VaultRecord(
                staged, at: try address("no\nname: \"x\""), from: source, added: StoreFixture.started, by: "O'Neil: ü",
                expected: [try #require(staged.digest(.md5))], note: "expected:\nsize: 3")
            #expect(VaultRecord(parsing: record.serialised) == record)
        }
        for text in ["", "size: 1\nsize: 2\n", "platform: x\n", "\u{0}", "sha256: \"zz\"\n", "note"] {
            #expect(VaultRecord(parsing: Array(text.utf8)) == nil)
        }
        for text in [
            "", "version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 1\n",
            "version https://git-lfs.github.com/spec/v1\noid sha256:\(String(repeating: "a", count: 64))\nsize -1\n",
            "version https://git-lfs.github.com/spec/v1\noid sha256:\(String(repeating: "a", count: 64))\nsize 01\n",
            "version https://git-lfs.github.com/spec/v1\noid sha256:\(String(repeating: "A", count: 64))\nsize 1\n",
        ] {
            #expect(LFSPointer(parsing: Array(text.utf8)) == nil)
        }
    }

    @Test("records and pointers that somebody altered are read as such or not at all, and never end the program")
    func alteredTexts() async throws {
        let fixture = try StoreFixture()
        let intake = try await fixture.open().beginImage()
        try await intake.append([7])
        let staged = try await intake.finish()
        let record = VaultRecord(
            staged, at: try address("ü \"x\"\n"), from: .device(id("sw-a"), path: "flash:/\u{1}"),
            added: StoreFixture.started, by: "a: b", expected: staged.digests, note: "\u{10FFFF}")
        let pointer = LFSPointer(digest: sha256([7]), size: 1)
        for seed in 0..<2000 {
            for text in [record.serialised, pointer.serialised] {
                var altered = text
                for byte in bytes(1 + seed % 4, seed: UInt64(seed)) {
                    let place = (Int(byte) * 31 + seed) % altered.count
                    if seed % 3 == 0 { altered.remove(at: place) } else { altered[place] = byte }
                }
                if let read = VaultRecord(parsing: altered) { #expect(VaultRecord(parsing: read.serialised) == read) }
                if let read = LFSPointer(parsing: altered) { #expect(read.serialised == altered) }
                let parts = String(decoding: altered, as: UTF8.self).split(separator: "\n").prefix(3).map(String.init)
                if let read = ImageAddress(path: ["firmware"] + parts) { #expect(read.path == ["firmware"] + parts) }
            }
        }
    }
}
