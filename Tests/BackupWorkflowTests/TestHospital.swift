import ConfigModel
import DeviceInventory
import DeviceSession
import FoundationEssentials
import SSHTransport
import SnapshotStore

@testable import BackupWorkflow

/// A workspace in a temporary folder, and what a person would do in it.
struct TestHospital: Sendable {
    let folder: TemporaryFolder
    var environment: [String: String] = [:]
    var root: String { folder.path }

    /// One device of the inventory.
    struct Entry: Sendable {
        var id: String
        var address = "127.0.0.1"
        var port: Int
        var platform = "cisco_ios"
        var credential = "backup"
        /// Further keys, such as `ssh: { profile: legacy }`.
        var more = ""
        /// As in `known_hosts`, without the host; nothing for a key that is not on record.
        var hostKeys: [String] = []
    }

    init(
        _ entries: [Entry], credentials: String = "backup: { user: backup1, password: \"env:PASSWORD\" }",
        settings: String = "timeout: 20s", password: String = "correct-horse", environment: [String: String] = [:],
        files: [String: String] = [:]
    ) async throws {
        folder = try TemporaryFolder()
        self.environment = environment.merging(["PASSWORD": password]) { $1 }
        for (name, text) in files { try folder.write(text, to: name) }
        try folder.write("workspace: test\n\(settings)\n", to: "plumbline.yaml")
        try folder.write(
            "credentials:\n  \(credentials.replacing("\n", with: "\n  "))\n", to: "Inventory/credentials.yaml")
        try write(entries)
        _ = try await WorkspaceCreation.create(at: folder.path)
    }

    func write(_ entries: [Entry], jumps: String = "") throws {
        let devices = entries.map { entry in
            "  - { id: \(entry.id), address: \(entry.address), port: \(entry.port), platform: \(entry.platform), "
                + "credential: \(entry.credential)\(entry.more.isEmpty ? "" : ", " + entry.more) }"
        }
        try folder.write(
            "group: ward\n\(jumps)devices:\(devices.isEmpty ? " []" : "")\n\(devices.joined(separator: "\n"))\n",
            to: "Inventory/groups/ward.yaml")
        let hosts = entries.flatMap { entry in
            entry.hostKeys.map { "\(entry.port == 22 ? entry.address : "[\(entry.address)]:\(entry.port)") \($0)" }
        }
        try folder.write(hosts.map { $0 + "\n" }.joined(), to: "Inventory/known_hosts")
    }

    func workspace() throws -> Workspace { try Workspace.open(at: root, environment: environment) }

    /// What `plumbline run` does.
    func run(
        _ stop: StopRequest = StopRequest(), grace: Duration = .seconds(1), follow: SessionFollower? = nil
    ) async throws -> RunReport {
        let workspace = try workspace()
        let stage = CollectionStage(
            connector: .shared,
            desk: LoginDesk(
                secrets: SecretResolver(environment: environment, root: root), key: try workspace.fingerprintKey()),
            credentials: CredentialGuard(), follow: follow)
        return try await RunWorkflow(workspace: workspace, collection: stage).run(
            RunWorkflow.Request(devices: workspace.inventory.devices, command: "run --all", grace: grace), stop: stop,
            progress: { _ in })
    }

    func approveAll() async throws {
        let workspace = try workspace()
        _ = try await ApprovalWorkflow(workspace: workspace, store: try await workspace.storeForReading()).decide(
            .init(
                approve: workspace.inventory.devices.map { .init(device: $0, version: .latest) }, by: "tester"))
    }

    func standings() async throws -> [Standing] {
        let workspace = try workspace()
        return try await StandingCheck(
            workspace: workspace, store: try await workspace.storeForReading(), now: Date()
        ).standings(of: workspace.inventory.devices)
    }

    /// The exit status of `plumbline status`.
    func status() async throws -> ExitStatus {
        .of(try await standings(), failOn: .any, onboarding: false)
    }

    func standing(_ device: String) async throws -> Standing? {
        try await standings().first { $0.device.text == device }
    }

    /// Whether a text stands in a file below a folder of the workspace; git's objects are unpacked for it.
    func holds(_ text: String, in place: String) throws -> Bool {
        if place.hasSuffix(".git") {
            let found = try ProcessOutput(
                [
                    "sh", "-c",
                    "git --git-dir '\(root)/\(place)' rev-list --objects --all | cut -d' ' -f1 | "
                        + "git --git-dir '\(root)/\(place)' cat-file --batch | grep -a -c -F -- \"$WANTED\"",
                ],
                environment: ["WANTED": text])
            return found.text.trimmedLine != "0"
        }
        return try ProcessOutput(["grep", "-r", "-q", "-a", "-s", "-F", "--", text, root + "/" + place]).status == 0
    }

    /// The latest comparable text of an artifact.
    func text(_ device: String, _ artifact: ArtifactName = .runningConfig) async throws -> String {
        let store = try await workspace().storeForReading()
        let version = try await store.resolve(DeviceID(device)!, .latest)
        return String(decoding: try await store.comparableText(of: version, artifact: artifact), as: UTF8.self)
    }

    /// The latest collected bytes of an artifact.
    func collected(_ device: String, _ artifact: ArtifactName) async throws -> [UInt8] {
        let store = try await workspace().storeForReading()
        return try await store.collected(of: try await store.resolve(DeviceID(device)!, .latest), artifact: artifact)
    }
}

extension String {
    fileprivate var trimmedLine: String { filter { !$0.isWhitespace } }
}

extension RunReport {
    func row(_ device: String) -> Row? { rows.first { $0.device.text == device } }
}
