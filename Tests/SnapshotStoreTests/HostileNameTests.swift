import ConfigModel
import Foundation
import Testing

@testable import SnapshotStore

@Suite("Names that devices choose")
struct HostileNameTests {
    static let names = [
        "", ".", "..", "...", ".git", ".GIT", ".gIt", ".git ", ".git.", ".gitmodules", ".gitattributes", ".g\u{200C}it",
        "git~1",
        "a%2Fb", "%", "%%", "a%", "a\\b", "a:b", "nul\u{0}byte", "line\nend", "\u{1B}[31m", "\u{202E}txt", "Größe",
        "файл",
        "a b", "-rf", "'", "\"", "$(id)", "`id`", "trailing.", "trailing ", "\u{FEFF}bom", "files", "facts.yaml", "a/b",
        "~", "con",
    ]

    @Test("every name becomes a harmless part of a path and can be read back", arguments: names)
    func component(name: String) {
        let part = PathComponent.encoded(name)
        #expect(PathComponent.decoded(part) == name)
        #expect(!part.isEmpty && part != "." && part != ".." && !part.lowercased().hasPrefix(".git"))
        #expect(
            part.unicodeScalars.allSatisfy {
                $0.properties.generalCategory != .control && !"/\\: '\"".unicodeScalars.contains($0)
            })
    }

    @Test("different names become different parts")
    func injective() {
        #expect(Set(Self.names.map(PathComponent.encoded)).count == Self.names.count)
    }

    @Test("whatever a device calls its files, they are stored, git is content, and the names come back")
    func stored() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        var texts = [
            "/a": "a file", "/a/b": "below it", "/a/": "empty name below it", "/": "root", "//": "two",
            "files": "a command",
        ]
        for (number, name) in Self.names.enumerated() {
            texts["/etc/\(name)"] = "file \(number)"
            texts["/\(name)/x"] = "in folder \(number)"
            if !name.hasPrefix("/") && !name.isEmpty { texts[name] = "command \(number)" }
        }
        let hostile = snapshot("sw-a", texts, group: "../../.git")
        try await store.store([hostile])
        let version = try await store.resolve(id("sw-a"), .latest)
        #expect(version.group == "../../.git")
        #expect(try await store.comparableTexts(of: version) == hostile.texts)
        for (artifact, bytes) in hostile.collected {
            #expect(try await store.collected(of: version, artifact: artifact) == bytes)
        }
        #expect(Set(version.changed) == Set(hostile.texts.keys).union([.facts]))
        #expect(try await store.store([hostile], run: 2).commit == nil)
        try await fixture.checkWithGit()
        for name in ["store.git", "collected-2026.git"] {
            try await fixture.run(
                "git", "clone", "-q", "\(fixture.variable)/\(name)", "\(fixture.directory)/clone-\(name)")
        }
        let outside = try FileManager.default.contentsOfDirectory(atPath: fixture.directory).sorted()
        #expect(outside == ["clone-collected-2026.git", "clone-store.git", "var"])
    }

    @Test(
        "a name too long for a file system is refused, with the device's name",
        arguments: [
            "/" + String(repeating: "a", count: 256), String(repeating: "é:", count: 100),
            String(repeating: "/a", count: 200), String(repeating: "/" + String(repeating: "a", count: 200), count: 12),
        ])
    func tooLong(name: String) async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        try await store.begin(run: run(1), workspace: "w", started: StoreFixture.started)
        await #expect { try await store.add(snapshot("sw-a", [name: "x"])) } throws: { error in
            guard case .unstorableName(let device, _, _)? = error as? StoreError else { return false }
            return device == id("sw-a")
        }
        // The others are stored all the same.
        _ = try await store.add(snapshot("sw-b", ["running-config": "b\n"]))
        #expect(try await store.finish().new == [id("sw-b")])
    }

    static let texts =
        names + [
            "yes", "No", "null", "~", "1e5", "0x1F", "123", "1.5", "2026-11-23", "- item", "key: value", "# comment",
            "a #b", "&a", "*a",
            "!tag", "{a: b}", "[a]", "|", ">", "@", "`", "%TAG", "a\u{85}b", "a\u{2028}b", "\u{7F}", "tab\there", "\\",
            "\u{1F600}",
            "\u{FFFE}", "\u{E000}", "\u{10FFFF}", "<<", "=", ".inf", "15.2(7)E3", "12:30:45", "\"quoted\"", " leading",
        ]

    @Test("facts.yaml means to a YAML parser exactly what was stored, and is read back")
    func yaml() async throws {
        let fixture = try StoreFixture()
        let facts = Facts(
            hostname: "yes", vendor: "C:\\Cisco # x", model: "1e5", serials: Self.texts, version: "15.10",
            boot: Self.texts,
            images: Self.texts.enumerated().map { index, text in
                FirmwareImage(path: text, size: 5, digest: Self.digest(index), note: text)
            })
        let reference = CollectedReference(
            repository: "collected-2026.git",
            blob: try #require(ObjectID(hexadecimal: String(repeating: "12345678", count: 5))))
        let document = FactsDocument(
            platform: "no", facts: facts,
            collected: Dictionary(Self.texts.map { (ArtifactName($0), reference) }, uniquingKeysWith: { $1 }))
        #expect(FactsDocument(parsing: document.serialised) == document)
        let path = "\(fixture.directory)/facts.yaml"
        try Data(document.serialised).write(to: URL(fileURLWithPath: path))
        let json = try await fixture.run(
            "python3", "-c",
            "import yaml,json,sys; print(json.dumps(yaml.safe_load(open(sys.argv[1], encoding='utf-8'))))", path)
        let parsed = try JSONDecoder().decode(Parsed.self, from: Data(json.utf8))
        #expect(parsed.platform == "no" && parsed.hostname == "yes" && parsed.version == "15.10")
        #expect(parsed.vendor == facts.vendor && parsed.model == "1e5")
        #expect(parsed.serials == facts.serials)
        #expect(parsed.boot == facts.boot)
        #expect(parsed.images.map(\.path) == facts.images.map(\.path))
        #expect(parsed.images.map(\.note) == facts.images.map(\.note))
        #expect(parsed.images.map(\.digest) == facts.images.map(\.digest?.description))
        #expect(parsed.collected.map(\.artifact).map(ArtifactName.init) == document.collected.keys.sorted())
    }

    /// Of every algorithm in turn, and none.
    private static func digest(_ index: Int) -> ImageDigest? {
        let number = index % (DigestAlgorithm.allCases.count + 1)
        guard number < DigestAlgorithm.allCases.count else { return nil }
        let algorithm = DigestAlgorithm.allCases[number]
        return ImageDigest(algorithm, String(repeating: "0", count: algorithm.digits - 2) + "12")
    }

    private struct Parsed: Decodable {
        struct Collected: Decodable { var artifact: String }
        struct Image: Decodable {
            var path: String, note: String
            var sha512: String?, sha384: String?, sha256: String?, sha1: String?, md5: String?, cksum: String?

            /// Digests are texts, however much they look like numbers.
            var digest: String? {
                let values = [sha512, sha384, sha256, sha1, md5, cksum]
                return zip(DigestAlgorithm.allCases, values).compactMap { algorithm, value in
                    value.map { "\(algorithm.rawValue) \($0)" }
                }.first
            }
        }
        var platform: String, hostname: String, vendor: String, model: String, version: String
        var serials: [String], boot: [String]
        var images: [Image]
        var collected: [Collected]
    }

    @Test("a workspace's path cannot add a trailer")
    func trailers() {
        let message = CommitMessage(lines: [], run: nil, workspace: "/srv\nRun: forged", collected: nil)
        #expect(CommitMessage(parsing: message.text).run == nil)
    }
}
