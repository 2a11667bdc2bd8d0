import Foundation
import Testing

@Suite("The commands about new keys and old repositories")
struct StoreRenewalTests {
    private let year = Calendar(identifier: .gregorian).component(.year, from: Date())

    @Test("rekey begins the next repository, retire archives the old one as a bundle that git and git-crypt open")
    func wholeLife() throws {
        let folder = try ScratchFolder()
        func tool(_ arguments: String...) throws -> CommandLineTool { try CommandLineTool(arguments, in: folder.path) }
        func fits(_ result: CommandLineTool, _ name: String) throws {
            try JSONCheck.check(result.output, against: try tool("schema", name).output, called: name)
        }
        #expect(try tool("init", ".").status == 0)
        let safe = try ScratchFolder()
        #expect(try tool("store", "export-key", safe.path + "/old.key").status == 0)
        let print = try Data(contentsOf: URL(filePath: folder.path + "/var/keys/fingerprint.key"))
        let current = try tool("store", "retire", "collected-\(year)", "--drop", "--reason", "x")
        #expect(current.status == 64 && current.errors.contains("runs write to it"), "\(current)")

        let rekeyed = try tool("store", "rekey", "--reason", "a laptop was lost", "--format", "json")
        #expect(rekeyed.status == 0, "\(rekeyed)")
        try fits(rekeyed, "store-rekey")
        #expect(rekeyed.errors.contains("export-key"), "\(rekeyed)")
        #expect(try Data(contentsOf: URL(filePath: folder.path + "/var/keys/fingerprint.key")) == print)

        for arguments in [["--archive", "nowhere", "--reason", "x"], ["--reason", "x"], ["--drop"]] {
            #expect(
                try CommandLineTool(["store", "retire", "collected-\(year)"] + arguments, in: folder.path).status == 64)
        }
        try folder.shell("mkdir safe")
        let retired = try tool(
            "store", "retire", "collected-\(year)", "--archive", "safe", "--reason", "age", "--format", "json")
        #expect(retired.status == 0, "\(retired)")
        try fits(retired, "store-retire")
        try folder.shell(
            """
            test ! -e var/collected-\(year).git
            git clone -q safe/collected-\(year).bundle opened && cd opened && git-crypt unlock \(safe.path)/old.key
            grep -q '"reason" : "age"' ../var/collected-\(year).git.retired
            grep -q "$(sha256sum < ../safe/collected-\(year).bundle | cut -c1-64)" ../var/collected-\(year).git.retired
            ls ../safe | grep -c . | grep -qx 1
            """)
        // The archive's key goes on to be exported, and can be brought back.
        #expect(try folder.shell("stat -c %a safe/*.bundle") == "600\n")
        let both = try tool("store", "export-key", safe.path + "/new.key", "--format", "json")
        #expect(both.status == 0 && both.output.contains("collected-\(year)\""), "\(both)")
        try folder.shell("rm var/keys/collected-\(year).key")
        let back = try tool("store", "import-key", safe.path + "/old.key")
        #expect(back.status == 0 && back.output.contains("collected-\(year): its key is in place"), "\(back)")
        let verified = try tool("store", "verify")
        #expect(verified.status == 0, "\(verified)")
        let log = try String(contentsOfFile: folder.path + "/var/audit.jsonl", encoding: .utf8)
        #expect(log.contains("a laptop was lost") && log.contains("store retire"))
    }

    @Test("approvals that cannot be read keep everything where it is")
    func unreadableApprovals() throws {
        let folder = try ScratchFolder()
        #expect(try CommandLineTool(["init", "."], in: folder.path).status == 0)
        #expect(try CommandLineTool(["store", "rekey"], in: folder.path).status == 0)
        try folder.write("sequence: [\n", to: "Baselines/approvals/2026-01-01-x-1.yaml")
        let result = try CommandLineTool(
            ["store", "retire", "collected-\(year)", "--drop", "--reason", "x"], in: folder.path)
        #expect(result.status == 3 && result.errors.contains("approvals cannot be read"), "\(result)")
        #expect(FileManager.default.fileExists(atPath: folder.path + "/var/collected-\(year).git"))
    }
}
