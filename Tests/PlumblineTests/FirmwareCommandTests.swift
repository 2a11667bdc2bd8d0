import Foundation
import Testing

@Suite("The commands about firmware")
struct FirmwareCommandTests {
    private func workspace() throws -> ScratchFolder {
        let folder = try ScratchFolder()
        #expect(try CommandLineTool(["init", "."], in: folder.path).status == 0)
        try folder.write("an image\n", to: "one.bin")
        return folder
    }

    private static let otherDigest = "9bf4ae3b16f0fcbe9f8cf5a13bc4d8fa9ecdf5d0a9a7eb7a5d4a4ed36f0aafc1"

    private func add(_ file: String, _ more: String..., in folder: ScratchFolder) throws -> CommandLineTool {
        try CommandLineTool(
            ["firmware", "add", file, "--platform", "cisco_ios", "--version", "15.2(7)E3"] + more, in: folder.path)
    }

    @Test("an image is added, listed, verified, and its JSON is as the schemas say")
    func wholeLife() throws {
        let folder = try workspace()
        let empty = try CommandLineTool(["firmware", "list"], in: folder.path)
        #expect(empty.status == 0 && empty.output.contains("the vault is empty"))
        #expect(try add("one.bin", "--sha256", Self.otherDigest, in: folder).status == 3)
        let added = try add("one.bin", "--note", "from the vendor", in: folder)
        #expect(added.status == 0 && added.output.contains("no digest was given"), "\(added)")
        #expect(try add("one.bin", in: folder).output.contains("was in the vault already"))
        try folder.write("another\n", to: "one.bin")
        let other = try add("one.bin", in: folder)
        #expect(other.status == 64 && other.errors.contains("--replace"), "\(other)")
        #expect(try add("one.bin", "--replace", in: folder).output.contains("history keeps it"))
        #expect(try CommandLineTool(["firmware", "verify"], in: folder.path).output.contains("2 images"))
        for (command, name) in [("list", "firmware-list"), ("verify", "firmware-verify")] {
            let result = try CommandLineTool(["firmware", command, "--format", "json"], in: folder.path)
            let schema = try CommandLineTool(["schema", name], in: folder.path).output
            #expect(result.status == 0)
            try JSONCheck.check(result.output, against: schema, called: name)
        }
        let again = try add("one.bin", "--format", "json", in: folder)
        let schema = try CommandLineTool(["schema", "firmware-add"], in: folder.path).output
        try JSONCheck.check(again.output, against: schema, called: "firmware-add")

        let objects = try #require(FileManager.default.enumerator(atPath: folder.path + "/var/store.git/lfs/objects"))
        for case let name as String in objects where name.count > 64 {
            let path = folder.path + "/var/store.git/lfs/objects/" + name
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            try Data("anotheR\n".utf8).write(to: URL(filePath: path))
        }
        let damaged = try CommandLineTool(["firmware", "verify", "version:15*"], in: folder.path)
        #expect(damaged.status == 3 && damaged.output.contains("damaged") && damaged.output.contains("one.bin"))
        #expect(try CommandLineTool(["firmware", "verify", "nothing*"], in: folder.path).status == 64)
    }

    @Test("what is no image is refused as wrong usage, with the reason, and nothing is stored")
    func refused() throws {
        let folder = try workspace()
        try folder.write("", to: "empty.bin")
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/link.bin", withDestinationPath: "one.bin")
        #expect(mkfifo(folder.path + "/pipe.bin", 0o600) == 0)
        for (file, reason) in [
            ("empty.bin", "empty"), ("link.bin", "symbolic link"), ("pipe.bin", "no regular file"), (".", "folder"),
            ("none.bin", "no such file"), ("/dev/zero", "no regular file"), ("one.bin/x", "Not a directory"),
        ] {
            let result = try add(file, in: folder)
            #expect(result.status == 64 && result.errors.contains(reason), "\(file): \(result)")
        }
        // Standard input, which has no name and here no bytes.
        #expect(try add("-", in: folder).errors.contains("--name"))
        #expect(try add("-", "--name", "x", in: folder).errors.contains("empty"))
        #expect(try add("one.bin", "--md5", "123", in: folder).errors.contains("32 hexadecimal digits"))
        let unknown = try CommandLineTool(
            ["firmware", "add", "one.bin", "--platform", "cisco_oss", "--version", "1"], in: folder.path)
        #expect(unknown.status == 64 && unknown.errors.contains("platform list"))
        #expect(try CommandLineTool(["firmware", "pull", "no-such-device"], in: folder.path).status == 64)
        #expect(try CommandLineTool(["firmware", "list"], in: folder.path).output.contains("the vault is empty"))
    }
}
