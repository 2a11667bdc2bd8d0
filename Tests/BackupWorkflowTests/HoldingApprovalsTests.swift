import ConfigModel
import DeviceInventory
import Foundation
import SnapshotStore
import Testing

@testable import BackupWorkflow

/// What was approved stays approved when the way in which texts are read changes, over a hundred devices.
@Suite("Approvals hold when rules and keys change")
struct HoldingApprovalsTests {
    private static let count = 100

    /// All approved, and without a finding.
    private func approved() async throws -> PaperHospital {
        let ids = (1...Self.count).map { "sw-\($0)" }
        let paper = try await PaperHospital(Dictionary(uniqueKeysWithValues: ids.map { ($0, "cisco_ios") }))
        for (index, id) in ids.enumerated() {
            try paper.write(
                PaperHospital.config.replacing("pump-1", with: id).replacing("bed 40", with: "bed \(index)")
                    .replacing("end\n", with: "mystery word-\(index)\nnoise \(index)\nend\n"), to: id)
        }
        _ = try await paper.hospital.run()
        try await paper.approve()
        try await expectPeace(paper)
        return paper
    }

    private func findings(_ paper: PaperHospital) async throws -> [Finding] {
        let workspace = try paper.workspace
        let standings = try await StandingCheck(
            workspace: workspace, store: try await workspace.storeForReading(), now: Date()
        ).standings(of: workspace.inventory.devices)
        #expect(standings.count == Self.count)
        return standings.flatMap(\.findings)
    }

    private func expectPeace(_ paper: PaperHospital, _ location: Testing.SourceLocation = #_sourceLocation) async throws
    {
        let found = try await findings(paper)
        #expect(found.isEmpty, "\(found.count): \(found.prefix(2))", sourceLocation: location)
        let verdicts = await TrustedBaselines.read(try paper.workspace, now: Date(), all: true).verdicts
        #expect(verdicts.count == 1 && verdicts.allSatisfy { $0.fault == nil }, sourceLocation: location)
    }

    /// A change of one device is found alone, whatever changed beside it.
    private func expectChangeIsFound(_ paper: PaperHospital) async throws {
        try paper.change("transport input ssh", "transport input telnet ssh", of: "sw-7")
        _ = try await paper.hospital.run()
        let found = try await findings(paper)
        #expect(found.map(\.device.text) == ["sw-7"] && found.map(\.class) == [.config], "\(found)")
    }

    @Test("a better platform rule is no drift, before the next run and after it")
    func betterRule() async throws {
        let paper = try await approved()
        try paper.hospital.folder.write(
            """
            platform: cisco_ios
            extends: cisco_ios
            volatile+: ['^noise ']
            secrets+: [{ pattern: '^mystery (\\S+)', kind: mystery }]

            """, to: "Inventory/platforms/ours.yaml")
        try await expectPeace(paper)
        _ = try await paper.hospital.run()
        try await expectPeace(paper)
        // What the rule hides is no drift from now on; what it does not is.
        try paper.change("noise 3\n", "noise 4000\n", of: "sw-4")
        try await expectChangeIsFound(paper)
    }

    @Test("another key of the fingerprints is no drift, before the next run and after it")
    func otherFingerprintKey() async throws {
        let paper = try await approved()
        let path = try paper.workspace.state + "/keys/fingerprint.key"
        try Data(
            "plumbline-fingerprint-key 1\nepoch 2\nkey \(Data(repeating: 9, count: 32).base64EncodedString())\n".utf8
        ).write(to: URL(filePath: path))
        chmod(path, 0o600)
        try await expectPeace(paper)
        _ = try await paper.hospital.run()
        try await expectPeace(paper)
        try await expectChangeIsFound(paper)
    }

    @Test("a rekey of the store is no drift, and every restore point is still there")
    func rekey() async throws {
        let paper = try await approved()
        _ = try await StoreRenewal(workspace: try paper.workspace, by: "ada").rekey(reason: "a laptop was lost")
        try await expectPeace(paper)
        _ = try await paper.hospital.run()
        try await expectPeace(paper)
        try await expectChangeIsFound(paper)
    }
}
