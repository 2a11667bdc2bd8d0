import ConfigAnalysis
import ConfigModel
import DeviceInventory
import Foundation
import Testing

/// `Remediation/<platform>/<case>/`: `lines.txt` leads from `running.txt` to `target.txt`, `rollback.txt` back. Adding a folder adds
/// a test. What cannot be expressed stands behind a `#!`.
@Suite("Written cases of remediation")
struct RemediationCaseTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let platform: String
        let folder: URL
        var testDescription: String { "\(platform)/\(folder.lastPathComponent)" }

        func text(_ name: String) throws -> String {
            try String(contentsOf: folder.appending(path: "\(name).txt"), encoding: .utf8)
        }
    }

    static let cases: [Case] = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "ConfigAnalysisTests/Fixtures/remediation")
        let list = { (folder: URL) in
            (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil))?
                .filter(\.hasDirectoryPath).sorted { $0.path < $1.path } ?? []
        }
        return list(root).flatMap { platform in
            list(platform).map { Case(platform: platform.lastPathComponent, folder: $0) }
        }
    }()

    private static let platforms = Result { try Inventory.readPlatforms(workspace: nil) }

    @Test("at least eight platforms have cases") func some() { #expect(Set(Self.cases.map(\.platform)).count >= 8) }

    @Test("the lines are the written ones, there and back, and none for what is so already", arguments: cases)
    func lines(of item: Case) throws {
        let platform = try #require(try Self.platforms.get().first { $0.name == item.platform })
        let rules = try Remediation.Rules(platform)
        let (running, target) = (try item.text("running"), try item.text("target"))
        #expect(try Self.shown(rules, running, target) == item.text("lines"))
        #expect(try Self.shown(rules, target, running) == item.text("rollback"))
        for text in [running, target] {
            #expect(try Self.shown(rules, text, text) == "")
            #expect(try Self.shown(rules, text, text.replacing("\n", with: "\r\n")) == "")
        }
    }

    @Test("every bundled platform with 'lines' makes rules of them")
    func compile() throws {
        for platform in try Self.platforms.get() where platform.restore?.lines != nil {
            _ = try Remediation.Rules(platform)
        }
    }

    private static func shown(_ rules: Remediation.Rules, _ old: String, _ new: String) throws -> String {
        let result = try rules.lines(from: Array(old.utf8), to: Array(new.utf8))
        return (result.lines + result.unsupported.map { "#! " + $0 }).map { $0 + "\n" }.joined()
    }
}
