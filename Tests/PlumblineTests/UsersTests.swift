import Foundation
import Testing

/// Several users of one machine. Needs root, to be others.
@Suite("Owner, group and strangers", .enabled(if: geteuid() == 0))
struct UsersTests {
    /// The workspace belongs to the first; the second is in its group, the third is not.
    private static let owner = 61_001
    private static let reader = 61_002
    private static let stranger = 61_003
    private static let group = 61_009

    private struct Answer {
        var status: Int32
        var text: String
    }

    private func plumbline(_ words: String..., user: Int, in folder: ScratchFolder) throws -> Answer {
        let group = user == Self.stranger ? user : Self.group
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/setpriv")
        process.arguments =
            ["--reuid=\(user)", "--regid=\(group)", "--clear-groups", folder.path + "/plumbline", "-C"]
            + [folder.path + "/hospital"] + words
        process.currentDirectoryURL = URL(filePath: "/")
        process.environment = ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "CI": "1"]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Answer(status: process.terminationStatus, text: String(decoding: data, as: UTF8.self))
    }

    private func shell(_ script: String, in folder: ScratchFolder) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-ec", script]
        process.currentDirectoryURL = URL(filePath: folder.path)
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(script)")
        return String(decoding: data, as: UTF8.self)
    }

    /// A workspace of the owner with a version of one device, imported from a history of RANCID.
    private func hospital(shared: Bool) throws -> ScratchFolder {
        let folder = try ScratchFolder()
        let built = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().path
        _ = try shell(
            """
            chmod 755 . && cp \(built)/plumbline . && mkdir -m 750 hospital rancid && chown \(Self.owner):\(Self.group) hospital
            git init -q rancid && mkdir rancid/configs && printf 'hostname sw-1\\nend\\n' > rancid/configs/sw-1
            git -C rancid add . && git -C rancid -c user.name=r -c user.email=r@x commit -qm one
            chown -R \(Self.owner):\(Self.group) rancid
            """, in: folder)
        #expect(try plumbline("init", ".", user: Self.owner, in: folder).status == 0)
        try folder.write(
            "group: ward\ndevices:\n  - { id: sw-1, address: 127.0.0.1, port: 1, platform: cisco_ios, credential: c }\n",
            to: "hospital/Inventory/groups/example.yaml")
        try folder.write(
            "credentials:\n  c: { user: x, password: \"env:P\" }\n", to: "hospital/Inventory/credentials.yaml")
        _ = try shell("chown -R \(Self.owner):\(Self.group) hospital", in: folder)
        if shared { _ = try shell("chmod 2750 hospital/var", in: folder) }
        let imported = try plumbline("store", "import", "rancid", folder.path + "/rancid", user: Self.owner, in: folder)
        #expect(imported.status == 0, "\(imported)")
        return folder
    }

    private func state(_ folder: ScratchFolder) throws -> String {
        try shell("cd hospital && find . -type f ! -name '*-shm' -printf '%p %s %U:%G %m\\n' | sort", in: folder)
    }

    @Test(
        "whoever is not the owner of var/ is refused before anything is written, root too, and told what to do",
        arguments: [0, 61_002, 61_003])
    func writers(user: Int) throws {
        let folder = try hospital(shared: true)
        _ = try shell("chmod -R o+rX hospital", in: folder)
        let before = try state(folder)
        for words in [
            ["run"], ["store", "import", "rancid", folder.path + "/rancid"], ["init", "."],
            ["store", "export-key", "/tmp/never.key"],
        ] {
            let answer: Answer
            switch words.count {
            case 1: answer = try plumbline(words[0], user: user, in: folder)
            case 2: answer = try plumbline(words[0], words[1], user: user, in: folder)
            case 3: answer = try plumbline(words[0], words[1], words[2], user: user, in: folder)
            default: answer = try plumbline(words[0], words[1], words[2], words[3], user: user, in: folder)
            }
            #expect(answer.status != 0, "\(words): \(answer)")
            #expect(answer.text.contains("sudo -u"), "\(words): \(answer)")
        }
        #expect(try state(folder) == before)
    }

    @Test("members of the group read what the owner has opened, beside a writer and after it; keys stay the owner's")
    func readers() throws {
        let folder = try hospital(shared: true)
        for words in [["status"], ["drift"]] {
            let answer = try plumbline(words[0], user: Self.reader, in: folder)
            #expect(answer.text.contains("sw-1") && !answer.text.contains("notice:"), "\(words): \(answer)")
        }
        let history = try plumbline("history", "sw-1", user: Self.reader, in: folder)
        #expect(
            history.status == 0 && history.text.contains("sw-1@1") && !history.text.contains("notice:"), "\(history)")
        let shown = try plumbline("show", "sw-1", user: Self.reader, in: folder)
        #expect(shown.status == 0 && shown.text.contains("hostname sw-1"), "\(shown)")
        let found = try plumbline("search", "hostname", user: Self.reader, in: folder)
        #expect(found.status == 0, "\(found)")
        let exact = try plumbline("show", "sw-1", "--collected", user: Self.reader, in: folder)
        #expect(exact.status != 0 && exact.text.contains("key"), "\(exact)")
        let verified = try plumbline("store", "verify", user: Self.reader, in: folder)
        #expect(verified.status == 0 && verified.text.contains("not looked at"), "\(verified)")
        let whole = try plumbline("store", "verify", user: Self.owner, in: folder)
        #expect(whole.status == 0 && !whole.text.contains("not looked at"), "\(whole)")
        // A new version by the owner, then the reader again.
        _ = try shell(
            """
            printf 'hostname sw-1\\nntp server 1.2.3.4\\nend\\n' > rancid/configs/sw-1
            setpriv --reuid=\(Self.owner) --regid=\(Self.group) --clear-groups \
                git -C rancid -c user.name=r -c user.email=r@x commit -qam two
            """, in: folder)
        let again = try plumbline("store", "import", "rancid", folder.path + "/rancid", user: Self.owner, in: folder)
        #expect(again.status == 0, "\(again)")
        let newer = try plumbline("history", "sw-1", user: Self.reader, in: folder)
        #expect(newer.text.contains("sw-1@2") && !newer.text.contains("notice:"), "\(newer)")
        let diff = try plumbline("diff", "sw-1@1", "sw-1@2", user: Self.reader, in: folder)
        #expect(diff.status == 1 && diff.text.contains("ntp server"), "\(diff)")
        let modes = try shell(
            "stat -c %a hospital/var/keys hospital/var/keys/*.key hospital/var/audit.jsonl", in: folder)
        for mode in modes.split(separator: "\n") { #expect(mode.hasSuffix("00"), "\(modes)") }
        let stranger = try plumbline("history", "sw-1", user: Self.stranger, in: folder)
        #expect(stranger.status != 0 && !stranger.text.contains("sw-1@"), "\(stranger)")
    }

    @Test("what the owner has not opened stays closed to the group")
    func closed() throws {
        let folder = try hospital(shared: false)
        let answer = try plumbline("history", "sw-1", user: Self.reader, in: folder)
        #expect(answer.status != 0 && !answer.text.contains("sw-1@1"), "\(answer)")
        #expect(try plumbline("history", "sw-1", user: Self.owner, in: folder).status == 0)
    }
}
