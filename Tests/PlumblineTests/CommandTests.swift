import Foundation
import Testing

@Suite("The command line without a device")
struct CommandTests {
    private func workspace() throws -> ScratchFolder {
        let folder = try ScratchFolder()
        let made = try CommandLineTool(["init", "."], in: folder.path)
        #expect(made.status == 0, "\(made.errors)")
        return folder
    }

    @Test("init makes a workspace that has no faults, is a git repository that ignores var/, and is safe to run again")
    func initialise() throws {
        let folder = try workspace()
        #expect(try CommandLineTool(["inventory", "check"], in: folder.path).status == 0)
        #expect(FileManager.default.fileExists(atPath: folder.path + "/.git/HEAD"))
        #expect(try String(contentsOfFile: folder.path + "/.gitignore", encoding: .utf8) == "var/\n")
        let key = try Data(contentsOf: URL(filePath: folder.path + "/var/keys/fingerprint.key"))
        #expect(try CommandLineTool(["init", "."], in: folder.path).status == 0)
        #expect(try Data(contentsOf: URL(filePath: folder.path + "/var/keys/fingerprint.key")) == key)
        let mode = try FileManager.default.attributesOfItem(atPath: folder.path + "/var/keys/fingerprint.key")
        #expect(mode[.posixPermissions] as? Int == 0o600)
    }

    @Test(
        "init where no folder can be says why, as wrong usage",
        arguments: ["a-file", "a-file/below", "/proc/no-folder"])
    func initialiseNowhere(place: String) throws {
        let folder = try ScratchFolder()
        try folder.write("x", to: "a-file")
        let result = try CommandLineTool(["init", place], in: folder.path)
        #expect(result.status == 64)
        #expect(result.errors.contains("no workspace can be made at"))
        #expect(!result.errors.contains("Success") && !result.errors.contains("Domain="))
    }

    @Test("the workspace is found from below, and with -C")
    func finding() throws {
        let folder = try workspace()
        #expect(try CommandLineTool(["status"], in: folder.path + "/Inventory/groups").status == 0)
        #expect(try CommandLineTool(["-C", folder.path, "status"], in: "/").status == 0)
        #expect(try CommandLineTool(["status"], in: NSTemporaryDirectory()).status == 64)
    }

    @Test(
        "wrong usage is 64 and says what is wrong",
        arguments: [
            ["bogus"], ["run", "--all", "x"], ["run", "no-such-device"], ["run", "tga:x"],
            ["status", "--format", "xml"],
            ["schema", "nothing"], ["history", "Not An Id"], ["hostkey", "forget", "no-such-device"],
            ["-C", "/not/there", "status"], ["quarantine", "show", "no-such-device"], ["quarantine", "accept", "sw-1"],
            ["quarantine", "discard", "sw-1", "--reason", "none waits"], ["quarantine", "list", "no-such-device"],
        ])
    func usage(arguments: [String]) throws {
        let folder = try workspace()
        let result = try CommandLineTool(arguments, in: folder.path)
        #expect(result.status == 64, "\(result)")
        #expect(!result.errors.isEmpty)
    }

    @Test("faulty files are 78, every fault at once with its place, and no secret is repeated")
    func faults() throws {
        let folder = try workspace()
        try folder.write(
            """
            group: icu
            devices:
              - { id: Bad_Id, address: 10.0.0.1, platform: cisco_ios, credential: none }
              - { id: sw-1, adress: 10.0.0.1, platform: cisco_oss, credential: backup }
            """, to: "Inventory/groups/icu.yaml")
        try folder.write(
            "credentials:\n  backup: { user: x, password: hunter2-literal }\n", to: "Inventory/credentials.yaml")
        for command in [["inventory", "check"], ["run"], ["status"]] {
            let result = try CommandLineTool(command, in: folder.path)
            #expect(result.status == 78)
            #expect(result.errors.contains("Inventory/groups/icu.yaml:3:"))
            #expect(result.errors.contains("Inventory/groups/icu.yaml:4:"))
            #expect(result.errors.contains("did you mean 'address'"))
            #expect(result.errors.contains("Inventory/credentials.yaml:2:"))
            #expect(!result.errors.contains("hunter2"))
        }
    }

    @Test("config tells each setting and whence it comes, also while the inventory has faults")
    func config() throws {
        let folder = try workspace()
        try folder.write("not: [valid", to: "Inventory/credentials.yaml")
        let result = try CommandLineTool(["config"], in: folder.path, environment: ["PLUMBLINE_CONCURRENCY": "7"])
        #expect(result.status == 0)
        #expect(result.output.contains("environment PLUMBLINE_CONCURRENCY"))
        #expect(result.output.contains("git-crypt") && result.output.contains("files in var/keys"))
    }

    @Test("every schema is JSON, and each command's output fits its own")
    func schemas() throws {
        let folder = try workspace()
        try folder.write(
            "group: icu\ndevices:\n  - { id: sw-1, address: 127.0.0.1, port: 1, platform: cisco_ios, credential: c }\n",
            to: "Inventory/groups/icu.yaml")
        try folder.write(
            "credentials:\n  c: { user: x, password: \"env:NOT_SET\" }\n", to: "Inventory/credentials.yaml")
        let names = try CommandLineTool(["schema"], in: folder.path).output.split(separator: "\n").compactMap {
            $0.split(separator: " ").first.map(String.init)
        }
        #expect(names.count >= 14)
        for name in names {
            let text = try CommandLineTool(["schema", name], in: folder.path).output
            #expect((try? JSONSerialization.jsonObject(with: Data(text.utf8))) is [String: Any], "\(name)")
        }
        let commands = [
            "run": ["run"], "status": ["status"], "drift": ["drift"], "config": ["config"],
            "inventory-list": ["inventory", "list"], "hostkey-list": ["hostkey", "list"],
            "history": ["history", "sw-1"], "credential-list": ["credential", "list"],
            "quarantine-list": ["quarantine", "list", "--all"],
        ]
        for (name, words) in commands {
            let result = try CommandLineTool(words + ["--format", "json"], in: folder.path)
            let schema = try CommandLineTool(["schema", name], in: folder.path).output
            try JSONCheck.check(result.output, against: schema, called: name)
        }
    }

    @Test("a run against a port where nothing listens is a row, and 2")
    func nothingListens() throws {
        let folder = try workspace()
        try folder.write(
            "group: icu\ndevices:\n  - { id: sw-1, address: 127.0.0.1, port: 1, platform: cisco_ios, credential: c }\n",
            to: "Inventory/groups/icu.yaml")
        try folder.write(
            "credentials:\n  c: { user: x, password: \"env:NOT_SET\" }\n", to: "Inventory/credentials.yaml")
        let result = try CommandLineTool(["run"], in: folder.path)
        #expect(result.status == 2)
        #expect(result.output.contains("nothing listens on this port"))
        #expect(try CommandLineTool(["status"], in: folder.path).output.contains("never collected"))
    }
}
