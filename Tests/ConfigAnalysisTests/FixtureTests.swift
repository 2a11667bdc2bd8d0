import ConfigModel
import Foundation
import Testing

@testable import ConfigAnalysis

/// `Fixtures/<platform>/<case>/collected.txt` must become `expected.txt`: adding a folder adds a test.
@Suite("Written cases of comparable text")
struct FixtureTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let platform: String
        let folder: URL
        var testDescription: String { "\(platform)/\(folder.lastPathComponent)" }
    }

    static let cases: [Case] = {
        let root = Bundle.module.bundleURL.appendingPathComponent("Fixtures")
        let list = { (folder: URL) in
            (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil))?
                .filter(\.hasDirectoryPath).sorted { $0.path < $1.path } ?? []
        }
        // Those of remediation need the bundled platforms: RemediationCaseTests reads them.
        return list(root).filter { $0.lastPathComponent != "remediation" }.flatMap { platform in
            list(platform).map { Case(platform: platform.lastPathComponent, folder: $0) }
        }
    }()

    @Test("there are cases") func some() { #expect(Self.cases.count >= 3) }

    @Test("a collected text becomes the expected one, with LF and with CR LF", arguments: cases)
    func fixture(of item: Case) throws {
        let platform = try #require(Samples.platform(item.platform))
        let collected = try String(contentsOf: item.folder.appendingPathComponent("collected.txt"), encoding: .utf8)
        let expected = try String(contentsOf: item.folder.appendingPathComponent("expected.txt"), encoding: .utf8)
        let name: ArtifactName = platform.collect.first?.endMarker == nil ? ArtifactName("/etc/file") : .runningConfig
        for text in [collected, collected.replacing("\n", with: "\r\n")] {
            let result = try Samples.comparable(text, name: name, platform: platform)
            // The digits depend on the key of the tests and say nothing to the reader.
            let shown = Samples.text(result.bytes).replacing(/(<secret:[a-z-]+:)[0-9a-f]{16}>/) { "\($0.1)…>" }
            #expect(shown == expected)
        }
    }
}
