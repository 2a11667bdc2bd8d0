import ArgumentParser
import BackupWorkflow
import DeviceInventory
import FoundationEssentials

struct HooksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hooks", abstract: "Shows and tries the programs that are run for events.",
        discussion: """
            A hook is an executable in Hooks/EVENT.d/, run in the order of the names, without a shell, in the workspace, for at most
            'hookTimeout'. It gets the event as a CloudEvents 1.0 document on standard input, and PLUMBLINE_EVENT, PLUMBLINE_DEVICE,
            PLUMBLINE_RUN and the like in its environment. It must belong to root or to the user who runs Plumbline, and be
            writable by nobody else. What it does wrong is reported and stops nothing. A before-collect hook is asked before a
            device is contacted: 0 goes on; 75, and any failure, leaves the device alone this time.
            """,
        subcommands: [List.self, Test.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists events and their hooks.")

        @OptionGroup var output: FormatOption

        struct Row: Encodable {
            var event: HookEvent.Kind
            var summary: String
            var hooks: [HookFolder.Hook]
        }

        func run() async throws {
            let workspace = try CommandContext().workspace()
            let folder = HookFolder(workspace: workspace.root)
            let rows = HookEvent.Kind.allCases.map {
                Row(event: $0, summary: $0.summary, hooks: folder.hooks(for: $0))
            }
            for name in folder.unknownFolders() {
                Console.complain("notice: Hooks/\(printable(name)) is of no event: its hooks are never run")
            }
            if output.format == .json { return try JSONOutput.print(rows) }
            let paint = Console.paint(workspace.settings.color)
            for row in rows {
                Console.say("\(paint(.bold, padded(row.event.rawValue, to: 20)))\(paint(.dim, row.summary))")
                for hook in row.hooks {
                    Console.say(
                        "    \(hook.objection == nil ? paint(.green, "runs") : paint(.red, "not run"))  \(printable(hook.name))"
                    )
                    if let objection = hook.objection { Console.say("        \(printable(objection))") }
                }
            }
            if rows.contains(where: { $0.hooks.contains { $0.objection != nil } }) { throw ExitCode(1) }
        }
    }

    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Runs the hooks of an event with an invented one, and shows how they fared.",
            discussion: "The event says that it is a test. Exit status: 0 all did their work, 1 one did not.")

        @Argument(help: "The event, such as run-finished.") var event: HookEvent.Kind
        @Option(help: "Whose event it is; the first of the inventory without it.") var device: String?
        @Flag(help: "Print the document that hooks get, and run none.") var print = false

        func run() async throws {
            let context = CommandContext()
            let workspace = try context.workspace()
            let subject =
                try device.map { name throws(WorkflowError) in try context.device(name, in: workspace) }
                ?? workspace.inventory.devices.first
            let event = HookEvent(testing: event, device: subject, state: workspace.state)
            if print { return Console.write(event.document(workspace: workspace.settings.workspace), to: 1) }
            let runner = HookRunner(workspace)
            let results = await runner.run([event])
            guard !results.isEmpty else { return Console.say("Hooks/\(event.kind.rawValue).d has no hooks") }
            let paint = Console.paint(workspace.settings.color)
            for result in results {
                let fault = result.fault.map { paint(.red, printable($0)) } ?? paint(.green, "did its work")
                Console.say("\(printable(result.hook))  \(fault)  \(Wording.seconds(result.seconds))")
                for line in result.output.split(whereSeparator: \.isNewline) { Console.say("    \(line)") }
            }
            // A veto is an answer.
            if results.contains(where: {
                $0.fault != nil && !($0.event == "before-collect" && $0.status == HookRunner.veto)
            }) {
                throw ExitCode(1)
            }
        }
    }
}

extension HookEvent.Kind: ExpressibleByArgument {}
