import ArgumentParser
import BackupWorkflow
import ConfigModel
import DeviceInventory

/// What the commands that write to devices print, and what they end with.
enum RestoreOutput {
    static func workflow(_ context: CommandContext, _ workspace: Workspace) -> RestoreWorkflow {
        RestoreWorkflow(workspace: workspace, collection: context.collection(workspace)) { device, step in
            Console.complain("\(device): \(step.words)")
        }
    }

    /// - Parameter undoing: That it is as it was is what was asked for.
    static func end(
        _ results: [RestoreWorkflow.Result], _ format: OutputFormat, _ workspace: Workspace, undoing: Bool = false
    ) throws {
        if format == .json {
            try JSONOutput.print(results)
        } else {
            let paint = Console.paint(workspace.settings.color)
            for result in results {
                Console.say(paint(result.style(undoing), result.outcome.rawValue) + "  \(printable(result.message))")
                for remark in result.remarks { Console.say("    \(printable(remark))") }
            }
        }
        throw ExitCode(code(results, undoing))
    }
}

extension RestoreOutput {
    /// What needs a person first, then what was undone, then what nothing was sent for.
    private static func code(_ results: [RestoreWorkflow.Result], _ undoing: Bool) -> Int32 {
        let outcomes = Set(results.map(\.outcome))
        if outcomes.contains(.unresolved) { return 5 }
        if outcomes.contains(.undone), !undoing { return 4 }
        guard outcomes.contains(.refused) || outcomes.contains(.notBegun) else { return 0 }
        return results.compactMap(\.status).max() ?? 64
    }
}

extension RestoreWorkflow.Result {
    fileprivate func style(_ undoing: Bool) -> Paint.Colour {
        switch outcome {
        case .restored, .unchanged: .green
        case .undone: undoing ? .green : .yellow
        case .unresolved, .refused, .notBegun: .red
        }
    }
}

extension RestoreMachine.Step {
    /// What is being done, for a progress line.
    var words: String {
        switch self {
        case .before: "storing what it has now"
        case .check: "checking what the method needs"
        case .transfer: "transferring"
        case .arm: "scheduling a restart, in case"
        case .push: "writing"
        case .verify: "collecting again and comparing"
        case .confirm: "confirming"
        case .disarm: "taking the scheduled restart back"
        case .save: "saving"
        case .verifySaved: "comparing what was saved"
        case .clean: "cleaning up"
        case .survey: "looking where it stands"
        case .revert: "UNDOING by its own means"
        case .putBack: "UNDOING: putting back what it had"
        case .verifyBack: "comparing with what it had before"
        case .saveBack: "saving what it had before"
        case .disarmBack: "taking the scheduled restart back"
        case .cleanBack: "cleaning up"
        }
    }
}
