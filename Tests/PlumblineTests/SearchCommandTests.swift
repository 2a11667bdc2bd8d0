import Foundation
import Testing

@Suite("The command search")
struct SearchCommandTests {
    private func workspace() throws -> ScratchFolder {
        let folder = try ScratchFolder()
        #expect(try CommandLineTool(["init", "."], in: folder.path).status == 0)
        let config = "hostname sw-old\\nline vty 0 4\\n transport input telnet\\n\\033[31m evil\\nend\\n"
        try folder.write(
            """
            group: ward
            devices: [{ id: sw-old, address: 10.0.0.1, platform: cisco_ios, credential: network-backup }]
            """, to: "Inventory/groups/ward.yaml")
        let script = """
            set -e; git init -q rancid; cd rancid; mkdir configs; printf '\(config)' > configs/10.0.0.1
            git add . ; GIT_COMMITTER_DATE=2026-11-01T00:00:00Z git -c user.name=x -c user.email=x@x commit -q -m x \
            --date 2026-11-01T00:00:00Z
            """
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", script]
        process.currentDirectoryURL = URL(filePath: folder.path)
        try process.run()
        process.waitUntilExit()
        try folder.write(
            "credentials:\n  network-backup: { user: x, password: \"env:PASSWORD\" }\n",
            to: "Inventory/credentials.yaml")
        let imported = try CommandLineTool(["store", "import", "rancid", "rancid"], in: folder.path)
        #expect(imported.status == 0, "\(imported)")
        return folder
    }

    @Test("a hit is one line with device, artifact, line and section; the status is that of grep")
    func text() throws {
        let folder = try workspace()
        let found = try CommandLineTool(["search", "TELNET", "-i"], in: folder.path)
        #expect(found.status == 0, "\(found)")
        #expect(found.output == "sw-old:running-config:3: line vty 0 4 ›  transport input telnet\n")
        #expect(
            try CommandLineTool(["search", "-l", "vty", "sw-old"], in: folder.path).output
                == "sw-old:running-config\n")
        #expect(try CommandLineTool(["search", "-c", "t"], in: folder.path).output.hasPrefix("sw-old:running-config:"))
        #expect(!(try CommandLineTool(["search", "evil"], in: folder.path).output.contains("\u{1B}")))
        #expect(try CommandLineTool(["search", "-F", "a(b"], in: folder.path).status == 1)
        #expect(try CommandLineTool(["search", "telnet", "--at", "2026-10-30"], in: folder.path).status == 1)
        let dated = try CommandLineTool(["search", "telnet", "--at", "2026-11-01"], in: folder.path)
        #expect(dated.output.hasPrefix("sw-old@1:running-config:3:"))
        let bad = try CommandLineTool(["search", "a(b"], in: folder.path)
        #expect(bad.status == 2 && bad.errors.contains("offset 3"), "\(bad)")
        #expect(try CommandLineTool(["search", "x", "--at", "yesterday"], in: folder.path).status == 2)
        #expect(try CommandLineTool(["search", "x", "no-such-device"], in: folder.path).status == 2)
    }

    @Test("its JSON is as the schema says, with hits and without", arguments: ["telnet", "nothing like it"])
    func json(pattern: String) throws {
        let folder = try workspace()
        let result = try CommandLineTool(["search", pattern, "--format", "json"], in: folder.path)
        #expect(result.status == (pattern == "telnet" ? 0 : 1))
        let schema = try CommandLineTool(["schema", "search"], in: folder.path).output
        try JSONCheck.check(result.output, against: schema, called: "search")
    }
}
