import DeviceLab
import Foundation
import Testing

@testable import BackupWorkflow

/// What a command does with devices, and how it is tried.
private struct CommandTrial {
    enum Manner {
        /// Run with each of these; `contacts` says that it must have spoken with a device.
        case run([[String]], contacts: Bool)
        /// Needs more than a process that is run to its end.
        case special
        /// The ones that may write.
        case writes
    }

    let command: String
    let manner: Manner

    static func apart(_ command: String, _ arguments: [String]...) -> CommandTrial {
        CommandTrial(command: command, manner: .run(arguments, contacts: false))
    }

    static func contacts(_ command: String, _ arguments: [String]...) -> CommandTrial {
        CommandTrial(command: command, manner: .run(arguments, contacts: true))
    }

    static func special(_ command: String) -> CommandTrial { CommandTrial(command: command, manner: .special) }
    static func writes(_ command: String) -> CommandTrial { CommandTrial(command: command, manner: .writes) }
}

extension CommandTrial {
    private static let (ios, junos, linux) = (MixedLab.ios, MixedLab.junos, MixedLab.linux)
    fileprivate static let kit = FileManager.default.temporaryDirectory.path + "/plumbline-kit-\(getpid()).tar"
    private static let three = MixedLab.all.joined(separator: ",")

    /// Every command, in an order in which each finds what it needs. A new one needs a line here: with arguments that make it speak
    /// to devices if it can.
    static let all: [CommandTrial] = [
        apart("init", ["other"]), apart("config", []), apart("schema", [], ["run"]),
        apart("inventory check", []), apart("inventory list", []),
        apart("inventory import", ["csv", "devices.csv", "--dry-run"]),
        apart("hostkey list", []), apart("hostkey forget", [ios, "--yes"]), contacts("hostkey enrol", [], ["--yes"]),
        contacts("run", ["--all"], ["--trace", ios], [], ["--outside-window", "--reason", "a test", three]),
        apart("run", ["--all", "--dry-run", "--commands"]),
        apart("approve", ["--adopt", three, "--by", "tester", "--reason", "a test"]),
        apart("approve", ["\(ios)@1", "--by", "tester"]),
        special("serve"),
        apart("collect", ["paper-1", "--from", "paper.cfg", "--taken", "2026-01-02", "--by", "tester"]),
        apart("status", []), apart("history", [ios], [junos]),
        apart("show", [ios], ["--collected", junos], ["--facts", linux]),
        apart("diff", [ios], ["\(linux)@1", "\(linux)@latest"]), apart("search", ["ward"]),
        apart("report", [], ["--runs"]), apart("drift", [], ["--each"]),
        apart("reject", [ios, "--by", "tester", "--reason", "a test"]), apart("review", []),
        apart("baseline list", []), apart("baseline verify", []), apart("baseline evidence", []),
        apart("baseline import", ["golden"]),
        apart("quarantine list", []), apart("quarantine show", [linux]),
        apart("quarantine accept", [linux, "--reason", "a test"]),
        apart("quarantine discard", [linux, "--reason", "a test"]),
        apart("credential list", []), apart("credential release", ["backup", "--reason", "a test"]),
        apart("firmware list", []), apart("firmware add", ["image.bin", "--platform", "linux", "--version", "1"]),
        contacts("firmware pull", [linux]), apart("firmware verify", []),
        apart("platform list", []), apart("platform show", ["cisco_ios"]),
        contacts("platform record", [ios, "--output", "session.yaml"], [junos], [linux]),
        apart("platform test", ["session.yaml", "--cuts", "3"]),
        apart("hooks list", []), apart("hooks test", ["run-finished"]),
        apart("store verify", []), apart("store reindex", []), apart("store maintain", []), apart("store push", []),
        apart("store export-key", ["keys"]), apart("store import-key", ["keys"]),
        apart("store rekey", ["--reason", "a test"]),
        apart("store retire", ["collected-2020", "--drop", "--reason", "a test"]),
        apart("store import", ["rancid", "foreign"]),
        apart("restore plan", ["--offline", three]),
        contacts("restore plan", [three], ["--to", "1", ios]),
        apart("restore list", []), apart("restore show", ["latest"]),
        apart("restore agree", ["latest", "--reason", "a test", "--by", "second"]),
        apart("restore file", [ios, "-o", "ios.cfg"], [linux, "-o", "linux.d"]),
        // On devices with the tag 'bench' alone '--lab' writes, which LabDrillTests show; these have it not.
        apart(
            "drill run", [three], ["--to", "latest", "*"], [ios, "--lab", "--reason", "a test"],
            ["--self", "--from", "/nowhere"]),
        apart("drill list", []), apart("drill show", []), apart("drill verify", []),
        apart("bundle create", ["*", "-o", kit, "--latest", "--clear", "--reason", "a test"]),
        apart("bundle verify", [kit]),
        contacts("device replace", [ios, "--yes", "--reason", "a test"], [junos, "--offline"]),
        writes("restore apply"), writes("restore resume"), writes("restore undo"),
    ]
}

/// On the lab's side it is counted who writes: the built program runs, one command after the other.
@Suite("Nothing is written to a device but by a restore", .serialized)
struct NothingWrittenTests {
    @Test("of all commands only 'restore apply', 'resume' and 'undo' write to devices")
    func commands() async throws {
        let lab = try await MixedLab()
        defer {
            lab.lab.stop()
            try? FileManager.default.removeItem(atPath: CommandTrial.kit)
        }
        try prepare(lab.hospital)
        let tree = try CommandTree(in: lab.hospital)
        #expect(
            Set(tree.leaves) == Set(CommandTrial.all.map(\.command)),
            "a command without a trial, or a trial without a command")

        for trial in CommandTrial.all {
            switch trial.manner {
            case .run(let calls, let contacts):
                var connections = 0
                for arguments in calls {
                    let words = trial.command.split(separator: " ").map(String.init) + arguments
                    try reset(lab)
                    let output = try Self.plumbline(words, in: lab.hospital)
                    #expect(!output.text.contains("Usage: plumbline"), "\(words): \(output.text)")
                    try expectNothingWritten(lab, by: words)
                    connections += try connectionCount(lab)
                    if trial.command == "approve", arguments.contains("--adopt") { try lab.drift() }
                }
                #expect((connections > 0) == contacts, "\(trial.command) made \(connections) connections")
            case .special: try await serve(lab)
            case .writes: break
            }
        }
        try apply(lab)
    }

    @Test("a restore that was killed is finished by 'resume', which writes, too")
    func resume() async throws {
        let lab = try await MixedLab(only: [MixedLab.ios])
        defer { lab.lab.stop() }
        _ = try await lab.hospital.run()
        try await lab.hospital.approveAll()
        try lab.drift()
        let plan = try await lab.hospital.plan([MixedLab.ios])
        try KilledRestore.apply(lab.hospital, plan, device: MixedLab.ios, at: "collecting again", after: 0)
        try reset(lab)
        let output = try Self.plumbline(["restore", "resume", "--yes", "--reason", "a test"], in: lab.hospital)
        #expect([0, 4].contains(output.status), "\(output)")
        #expect(try lab.device(MixedLab.ios).counters.writes > 0, "\(output.text)")
    }

    /// The counter counts: what may write does.
    private func apply(_ lab: MixedLab) throws {
        let hospital = lab.hospital
        let plan = try Self.plumbline(
            ["restore", "plan", MixedLab.all.joined(separator: ","), "--by", "tester"], in: hospital)
        #expect(plan.status == 0 || plan.status == 1, "\(plan)")
        try reset(lab)
        let applied = try Self.plumbline(
            ["restore", "apply", "latest", "--yes", "--reason", "a test"], in: hospital)
        #expect(applied.status == 0, "\(applied)")
        for id in MixedLab.all { #expect(try lab.device(id).counters.writes > 0, "\(id): \(applied.text)") }
        try reset(lab)
        let resumed = try Self.plumbline(["restore", "resume", "--yes", "--reason", "a test"], in: hospital)
        try expectNothingWritten(lab, by: ["resume where there is nothing to resume: \(resumed.text)"])
        let undone = try Self.plumbline(["restore", "undo", "latest", "--yes", "--reason", "a test"], in: hospital)
        #expect(undone.status == 0, "\(undone)")
        for id in MixedLab.all { #expect(try lab.device(id).counters.writes > 0, "\(id): \(undone.text)") }
    }

    /// The daemon: a run by itself, one by its socket, and an end.
    private func serve(_ lab: MixedLab) async throws {
        try reset(lab)
        let process = Process()
        process.executableURL = Self.program
        process.arguments = ["serve"]
        process.currentDirectoryURL = URL(filePath: lab.hospital.root)
        process.environment = ProcessInfo.processInfo.environment.merging(lab.hospital.environment) { $1 }
        process.standardError = FileHandle.nullDevice
        try process.run()
        let socket = lab.hospital.root + "/var/serve.sock"
        for _ in 0..<400 where !FileManager.default.fileExists(atPath: socket) {
            try await Task.sleep(for: .milliseconds(50))
        }
        let output = try Self.plumbline(["run", "--all", "--via-daemon"], in: lab.hospital)
        kill(process.processIdentifier, SIGTERM)
        process.waitUntilExit()
        #expect(output.status < 3, "\(output)")
        try expectNothingWritten(lab, by: ["serve"])
        #expect(try connectionCount(lab) >= MixedLab.all.count, "\(output.text)")
    }

    /// What commands find in the workspace beside the devices of the lab.
    private func prepare(_ hospital: TestHospital) throws {
        let folder = hospital.folder
        try folder.write(
            "group: paper\ndevices:\n  - { id: paper-1, platform: cisco_ios, method: manual }\n",
            to: "Inventory/groups/paper.yaml")
        try folder.write("version 15.2\nhostname paper-1\nline con 0\nline vty 0 4\nend\n", to: "paper.cfg")
        try folder.write("name,address,platform\nx-1,10.0.0.9,cisco_ios\n", to: "devices.csv")
        try folder.write("hostname sw-a\n", to: "golden/sw-a.cfg")
        try folder.write("an image\n", to: "image.bin")
        try folder.write("x-1:cisco:up\n", to: "foreign/router.db")
    }

    private func reset(_ lab: MixedLab) throws {
        for id in MixedLab.all { (try? lab.device(id))?.resetCounters() }
    }

    private func connectionCount(_ lab: MixedLab) throws -> Int {
        try MixedLab.all.reduce(0) { $0 + (try lab.device($1).counters.connections) }
    }

    private func expectNothingWritten(_ lab: MixedLab, by words: [String]) throws {
        for id in MixedLab.all {
            let counters = try lab.device(id).counters
            let files = counters.received.filter { if case .file = $0 { true } else { false } }
            #expect(
                counters.writes == 0 && files.isEmpty, "'\(words.joined(separator: " "))' wrote to \(id): \(counters)")
        }
    }

    private static let program = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appending(path: "plumbline")

    fileprivate static func plumbline(_ words: [String], in hospital: TestHospital) throws -> ProcessOutput {
        try ProcessOutput([program.path] + words, in: hospital.root, environment: hospital.environment)
    }
}

/// The commands that the program says it has.
private struct CommandTree {
    /// Those that do something, such as `restore plan`.
    let leaves: [String]

    private struct Dump: Decodable {
        struct Command: Decodable {
            var commandName: String
            var subcommands: [Command]?
        }
        var command: Command
    }

    init(in hospital: TestHospital) throws {
        let text = try NothingWrittenTests.plumbline(["--experimental-dump-help"], in: hospital).text
        let dump = try JSONDecoder().decode(Dump.self, from: Data(text.utf8))
        leaves = Self.leaves(of: dump.command, path: [])
    }

    private static func leaves(of command: Dump.Command, path: [String]) -> [String] {
        let inner = (command.subcommands ?? []).filter { $0.commandName != "help" }
        guard !inner.isEmpty else { return [path.joined(separator: " ")] }
        return inner.flatMap { leaves(of: $0, path: path + [$0.commandName]) }
    }
}

/// In the source: the only doors through which something to be written can pass.
@Suite("What can write to a device stands in known places")
struct WritingPlacesTests {
    private static let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources")

    @Test(
        "a planned line, a connection for restoring and its session are each made in one place",
        arguments: [
            (".planned(", ["DeviceSession/RestoreSession.swift"]),
            ("func planned(", ["DeviceSession/PlatformLine.swift"]),
            ("func connectForRestore(", ["SSHTransport/SSHConnector.swift"]),
            (".connectForRestore(", ["BackupWorkflow/Restore/RestoreLink.swift"]),
            ("RestoreSession(", ["BackupWorkflow/Restore/RestoreLink.swift"]),
            ("connection.writeFile(", Array(repeating: "DeviceSession/RestoreSession.swift", count: 2)),
            ("connection.replaceFile(", ["DeviceSession/RestoreSession.swift"]),
            ("connection.removeFile(", ["DeviceSession/RestoreSession.swift"]),
        ])
    func places(text: String, expected: [String]) throws {
        var found: [String] = []
        let files = try #require(FileManager.default.enumerator(atPath: Self.sources.path))
        for case let name as String in files where name.hasSuffix(".swift") {
            let source = try String(contentsOf: Self.sources.appending(path: name), encoding: .utf8)
            found += Array(repeating: name, count: source.ranges(of: text).count)
        }
        #expect(found == expected, "'\(text)'")
    }
}
