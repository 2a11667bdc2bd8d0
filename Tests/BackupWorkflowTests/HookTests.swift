import ConfigModel
import DeviceInventory
import Foundation
import SnapshotStore
import Testing

@testable import BackupWorkflow

@Suite("Hooks", .serialized)
struct HookTests {
    private static let config = "version 15.2\nhostname a\ninterface Gi0/1\n description ward\nend\n"

    /// Devices whose texts a program prints from files in `texts/`.
    private func hospital(_ ids: [String] = ["a", "b"], settings: String = "hookTimeout: 3s") async throws
        -> TestHospital
    {
        let hospital = try await TestHospital(
            [], settings: "timeout: 20s\n" + settings, files: ["fetch": "#!/bin/sh\ncat texts/$PLUMBLINE_DEVICE\n"])
        let devices = ids.map {
            "  - { id: \($0), platform: cisco_ios, owner: \"\($0)@hospital.example\", method: { command: [./fetch] } }\n"
        }
        try hospital.folder.write("group: ward\ndevices:\n" + devices.joined(), to: "Inventory/groups/ward.yaml")
        for id in ids { try hospital.folder.write(Self.config, to: "texts/\(id)") }
        for path in ["", "/fetch"] { chmod(hospital.root + path, 0o755) }
        return hospital
    }

    private func hook(_ script: String, _ place: String, in hospital: TestHospital, mode: mode_t = 0o755) throws {
        try hospital.folder.write("#!/bin/sh\n" + script + "\n", to: "Hooks/" + place)
        let folder = URL(filePath: hospital.root + "/Hooks/" + place).deletingLastPathComponent().path
        chmod(folder, 0o755)
        chmod(hospital.root + "/Hooks", 0o755)
        chmod(hospital.root + "/Hooks/" + place, mode)
    }

    private func shipped(_ name: String, as place: String, in hospital: TestHospital) throws {
        let source = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Hooks/shipped/\(name)")
        try hook(try String(contentsOf: source, encoding: .utf8), place, in: hospital)
    }

    private func text(_ name: String, in hospital: TestHospital) -> String {
        (try? String(contentsOfFile: hospital.root + "/" + name, encoding: .utf8)) ?? ""
    }

    private static let recorder =
        "cat >> log.jsonl; echo \"$PLUMBLINE_EVENT $PLUMBLINE_DEVICE $PLUMBLINE_VERSION\" >> log"

    @Test(
        "a run tells what is so now and was not before: once, with CloudEvents documents that hold no text of a device")
    func events() async throws {
        let hospital = try await hospital()
        for kind in HookEvent.Kind.allCases where kind != .beforeCollect {
            try hook(Self.recorder, "\(kind.rawValue).d/10-log", in: hospital)
        }
        func told() throws -> [String] {
            defer { try? FileManager.default.removeItem(atPath: hospital.root + "/log") }
            return text("log", in: hospital).split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
                .sorted()
        }
        let first = try await hospital.run()
        #expect(first.hooks.isEmpty, "\(first.hooks)")
        #expect(try told() == ["config-changed a 1", "config-changed b 1", "run-finished"])
        try await hospital.approveAll()

        #expect(try await hospital.run().exit == .clean)
        #expect(try told() == ["run-finished"])

        try hospital.folder.write(Self.config.replacing("ward", with: "pharmacy"), to: "texts/a")
        _ = try await hospital.run()
        #expect(try told() == ["config-changed a 2", "drift-detected a 2", "run-finished"])
        _ = try await hospital.run()
        #expect(try told() == ["run-finished"])

        try hospital.folder.write(Self.config, to: "texts/a")
        try FileManager.default.removeItem(atPath: hospital.root + "/texts/b")
        _ = try await hospital.run()
        #expect(try told() == ["config-changed a 3", "device-failed b 1", "drift-cleared a 3", "run-finished"])
        try hospital.folder.write("hostname b\n", to: "texts/b")
        _ = try await hospital.run()
        #expect(try told() == ["quarantined b 1", "run-finished"])
        try hospital.folder.write(Self.config, to: "texts/b")
        _ = try await hospital.run()
        #expect(try told() == ["device-recovered b 1", "run-finished"])

        let documents = text("log.jsonl", in: hospital)
        #expect(!documents.contains("pharmacy"))
        for line in documents.split(separator: "\n") {
            let event = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(event["specversion"] as? String == "1.0")
            #expect((event["type"] as? String)?.hasPrefix("org.plumbline.") == true)
            #expect(event["source"] as? String == "/plumbline/test")
            #expect((event["id"] as? String)?.count == 36 && event["data"] is [String: Any])
        }
    }

    @Test(
        "a hook that hangs, forks, prints without end, fails or is not read from is told, and stops nothing",
        arguments: [
            ("sleep 100", "it took longer"), ("sleep 100 & sleep 100 & exit 3", "it ended with 3"),
            ("yes", "it took longer"), ("head -c 1000000000 /dev/zero; exit 4", "it ended with 4"),
            ("exec <&-; exit 0", nil), ("kill -9 $$", "it ended with 137"), ("sleep 100 &", nil),
            ("echo done; echo more >&2", nil),
        ] as [(String, String?)])
    func bad(script: String, fault: String?) async throws {
        let hospital = try await hospital(["a"])
        try hook(script, "run-finished.d/10-bad", in: hospital)
        try hook("echo after > after", "run-finished.d/20-good", in: hospital)
        let start = ContinuousClock.now
        let report = try await hospital.run()
        #expect(ContinuousClock.now - start < .seconds(20))
        #expect(report.rows.map(\.outcome) == [.new])
        let result = report.hooks.first { $0.hook == "10-bad" }
        if let fault {
            #expect(result?.fault?.contains(fault) == true, "\(report.hooks)")
        } else {
            #expect(result?.fault == nil, "\(report.hooks)")
        }
        #expect((result?.output.utf8.count ?? 0) < 10_000)
        #expect(text("after", in: hospital) == "after\n")
    }

    @Test("what others could have changed is not run, and said to be so", arguments: [0o777, 0o775, 0o644] as [mode_t])
    func modes(mode: mode_t) async throws {
        let hospital = try await hospital(["a"])
        try hook("touch ran", "run-finished.d/10-open", in: hospital, mode: mode)
        let report = try await hospital.run()
        #expect(report.hooks.first?.fault?.hasPrefix("not run: ") == true, "\(report.hooks)")
        #expect(!FileManager.default.fileExists(atPath: hospital.root + "/ran"))
    }

    @Test("a folder that others may write to, or of no event, is told")
    func folders() async throws {
        let hospital = try await hospital(["a"])
        try hook("touch ran", "run-finished.d/10-x", in: hospital)
        try hook("true", "run-finish.d/10-x", in: hospital)
        chmod(hospital.root + "/Hooks/run-finished.d", 0o777)
        let folder = HookFolder(workspace: hospital.root)
        #expect(folder.hooks(for: .runFinished).first?.objection?.contains("others may write") == true)
        try hook("true", "device_failed/10-x", in: hospital)
        #expect(folder.unknownFolders() == ["device_failed", "run-finish.d"])
    }

    @Test(
        "before a device is contacted hooks are asked: 75 and any failure leave it alone, and the other devices go on",
        arguments: [
            ("exit 75", "says no: patient on table"), ("sleep 100", "could not be asked"),
            ("exit 1", "could not be asked"),
        ])
    func veto(script: String, reason: String) async throws {
        let hospital = try await hospital()
        try hook(
            "echo patient on table\ntest $PLUMBLINE_DEVICE != a || { touch asked; \(script); }",
            "before-collect.d/10-or",
            in: hospital)
        try hook("touch deferred-$PLUMBLINE_DEVICE", "device-deferred.d/10-x", in: hospital)
        let report = try await hospital.run()
        let row = try #require(report.row("a"))
        #expect(row.outcome == .deferred && row.message?.contains(reason) == true, "\(row)")
        #expect(report.row("b")?.outcome == .new)
        #expect(FileManager.default.fileExists(atPath: hospital.root + "/deferred-a"))
    }

    @Test("a folder of hooks that cannot be read may hold a veto: the devices are left alone")
    func unreadable() async throws {
        let hospital = try await hospital(["a"])
        // Not a folder at all: root may read every folder.
        try hospital.folder.write("x", to: "Hooks/before-collect.d")
        let report = try await hospital.run()
        #expect(report.rows.map(\.outcome) == [.deferred], "\(report.rows)")
        #expect(HookFolder(workspace: hospital.root).hooks(for: .beforeCollect).first?.objection != nil)
    }

    @Test("variables with the secrets of credentials are kept from hooks; a link into an open folder is not run")
    func withheld() async throws {
        let hospital = try await hospital(["a"])
        try hook("echo \"[$PASSWORD]\" > seen; printenv HOME >> seen || true", "run-finished.d/10-env", in: hospital)
        setenv("PASSWORD", "correct-horse", 1)
        defer { unsetenv("PASSWORD") }
        try hook("touch linked", "elsewhere/x", in: hospital)
        chmod(hospital.root + "/Hooks/elsewhere", 0o777)
        try FileManager.default.createSymbolicLink(
            atPath: hospital.root + "/Hooks/run-finished.d/20-link", withDestinationPath: "../elsewhere/x")
        let report = try await hospital.run()
        #expect(text("seen", in: hospital).hasPrefix("[]\n"))
        #expect(report.hooks.map(\.hook) == ["20-link"] && report.hooks[0].fault?.contains("others may write") == true)
        #expect(!FileManager.default.fileExists(atPath: hospital.root + "/linked"))
    }

    // MARK: Shipped

    @Test("the mail hook writes to each owner who has something to read, and to nobody else")
    func mail() async throws {
        let hospital = try await hospital()
        _ = try await hospital.run()
        try await hospital.approveAll()
        // The program that runs is the test; the hook asks the real one.
        let built = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "plumbline")
            .path
        try shipped("mail", as: "run-finished.d/mail.disabled", in: hospital)
        try hook(
            "PLUMBLINE_PROGRAM='\(built)'; export PLUMBLINE_PROGRAM\nexec \"$PLUMBLINE_ROOT/Hooks/run-finished.d/mail.disabled\"",
            "run-finished.d/50-mail", in: hospital)
        try hook("cat >> \"$PLUMBLINE_ROOT/sent\"", "sendmail", in: hospital)
        try hospital.folder.write(
            "from=plumbline@hospital.example\nsendmail=\"$PLUMBLINE_ROOT/Hooks/sendmail\"\ndiffs=yes\n",
            to: "Hooks/mail.conf")
        let quiet = try await hospital.run()
        #expect(quiet.hooks == [])
        #expect(text("sent", in: hospital) == "")
        try hospital.folder.write(Self.config.replacing("ward", with: "pharmacy"), to: "texts/a")
        let report = try await hospital.run()
        #expect(report.hooks == [], "\(report.hooks)")
        let sent = text("sent", in: hospital)
        #expect(sent.hasPrefix("From: plumbline@hospital.example\nTo: a@hospital.example\n"), "\(sent)")
        #expect(sent.contains("Subject: [plumbline test] 1 drifted, 1 changed\n"))
        #expect(sent.contains("+ description pharmacy") && !sent.contains("b@hospital.example"))
    }

    @Test("the hook for syslog says what has happened, in one line, with a level")
    func syslog() async throws {
        let hospital = try await hospital(["a"])
        try shipped("syslog", as: "config-changed.d/50-syslog", in: hospital)
        try hook("printf '%s|' \"$@\" >> \"$PLUMBLINE_ROOT/logged\"", "bin/logger", in: hospital)
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let runner = HookRunner(try hospital.workspace())
        var event = HookEvent(
            testing: .configChanged, device: try hospital.workspace().inventory.devices[0], state: "/none")
        event.details.message = "line one\nline two"
        setenv("PATH", hospital.root + "/Hooks/bin:" + path, 1)
        let results = await runner.run([event])
        setenv("PATH", path, 1)
        #expect(results.map(\.fault) == [nil])
        #expect(
            text("logged", in: hospital)
                == "-t|plumbline|-p|daemon.notice|--|test config-changed a: line one\\u{a}line two|")
    }

    @Test("scripts for Oxidized find its variables, and their failure is told")
    func oxidized() async throws {
        let hospital = try await hospital(["a"])
        try shipped("oxidized", as: "config-changed.d/50-oxidized", in: hospital)
        try hook(
            "echo $OX_EVENT $OX_NODE_NAME $OX_NODE_MODEL $OX_JOB_STATUS ${#OX_REPO_COMMITREF} > \"$OX_REPO_NAME/../../ox\"",
            "oxidized/one", in: hospital)
        let report = try await hospital.run()
        #expect(report.hooks == [], "\(report.hooks)")
        #expect(text("ox", in: hospital) == "post_store a cisco_ios success 40\n")
        try hook("exit 7", "oxidized/two", in: hospital)
        try hospital.folder.write(Self.config.replacing("ward", with: "x"), to: "texts/a")
        let failed = try await hospital.run()
        #expect(failed.hooks.first?.output.contains("ended with 7") == true && failed.hooks.first?.status == 1)
    }

    @Test("the webhook posts the document with its token, which stands in no argument list, and tells of refusals")
    func webhook() async throws {
        let hospital = try await hospital(["a"])
        let server = Process()
        server.executableURL = URL(filePath: "/usr/bin/python3")
        // It holds no pipe of the test's, and ends by itself.
        server.standardOutput = FileHandle.nullDevice
        server.standardError = FileHandle.nullDevice
        server.arguments = [
            "-c",
            """
            import http.server, os, threading
            threading.Timer(60, lambda: os._exit(0)).start()
            class Answer(http.server.BaseHTTPRequestHandler):
                def do_POST(self):
                    body = self.rfile.read(int(self.headers['Content-Length']))
                    good = self.headers['Authorization'] == 'Bearer s3cret-token'
                    open('posted', 'ab').write(self.headers['Content-Type'].encode() + b' ' + body)
                    self.send_response(204 if good else 403); self.end_headers()
                def log_message(self, *words): pass
            server = http.server.HTTPServer(('127.0.0.1', 0), Answer)
            open('port', 'w').write(f'{server.server_address[1]} ')
            server.serve_forever()
            """,
        ]
        server.currentDirectoryURL = URL(filePath: hospital.root)
        try server.run()
        defer { server.terminate() }
        var port = ""
        for _ in 0..<200 where !port.hasSuffix(" ") {
            try await Task.sleep(for: .milliseconds(25))
            port = text("port", in: hospital)
        }
        try shipped("webhook", as: "config-changed.d/50-webhook", in: hospital)
        try hospital.folder.write("s3cret-token\n", to: "token")
        chmod(hospital.root + "/token", 0o600)
        try hospital.folder.write(
            "url=http://127.0.0.1:\(port.dropLast())/hook\ntoken_file=\"$PLUMBLINE_ROOT/token\"\n",
            to: "Hooks/webhook.conf")
        let report = try await hospital.run()
        #expect(report.hooks == [], "\(report.hooks)")
        #expect(text("posted", in: hospital).hasPrefix("application/cloudevents+json {\"data\":"))
        for (mode, token, word) in [(0o644, "s3cret-token", "chmod 600"), (0o600, "wrong-token", "403")]
            as [(mode_t, String, String)]
        {
            try hospital.folder.write(token, to: "token")
            chmod(hospital.root + "/token", mode)
            try hospital.folder.write(Self.config.replacing("ward", with: word), to: "texts/a")
            let failed = try await hospital.run()
            #expect(failed.hooks.first?.output.contains(word) == true, "\(failed.hooks)")
            #expect(failed.hooks.first?.output.contains(token) == false)
        }
    }
}
