import ArgumentParser
import BackupWorkflow
import ConfigModel
import DeviceInventory
import FoundationEssentials
import SSHTransport
import SnapshotStore

struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Puts a known-good configuration back on a device.",
        discussion: """
            'restore plan' collects now and says what would change, every line that would be sent, what cannot come back, and whether it
            would cut our own access. 'restore apply' carries the plan out, if neither the device nor the target has changed since: it
            stores what the device has, writes, collects again, compares, and only then confirms and saves; else it undoes.
            Nothing but apply, resume and undo ever writes to a device.
            """,
        subcommands: [
            RestorePlanCommand.self, RestoreApplyCommand.self, RestoreResumeCommand.self, RestoreUndoCommand.self,
            RestoreAgreeCommand.self, RestoreListCommand.self, RestoreShowCommand.self, RestoreFileCommand.self,
        ])
}

/// What commands take that write to devices.
struct RestoreOrderOptions: ParsableArguments {
    @Option(help: "Why, for the audit log.") var reason: String?
    @Option(help: "Who does it; by default who is logged in.") var by: String?
    @Flag(help: "Do not ask; needs --reason.") var yes = false
    @Flag(help: "Also while a device's window is closed; needs --reason.") var outsideWindow = false
    @Option(help: ArgumentHelp("So many devices go first, one after the other.", valueName: "n")) var canary = 1
    @Option(help: ArgumentHelp("How many go together after that: a number, or a share such as 10%.", valueName: "n"))
    var batch: RestoreWaves.Batch = .percent(10)
    @Option(help: ArgumentHelp("Stop after so many devices that were not restored.", valueName: "n"))
    var stopAfterFailures = 1

    private var hasReason: Bool { reason?.contains { !$0.isWhitespace } ?? false }

    func validate() throws {
        if yes, !hasReason { throw ValidationError("--yes needs --reason: nobody looked") }
        if outsideWindow, !hasReason {
            throw ValidationError("--outside-window needs --reason: windows protect patients")
        }
        guard (0...1000).contains(canary) else { throw ValidationError("--canary takes 0 to 1000") }
        guard (1...100_000).contains(stopAfterFailures) else {
            throw ValidationError("--stop-after-failures takes 1 or more")
        }
    }

    func order(_ context: CommandContext) -> RestoreWorkflow.Order {
        RestoreWorkflow.Order(
            by: by ?? context.person, reason: reason, outsideWindow: outsideWindow ? reason : nil,
            waves: RestoreWaves(canary: canary, batch: batch, mostFailures: stopAfterFailures))
    }

    /// Lets a person on a terminal type the device's id; of several their number and the word.
    func confirm(_ devices: [DeviceID], doing what: String) throws {
        guard !yes else { return }
        guard Console.isTerminal(0) else {
            throw ValidationError("there is no terminal to ask on: say --yes with --reason")
        }
        let word = devices.count == 1 ? devices[0].text : "\(devices.count) devices"
        Console.complain("\(what) Type '\(word)' to go on:")
        guard readLine(strippingNewline: true)?.trimmingSpaces == word else {
            throw WorkflowError.request("nothing was sent: '\(word)' was not typed")
        }
    }
}

extension RestoreWaves.Batch: ExpressibleByArgument {
    public init?(argument: String) {
        if argument.hasSuffix("%"), let percent = Int(argument.dropLast()), (1...100).contains(percent) {
            self = .percent(percent)
        } else if let count = Int(argument), count > 0 {
            self = .count(count)
        } else {
            return nil
        }
    }
}

extension String {
    fileprivate var trimmingSpaces: String {
        var text = self[...]
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}

struct RestorePlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Says what a restore would do, and keeps that as a plan.",
        discussion: """
            --to approved (the usual) is what was approved, --to 3, a date or a commit a stored version, --to FILE a file that somebody brings.
            Of several devices those that cannot be planned are told and left out. Exit status: 0 the plan is kept, also where nothing would
            change; 2 a device was left out, or did not answer; 3 a target does not hold.
            """)

    @Argument(help: "Device ids, globs, group:…, tag:…, platform:….") var selector: [String]
    @Option(help: ArgumentHelp("What is put back.", valueName: "target")) var to = "approved"
    @Flag(help: "Do not ask the devices: take their latest versions for what they have.") var offline = false
    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "A part of our own access that may be cut, by its name; several may be given.", valueName: "name"))
    var override: [String] = []
    @Option(help: "Who plans; by default who is logged in.") var by: String?
    @OptionGroup var output: FormatOption

    func run() async throws {
        let context = CommandContext()
        let workspace = try context.workspace()
        let devices = try context.devices(selector, in: workspace)
        let store = try await workspace.storeForReading()
        let planning = try await RestorePlanning(
            workspace: workspace, collection: context.collection(workspace), store: store)
        let plan = try await planning.plan(
            RestorePlanning.Request(
                devices: devices, source: try source(workspace, devices), isOffline: offline, overrides: override,
                by: by ?? context.person, command: (["restore plan"] + selector).joined(separator: " ")))
        try RestoreShelf(state: workspace.state).keep(plan)
        let status = plan.left.map { $0.status == 3 ? Int32(3) : 2 }.max() ?? 0
        if output.format == .json {
            try JSONOutput.print(plan)
            throw ExitCode(status)
        }
        for line in plan.text(paint: Console.paint(workspace.settings.color), width: Console.width, all: false) {
            Console.say(line)
        }
        Console.say("")
        if plan.entries.contains(where: { !$0.cuts.isEmpty }) {
            Console.say("kept, and refused as it stands: see above")
        } else if plan.entries.allSatisfy(\.isGuided) {
            Console.say("'plumbline restore show \(plan.id)' prints it again; 'plumbline restore file' writes the text")
        } else {
            Console.say("'plumbline restore apply \(plan.id)' carries it out")
        }
        throw ExitCode(status)
    }

    private func source(_ workspace: Workspace, _ devices: [Device]) throws(WorkflowError) -> RestoreSource {
        if to == "approved" { return .approved }
        let path = CommandContext.absolute(to)
        if to.contains("/") || FileManager.default.fileExists(atPath: path) {
            guard devices.count == 1 else { throw .request("a file is put back on one device: name it") }
            return .file(path)
        }
        let name = to.split(separator: "@", omittingEmptySubsequences: false)
        do throws(StoreError) {
            if name.count == 2, devices.count == 1, String(name[0]) == devices[0].id.text {
                return name[1] == "approved" ? .approved : .version(try VersionSpecifier(String(name[1])))
            }
            return .version(try VersionSpecifier(to))
        } catch {
            throw .store(error)
        }
    }
}

extension CommandContext {
    /// What speaks with devices, for a command that speaks with few.
    func collection(_ workspace: Workspace) -> CollectionStage {
        CollectionStage(
            connector: .shared, desk: desk(workspace), credentials: CredentialGuard(), concurrency: 8)
    }
}

struct RestoreApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Carries a plan out.",
        discussion: """
            Exit status: 0 restored, 4 undone (the device is as it was), 5 needs 'restore resume'; 64 refused and nothing sent, 3 the target
            or the plan does not hold, 75 somebody else holds the device.
            """)

    @Argument(help: "The plan's id, its beginning, or 'latest'.") var plan: String
    @OptionGroup var options: RestoreOrderOptions
    @OptionGroup var output: FormatOption

    func run() async throws {
        let context = CommandContext()
        let workspace = try context.workspace()
        let plan = try RestoreShelf(state: workspace.state).plan(plan)
        if !options.yes {
            // Nobody agrees to what they have not seen.
            for line in plan.text(paint: Console.paint(workspace.settings.color), width: Console.width, all: false) {
                Console.say(line)
            }
        }
        try options.confirm(plan.devices, doing: "This writes to \(plan.devices.map(\.text).joined(separator: ", ")).")
        let interruption = RestoreInterruption(plan.id)
        defer { interruption.end() }
        let results = try await RestoreOutput.workflow(context, workspace).apply(plan, options.order(context))
        try RestoreOutput.end(results, output.format, workspace)
    }
}

struct RestoreResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Finishes or undoes restores that were interrupted.",
        discussion: """
            Looks at the device: what has the target is confirmed, saved and verified; what is as before is left so; everything else is
            put back as it was. Exit status as that of apply.
            """)

    @Argument(help: "The plan's id; every unfinished one without it.") var plan: String?
    @OptionGroup var options: RestoreOrderOptions
    @OptionGroup var output: FormatOption

    func run() async throws {
        let context = CommandContext()
        let workspace = try context.workspace()
        let shelf = RestoreShelf(state: workspace.state)
        let plans = try plan.map { name throws(WorkflowError) in [try shelf.plan(name)] } ?? shelf.unfinished()
        let interruption = RestoreInterruption(plans.first?.id ?? "")
        defer { interruption.end() }
        guard !plans.isEmpty else { return Console.say("no restore was interrupted") }
        let devices = plans.flatMap(\.devices)
        try options.confirm(devices, doing: "This may write to \(devices.map(\.text).joined(separator: ", ")).")
        var results: [RestoreWorkflow.Result] = []
        for plan in plans {
            results += try await RestoreOutput.workflow(context, workspace).resume(plan, options.order(context))
        }
        try RestoreOutput.end(results, output.format, workspace)
    }
}

struct RestoreUndoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo", abstract: "Puts back what the devices of a plan had before it.",
        discussion: """
            Of a restore that was interrupted it takes back what was written. Of one that has ended well it makes a plan that leads to the
            configuration of before, shows it, and carries it out. Exit status as that of apply, 0 where everything is as it was.
            """)

    @Argument(help: "The plan's id, its beginning, or 'latest'.") var plan: String
    @OptionGroup var options: RestoreOrderOptions
    @OptionGroup var output: FormatOption

    func run() async throws {
        let context = CommandContext()
        let workspace = try context.workspace()
        let shelf = RestoreShelf(state: workspace.state)
        let plan = try shelf.plan(plan)
        let states = try shelf.states(of: plan)
        let workflow = RestoreOutput.workflow(context, workspace)
        let open = states.filter { $0.state == "interrupted" || $0.state == "unresolved" }
        if !open.isEmpty {
            try options.confirm(open.map(\.device), doing: "This puts back what was interrupted.")
            let results = try await workflow.resume(plan, options.order(context), undoing: true)
            return try RestoreOutput.end(results, output.format, workspace, undoing: true)
        }
        let back = try await way(back: plan, states.filter { $0.state == "restored" }, context, workspace)
        try shelf.keep(back)
        if output.format == .text {
            for line in back.text(paint: Console.paint(workspace.settings.color), width: Console.width, all: false) {
                Console.say(line)
            }
        }
        try options.confirm(back.devices, doing: "This writes to \(back.devices.map(\.text).joined(separator: ", ")).")
        let results = try await workflow.apply(back, options.order(context))
        try RestoreOutput.end(results, output.format, workspace)
    }

    private func way(
        back plan: RestorePlan, _ states: [RestoreShelf.State], _ context: CommandContext, _ workspace: Workspace
    ) async throws(WorkflowError) -> RestorePlan {
        guard !states.isEmpty else { throw .request("\(plan.id) has restored nothing that could be undone") }
        let store = try await workspace.storeForReading()
        let planning = try await RestorePlanning(
            workspace: workspace, collection: context.collection(workspace), store: store)
        var sources: [DeviceID: RestoreSource] = [:]
        for state in states { sources[state.device] = state.before.map { .version(.number($0)) } }
        var request = RestorePlanning.Request(
            devices: sources.keys.sorted().compactMap { workspace.inventory.device($0) }, source: .approved,
            by: options.by ?? context.person, command: "restore undo \(plan.id)")
        request.sources = sources
        guard !request.devices.isEmpty else {
            throw .request(
                "\(plan.id): what the devices had before is not known, or they are not in the inventory any more")
        }
        return try await planning.plan(request)
    }
}

struct RestoreAgreeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agree", abstract: "Agrees to a plan, where two people must.",
        discussion: """
            Where 'restorePeople' wants two people, both agree, each with the key that Baselines/allowed_signers has for them; then one
            applies. An agreement is to the plan as it is: a changed one needs another.
            """)

    @Argument(help: "The plan's id, its beginning, or 'latest'.") var plan: String
    @Option(help: "Why.") var reason: String?
    @Option(help: "Who agrees; by default who is logged in.") var by: String?
    @Option(help: ArgumentHelp("The key to sign with.", valueName: "file")) var key: String?

    func run() async throws {
        let context = CommandContext()
        let workspace = try context.workspace()
        let shelf = RestoreShelf(state: workspace.state)
        let plan = try shelf.plan(plan)
        let person = by ?? context.person
        try await RestoreConsent(workspace: workspace, shelf: shelf).agree(
            to: plan, by: person, reason: reason, key: key.map(CommandContext.absolute))
        Console.say("\(printable(person)) agrees to \(plan.id)")
    }
}

struct RestoreListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists plans and how they ended.")

    @OptionGroup var output: ListFormatOption

    struct Row: Encodable {
        var plan: String
        var created: Date
        var by: String
        var devices: [RestoreShelf.State]
    }

    func run() async throws {
        let workspace = try CommandContext().workspace()
        let shelf = RestoreShelf(state: workspace.state)
        var rows: [Row] = []
        for name in shelf.plans() {
            let plan: RestorePlan
            do throws(WorkflowError) { plan = try shelf.plan(name) } catch {
                Console.complain("notice: \(printable("\(error)"))")
                continue
            }
            rows.append(Row(plan: plan.id, created: plan.created, by: plan.by, devices: try shelf.states(of: plan)))
        }
        if try output.printed(rows) { return }
        if rows.isEmpty { return Console.say("no restore was planned yet") }
        for row in rows {
            Console.say("\(row.plan)  \(Wording.minute(row.created))  \(printable(row.by))")
            for state in row.devices.prefix(20) {
                let reason = state.state == "restored" ? "" : state.reason.map { ": \(printable($0))" } ?? ""
                Console.say("    \(state.device)  \(state.state)\(reason)")
            }
            if row.devices.count > 20 { Console.say("    … and \(row.devices.count - 20) more devices") }
        }
    }
}

struct RestoreShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Prints a plan whole, and how far it has come.")

    @Argument(help: "The plan's id, its beginning, or 'latest'.") var plan: String
    @OptionGroup var output: FormatOption

    struct Document: Encodable {
        var plan: RestorePlan
        var devices: [RestoreShelf.State]
    }

    func run() async throws {
        let workspace = try CommandContext().workspace()
        let shelf = RestoreShelf(state: workspace.state)
        let plan = try shelf.plan(plan)
        let states = try shelf.states(of: plan)
        if output.format == .json { return try JSONOutput.print(Document(plan: plan, devices: states)) }
        for line in plan.text(paint: Console.paint(workspace.settings.color), width: Console.width, all: true) {
            Console.say(line)
        }
        Console.say("")
        for state in states {
            let step = state.state == "interrupted" ? state.step.map { " at '\($0.rawValue)'" } ?? "" : ""
            Console.say("\(state.device)  \(state.state)\(step)\(state.reason.map { ": \(printable($0))" } ?? "")")
        }
    }
}
