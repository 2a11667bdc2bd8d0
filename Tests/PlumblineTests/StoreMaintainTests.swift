import Foundation
import Testing

@Suite("The command that packs")
struct StoreMaintainTests {
    /// A workspace whose repositories have something to pack.
    private func workspace() throws -> ScratchFolder {
        let folder = try ScratchFolder()
        #expect(try CommandLineTool(["init", "."], in: folder.path).status == 0)
        for repository in ["store.git", "collected-\(Calendar.current.component(.year, from: Date())).git"] {
            try folder.shell(
                """
                for n in $(seq 300); do echo "text $n" | git hash-object -w --stdin; done > /dev/null
                tree=$(git hash-object -w -t tree /dev/null)
                git update-ref refs/heads/side $(git -c user.name=x -c user.email=x@y commit-tree $tree -m x)
                """, in: "\(folder.path)/var/\(repository)")
        }
        return folder
    }

    private func files(_ repository: String) throws -> (loose: Int, packs: Int) {
        let names = try FileManager.default.subpathsOfDirectory(atPath: repository + "/objects")
        return (
            names.count { $0.range(of: "^../.{38}$", options: .regularExpression) != nil },
            names.count { $0.hasSuffix(".pack") }
        )
    }

    @Test(
        "everything is packed, unreferenced objects too, and the store is as whole as before", arguments: [false, true])
    func packing(isFull: Bool) throws {
        let folder = try workspace()
        let store = folder.path + "/var/store.git"
        let before = try folder.shell("git cat-file --batch-all-objects --batch-check | sort", in: store)
        #expect(try files(store).loose > 300)
        let result = try CommandLineTool(
            ["store", "maintain", "--format", "json"] + (isFull ? ["--full"] : []), in: folder.path)
        #expect(result.status == 0, "\(result)")
        let schema = try CommandLineTool(["schema", "store-maintain"], in: folder.path).output
        try JSONCheck.check(result.output, against: schema, called: "store-maintain")
        #expect(try files(store) == (0, 1))
        #expect(try folder.shell("git cat-file --batch-all-objects --batch-check | sort", in: store) == before)
        let verified = try CommandLineTool(["store", "verify"], in: folder.path)
        #expect(verified.status == 0 && verified.output.contains("all is as it was stored"), "\(verified)")
        // The same objects make the same pack, which must not go; and several become one.
        #expect(try CommandLineTool(["store", "maintain", "--full"], in: folder.path).status == 0)
        #expect(try files(store) == (0, 1))
        try folder.shell("echo more | git hash-object -w --stdin && git repack -q --geometric=2", in: store)
        #expect(try CommandLineTool(["store", "maintain", "--full"], in: folder.path).status == 0)
        #expect(try files(store) == (0, 1))
        #expect(
            try folder.shell("echo more | git hash-object --stdin | git cat-file --batch-check", in: store).contains(
                "blob 5"))
        // Nothing is left to do.
        #expect(try CommandLineTool(["store", "maintain"], in: folder.path).status == 0)
    }

    @Test("a run starts it past its threshold, and not before")
    func afterRun() throws {
        let folder = try workspace()
        let store = folder.path + "/var/store.git"
        #expect(try CommandLineTool(["run"], in: folder.path).status == 0)
        #expect(try files(store).packs == 0)
        try folder.shell(
            "seq 5000 | split -l 1 -a 4 - /tmp/plumbline-$$- && ls /tmp/plumbline-$$-* | git hash-object -w --stdin-paths >/dev/null; rm /tmp/plumbline-$$-*",
            in: store)
        #expect(try CommandLineTool(["run"], in: folder.path).status == 0)
        #expect(try files(store) == (0, 1))
    }

    @Test("git missing, and a folder that cannot be written, are a notice of the run and 3 of the command")
    func failing() throws {
        let folder = try workspace()
        let bin = folder.path + "/bin"
        try FileManager.default.createDirectory(atPath: bin, withIntermediateDirectories: true)
        let alone = ["PATH": bin]
        let missing = try CommandLineTool(["store", "maintain"], in: folder.path, environment: alone)
        #expect(missing.status == 3 && missing.errors.contains("'git' is not on this machine"), "\(missing)")
        try folder.write("#!/bin/sh\necho 'fatal: no space left on device' >&2; exit 128\n", to: "bin/git")
        #expect(chmod(bin + "/git", 0o755) == 0)
        let failed = try CommandLineTool(["store", "maintain"], in: folder.path, environment: alone)
        #expect(failed.status == 3 && failed.errors.contains("no space left"), "\(failed)")
        try folder.write("#!/bin/sh\nsleep 60\n", to: "bin/git")
        let slow = try CommandLineTool(
            ["store", "maintain", "--seconds", "1"], in: folder.path, environment: ["PATH": bin + ":/usr/bin:/bin"])
        #expect(slow.status == 3 && slow.errors.contains("had not ended"), "\(slow)")
    }
}
