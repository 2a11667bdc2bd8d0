import ArgumentParser
import BackupWorkflow
import ConfigModel
import FoundationEssentials

struct RejectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject", abstract: "Says of a device's drift that it is not to stay.",
        discussion: """
            Nothing is approved. The findings stay open, marked as rejected with who, when and why, until the device is as it was.
            One manifest in Baselines/approvals/, signed as by 'approve'.
            """)

    @Argument(help: "A device, or DEVICE@N for the version that was looked at; several may be given.") var what:
        [String]
    @OptionGroup var options: DecisionOptions
    @OptionGroup var output: FormatOption

    func run() async throws {
        let context = CommandContext()
        let workspace = try context.workspace()
        let store = try await workspace.storeForReading()
        var decision = options.decision(context)
        guard decision.reason != nil else {
            throw WorkflowError.request("say why it is rejected: --reason")
        }
        for reference in what {
            let parts = reference.split(separator: "@", maxSplits: 1).map(String.init)
            let device = try context.device(parts[0], in: workspace)
            let standing = try await StandingCheck(workspace: workspace, store: store, now: Date())
                .standings(of: [device])[0]
            if parts.count == 2, standing.version.map(String.init) != parts[1] {
                throw WorkflowError.request(
                    "\(reference) is not the latest version: look at the latest ('plumbline drift \(device.id)'), and reject that"
                )
            }
            let drift = standing.findings.filter(\.isDrift)
            guard !drift.isEmpty else {
                throw WorkflowError.request("there is no drift of \(device.id) to reject")
            }
            decision.remarks += drift.map { finding in
                ApprovalManifest.Remark(
                    kind: .rejected, finding: finding.id, device: device.id, summary: finding.summary,
                    reason: decision.reason, ticket: decision.ticket)
            }
        }
        try await DecisionOptions.carryOut(decision, in: workspace, store, format: output.format)
    }
}
