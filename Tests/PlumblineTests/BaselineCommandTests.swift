import Foundation
import Testing

@Suite("Deciding on the command line")
struct BaselineCommandTests {
    private static let config = """
        version 15.2
        hostname NAME
        service password-encryption
        interface GigabitEthernet0/1
         description bed 40
        line vty 0 4
         transport input ssh
        end

        """

    /// Four switches whose configurations are files, collected once and approved.
    private func hospital() throws -> ScratchFolder {
        let folder = try ScratchFolder()
        #expect(try CommandLineTool(["init", "."], in: folder.path).status == 0)
        try folder.write("#!/bin/sh\nexec cat \"texts/$PLUMBLINE_DEVICE\"\n", to: "fetch")
        try folder.shell("chmod 755 . fetch")
        let names = (1...4).map { "sw-\($0)" }
        for name in names { try folder.write(Self.config.replacing("NAME", with: name), to: "texts/\(name)") }
        try folder.write(
            "group: icu\ndevices:\n"
                + names.map { "  - { id: \($0), platform: cisco_ios, method: { command: [./fetch] } }\n" }.joined(),
            to: "Inventory/groups/icu.yaml")
        _ = try CommandLineTool(["run", "--all"], in: folder.path)
        let approved = try CommandLineTool(
            ["approve", "group:icu", "--reason", "as installed", "--by", "ada"], in: folder.path)
        #expect(approved.status == 0, "\(approved.errors)")
        return folder
    }

    private func change(_ folder: ScratchFolder, _ names: [String], _ old: String, _ new: String) throws {
        for name in names {
            let text = try String(contentsOfFile: folder.path + "/texts/\(name)", encoding: .utf8)
            try folder.write(text.replacing(old, with: new), to: "texts/\(name)")
        }
        _ = try CommandLineTool(["run", "--all"], in: folder.path)
    }

    /// Types keys at a terminal of 80 columns and 24 rows.
    private func typed(_ keys: [String], _ command: String, in folder: ScratchFolder) throws -> String {
        let tool = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "plumbline").path
        let pauses = keys.map { "sleep 0.3; printf '\($0)'" }.joined(separator: "; ")
        return try folder.shell(
            "(\(pauses); sleep 0.5) | script -qec 'stty cols 80 rows 24; exec \(tool) \(command)' /dev/null || true")
    }

    @Test("the same change on many devices is told once, each alone on demand, and as a table")
    func groups() throws {
        let folder = try hospital()
        #expect(try CommandLineTool(["drift"], in: folder.path).status == 0)
        try change(folder, ["sw-1", "sw-2", "sw-3"], "transport input ssh", "transport input telnet ssh")
        let drift = try CommandLineTool(["drift"], in: folder.path)
        #expect(drift.status == 1 && drift.output.contains("3 devices  sw-1, sw-2, sw-3"))
        #expect(drift.output.split(separator: "\n").count { $0.contains("+ transport input telnet ssh") } == 1)
        let each = try CommandLineTool(["drift", "--each"], in: folder.path)
        #expect(each.output.split(separator: "\n").count { $0.contains("+ transport input telnet ssh") } == 3)
        let table = try CommandLineTool(["drift", "--format", "csv"], in: folder.path).output
        #expect(table.hasPrefix("id,device,group,class,severity,state") && table.split(separator: "\r\n").count == 4)
        let words = try CommandLineTool(["diff", "sw-1", "--word"], in: folder.path)
        #expect(words.status == 1 && words.output.contains("transport input {+telnet +}ssh"), "\(words.output)")
        let beside = try CommandLineTool(["diff", "sw-1", "--side-by-side"], in: folder.path)
        #expect(
            beside.output.contains(" transport input ssh") && beside.output.contains(" |  transport input telnet ssh"))
    }

    @Test("a review is done key by key, and written after a yes alone, as one decision")
    func review() throws {
        let folder = try hospital()
        try change(folder, ["sw-1", "sw-2", "sw-3"], "transport input ssh", "transport input telnet ssh")
        try change(folder, ["sw-4"], "bed 40", "bed 41")
        #expect(try CommandLineTool(["review"], in: folder.path).status == 64)
        // A no writes nothing, and keeps what was decided.
        let first = try typed(["r", "not asked for\\n", "a", "\\n", "n"], "review --by ada", in: folder)
        #expect(first.contains("3 devices") && first.contains("decisions are kept"), "\(first)")
        let files = { try FileManager.default.contentsOfDirectory(atPath: folder.path + "/Baselines/approvals").count }
        #expect(try files() == 1)
        let second = try typed(["weekly review\\n", "y"], "review --by ada", in: folder)
        #expect(second.contains("decision 2 by ada"), "\(second)")
        #expect(try files() == 2)
        let drift = try CommandLineTool(["drift"], in: folder.path).output
        #expect(drift.contains("rejected by ada") && !drift.contains("bed 41"))
        #expect(
            try !FileManager.default.contentsOfDirectory(atPath: folder.path + "/Baselines").contains {
                $0.hasPrefix(".review")
            })
        let list = try CommandLineTool(["baseline", "list", "--format", "csv"], in: folder.path).output
        #expect(list.contains("sw-4,approved,v2,ada"), "\(list)")
    }

    @Test("what is acknowledged does not count with --fail-on new; rejected drift does")
    func failOn() throws {
        let folder = try hospital()
        try change(folder, ["sw-1"], "bed 40", "bed 41")
        #expect(try CommandLineTool(["drift", "--fail-on", "new"], in: folder.path).status == 1)
        _ = try typed(["t", "BIO-7\\n", "\\n", "\\n", "y"], "review --by ada", in: folder)
        #expect(try CommandLineTool(["drift", "--fail-on", "new"], in: folder.path).status == 0)
        #expect(try CommandLineTool(["drift"], in: folder.path).status == 1)
        let rejected = try CommandLineTool(["reject", "sw-1@2", "--reason", "no", "--by", "ada"], in: folder.path)
        #expect(rejected.status == 0, "\(rejected.errors)")
        #expect(try CommandLineTool(["drift", "--fail-on", "new"], in: folder.path).status == 1)
        #expect(try CommandLineTool(["reject", "sw-1@1", "--reason", "no"], in: folder.path).status == 64)
        #expect(try CommandLineTool(["reject", "sw-2", "--reason", "no"], in: folder.path).status == 64)
    }

    @Test("decisions, evidence and imports are told as JSON that fits its schema")
    func schemas() throws {
        let folder = try hospital()
        try folder.write("use: [owasp-smdds-2]\n", to: "Baselines/policies/p.yaml")
        try folder.write(Self.config, to: "golden/sw-1.cfg")
        for (name, words) in [
            ("baseline-list", ["baseline", "list"]), ("baseline-verify", ["baseline", "verify"]),
            ("baseline-evidence", ["baseline", "evidence"]), ("drift", ["drift"]),
            ("baseline-import", ["baseline", "import", "golden"]),
            ("approve", ["approve", "sw-1@1", "--by", "grace"]),
        ] {
            let result = try CommandLineTool(words + ["--format", "json"], in: folder.path)
            let schema = try CommandLineTool(["schema", name], in: folder.path).output
            try JSONCheck.check(result.output, against: schema, called: name)
        }
        let evidence = try CommandLineTool(
            ["baseline", "evidence", "--format", "html", "-o", "e.html"], in: folder.path)
        #expect(evidence.status == 1)
        #expect(
            try String(contentsOfFile: folder.path + "/e.html", encoding: .utf8).contains("Change default credentials"))
        for list in [
            ["status"], ["inventory", "list"], ["history", "sw-1"], ["platform", "list"], ["credential", "list"],
        ] {
            let table = try CommandLineTool(list + ["--format", "csv"], in: folder.path)
            #expect(table.output.contains("\r\n"), "\(list): \(table.errors)")
        }
    }
}
