import Foundation
import Testing

@testable import DeviceInventory

@Suite("Faulty workspaces")
struct FaultyWorkspaceTests {
    static let folder = Bundle.module.bundlePath + "/Fixtures/faults"

    static var cases: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }

    /// A folder is a case: a workspace, and in `expected.txt` every fault that it has.
    @Test("every fault is told at once, with its place and what to do", arguments: cases)
    func faults(name: String) throws {
        let path = Self.folder + "/" + name
        let expected = (try? String(contentsOfFile: path + "/expected.txt", encoding: .utf8)) ?? ""
        let found = TemporaryWorkspace.faults(in: path)
        if let folder = ProcessInfo.processInfo.environment["RECORD_EXPECTED_FAULTS"] {
            try (found.joined(separator: "\n") + "\n").write(
                toFile: "\(folder)/\(name)/expected.txt", atomically: true, encoding: .utf8)
        }
        #expect(!found.isEmpty)
        #expect(found == expected.split(separator: "\n").map(String.init))
    }

    @Test("there are cases")
    func someCases() { #expect(Self.cases.count >= 10) }

    @Test("a literal secret is never repeated")
    func noSecretIsRepeated() {
        let faults = TemporaryWorkspace.faults(in: Self.folder + "/literal-secrets")
        #expect(faults.count >= 13)
        #expect(!faults.contains { $0.contains("hunter2") || $0.contains("31337") })
    }

    @Test("what is no file, or too large, or has no folder, is a fault and no wait")
    func oddFiles() throws {
        let workspace = try TemporaryWorkspace()
        #expect(mkfifo(workspace.path + "/Inventory/groups/pipe.yaml", 0o600) == 0)
        try workspace.write("Inventory/credentials.yaml", Data(repeating: 0x20, count: (16 << 20) + 1))
        try FileManager.default.createDirectory(
            atPath: workspace.path + "/Inventory/known_hosts", withIntermediateDirectories: false)
        #expect(
            workspace.faults() == [
                "Inventory/credentials.yaml: is larger than 16 MiB: split it into several files",
                "Inventory/groups/pipe.yaml: is not a regular file: put a file in its place",
                "Inventory/known_hosts: is not a regular file: put a file in its place",
            ])
        try FileManager.default.removeItem(atPath: workspace.path + "/Inventory")
        #expect(
            workspace.faults() == [
                "Inventory/groups: there is no such folder: make it, or let 'plumbline init' make a workspace"
            ])
    }

    @Test("no bytes, however broken, do worse than be a fault")
    func garbage() throws {
        var random = SystemRandomNumberGenerator()
        let seeds = [
            "group: icu\ndevices:\n  - { id: a, address: 10.0.0.1, platform: linux, credential: ro }\n",
            "a: &a [*a, 'x', \"y\\u0041\"]\n? b\n: |\n  c\n--- \n...\n%YAML 1.1\n",
            "{[(<&*!%@`|>?:-,#'\"\\\n\t\r\u{85}",
        ]
        for _ in 0..<3000 {
            var bytes = Array(seeds.randomElement(using: &random)!.utf8)
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.insert(Array("{[*&:-?'\"\n |>\t".utf8).randomElement(using: &random)!, at: place)
                default: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...9, using: &random)))
                }
                if bytes.isEmpty { bytes = [0x0A] }
            }
            var faults: [Fault] = []
            if let root = YAMLDocument.read(SourceFile(name: "x", bytes: bytes), faults: &faults) {
                _ = ShapeCheck.check(root, .object(.group), faults: &faults)
                _ = GroupFile(root, settings: .defaults)
            }
            _ = KnownHosts(bytes).policy(address: "a", port: 22)
        }
    }

    @Test("deep nesting and many repeats end soon", arguments: ["[", "{a: ", "- "])
    func deep(opening: String) {
        var faults: [Fault] = []
        let bytes = Array(String(repeating: opening, count: 20_000).utf8)
        #expect(YAMLDocument.read(SourceFile(name: "x", bytes: bytes), faults: &faults) == nil)
        #expect(faults.count == 1)
    }
}
