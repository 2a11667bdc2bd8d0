import ConfigModel
import DeviceInventory
import Foundation
import Logging
import SSHTransport
import ServiceLifecycle
import SnapshotStore
import Testing

@testable import BackupWorkflow

@Suite("The daemon", .serialized)
struct DaemonTests {
    private static let config = "version 15.2\nhostname a\ninterface Gi0/1\n description ward\nend\n"

    /// Devices whose texts a program prints, collected every second.
    private func hospital(_ ids: [String] = ["a", "b"], every: String = "every: 1s") async throws -> TestHospital {
        let hospital = try await TestHospital(
            [], settings: "timeout: 20s\npace: 1s\ngrace: 2s",
            files: ["fetch": "#!/bin/sh\necho $PLUMBLINE_DEVICE >> asked\ncat texts\n", "texts": Self.config])
        for path in ["", "/fetch"] { chmod(hospital.root + path, 0o755) }
        try write(ids, every: every, to: hospital)
        return hospital
    }

    private func write(_ ids: [String], every: String = "every: 1s", to hospital: TestHospital) throws {
        let devices = ids.map { "  - { id: \($0), platform: cisco_ios, \(every), method: { command: [./fetch] } }\n" }
        try hospital.folder.write("group: ward\ndevices:\n" + devices.joined(), to: "Inventory/groups/ward.yaml")
    }

    private func daemon(of hospital: TestHospital, log: Log) throws -> Daemon {
        let (root, environment) = (hospital.root, hospital.environment)
        return try Daemon(
            Daemon.Surroundings(
                open: { () throws(WorkflowError) in try Workspace.open(at: root, environment: environment) },
                stage: { _ in
                    CollectionStage(
                        connector: .shared,
                        desk: LoginDesk(secrets: SecretResolver(environment: environment, root: root)),
                        credentials: CredentialGuard())
                }), logger: Logger(label: "test") { _ in log }, tick: .milliseconds(50))
    }

    /// Runs a daemon while `body` does.
    private func serving(
        _ hospital: TestHospital, _ body: (Log, Daemon) async throws -> Void
    ) async throws {
        let log = Log()
        let daemon = try daemon(of: hospital, log: log)
        let group = ServiceGroup(
            configuration: .init(services: [daemon], logger: Logger(label: "group") { _ in Log() }))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            do {
                try await body(log, daemon)
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(!FileManager.default.fileExists(atPath: hospital.root + "/var/serve.sock"))
    }

    private func runs(_ hospital: TestHospital) -> Int {
        ReportArchive(state: hospital.root + "/var").runs().count
    }

    /// - Returns: Whether it became so within twenty seconds.
    private func becomes(_ condition: () async throws -> Bool) async throws -> Bool {
        for _ in 0..<400 {
            if try await condition() { return true }
            try await Task.sleep(for: .milliseconds(50))
        }
        return false
    }

    @Test("it runs what is due again and again, and neither descriptors nor memory grow over ten runs")
    func tenRuns() async throws {
        let hospital = try await hospital()
        try await serving(hospital) { (log, _) async throws in
            #expect(try await becomes { runs(hospital) >= 3 }, "\(log.lines)")
            let before = (Self.descriptors(), Self.resident())
            #expect(try await becomes { runs(hospital) >= 10 }, "\(log.lines)")
            // A run under way has some open: a leak of one a run would never come down again.
            #expect(try await becomes { Self.descriptors() <= before.0 + 2 })
            #expect(Self.resident() < before.1 + (24 << 20))
        }
        let asked = try String(contentsOfFile: hospital.root + "/asked", encoding: .utf8)
        #expect(asked.split(separator: "\n").count >= 20)
        #expect(try await hospital.standing("a")?.version == 1)
    }

    private static func descriptors() -> Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?.count ?? 0
    }

    private static func resident() -> Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 4096
    }

    @Test("it reads the inventory anew when it changes; a faulty one is told once, and the one before goes on")
    func reload() async throws {
        let hospital = try await hospital(["a"])
        try await serving(hospital) { (log, daemon) async throws in
            #expect(try await becomes { runs(hospital) >= 1 })
            try write(["a", "b"], to: hospital)
            #expect(try await becomes { try await hospital.standing("b")?.version == 1 }, "\(log.lines)")
            try hospital.folder.write(
                "group: ward\ndevices:\n  - { id: C, port: x }\n", to: "Inventory/groups/ward.yaml")
            #expect(try await becomes { log.has("is faulty, so that the one before goes on") })
            let before = runs(hospital)
            #expect(try await becomes { runs(hospital) >= before + 2 }, "\(log.lines)")
            #expect(log.lines.count { $0.contains("is faulty") } == 1)
            await daemon.requestReload()
            #expect(try await becomes { log.lines.count { $0.contains("is faulty") } == 2 })
            try write(["a"], to: hospital)
            #expect(try await becomes { log.has("was read anew: 1 device") })
        }
    }

    @Test("requests by its socket are run and answered; what is no request, or names nobody, is refused")
    func requests() async throws {
        let hospital = try await hospital(every: "every: 1h")
        try await serving(hospital) { (log, _) async throws in
            #expect(try await becomes { runs(hospital) >= 1 })
            let socket = ControlSocket(state: hospital.root + "/var")
            var status = stat()
            #expect(stat(socket.path, &status) == 0 && status.st_mode & 0o777 == 0o600)
            func ask(_ selector: [String], all: Bool = false) async throws -> DaemonReply {
                try await socket.ask(
                    DaemonRequest(selector: selector, all: all, failOn: .any, outsideWindows: nil), progress: { _ in })
            }
            guard case .report(let report) = try await ask(["a"]) else {
                Issue.record("no report")
                return
            }
            #expect(report.rows.map { "\($0.device) \($0.outcome)" } == ["a unchanged"])
            guard case .report(let all) = try await ask([], all: true) else {
                Issue.record("no report")
                return
            }
            #expect(all.rows.map(\.outcome) == [.unchanged, .unchanged])
            guard case .report(let due) = try await ask([]) else {
                Issue.record("no report")
                return
            }
            #expect(due.rows.map(\.outcome) == [.notDue, .notDue])
            guard case .refused(let message, let code) = try await ask(["nobody"]) else {
                Issue.record("it was taken")
                return
            }
            #expect(message.contains("nobody") && code == 64)
            let nonsense = try ProcessOutput(
                [
                    "python3", "-c",
                    "import socket,sys; s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.sendall(b'nonsense\\n'); print(s.recv(4096).decode())",
                    socket.path,
                ])
            #expect(nonsense.text.contains("is no request"), "\(nonsense)")
            // Somebody who connects and says nothing holds nobody up.
            let silent = Process()
            silent.executableURL = URL(filePath: "/usr/bin/python3")
            silent.standardOutput = FileHandle.nullDevice
            silent.arguments = [
                "-c", "import socket,sys,time; s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); time.sleep(30)",
                socket.path,
            ]
            try silent.run()
            defer { silent.terminate() }
            guard case .report = try await ask(["b"]) else {
                Issue.record("no report")
                return
            }
        }
    }

    @Test("there is one daemon, and while it lives nobody else schedules; between its runs others may collect by hand")
    func alone() async throws {
        let hospital = try await hospital(every: "every: 1h")
        try await serving(hospital) { (_, _) async throws in
            #expect(try await becomes { runs(hospital) >= 1 })
            do {
                _ = try await hospital.run()
                Issue.record("a run went beside the daemon")
            } catch let error as WorkflowError {
                #expect(error.status == .locked && "\(error)".contains("serve"), "\(error)")
            }
            do {
                try await daemon(of: hospital, log: Log()).run()
                Issue.record("a second daemon went")
            } catch let error as WorkflowError {
                #expect(error.status == .locked)
            }
        }
        // It has let go.
        #expect(try await hospital.run().rows.map(\.outcome) == [.unchanged, .unchanged])
    }

    @Test(
        "asked to end in the middle of a run, it starts nothing more, cuts what is open after the grace time, and reports"
    )
    func ending() async throws {
        let hospital = try await hospital(["a"])
        try hospital.folder.write("#!/bin/sh\necho x >> asked\nsleep 60\n", to: "fetch")
        chmod(hospital.root + "/fetch", 0o755)
        let start = ContinuousClock.now
        try await serving(hospital) { (_, _) async throws in
            #expect(try await becomes { FileManager.default.fileExists(atPath: hospital.root + "/asked") })
        }
        #expect(ContinuousClock.now - start < .seconds(15))
        let report = try ReportArchive(state: hospital.root + "/var").report(nil)
        #expect(report.wasStopped && report.rows.map(\.outcome) == [.failed])
    }

    @Test("who waits for the daemon when it is asked to end is told, and holds it up no longer")
    func waiting() async throws {
        let hospital = try await hospital(["a"])
        try hospital.folder.write("#!/bin/sh\necho x >> asked\nsleep 60\n", to: "fetch")
        chmod(hospital.root + "/fetch", 0o755)
        let socket = ControlSocket(state: hospital.root + "/var")
        let taken = StopRequest()
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: DaemonReply.self) { group in
            try await serving(hospital) { (_, _) async throws in
                #expect(try await becomes { FileManager.default.fileExists(atPath: hospital.root + "/asked") })
                group.addTask {
                    try await socket.ask(
                        DaemonRequest(selector: ["a"], all: false, failOn: .any, outsideWindows: nil),
                        progress: { _ in taken.request() })
                }
                #expect(try await becomes { taken.isRequested })
            }
            guard case .refused(let message, 75) = try await group.next() else {
                Issue.record("no refusal")
                return
            }
            #expect(message.contains("has ended before"))
        }
        #expect(ContinuousClock.now - start < .seconds(20))
    }
}

/// Keeps what is logged.
private final class Log: LogHandler, @unchecked Sendable {
    // Guarded by the lock.
    private let lock = NSLock()
    private var kept: [String] = []
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.debug

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    var lines: [String] { lock.withLock { kept } }
    func has(_ text: String) -> Bool { lines.contains { $0.contains(text) } }

    func log(event: LogEvent) { lock.withLock { kept.append("\(event.message)") } }
}
