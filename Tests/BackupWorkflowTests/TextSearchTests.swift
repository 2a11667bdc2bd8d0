import ConfigAnalysis
import ConfigModel
import FoundationEssentials
import SnapshotStore
import Testing

@testable import BackupWorkflow

@Suite("Search in the store")
struct TextSearchTests {
    private static let start = Date(timeIntervalSince1970: 1_790_000_000)

    private func hospital() async throws -> TestHospital {
        let hospital = try await TestHospital(
            [
                TestHospital.Entry(id: "sw-a", port: 22), TestHospital.Entry(id: "sw-new", port: 23),
                TestHospital.Entry(id: "gw-phi", port: 24, platform: "archive"),
            ],
            files: [
                "Inventory/platforms/archive.yaml":
                    "platform: archive\nextends: linux\nevidence: assumed\nphi: possible\n"
            ])
        let store = try await hospital.workspace().storeForWriting()
        for day in 0..<2 {
            let taken = Self.start.addingTimeInterval(Double(day) * 86_400)
            try await store.begin(
                run: try #require(RunID("2026112\(day)T021500Z-test")), workspace: "test", started: taken)
            for (device, platform) in [("sw-a", "cisco_ios"), ("sw-gone", "cisco_ios"), ("gw-phi", "archive")] {
                let text = Array("hostname \(device)\nline vty 0 4\n login day-\(day)\n".utf8)
                let id = try #require(DeviceID(device))
                _ = try await store.add(
                    NewSnapshot(
                        device: id, group: "ward", taken: taken, platform: platform,
                        texts: [.runningConfig: text, ArtifactName("/etc/hosts"): text],
                        facts: Facts(serials: [device]),
                        collected: [.runningConfig: text, ArtifactName("/etc/hosts"): text]))
            }
            _ = try await store.finish()
        }
        return hospital
    }

    private func search(
        _ pattern: String, _ selector: [String] = [], before: Date? = nil, artifact: String? = nil,
        in hospital: TestHospital
    ) async throws -> (found: [TextSearch.Found], outcome: TextSearch.Outcome) {
        let workspace = try hospital.workspace()
        let search = TextSearch(workspace: workspace, store: try await workspace.storeForReading())
        var found: [TextSearch.Found] = []
        let request = TextSearch.Request(
            query: LineSearch.Query(pattern), selector: selector, before: before, artifact: artifact)
        let outcome = try await search.run(request) { found.append($0) }
        return (found, outcome)
    }

    @Test("without a selector the whole store is searched, and what the inventory lacks or may not be searched is said")
    func wholeStore() async throws {
        let (found, outcome) = try await search("login", in: try await hospital())
        #expect(
            found.map { "\($0.version.device) \($0.artifact.text)" } == [
                "sw-a /etc/hosts", "sw-a running-config", "sw-gone /etc/hosts", "sw-gone running-config",
            ])
        let hit = try #require(found.first { $0.artifact == .runningConfig }?.hits.first)
        #expect(hit.line == 3 && hit.section == ["line vty 0 4"] && hit.text == " login day-1")
        #expect(outcome.devices == 2 && outcome.texts == 4 && outcome.hits == 4)
        #expect(outcome.digestOnly.map(\.text) == ["gw-phi"])
        #expect(outcome.notInInventory.map(\.text) == ["sw-gone"])
    }

    @Test("a selector chooses among devices of the inventory and of the store, and says what has nothing stored")
    func selecting() async throws {
        let hospital = try await hospital()
        #expect(try await search("login", ["sw-gone"], in: hospital).outcome.hits == 2)
        #expect(try await search("login", ["sw-g*"], artifact: "run*", in: hospital).outcome.hits == 1)
        let (_, outcome) = try await search("login", ["sw-*"], in: hospital)
        #expect(outcome.hits == 4 && outcome.nothingStored.map(\.text) == ["sw-new"])
        for selector in [["sw-x"], ["tga:x"], ["group:ward", "tag:none"]] {
            await #expect(throws: WorkflowError.self) { try await self.search("login", selector, in: hospital) }
        }
        for pattern in ["", "a(b"] {
            await #expect(throws: WorkflowError.self) { try await self.search(pattern, in: hospital) }
        }
    }

    @Test("at a date the versions of then are searched")
    func dated() async throws {
        let hospital = try await hospital()
        let then = Self.start.addingTimeInterval(3600)
        #expect(try await search("day-1", before: then, in: hospital).outcome.hits == 0)
        let (found, _) = try await search("day-0", before: then, in: hospital)
        #expect(found.count == 4 && found.allSatisfy { $0.version.number == 1 })
        #expect(try await search("day", before: Self.start, in: hospital).outcome.devices == 0)
    }

    @Test("a pattern that runs away ends the search, and the device at which it did is named")
    func runaway() async throws {
        let hospital = try await hospital()
        let store = try await hospital.workspace().storeForWriting()
        let line = Array((String(repeating: "a", count: 60) + "!\n").utf8)
        try await store.begin(
            run: try #require(RunID("20261130T021500Z-test")), workspace: "test", started: Self.start)
        _ = try await store.add(
            NewSnapshot(
                device: try #require(DeviceID("sw-a")), group: "ward",
                taken: Self.start.addingTimeInterval(200_000), platform: "cisco_ios",
                texts: [.runningConfig: line], facts: Facts(), collected: [.runningConfig: line]))
        _ = try await store.finish()
        let (_, outcome) = try await search(#"^(?:(a+)\1?)+(?:b|c)\1$"#, in: hospital)
        let failure = try #require(outcome.failure)
        #expect(failure.contains("sw-a running-config") && failure.contains("too many steps"))
    }
}
