import Foundation
import Testing

@Suite("The commands about keys")
struct StoreKeyCommandTests {
    private func workspace() throws -> ScratchFolder {
        let folder = try ScratchFolder()
        #expect(try CommandLineTool(["init", "."], in: folder.path).status == 0)
        return folder
    }

    private func keys(_ folder: ScratchFolder) throws -> [String: Data] {
        var keys: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path + "/var/keys")
        where name.hasSuffix(".key") {
            keys[name] = try Data(contentsOf: URL(filePath: folder.path + "/var/keys/" + name))
        }
        return keys
    }

    @Test("a run warns until the key was exported; the exported text brings every key back")
    func wholeLife() throws {
        let folder = try workspace()
        let safe = try ScratchFolder()
        let inside = try CommandLineTool(["store", "export-key", "safe.key"], in: folder.path)
        #expect(inside.status == 64 && inside.errors.contains("in the workspace itself"), "\(inside)")
        let before = try keys(folder)
        #expect(before.count == 2 && before["fingerprint.key"] != nil)
        let warned = try CommandLineTool(["run", "--format", "json"], in: folder.path)
        #expect((warned.output + warned.errors).contains("store export-key FILE"), "\(warned)")
        let exported = try CommandLineTool(
            ["store", "export-key", safe.path + "/safe.key", "--format", "json"], in: folder.path)
        #expect(exported.status == 0, "\(exported)")
        let schema = try CommandLineTool(["schema", "store-export-key"], in: folder.path).output
        try JSONCheck.check(exported.output, against: schema, called: "store-export-key")
        for name in ["safe.key", "safe.key.txt"] {
            let mode = try FileManager.default.attributesOfItem(atPath: safe.path + "/" + name)[.posixPermissions]
            #expect(mode as? Int == 0o600, "\(name)")
        }
        let quiet = try CommandLineTool(["run", "--format", "json"], in: folder.path)
        #expect(!(quiet.output + quiet.errors).contains("export-key"), "\(quiet)")
        let again = try CommandLineTool(["store", "export-key", safe.path + "/safe.key"], in: folder.path)
        #expect(again.status == 64 && again.errors.contains("there is a file already"))

        try FileManager.default.removeItem(atPath: folder.path + "/var/keys")
        let back = try CommandLineTool(["store", "import-key", safe.path + "/safe.key.txt"], in: folder.path)
        #expect(back.status == 0 && back.output.contains("fingerprint: its key is in place"), "\(back)")
        #expect(try keys(folder) == before)
        let log = try String(contentsOfFile: folder.path + "/var/audit.jsonl", encoding: .utf8)
        #expect(log.contains("store export-key") && log.contains("store import-key"))
        let text = try String(contentsOfFile: safe.path + "/safe.key.txt", encoding: .utf8)
        for line in text.split(separator: "\n") where line.first?.isNumber == true {
            #expect(!log.contains(line.split(separator: " ")[1]), "a part of a key is in the audit log")
        }
    }

    @Test("what is no key of this store is refused as wrong usage and changes nothing")
    func refused() throws {
        let folder = try workspace()
        let other = try workspace()
        let before = try keys(folder)
        let safe = try ScratchFolder()
        let place = safe.path + "/other.key"
        #expect(try CommandLineTool(["store", "export-key", place], in: other.path).status == 0)
        try folder.write("no key\n", to: "text.txt")
        let bad = [
            (place, "was encrypted with this key"), ("text.txt", "neither a key file"),
            ("nowhere", "cannot be read"),
        ]
        for (file, reason) in bad {
            let result = try CommandLineTool(["store", "import-key", file], in: folder.path)
            #expect(result.status != 0 && result.errors.contains(reason), "\(file): \(result)")
        }
        #expect(try CommandLineTool(["store", "export-key"], in: folder.path).status == 64)
        #expect(
            try CommandLineTool(
                ["store", "export-key", safe.path + "/x.key", "--repository", "collected-1999"], in: folder.path
            )
            .errors.contains("there is no encrypted repository"))
        #expect(try keys(folder) == before)
    }
}
