import ConfigModel
import Foundation
import Subprocess
import Testing

@testable import SnapshotStore

/// An empty folder that is gone after the test, with a store in it and stock tools to look at it.
final class StoreFixture: Sendable {
    let directory: String
    static let started = Timestamp.date("2026-11-23T02:15:00Z")!

    init() throws {
        directory = NSTemporaryDirectory() + "plumbline-store-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    var variable: String { "\(directory)/var" }
    var store: String { "\(variable)/store.git" }

    func open(
        _ purpose: SnapshotStore.Purpose = .writing, at clock: Date = started, keys: CollectedKeys? = nil
    ) async throws -> SnapshotStore {
        try await SnapshotStore.open(variable, for: purpose, keys: keys, clock: { clock })
    }

    /// The files of a repository of exact bytes, as stock git and git-crypt give them: cloned and unlocked.
    func unlocked(_ stem: String, with key: String? = nil) async throws -> [String: String] {
        let clone = "\(directory)/clone-\(UUID().uuidString)"
        try await run("git", "clone", "--quiet", "\(variable)/\(stem).git", clone)
        try await unlock(clone, with: key ?? "\(variable)/keys/\(stem).key")
        var files: [String: String] = [:]
        for path in try await run("git", "-C", clone, "ls-files").split(separator: "\n") where path != ".gitattributes"
        {
            files[String(path)] = try String(contentsOfFile: "\(clone)/\(path)", encoding: .utf8)
        }
        return files
    }

    func unlock(_ clone: String, with key: String, expecting status: Int32 = 0) async throws {
        try await run("sh", "-c", "cd \"$0\" && git-crypt unlock \"$1\"", clone, key, expecting: status)
    }

    /// Runs a program to its end.
    /// - Returns: its standard output; the test fails when it fails.
    @discardableResult
    func run(_ program: String, _ arguments: String..., expecting status: Int32 = 0) async throws -> String {
        let result = try await Subprocess.run(
            .name(program), arguments: Arguments(arguments), output: .string(limit: 1 << 26),
            error: .string(limit: 1 << 20))
        #expect(
            result.terminationStatus == .exited(status),
            "\(program) \(arguments): \(result.standardOutput) \(result.standardError)")
        return result.standardOutput
    }

    func git(_ arguments: String...) async throws -> String {
        let result = try await Subprocess.run(
            .name("git"), arguments: Arguments(["-C", store] + arguments), output: .string(limit: 1 << 26),
            error: .string(limit: 1 << 20))
        #expect(result.terminationStatus == .exited(0), "git \(arguments): \(result.standardError)")
        return result.standardOutput
    }

    /// Every repository must satisfy git itself.
    func checkWithGit() async throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: variable) where name.hasSuffix(".git") {
            let output = try await run("git", "-C", "\(variable)/\(name)", "fsck", "--strict", "--full")
            #expect(!output.contains("error"), "\(output)")
        }
    }
}

func id(_ text: String) -> DeviceID { DeviceID(text)! }

func run(_ number: Int) -> RunID { RunID("20261123T0215\(String(format: "%02d", number))Z-test")! }

func snapshot(
    _ device: String, _ texts: [String: String], group: String = "icu", taken: Date = StoreFixture.started,
    facts: Facts = Facts(vendor: "Cisco", serials: ["FOC1"]), collected: [String: String]? = nil,
    platform: String = "cisco_ios", renewal: CopyRenewal = CopyRenewal()
) -> NewSnapshot {
    func named(_ texts: [String: String]) -> [ArtifactName: [UInt8]] {
        Dictionary(uniqueKeysWithValues: texts.map { (ArtifactName($0), Array($1.utf8)) })
    }
    return NewSnapshot(
        device: id(device), group: group, taken: taken, platform: platform, texts: named(texts), facts: facts,
        collected: named(collected ?? texts.mapValues { $0 + "exact\n" }), renewal: renewal)
}

extension SnapshotStore {
    /// One whole run.
    @discardableResult
    func store(_ snapshots: [NewSnapshot], run number: Int = 1, at started: Date = StoreFixture.started) throws
        -> StoredCommit
    {
        try begin(run: SnapshotStoreTests.run(number), workspace: "/srv/plumbline", started: started)
        for snapshot in snapshots { _ = try add(snapshot) }
        return try finish()
    }
}
