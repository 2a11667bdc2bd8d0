import ConfigModel
import Foundation
import Testing

@testable import SnapshotStore

@Suite("Naming versions")
struct VersionTests {
    @Test("each form is understood")
    func forms() throws {
        #expect(try VersionSpecifier("") == .latest)
        #expect(try VersionSpecifier("3") == .number(3))
        #expect(try VersionSpecifier("approved") == .approved)
        #expect(try VersionSpecifier("ABCDEF1") == .commit(prefix: "abcdef1"))
        #expect(try VersionSpecifier("1234567") == .commit(prefix: "1234567"))
        let end = try #require(Timestamp.date("2026-11-24T00:00:00Z"))
        #expect(try VersionSpecifier("2026-11-23") == .date(before: end, text: "2026-11-23"))
        let reference = try #require(try VersionSpecifier.reference("sw-a@3"))
        #expect(reference.device == id("sw-a") && reference.version == .number(3))
        #expect(try VersionSpecifier.reference("Not A Device@3") == nil)
    }

    @Test(
        "what names no version is refused",
        arguments: ["0", "-1", "abc", "2026-02-30", "yesterday", "x@y", "2026-11-23T25:00:00Z"])
    func refused(text: String) {
        #expect(throws: StoreError.notASpecifier(text)) { try VersionSpecifier(text) }
    }

    @Test("numbers, dates and commits find the version that was current")
    func resolving() async throws {
        let fixture = try StoreFixture()
        let store = try await fixture.open()
        var commits: [String] = []
        for day in 0..<3 {
            let time = StoreFixture.started + Double(day) * 86_400
            let stored = try await store.store(
                [
                    snapshot("sw-a", ["running-config": "\(day)\n"], taken: time),
                    snapshot("sw-b", ["running-config": "b\n"], taken: time),
                ],
                run: day, at: time)
            commits.append("\(try #require(stored.commit))")
        }
        func number(_ device: String, _ text: String) async throws -> Int {
            try await store.resolve(id(device), try VersionSpecifier(text)).number
        }
        #expect(try await number("sw-a", "") == 3)
        #expect(try await number("sw-a", "2") == 2)
        #expect(try await number("sw-a", "2026-11-23") == 1)
        #expect(try await number("sw-a", "2026-11-24T02:14:59Z") == 1)
        #expect(try await number("sw-a", "2026-11-24T02:15:00Z") == 2)
        #expect(try await number("sw-a", "2026-11-24T03:15:00+01:00") == 2)
        #expect(try await number("sw-a", "2030-01-01") == 3)
        #expect(try await number("sw-a", String(commits[1].prefix(7))) == 2)
        #expect(try await number("sw-b", commits[2]) == 1)
        await #expect(throws: StoreError.self) { try await number("sw-a", "4") }
        await #expect(throws: StoreError.self) { try await number("sw-a", "2026-11-22") }
        await #expect(throws: StoreError.self) { try await number("sw-a", "0000000") }
        await #expect(throws: StoreError.self) { try await number("sw-never", "") }
        let version = try await store.resolve(id("sw-a"), .latest)
        await #expect(throws: StoreError.noArtifact(device: id("sw-a"), number: 3, artifact: .startupConfig)) {
            try await store.comparableText(of: version, artifact: .startupConfig)
        }
    }
}
