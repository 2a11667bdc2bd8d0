import ArgumentParser
import BackupWorkflow
import ConfigModel
import SnapshotStore

struct ApproveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Makes the latest version of devices the approved baseline.",
        discussion: """
            Writes Baselines/approved/<id>/ and one manifest in Baselines/approvals/. DEVICE@N approves version N, and fails if a
            newer one has arrived: nobody approves what they have not seen. The manifest is not signed in this version.
            """)

    @Argument(help: "DEVICE@N for the version that was looked at (several may be given), or a selector.") var what:
        [String]
    @Option(help: "Why.") var reason: String?
    @Option(help: "Where it was asked for.") var ticket: String?
    @Option(help: "Who decides; by default who is logged in.") var by: String?
    @OptionGroup var output: FormatOption

    func run() async throws {
        let context = CommandContext()
        let workspace = try context.workspace()
        let store = try await workspace.storeForReading()
        let result = try await ApprovalWorkflow(workspace: workspace, store: store).approve(
            try await requests(context, workspace, store), by: by ?? context.person, reason: reason, ticket: ticket)
        for hook in await HookRunner(workspace).run([result.event])
        where hook.fault != nil {
            Console.complain("notice: hook \(printable(hook.hook)): \(printable(hook.fault ?? ""))")
        }
        if output.format == .json { return try JSONOutput.print(result) }
        for device in result.devices {
            let before = device.previous.map { " (before: v\($0))" } ?? ""
            Console.say("\(device.device)@\(device.version) is approved\(before)")
        }
        Console.say("\(result.manifest): decision \(result.sequence) by \(printable(result.by)), unsigned")
    }

    private func requests(
        _ context: CommandContext, _ workspace: Workspace, _ store: SnapshotStore
    ) async throws(WorkflowError) -> [ApprovalWorkflow.Request] {
        let named = what.filter { $0.contains("@") }
        guard !named.isEmpty else {
            let latest = try await workspace.asking { () throws(StoreError) in try await store.latest() }
            let devices = try context.devices(what, in: workspace)
            for device in devices where latest[device.id] == nil {
                Console.complain("\(device.id) is passed over: nothing of it is stored yet")
            }
            return devices.filter { latest[$0.id] != nil }.map {
                ApprovalWorkflow.Request(device: $0, version: .latest)
            }
        }
        guard named.count == what.count else {
            throw .request("name versions (DEVICE@N) or select devices, not both in one decision")
        }
        var requests: [ApprovalWorkflow.Request] = []
        for reference in named {
            let parts = reference.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
            let device = try context.device(String(parts[0]), in: workspace)
            let version = try await workspace.asking { () throws(StoreError) in try VersionSpecifier(String(parts[1])) }
            guard version != .approved else {
                throw .request("\(reference) is approved already: name the version that is to take its place")
            }
            requests.append(ApprovalWorkflow.Request(device: device, version: version))
        }
        return requests
    }
}
