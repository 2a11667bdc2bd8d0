import BackupWorkflow
import ConfigModel
import DeviceInventory
import DeviceSession
import Foundation
import Testing

/// Made-up platforms, each for a few keys of the language: what a key says is what happens.
@Suite("The platform language")
struct LanguageTests {
    @Test("does what each case says", arguments: Cases.ofMadeUp)
    func cases(case each: Case) async throws {
        let report = try await PlatformTrial(each.platform).report(on: each.file, cuts: .samples(100))
        #expect(report.passed, "\(report.failures.joined(separator: "\n"))")
    }

    @Test("has no key that no case uses")
    func everyKey() throws {
        let schema = try #require(SchemaCatalogue.fileKinds.first { $0.name == "platform" })
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(schema.document.utf8)) as? [String: Any])
        var known: Set<String> = []
        Self.collect(document, into: &known)
        let files = try FileManager.default.contentsOfDirectory(
            at: Cases.folder.appending(path: "Language/Inventory/platforms"), includingPropertiesForKeys: nil)
        let text = try files.map { try String(contentsOf: $0, encoding: .utf8) }.joined(separator: "\n")
        for key in known {
            let name = NSRegularExpression.escapedPattern(for: key)
            let isUsed = text.range(of: "(^|[\\s{,])\(name):", options: .regularExpression) != nil
            #expect(isUsed, "no case uses '\(key)'")
        }
        #expect(known.count > 60)
    }

    private static func collect(_ value: Any, into keys: inout Set<String>) {
        if let object = value as? [String: Any] {
            for (key, child) in object {
                if key == "properties", let properties = child as? [String: Any] { keys.formUnion(properties.keys) }
                collect(child, into: &keys)
            }
        } else if let list = value as? [Any] {
            for child in list { collect(child, into: &keys) }
        }
    }

    @Test("asks for the terminal that the platform names, and ends lines as it says")
    func terminal() async throws {
        let each = try #require(Cases.ofMadeUp.first { $0.platform.name == "made_pager" })
        let connection = try await PlatformTrial(each.platform).collect(each.transcript).connection
        let terminal = try #require(await connection.terminal)
        #expect(terminal == TerminalRules(columns: 132, rows: 40, type: "dumb"))
        let sent = await connection.sent
        #expect(sent.contains(Array("show\r".utf8)))
        #expect(!sent.contains { $0.contains(0x0A) })
    }

    @Test("knows how a platform is put back, and below which headers order counts")
    func restore() throws {
        let platform = try #require(try Cases.madeUp.get().first { $0.name == "made_texts" })
        let restore = try #require(platform.restore)
        #expect(restore.method == .replace && restore.transfer == .sftp)
        #expect(restore.commands.map(\.send) == ["configure replace {file} force", "timer {minutes}"])
        #expect(restore.confirm == [.init(send: "configure confirm")])
        #expect(restore.undo.map(\.send) == ["configure revert now"])
        #expect(restore.verify.map(\.command) == ["show"] && restore.save.map(\.send) == ["write memory"])
        #expect(restore.notes == ["Certificates do not come back."] && restore.gaps == ["licences"])
        #expect(restore.evidence == .documented && restore.artifact == "running-config")
        #expect(restore.file == "/tmp/put-{id}.cfg" && restore.minutes == 5 && restore.saved == "show startup-config")
        #expect(
            restore.commands[0]
                == .init(
                    send: "configure replace {file} force", expect: "^done$", refuse: "^failed$", optional: true,
                    ends: true))
        #expect(
            restore.checks == [
                .init(
                    command: "show archive", expect: "^on$", refuse: "^off$", reason: "switch the archive on")
            ])
        #expect(
            restore.timer
                == .init(
                    start: [.init(send: "reload in {minutes}")], cancel: [.init(send: "reload cancel")]))
        #expect(restore.clean.map(\.send) == ["delete {file}"] && restore.drop == ["^taken "])
        #expect(restore.questions.map(\.answer) == [.text("yes")] && restore.questions[0].enter == false)
        #expect(restore.carets == ["^banner "] && restore.masked == ["\\*{6,}"])
        #expect(
            restore.services == [
                .init(
                    path: "^/etc/box/", check: ["box -t {new}"], reload: ["box reload"], health: ["box status"])
            ])
        #expect(
            restore.access == [
                .init(
                    name: "address", line: "^address {address}$", under: "^port (\\d+)$", section: true, any: true,
                    added: true,
                    follow: ["^vlan {name}$"])
            ])
        let lines = try #require(restore.lines)
        #expect(lines.enter == ["configure"] && lines.leave == ["end"] && lines.exit == "quit")
        #expect(lines.negate == "undo {line}" && lines.keep == ["^version "] && lines.sections == ["^port "])
        #expect(lines.negations.map(\.send) == [["undo address {1}"]] && lines.negations[0].takes == ["mask {1}"])
        #expect(lines.overwrites == ["^name "] && lines.rebuilt == ["^list (\\d+) "] && lines.renews == ["^default "])
        #expect(lines.late == ["^off$"] && lines.unique == ["^address (\\S+)$"])
        #expect(platform.ordered.map(\.text) == ["^access-list "])
        #expect(platform.defaults.map(\.text) == ["^no shutdown$"])
        #expect(platform.changed.map(\.text) == ["^! changed at (.*)$"])
        let files = try #require(try Cases.madeUp.get().first { $0.name == "made_files" })
        #expect(files.firmware.first?.hashAge == .seconds(30 * 86_400))
        #expect(files.firmware.first?.neverRead == true)
    }

    @Test("keeps nothing but digests where texts may hold patient data")
    func patientData() async throws {
        let each = try #require(Cases.ofMadeUp.first { $0.platform.name == "made_phi" })
        let report = try await PlatformTrial(each.platform).report(on: each.file, cuts: .samples(2))
        #expect(report.passed)
        let text = try #require(report.stored.first?.text)
        #expect(!text.contains("ward") && text.contains("keyed digest"))
    }
}
