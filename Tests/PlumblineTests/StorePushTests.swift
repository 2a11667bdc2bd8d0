import Foundation
import RealServers
import Testing

@Suite("Sending the store to its mirror", .serialized)
struct StorePushTests {
    private let year = Calendar(identifier: .gregorian).component(.year, from: Date())
    private var exact: String { "collected-\(year)" }

    /// A workspace with an image in its vault, and committed.
    private func workspace(_ settings: String = "") throws -> ScratchFolder {
        let folder = try ScratchFolder()
        #expect(try CommandLineTool(["init", "hospital"], in: folder.path).status == 0)
        try folder.write(
            "mirror: \(folder.path)/mirror\nonboarding: until 2099-01-01\n" + settings, to: "hospital/plumbline.yaml")
        try folder.write("an image\n", to: "one.bin")
        let added = try CommandLineTool(
            ["firmware", "add", "../one.bin", "--platform", "cisco_ios", "--version", "1"],
            in: folder.path + "/hospital")
        #expect(added.status == 0, "\(added)")
        try folder.shell(
            "git add -A && git -c user.name=x -c user.email=x@y commit -qm begin", in: folder.path + "/hospital")
        try FileManager.default.createDirectory(atPath: folder.path + "/mirror", withIntermediateDirectories: true)
        return folder
    }

    private func push(
        _ folder: ScratchFolder, _ more: String..., environment: [String: String] = [:]
    ) throws -> (status: Int32, outcomes: [String: String], text: String) {
        let result = try CommandLineTool(
            ["store", "push", "--format", "json"] + more, in: folder.path + "/hospital", environment: environment)
        let schema = try CommandLineTool(["schema", "store-push"], in: folder.path + "/hospital").output
        guard let report = try? JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any] else {
            return (result.status, [:], result.errors)
        }
        try JSONCheck.check(result.output, against: schema, called: "store-push")
        var outcomes: [String: String] = [:]
        for row in report["rows"] as? [[String: Any]] ?? [] {
            outcomes[row["repository"] as? String ?? ""] = row["outcome"] as? String
        }
        return (result.status, outcomes, result.output.replacingOccurrences(of: "\\/", with: "/") + result.errors)
    }

    private var allSent: [String: String] { ["store.git": "sent", "\(exact).git": "sent", "workspace": "sent"] }

    @Test("a folder gets everything: clones of it are what is here, the image and the exact bytes too")
    func folder() throws {
        let folder = try workspace()
        let first = try push(folder)
        #expect(first.status == 0 && first.outcomes == allSent, "\(first)")
        #expect(Set(try push(folder).outcomes.values) == ["current"])
        try folder.shell(
            """
            git clone -q mirror/store.git a; cmp one.bin a/firmware/cisco_ios/1/one.bin
            git clone -q mirror/\(exact).git b; cd b; git-crypt unlock ../hospital/var/keys/\(exact).key; cd ..
            git clone -q mirror/workspace.git c; cmp c/plumbline.yaml hospital/plumbline.yaml
            for n in store \(exact); do
                test "$(git -C mirror/$n.git rev-parse main)" = "$(git -C hospital/var/$n.git rev-parse main)"
            done
            """)
        try folder.write("# a note\n", to: "hospital/Inventory/notes.txt")
        let open = try push(folder)
        #expect(open.status == 0 && open.text.contains("of the workspace are not committed"), "\(open)")
        let log = try String(contentsOfFile: folder.path + "/hospital/var/audit.jsonl", encoding: .utf8)
        #expect(log.contains("store push"))
    }

    @Test(
        "a mirror with other commits stays as it is; one that refuses, lacks the folder or an image is told so: all 3")
    func unwilling() throws {
        let folder = try workspace()
        #expect(try push(folder).status == 0)
        let theirs = try folder.shell(
            """
            git clone -q mirror/workspace.git d && cd d && echo x > x && git add x
            git -c user.name=x -c user.email=x@y commit -qm theirs && git push -q origin HEAD && git rev-parse HEAD
            """)
        try folder.shell(
            "git -c user.name=x -c user.email=x@y commit -q --allow-empty -m ours", in: folder.path + "/hospital")
        let diverged = try push(folder)
        #expect(diverged.status == 3 && diverged.outcomes["workspace"] == "diverged", "\(diverged)")
        #expect(diverged.text.contains("Nothing was overwritten"))
        #expect(try folder.shell("git -C mirror/workspace.git rev-parse HEAD") == theirs)
        try folder.shell(
            "git -C hospital pull -q --rebase=false --no-edit ../mirror/workspace.git HEAD || git -C hospital merge -q FETCH_HEAD -m m"
        )

        try folder.write(
            "#!/bin/sh\necho 'main is protected here' >&2; exit 1\n", to: "mirror/workspace.git/hooks/pre-receive")
        #expect(chmod(folder.path + "/mirror/workspace.git/hooks/pre-receive", 0o755) == 0)
        let refused = try push(folder)
        #expect(refused.status == 3 && refused.outcomes["workspace"] == "refused", "\(refused)")
        #expect(refused.text.contains("main is protected here"))
        try FileManager.default.removeItem(atPath: folder.path + "/mirror/workspace.git/hooks/pre-receive")
        #expect(try push(folder).status == 0)

        // A mirror that drops what it took.
        try folder.write(
            "#!/bin/sh\nsleep 0; git update-ref refs/heads/main $(git rev-parse main~1)\n",
            to: "mirror/workspace.git/hooks/post-receive")
        #expect(chmod(folder.path + "/mirror/workspace.git/hooks/post-receive", 0o755) == 0)
        try folder.shell(
            "git -c user.name=x -c user.email=x@y commit -q --allow-empty -m more", in: folder.path + "/hospital")
        let dropped = try push(folder)
        #expect(dropped.status == 3 && dropped.outcomes["workspace"] == "failed", "\(dropped)")
        try folder.shell(
            "rm mirror/workspace.git/hooks/post-receive; git -C hospital push -q ../mirror/workspace.git HEAD:main")

        try folder.shell("find mirror/store.git/lfs -type f -exec truncate -s 3 {} +")
        let mended = try push(folder)
        #expect(mended.status == 0, "\(mended)")
        try folder.shell("find mirror/store.git/lfs -type f -size +3c | grep -q .")
        // What happens to the mirror does not happen to the store.
        #expect(try CommandLineTool(["firmware", "verify"], in: folder.path + "/hospital").status == 0)
        try folder.shell("rm -r mirror/store.git/lfs")
        #expect(try push(folder).status == 0)

        try folder.shell("find mirror/store.git/objects -type f -delete")
        let hollow = try push(folder)
        #expect(hollow.status == 3 && hollow.text.contains("not all that is behind them"), "\(hollow)")
        for inside in ["hospital", "hospital/var"] {
            try folder.write("mirror: \(folder.path)/\(inside)\n", to: "hospital/plumbline.yaml")
            let itself = try push(folder)
            #expect(itself.status == 64 && itself.text.contains("no second copy"), "\(itself)")
        }
        try folder.write("mirror: \(folder.path)/mirror\n", to: "hospital/plumbline.yaml")

        try folder.shell("mv mirror away")
        let gone = try push(folder)
        #expect(gone.status == 3 && Set(gone.outcomes.values) == ["unreachable"], "\(gone)")
        #expect(gone.text.contains("mirror is not there: mount it"))
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/mirror"))
    }

    @Test("exact bytes in clear are withheld until somebody says that they may go; no mirror is wrong usage")
    func clear() throws {
        let folder = try workspace()
        try folder.shell("rm -rf hospital/var; printf 'encryption: none\\n' >> hospital/plumbline.yaml")
        #expect(try CommandLineTool(["init", "."], in: folder.path + "/hospital").status == 0)
        // Something must be in it.
        try folder.shell(
            """
            git update-ref refs/heads/main $(git -c user.name=x -c user.email=x@y commit-tree \
            $(git hash-object -w -t tree /dev/null) -m x)
            """, in: folder.path + "/hospital/var/\(exact).git")
        let withheld = try push(folder)
        #expect(withheld.status == 3 && withheld.outcomes["\(exact).git"] == "withheld", "\(withheld)")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/mirror/\(exact).git"))
        let sent = try push(folder, "--include-unencrypted")
        #expect(sent.status == 0 && sent.outcomes["\(exact).git"] == "sent", "\(sent)")
        for bad in ["https://me:secret@backup/x", "relative/path", "ext::sh -c x", "http://backup/x", "-u"] {
            try folder.write("mirror: '\(bad)'\n", to: "hospital/plumbline.yaml")
            let result = try push(folder)
            #expect(result.status == 78 && !result.text.contains("secret@"), "\(bad): \(result)")
        }
        try folder.write("workspace: none\n", to: "hospital/plumbline.yaml")
        let none = try push(folder)
        #expect(none.status == 64 && none.text.contains("no mirror is set"), "\(none)")
    }

    @Test(
        "over SSH: a server without the repositories, then with them, then with an unknown host key",
        .enabled(if: RealSSHServer.isAvailable, "needs root for namespaces"))
    func ssh() async throws {
        let folder = try workspace()
        let pair = try KeyPair(type: "ed25519")
        try folder.write(pair.pem, to: "key")
        #expect(chmod(folder.path + "/key", 0o600) == 0)
        let server = try await RealSSHServer.openSSH(
            ServerConfiguration(accounts: [ServerAccount(name: "backup2", authorizedKeys: [pair.publicLine])]))
        let place = "ssh://backup2@127.0.0.1:\(server.port)\(folder.path)/remote/{repository}"
        try folder.write("mirror: '\(place)'\n", to: "hospital/plumbline.yaml")
        try folder.shell(
            "git add -A && git -c user.name=x -c user.email=x@y commit -qm ssh", in: folder.path + "/hospital")
        let key = try #require(server.hostKeys.first)
        try folder.write("[127.0.0.1]:\(server.port) \(key.type) \(key.base64)\n", to: "known")
        try folder.shell("rm -rf hospital/var && mkdir remote && chmod 777 remote && chmod 755 .")
        #expect(try CommandLineTool(["init", "."], in: folder.path + "/hospital").status == 0)
        func environment(_ known: String) -> [String: String] {
            [
                "GIT_SSH_COMMAND": "ssh -F none -o BatchMode=yes -o StrictHostKeyChecking=yes -i \(folder.path)/key "
                    + "-o UserKnownHostsFile=\(folder.path)/\(known)"
            ]
        }
        let missing = try push(folder, environment: environment("known"))
        #expect(missing.status == 3 && missing.outcomes["workspace"] == "unreachable", "\(missing)")
        #expect(missing.text.contains("git init --bare"), "\(missing)")
        try folder.shell("for n in store workspace \(exact); do git init -q --bare -b main remote/$n; done")
        #expect(try server.run(["/bin/chown", "-R", "backup2", folder.path + "/remote"]).status == 0)
        let sent = try push(folder, environment: environment("known"))
        #expect(sent.status == 0 && sent.outcomes["workspace"] == "sent", "\(sent)")
        #expect(
            try folder.shell("git --git-dir remote/workspace rev-parse main")
                == folder.shell("git -C hospital rev-parse main"))
        let unknown = try push(folder, environment: environment("nothing"))
        #expect(unknown.status == 3 && unknown.text.contains("host key"), "\(unknown)")
        server.stop()
    }
}
