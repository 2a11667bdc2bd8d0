import ConfigModel
import DeviceInventory
import FoundationEssentials
import Testing

@testable import BackupWorkflow

@Suite("Approval manifests")
struct ApprovalManifestTests {
    private func manifest(by: String = "a \"smith\"", reason: String? = "as: {installed} - 'x' # y \\ü")
        -> ApprovalManifest
    {
        ApprovalManifest(
            sequence: 7, decided: Date(timeIntervalSince1970: 1_795_000_000), by: by, reason: reason, ticket: "BIO-1",
            entries: [
                ApprovalManifest.Entry(
                    device: DeviceID("sw-1")!, version: 3, commit: String(repeating: "a1", count: 20),
                    platform: "cisco_ios", rules: "r", epoch: 1,
                    expected: ["files/etc/a b: \"c\"": String(repeating: "0f", count: 32)],
                    restorePoint: ["running-config": "collected-2026.git:" + String(repeating: "b2", count: 20)])
            ])
    }

    @Test("read back as they were written, whatever people type")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        try folder.write(manifest().text, to: "m.yaml")
        #expect(try ApprovalFile.read(folder.path + "/m.yaml", named: "m.yaml") == manifest())
    }

    @Test("a name with a path in it stays one file name")
    func fileName() {
        #expect(manifest(by: "../../etc/x y").fileName == "2026-11-18-------etc-x-y-7.yaml")
    }

    @Test(
        "a manifest that was meddled with is a fault, never an empty approval",
        arguments: [
            ("version: 3", "version: 0"), ("sequence: 7", "sequence: seven"), ("approval: 1", "approval: 2"),
            ("devices:", "device:"), ("decision: approve", "decision: maybe"), ("\"sw-1\"", "\"../x\""),
        ])
    func faulty(old: String, new: String) throws {
        let folder = try TemporaryFolder()
        try folder.write(manifest().text.replacing(old, with: new), to: "m.yaml")
        #expect(throws: ConfigurationFaults.self) {
            try ApprovalFile.read(folder.path + "/m.yaml", named: "m.yaml")
        }
    }
}
