import Foundation
import Testing

@Suite("Drills on the command line", .serialized)
struct DrillCommandTests {
    /// Two switches whose configurations are files, collected, approved and sent to a mirror.
    private func hospital() throws -> ScratchFolder {
        let folder = try ScratchFolder()
        let root = folder.path + "/hospital"
        #expect(try CommandLineTool(["init", "hospital"], in: folder.path).status == 0)
        try folder.write("#!/bin/sh\nexec cat \"texts/$PLUMBLINE_DEVICE\"\n", to: "hospital/fetch")
        try folder.shell("chmod 755 . hospital hospital/fetch; mkdir mirror")
        for name in ["sw-1", "sw-2"] {
            try folder.write(
                "version 15.2\nhostname \(name)\nline vty 0 4\n transport input ssh\nend\n",
                to: "hospital/texts/\(name)")
        }
        try folder.write(
            "group: icu\ndevices:\n"
                + ["sw-1", "sw-2"].map { "  - { id: \($0), platform: cisco_ios, method: { command: [./fetch] } }\n" }
                .joined(),
            to: "hospital/Inventory/groups/icu.yaml")
        try folder.write("mirror: \(folder.path)/mirror\n", to: "hospital/plumbline.yaml")
        try folder.write("an image\n", to: "one.bin")
        for words in [
            ["run", "--all"], ["approve", "*", "--by", "ada"],
            ["firmware", "add", "../one.bin", "--platform", "cisco_ios", "--version", "1"],
        ] { _ = try CommandLineTool(words, in: root) }
        try folder.shell("git add -A && git -c user.name=x -c user.email=x@y commit -qm begin", in: root)
        #expect(try CommandLineTool(["store", "push"], in: root).status == 0)
        #expect(try CommandLineTool(["store", "export-key", "../key"], in: root).status == 0)
        return folder
    }

    private func checked(_ words: [String], _ schema: String, in root: String) throws -> CommandLineTool {
        let tool = try CommandLineTool(words + ["--format", "json"], in: root)
        try JSONCheck.check(
            tool.output, against: try CommandLineTool(["schema", schema], in: root).output, called: schema)
        return tool
    }

    @Test("a drill ends by its verdict, is listed, shown and verified, and its JSON is what the schema says")
    func rehearsal() throws {
        let folder = try hospital()
        let root = folder.path + "/hospital"
        let drill = try checked(
            ["drill", "*", "--reason", "exercise", "--by", "ada", "--html", "../page.html"], "drill", in: root)
        #expect(drill.status == 0, "\(drill.errors)")
        #expect(try String(contentsOfFile: folder.path + "/page.html", encoding: .utf8).contains("could be restored"))
        let text = try CommandLineTool(["drill", "sw-1"], in: root)
        #expect(text.status == 0 && text.output.contains("sw-1@1") && text.output.contains("not signed"), "\(text)")
        #expect(try checked(["drill", "list"], "drill-list", in: root).output.contains("\"command\" : \"drill sw-1\""))
        #expect(try CommandLineTool(["drill", "list"], in: root).output.split(separator: "\n").count == 3)
        #expect(try checked(["drill", "show", "latest"], "drill", in: root).status == 0)
        #expect(try CommandLineTool(["drill", "show"], in: root).output.contains("sw-1"))
        #expect(try checked(["drill", "verify"], "drill-verify", in: root).status == 0)
        try folder.shell("sed -i 's/ada/eve/' var/drills/*-1.json", in: root)
        #expect(try CommandLineTool(["drill", "verify"], in: root).status == 3)
        #expect(try CommandLineTool(["drill", "sw-1", "--to", "7"], in: root).status == 2)
        for words in [["drill"], ["drill", "sw-1", "--lab"], ["drill", "sw-1", "--self"], ["drill", "nobody"]] {
            #expect(try CommandLineTool(words, in: root).status == 64, "\(words)")
        }
        #expect(try CommandLineTool(["drill", "sw-1", "--lab", "--reason", "x"], in: root).status == 64)
    }

    @Test(
        "Plumbline itself comes back from the mirror and the exported keys, byte for byte, and the workspace is as it was"
    )
    func own() throws {
        let folder = try hospital()
        let root = folder.path + "/hospital"
        let before = try folder.shell(
            "git rev-parse HEAD; git -C var/store.git rev-parse main; git status --porcelain", in: root)
        let drill = try checked(
            ["drill", "--self", "--keys", "../key.txt", "-o", "../back", "--reason", "fire"], "drill", in: root)
        #expect(drill.status == 0, "\(drill.output) \(drill.errors)")
        #expect(drill.output.contains("\"isSame\" : true") && drill.output.contains("\"self\" : true"))
        #expect(drill.output.contains("1 image"))
        let back = folder.path + "/back/workspace"
        let shown = try CommandLineTool(["show", "sw-2", "--collected"], in: back)
        #expect(
            shown.output == (try String(contentsOfFile: root + "/texts/sw-2", encoding: .utf8)), "\(shown)")
        #expect(
            try folder.shell(
                "git rev-parse HEAD; git -C var/store.git rev-parse main; git status --porcelain", in: root)
                == before)
        let again = try CommandLineTool(["drill", "--self", "--keys", "../key.txt", "-o", "../back"], in: root)
        #expect(again.status == 64 && again.errors.contains("not empty"))
    }

    @Test("without the keys, or with a mirror that lacks a repository, what is missing is told, and it ends with 3")
    func ownMissing() throws {
        let folder = try hospital()
        let root = folder.path + "/hospital"
        let keyless = try checked(["drill", "--self"], "drill", in: root)
        #expect(keyless.status == 3 && keyless.output.contains("the key of collected-"), "\(keyless)")
        try folder.shell("mv mirror/collected-*.git .")
        let lacking = try checked(
            ["drill", "--self", "--keys", "../key.txt", "--from", "../mirror"], "drill", in: root)
        #expect(lacking.status == 3 && lacking.output.contains("is not in the mirror"), "\(lacking)")
        let nowhere = try CommandLineTool(["drill", "--self", "--from", "/nowhere/mirror"], in: root)
        #expect(nowhere.status == 3 && nowhere.output.contains("NOT everything came back"), "\(nowhere)")
        let temporary = FileManager.default.temporaryDirectory.path
        #expect(!FileManager.default.fileExists(atPath: temporary + "/plumbline-drill-"))
    }
}
