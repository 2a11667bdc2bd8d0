import Foundation
import Testing

@Suite("The commands about offline kits", .enabled(if: access("/usr/bin/gpg", X_OK) == 0, "needs gpg"))
struct BundleCommandTests {
    private func workspace() throws -> ScratchFolder {
        let folder = try ScratchFolder()
        chmod(folder.path, 0o755)
        try folder.write("#!/bin/sh\nexec cat \"texts/$PLUMBLINE_DEVICE\"\n", to: "fetch")
        chmod(folder.path + "/fetch", 0o755)
        try folder.write(
            """
            version 15.2
            hostname sw-1
            service password-encryption
            username netadmin privilege 15 secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0
            interface GigabitEthernet0/1
             description bed 40
            snmp-server community s3cretro RO
            line vty 0 4
             transport input ssh
            end

            """, to: "texts/sw-1")
        try folder.write(
            "group: ward\ndevices:\n  - { id: sw-1, platform: cisco_ios, restoreOrder: 7, method: { command: [./fetch] } }\n"
                + "  - { id: sw-2, platform: cisco_ios, method: { command: [./fetch] } }\n",
            to: "Inventory/groups/ward.yaml")
        #expect(try CommandLineTool(["init", "."], in: folder.path).status == 0)
        let run = try CommandLineTool(["run", "sw-1"], in: folder.path)
        #expect(run.output.contains("1 new"), "\(run)")
        let approved = try CommandLineTool(["approve", "sw-1", "--by", "ada"], in: folder.path)
        #expect(approved.status == 0, "\(approved)")
        return folder
    }

    @Test("a kit is written and verified, in the workspace and away from it, and its JSON is as the schemas say")
    func wholeLife() throws {
        let folder = try workspace()
        let safe = try ScratchFolder()
        try safe.write("six words that nobody guesses\n", to: "passphrase")
        chmod(safe.path + "/passphrase", 0o600)
        let passphrase = ["--passphrase-file", safe.path + "/passphrase"]
        let one = try CommandLineTool(["bundle", "sw-1", "-o", safe.path + "/one.gpg"] + passphrase, in: folder.path)
        #expect(one.status == 0 && one.output.contains("gpg --decrypt"), "\(one)")
        let all = try CommandLineTool(
            ["bundle", "create", "-o", safe.path + "/all.gpg", "--format", "json", "--passphrase-file", "env:KIT"],
            in: folder.path, environment: ["KIT": "six words that nobody guesses"])
        #expect(all.status == 2 && all.output.contains("sw-2"), "\(all)")
        try JSONCheck.check(
            all.output, against: try CommandLineTool(["schema", "bundle-create"], in: folder.path).output,
            called: "bundle-create")
        let verified = try CommandLineTool(
            ["bundle", "verify", safe.path + "/one.gpg", "--format", "json"] + passphrase, in: folder.path)
        #expect(verified.status == 0, "\(verified)")
        try JSONCheck.check(
            verified.output, against: try CommandLineTool(["schema", "bundle-verify"], in: folder.path).output,
            called: "bundle-verify")
        let away = try CommandLineTool(["bundle", "verify", "one.gpg"] + passphrase, in: safe.path)
        #expect(away.status == 0 && away.output.contains("no workspace at hand"), "\(away)")
        let unasked = try CommandLineTool(["bundle", "verify", "one.gpg"], in: safe.path)
        #expect(unasked.status == 64 && unasked.errors.contains("--passphrase-file"), "\(unasked)")
        let noKit = try CommandLineTool(["bundle", "verify", "passphrase"] + passphrase, in: safe.path)
        #expect(noKit.status == 3, "\(noKit)")
        for tool in [one, all, verified, away] {
            #expect(
                !(tool.output + tool.errors).contains("s3cretro")
                    && !(tool.output + tool.errors).contains("nobody guesses"))
        }
    }

    @Test("a kit for a key of gpg opens with that key, and with no other home")
    func key() throws {
        let folder = try workspace()
        let safe = try ScratchFolder()
        let home = ["GNUPGHOME": safe.path + "/g"]
        let gpg = "export GNUPGHOME=\(safe.path)/g; "
        try safe.shell(
            gpg
                + "mkdir -m 700 g && gpg --batch --quiet --pinentry-mode loopback --passphrase '' --quick-gen-key ada@hospital.example"
        )
        defer { _ = try? safe.shell(gpg + "gpgconf --kill gpg-agent") }
        let fingerprint = try safe.shell(
            gpg + "gpg --batch --with-colons --list-keys | sed -n 's/^fpr:*\\([0-9A-F]*\\):/\\1/p' | head -n 1"
        )
        .trimmingCharacters(in: .whitespacesAndNewlines)
        let kit = safe.path + "/kit.gpg"
        let made = try CommandLineTool(
            ["bundle", "sw-1", "-o", kit, "--to", "gpg:" + fingerprint], in: folder.path, environment: home)
        #expect(made.status == 0, "\(made)")
        let opened = try CommandLineTool(["bundle", "verify", kit], in: folder.path, environment: home)
        #expect(opened.status == 0, "\(opened)")
        #expect(
            try safe.shell(gpg + "gpg --batch --quiet --decrypt kit.gpg | tar -tf -").contains(
                "devices/001-sw-1/running-config"))
        try FileManager.default.createDirectory(
            atPath: safe.path + "/h", withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        let other = try CommandLineTool(
            ["bundle", "verify", kit], in: folder.path, environment: ["GNUPGHOME": safe.path + "/h"])
        #expect(other.status == 3, "\(other)")
    }

    @Test(
        "a kit without a key, in clear without a reason, or with a passphrase that others may read is refused",
        arguments: [
            ([], "say to whom"), (["--clear"], "--reason"), (["--to", "rot13:x"], "--to takes"),
            (["--to", "age:age1x", "--gpg", "ada"], "two kits"), (["--passphrase-file", "open"], "others may read it"),
            (["--passphrase"], "terminal"),
        ] as [([String], String)])
    func refused(arguments: [String], word: String) throws {
        let folder = try workspace()
        try folder.write("six words that nobody guesses\n", to: "open")
        chmod(folder.path + "/open", 0o644)
        let safe = try ScratchFolder()
        let result = try CommandLineTool(["bundle", "sw-1", "-o", safe.path + "/kit"] + arguments, in: folder.path)
        #expect(result.status == 64 && result.errors.contains(word), "\(result)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: safe.path).isEmpty)
    }
}
