import ArgumentParser
import BackupWorkflow
import ConfigModel
import DeviceInventory
import SSHTransport

struct DeviceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "device", abstract: "What happens to a device itself: its hardware is replaced.",
        subcommands: [DeviceReplace.self])
}

struct DeviceReplace: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replace",
        abstract: "Takes replacement hardware into a device's place: new host key, new serial number.",
        discussion: """
            Shows the host key on record and the one that the address shows now, and records it once you have typed the device's id, or
            where it is that of --fingerprint; before that no credential is sent. Then collects once and names every difference from what
            stood there, and what of the approved configuration does not come back on it. It writes nothing to the device. Repeat
            --fingerprint for several keys: only those are recorded.
            Exit status: 0 replaced (with --offline: the key is on record), 64 refused or not agreed to and nothing recorded, 2 the new
            hardware could not be collected.
            """)

    @Argument(help: "The device's id.") var device: String
    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "The new host key's fingerprint, as the new hardware's console shows it: no question then.",
            valueName: "SHA256:…"))
    var fingerprint: [String] = []
    @Flag(help: "Do not ask; needs --reason.") var yes = false
    @Option(help: "Why, for the audit log.") var reason: String?
    @Option(help: "Who does it; by default who is logged in.") var by: String?
    @Flag(help: "Only record the key: it cannot be logged in to yet.") var offline = false
    @Flag(help: "Also while the device's window is closed; needs --reason.") var outsideWindow = false
    @OptionGroup var output: FormatOption

    func validate() throws {
        let hasReason = reason?.contains { !$0.isWhitespace } ?? false
        if yes, !hasReason { throw ValidationError("--yes needs --reason: nobody looked") }
        if outsideWindow, !hasReason {
            throw ValidationError("--outside-window needs --reason: windows protect patients")
        }
        for text in fingerprint where !text.hasPrefix("SHA256:") || text.utf8.count != 50 {
            throw ValidationError("--fingerprint takes SHA256: and 43 characters, as 'ssh-keygen -l' prints it")
        }
    }

    func run() async throws {
        let context = CommandContext()
        let workspace = try context.workspace()
        let request = DeviceReplacement.Request(
            device: try context.device(device, in: workspace), by: by ?? context.person, reason: reason,
            fingerprints: fingerprint, outsideWindow: outsideWindow)
        let replacement = DeviceReplacement(
            workspace: workspace, connector: .shared, desk: context.desk(workspace))
        let encounter = try await replacement.meet(request)
        show(encounter)
        if encounter.isNew, !encounter.isVouched { try confirm(request.device.id) }
        for line in try replacement.record(encounter, request) {
            Console.complain(
                "\(WorkspaceLayout.knownHosts):\(line): still speaks of this address (a pattern or a marker): edit it by hand"
            )
        }
        // Opened anew: with the new key.
        let renewed = try context.workspace()
        let survey = ReplacementSurvey(workspace: renewed, collection: context.collection(renewed))
        let report =
            offline ? try await survey.offline(encounter, request) : try await survey.collect(encounter, request)
        if output.format == .json {
            try JSONOutput.print(report)
        } else {
            for line in report.text(paint: Console.paint(workspace.settings.color), width: Console.width) {
                Console.say(line)
            }
        }
        throw ExitCode(report.exit.rawValue)
    }

    /// On standard error, where the question stands as well.
    private func show(_ encounter: DeviceReplacement.Encounter) {
        let recorded = encounter.recorded
        if recorded.isEmpty { Console.complain("on record  no host key") }
        for key in recorded { Console.complain("on record  \(printable(key.algorithm)) \(key.fingerprint)") }
        for key in encounter.shown {
            let word = recorded.contains(key) ? "same" : encounter.isVouched ? "as given" : "NEW"
            Console.complain("\(padded(word, to: 9))  \(printable(key.algorithm)) \(key.fingerprint)")
        }
    }

    private func confirm(_ device: DeviceID) throws {
        guard !yes else { return }
        guard Console.isTerminal(0) else {
            throw WorkflowError.request(
                "nothing was recorded: there is no terminal to ask on; say --fingerprint, or --yes with --reason")
        }
        Console.complain("Compare it with the new hardware's console. Type '\(device)' to record it:")
        guard readLine(strippingNewline: true)?.filter({ !$0.isWhitespace }) == device.text else {
            throw WorkflowError.request("nothing was recorded: '\(device)' was not typed")
        }
    }
}
