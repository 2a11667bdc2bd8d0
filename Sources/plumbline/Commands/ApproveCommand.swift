import ArgumentParser
import BackupWorkflow
import ConfigModel
import SnapshotStore

/// What every command that decides takes.
struct DecisionOptions: ParsableArguments {
    @Option(help: "Why.") var reason: String?
    @Option(help: "Where it was asked for.") var ticket: String?
    @Option(help: "Who decides; by default who is logged in. Signed decisions: as Baselines/allowed_signers names you.")
    var by: String?
    @Option(
        help: ArgumentHelp(
            "The key to sign with: a key file, or a public key whose private half the SSH agent holds.",
            valueName: "file")) var key: String?

    func decision(_ context: CommandContext) -> ApprovalWorkflow.Decision {
        ApprovalWorkflow.Decision(
            by: by ?? context.person, reason: reason, ticket: ticket, key: key.map(CommandContext.absolute))
    }

    /// Carries a decision out and tells of it.
    static func carryOut(
        _ decision: ApprovalWorkflow.Decision, in workspace: Workspace, _ store: SnapshotStore, format: OutputFormat
    ) async throws {
        let result = try await ApprovalWorkflow(workspace: workspace, store: store).decide(decision)
        if !result.devices.isEmpty {
            for hook in await HookRunner(workspace).run([result.event])
            where hook.fault != nil {
                Console.complain("notice: hook \(printable(hook.hook)): \(printable(hook.fault ?? ""))")
            }
        }
        if format == .json { return try JSONOutput.print(result) }
        for device in result.devices {
            let before = device.previous.map { " (before: v\($0))" } ?? ""
            let state =
                device.isHalf ? "is half-approved: another person must approve the same" : "is approved\(before)"
            Console.say("\(device.device)@\(device.version) \(state)")
        }
        if result.findings > 0 { Console.say("\(Wording.count(result.findings, "finding")) decided on") }
        let signed = result.isSigned ? "signed" : "unsigned"
        Console.say("\(result.manifest): decision \(result.sequence) by \(printable(result.by)), \(signed)")
    }
}

struct ApproveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Makes the latest version of devices the approved baseline.",
        discussion: """
            Writes Baselines/approved/<id>/ and one manifest in Baselines/approvals/. DEVICE@N approves version N, and fails if a
            newer one has arrived: nobody approves what they have not seen. --adopt takes over what is there on day one, and is
            marked as unreviewed. With --key the manifest is signed by ssh-keygen, as it must be where there is a
            Baselines/allowed_signers. Where 'approvals' wants two people the first approval waits for the second.
            """)

    @Argument(help: "DEVICE@N for the version that was looked at (several may be given), or a selector.") var what:
        [String]
    @Flag(help: "Adopt what is there on day one, unreviewed: devices that were approved before are passed over.")
    var adopt = false
    @Option(help: ArgumentHelp("The last day on which the approval holds, such as 2027-12-31.", valueName: "day"))
    var until: Day?
    @OptionGroup var options: DecisionOptions
    @OptionGroup var output: FormatOption

    func run() async throws {
        let context = CommandContext()
        let workspace = try context.workspace()
        let store = try await workspace.storeForReading()
        var decision = options.decision(context)
        decision.approve = try await requests(context, workspace, store)
        decision.isAdopted = adopt
        decision.expires = until
        try await DecisionOptions.carryOut(decision, in: workspace, store, format: output.format)
    }

    private func requests(
        _ context: CommandContext, _ workspace: Workspace, _ store: SnapshotStore
    ) async throws(WorkflowError) -> [ApprovalWorkflow.Request] {
        let named = what.filter { $0.contains("@") }
        guard !named.isEmpty else {
            let latest = try await workspace.asking { () throws(StoreError) in try await store.latest() }
            let approved = adopt ? ApprovedBaselines(folder: workspace.baselines) : nil
            let devices = try context.devices(what, in: workspace)
                .filter { approved?.approval(of: $0.id) == nil }
            if adopt, devices.isEmpty {
                throw .request("there is nothing to adopt: every device that was named has been approved before")
            }
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

extension Day: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
