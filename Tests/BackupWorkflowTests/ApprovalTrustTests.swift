import ConfigModel
import DeviceInventory
import Foundation
import SnapshotStore
import Testing

@testable import BackupWorkflow

@Suite("What an approval is worth")
struct ApprovalTrustTests {
    private func collected(_ settings: String = "") async throws -> PaperHospital {
        let paper = try await PaperHospital(settings: settings)
        _ = try await paper.hospital.run()
        return paper
    }

    /// Two people with a key each, of whom `allowed_signers` knows both.
    private func signing(_ settings: String = "") async throws -> (PaperHospital, [String: String]) {
        let paper = try await collected(settings)
        var lines = ""
        var keys: [String: String] = [:]
        for person in ["ada", "grace"] {
            let path = paper.hospital.root + "/../\(person)-\(UUID().uuidString)"
            try ssh(["-q", "-t", "ed25519", "-N", "", "-C", person, "-f", path])
            keys[person] = path
            lines +=
                "\(person) namespaces=\"plumbline-approval\" \(try String(contentsOfFile: path + ".pub", encoding: .utf8))"
        }
        try paper.hospital.folder.write(lines, to: "Baselines/allowed_signers")
        return (paper, keys)
    }

    @discardableResult
    private func ssh(_ arguments: [String], input: String? = nil) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/ssh-keygen")
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.standardInput = try input.map { try FileHandle(forReadingFrom: URL(filePath: $0)) } ?? .nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    @Test("a signed decision holds, and stock ssh-keygen verifies it")
    func signed() async throws {
        let (paper, keys) = try await signing()
        let result = try await paper.approve(key: keys["ada"], reason: "as installed")
        #expect(result.isSigned)
        let standing = try await paper.standing()
        #expect(standing.word == "clean")
        #expect(standing.baseline?.isSigned == true)
        let path = paper.hospital.root + "/" + result.manifest
        #expect(
            try ssh(
                [
                    "-Y", "verify", "-f", paper.hospital.root + "/Baselines/allowed_signers", "-I", "ada", "-n",
                    "plumbline-approval", "-s", path + ".sig",
                ], input: path) == 0)
    }

    @Test("where signers are named nothing is decided without a signature, nor with somebody else's key or name")
    func refused() async throws {
        let (paper, keys) = try await signing()
        await #expect(throws: WorkflowError.self) { try await paper.approve() }
        await #expect(throws: WorkflowError.self) { try await paper.approve(by: "grace", key: keys["ada"]) }
        await #expect(throws: WorkflowError.self) { try await paper.approve(by: "mallory", key: keys["ada"]) }
        await #expect(throws: WorkflowError.self) { try await paper.approve(key: "/nowhere") }
        #expect(!FileManager.default.fileExists(atPath: paper.hospital.root + "/Baselines/approvals"))
    }

    @Test(
        "a manifest or a signature that was meddled with is integrity and exit 3",
        arguments: ["manifest", "signature", "no signature", "no signers", "gone", "copied back"])
    func meddled(how: String) async throws {
        let (paper, keys) = try await signing()
        let first = try await paper.approve(key: keys["ada"])
        #expect(try await paper.standing().word == "clean")
        let manager = FileManager.default
        let path = paper.hospital.root + "/" + first.manifest
        switch how {
        case "manifest":
            let text = try String(contentsOfFile: path, encoding: .utf8)
            try text.replacing("by: \"ada\"", with: "by: \"grace\"").write(
                toFile: path, atomically: true, encoding: .utf8)
        case "signature":
            let other = try await signing().0
            _ = other
            try Data("-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n".utf8).write(
                to: URL(filePath: path + ".sig"))
        case "no signature": try manager.removeItem(atPath: path + ".sig")
        case "no signers":
            try Data("# nobody\n".utf8).write(
                to: URL(filePath: paper.hospital.root + "/Baselines/allowed_signers"))
        case "gone":
            try manager.removeItem(atPath: path)
            try manager.removeItem(atPath: path + ".sig")
            try manager.removeItem(atPath: paper.hospital.root + "/Baselines/approved/pump-1")
        default:
            let before = try FileTree.read(paper.hospital.root + "/Baselines")
            try paper.change("bed 40", "bed 41")
            _ = try await paper.hospital.run()
            let second = try await paper.approve(by: "grace", key: keys["grace"]).manifest
            _ = try await paper.standing()
            try manager.removeItem(atPath: paper.hospital.root + "/" + second)
            for (name, bytes) in before {
                try Data(bytes).write(to: URL(filePath: paper.hospital.root + "/Baselines/" + name))
            }
        }
        let standing = try await paper.standing()
        #expect(standing.word == "integrity", "\(standing.findings)")
        #expect(paper.exit(standing) == .integrity)
    }

    @Test(
        "a signer who left keeps what was decided before, which is listed for renewal; what comes later does not hold")
    func left() async throws {
        let (paper, keys) = try await signing()
        try await paper.approve(key: keys["ada"])
        #expect(try await paper.standing().word == "clean")
        let signers = paper.hospital.root + "/Baselines/allowed_signers"
        // Tomorrow everything of today is over.
        let end = Day(of: Date()).adding(days: 1).description.replacing("-", with: "")
        let text = try String(contentsOfFile: signers, encoding: .utf8)
            .replacing("ada namespaces=", with: "ada valid-before=\"\(end)\",namespaces=")
        try text.write(toFile: signers, atomically: true, encoding: .utf8)
        #expect(try await paper.standing().word == "clean")
        let later = await TrustedBaselines.read(
            try paper.workspace, now: Date().addingTimeInterval(3 * 86_400), all: true)
        #expect(later.verdicts.map(\.needsRenewal) == [true])
        #expect(later.verdicts.map(\.fault) == [nil])
    }

    @Test("where two people must approve, the first approval waits, the same person does not count twice")
    func two() async throws {
        let (paper, keys) = try await signing("approvals: { 'tag:paper': 2 }\n")
        let first = try await paper.approve(key: keys["ada"])
        #expect(first.devices.map(\.isHalf) == [true])
        var standing = try await paper.standing()
        #expect(standing.word == "half-approved")
        #expect(paper.exit(standing) == .drift)
        await #expect(throws: WorkflowError.self) { try await paper.approve(key: keys["ada"]) }
        // By another name with the same key: the key is not grace's.
        await #expect(throws: WorkflowError.self) { try await paper.approve(by: "grace", key: keys["ada"]) }
        let second = try await paper.approve(by: "grace", key: keys["grace"])
        #expect(second.devices.map(\.isHalf) == [false])
        standing = try await paper.standing()
        #expect(standing.word == "clean")
        #expect(standing.baseline?.others == ["grace"])
        // The next version is half-approved again, and what both approved still holds.
        try paper.change("bed 40", "bed 41")
        _ = try await paper.hospital.run()
        _ = try await paper.approve(by: "grace", key: keys["grace"])
        standing = try await paper.standing()
        #expect(standing.baseline?.version == 1 && standing.half?.version == 2)
        #expect(standing.findings.contains { $0.class == .config })
    }

    @Test("an approval that has expired is a finding that counts, during onboarding too")
    func expired() async throws {
        let paper = try await collected()
        try await paper.approve(expires: Day(of: Date()))
        #expect(try await paper.standing().word == "clean")
        let later = try await paper.standing(at: Date().addingTimeInterval(2 * 86_400))
        #expect(later.findings.contains { $0.class == .baseline && $0.summary.contains("expired") })
        let fresh = later.findings.filter { $0.class != .freshness }
        var standing = later
        standing.isFresh = true
        standing.findings = fresh
        #expect(paper.exit(standing, onboarding: true) == .drift)
        await #expect(throws: WorkflowError.self) { try await paper.approve(expires: Day("2020-01-01")) }
    }

    @Test("what is adopted on day one is marked as unreviewed")
    func adopted() async throws {
        let paper = try await collected()
        try await paper.approve(adopted: true)
        #expect(try await paper.standing().baseline?.isAdopted == true)
    }

    @Test("a workspace that wants a reason and a ticket gets them")
    func needs() async throws {
        let paper = try await collected("approvalNeeds: [reason, ticket]\n")
        await #expect(throws: WorkflowError.self) { try await paper.approve(reason: "because") }
        try await paper.decide(
            .init(
                approve: [.init(device: try paper.workspace.inventory.devices[0], version: .latest)], by: "ada",
                reason: "because", ticket: "BIO-7"))
    }

    @Test("a better platform rule is no drift: both sides are read anew from the exact bytes")
    func betterRule() async throws {
        let paper = try await collected()
        try await paper.approve()
        try paper.change("bed 40", "bed 41")
        _ = try await paper.hospital.run()
        #expect(try await paper.standing().findings.map(\.class) == [.config])
        try paper.hospital.folder.write(
            "platform: cisco_ios\nextends: cisco_ios\nvolatile+: ['^ description ']\n",
            to: "Inventory/platforms/cisco_ios.yaml")
        #expect(try await paper.standing().findings.isEmpty)
    }

    @Test("the exact bytes of what was approved are gone: it could not be restored")
    func restorePoint() async throws {
        let paper = try await collected()
        try await paper.approve()
        let year = Day(of: Date()).description.prefix(4)
        try FileManager.default.removeItem(atPath: paper.hospital.root + "/var/collected-\(year).git/objects")
        try FileManager.default.createDirectory(
            atPath: paper.hospital.root + "/var/collected-\(year).git/objects", withIntermediateDirectories: true)
        let standing = try await paper.standing()
        #expect(standing.findings.contains { $0.class == .restorability && $0.severity == .major })
        #expect(paper.exit(standing) >= .drift)
    }

    @Test("an empty approved folder, or approved texts without a manifest, approve nothing", arguments: [true, false])
    func empty(withManifest: Bool) async throws {
        let paper = try await collected()
        try await paper.approve()
        let root = paper.hospital.root + "/Baselines"
        if withManifest {
            try FileManager.default.removeItem(atPath: root + "/approved/pump-1")
            try FileManager.default.createDirectory(
                atPath: root + "/approved/pump-1", withIntermediateDirectories: true)
        } else {
            try FileManager.default.removeItem(atPath: root + "/approvals")
        }
        #expect(paper.exit(try await paper.standing()) == .integrity)
    }

    @Test("rejected drift stays open, marked, and is no approval")
    func rejected() async throws {
        let paper = try await collected()
        try await paper.approve()
        try paper.change("bed 40", "bed 41")
        _ = try await paper.hospital.run()
        let finding = try #require(try await paper.standing().findings.first)
        try await paper.decide(
            .init(
                remarks: [
                    .init(
                        kind: .rejected, finding: finding.id, device: finding.device, summary: finding.summary,
                        reason: "wrong bed")
                ], by: "ada"))
        let standing = try await paper.standing()
        #expect(standing.findings.map(\.id) == [finding.id])
        #expect(standing.marks[finding.id]?.kind == .rejected)
        #expect(paper.exit(standing) == .drift)
    }
}
