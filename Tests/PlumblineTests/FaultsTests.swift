import Foundation
import RealServers
import Testing

@Suite("What must never break the store", .enabled(if: RealSSHServer.isAvailable, "needs root for mounts"))
struct FaultsTests {
    @Test("killed runs, full and read-only disks, flipped bytes, locks and syncs: the short form of Scripts/faults")
    func short() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let products = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().path
        let folder = try ScratchFolder()
        let script = root.appending(path: "Scripts/faults").path
        let text = try folder.shell("'\(script)' --kills 8 --bin '\(products)' 2>&1 || echo \"ended with $?\"")
        #expect(text.hasSuffix("all faults were survived\n"), "\(text)")
    }
}
