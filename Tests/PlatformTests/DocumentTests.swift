import BackupWorkflow
import ConfigModel
import DeviceInventory
import Foundation
import Testing

/// `Docs/platforms.md` is all that somebody reads who adds a platform: what it shows must be so.
@Suite("The page about platforms")
struct DocumentTests {
    private static let text: String = {
        var url = Cases.folder
        for _ in 0..<2 { url.deleteLastPathComponent() }
        return (try? String(contentsOf: url.appending(path: "Docs/platforms.md"), encoding: .utf8)) ?? ""
    }()

    private static let blocks = text.components(separatedBy: "```").enumerated().filter { $0.offset % 2 == 1 }.map {
        $0.element
    }

    private func block(_ part: String) throws -> String {
        let block = try #require(Self.blocks.first { $0.hasPrefix("yaml") && $0.contains(part) })
        return String(block.dropFirst("yaml".count))
    }

    private func folder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "page-\(UInt64.random(in: 0 ... .max))")
        let platforms = folder.appending(path: "Inventory/platforms")
        try FileManager.default.createDirectory(at: platforms, withIntermediateDirectories: true)
        try Data(try block("platform: halden_ng4").utf8).write(to: platforms.appending(path: "halden_ng4.yaml"))
        try Data(try block("transcript: halden_ng4").utf8).write(to: folder.appending(path: "paged.yaml"))
        return folder
    }

    @Test("its device works: the platform file and the transcript stand there as they are")
    func example() async throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let platform = try #require(
            try Inventory.readPlatforms(workspace: folder.path()).first { $0.name == "halden_ng4" })
        let file = try #require(try TranscriptFile.read([folder.appending(path: "paged.yaml").path()]).first)
        let report = try await PlatformTrial(platform).report(on: file, cuts: .every)
        #expect(report.passed, "\(report.failures)")
        // What the page shows of the command's output.
        for line in report.text(paint: Paint(isOn: false), details: true, texts: false).dropFirst() {
            #expect(Self.text.contains(line), "the page lacks '\(line)'")
        }
        #expect(Self.text.contains("(halden_ng4, \(report.cuts) replays)"), "\(report.cuts)")
    }

    @Test("it names every key of platform files and of transcripts")
    func keys() throws {
        for name in ["platform", "transcript"] {
            let schema = try #require(SchemaCatalogue.fileKinds.first { $0.name == name })
            let document = try JSONSerialization.jsonObject(with: Data(schema.document.utf8))
            for key in Self.keys(document) where !key.hasSuffix("+") {
                #expect(Self.text.contains(key), "the page does not say '\(key)'")
            }
        }
    }

    private static func keys(_ value: Any) -> Set<String> {
        var keys: Set<String> = []
        if let object = value as? [String: Any] {
            if let properties = object["properties"] as? [String: Any] { keys.formUnion(properties.keys) }
            for child in object.values { keys.formUnion(Self.keys(child)) }
        } else if let list = value as? [Any] {
            for child in list { keys.formUnion(Self.keys(child)) }
        }
        return keys
    }

    @Test("its pieces of platform files have no fault")
    func pieces() throws {
        let head = "platform: piece\ntitle: Piece\nevidence: assumed\nsyntax: opaque\nprompt: '#$'\n"
        let collect = "collect: [{ artifact: a, command: show, effect: none }]\n"
        let lists =
            "modes: { vdom: { enter: [{ send: a, effect: session }], leave: [{ send: b, effect: session }] } }\n"
            + "lists: { vdom: { command: l, effect: none, find: '(.)', allow: '^[a-z]$' } }\n"
        for part in [
            "session:\n  terminal: ", "collect:\n  - artifact: running-config    ",
            "facts:\n  - command: show version        ",
        ] {
            let piece = try block(part)
            let hasCollect = piece.contains("\ncollect:")
            let text = head + (hasCollect ? lists : collect) + piece
            #expect(try faults(of: text) == [], "\(part)")
        }
        for part in ["modes:\n", "firmware:\n", "volatile:                 ", "restore:\n  method: replace "] {
            #expect(try faults(of: head + collect + (try block(part))) == [], "\(part)")
        }
    }

    private func faults(of text: String) throws -> [String] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "piece-\(UInt64.random(in: 0 ... .max))")
        defer { try? FileManager.default.removeItem(at: folder) }
        let platforms = folder.appending(path: "Inventory/platforms")
        try FileManager.default.createDirectory(at: platforms, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: platforms.appending(path: "piece.yaml"))
        do throws(ConfigurationFaults) {
            _ = try Inventory.readPlatforms(workspace: folder.path())
            return []
        } catch {
            return error.faults.map(\.description).filter { $0.contains("piece.yaml") }
        }
    }
}
