import ArgumentParser
import BackupWorkflow
import ConfigModel
import DeviceInventory
import FoundationEssentials

struct BaselineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "baseline", abstract: "Lists and verifies what was approved, and gives evidence of it.",
        subcommands: [
            BaselineListCommand.self, BaselineVerifyCommand.self, BaselineEvidenceCommand.self,
            BaselineImportCommand.self,
        ])
}

struct BaselineListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists each device's approved version: by whom, when, until when, signed or not."
    )

    @Argument(help: "A selector; every device without one.") var selector: [String] = []
    @OptionGroup var output: ListFormatOption

    struct Row: Encodable {
        var device: DeviceID
        var version: Int?
        var by: [String]
        var at: Date?
        var expires: Day?
        var isSigned: Bool
        /// `approved`, `adopted`, `half-approved`, `expired`, `broken` or `unbaselined`.
        var state: String
        var reason: String?
        var ticket: String?
    }

    func run() async throws {
        let context = CommandContext()
        let workspace = try context.workspace()
        let devices = try context.devices(selector, in: workspace)
        let now = Date()
        let baselines = await TrustedBaselines.read(workspace, now: now).baselines
        let rows = devices.map { device -> Row in
            let name = baselines.name(of: device)
            let half = baselines.half(of: name)
            // What waits for a second person is what somebody has to look at.
            let approval = half ?? baselines.approval(of: name)
            var state = "approved"
            switch baselines.expected(of: device) {
            case .none: state = half == nil ? "unbaselined" : "half-approved"
            case .broken: state = "broken"
            case .approved:
                if let expires = approval?.manifest.expires, expires.isOver(at: now) {
                    state = "expired"
                } else if half != nil {
                    state = "half-approved"
                } else if approval?.manifest.isAdopted == true {
                    state = "adopted"
                }
            }
            return Row(
                device: device.id, version: approval?.entry.version, by: approval?.people ?? [],
                at: approval?.manifest.decided, expires: approval?.manifest.expires,
                isSigned: approval?.isSigned ?? false, state: state, reason: approval?.manifest.reason,
                ticket: approval?.manifest.ticket)
        }
        try output.show(rows, columns: ["device", "state", "version", "by", "decided", "until", "signed", "reason"]) {
            row in
            [
                row.device.text, row.state, row.version.map { "v\($0)" } ?? "–", row.by.joined(separator: ", "),
                row.at.map(Wording.minute) ?? "–", row.expires?.description ?? "–", row.isSigned ? "yes" : "no",
                row.reason ?? "",
            ]
        }
    }
}

struct BaselineVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verifies every decision: its number, its signature, and the files that it pins.",
        discussion: """
            Signatures are checked by ssh-keygen against Baselines/allowed_signers, as of the time when the decision came to us.
            Exit status: 0 all holds, 3 something does not.
            """)

    @OptionGroup var output: ListFormatOption

    func run() async throws {
        let workspace = try CommandContext().workspace()
        let trusted = await TrustedBaselines.read(workspace, now: Date(), all: true)
        var broken: [String] = trusted.faults + trusted.baselines.faults
        for device in workspace.inventory.devices {
            if case .broken(_, let reasons) = trusted.baselines.expected(of: device) { broken += reasons }
        }
        try output.show(trusted.verdicts, columns: ["decision", "by", "devices", "signature", "verdict"]) { verdict in
            [
                verdict.manifest, verdict.by, "\(verdict.devices)", verdict.key ?? (verdict.isSigned ? "bad" : "none"),
                verdict.fault.map { $0 + (verdict.isSuperseded ? " (nothing rests on it any more)" : "") }
                    ?? (verdict.needsRenewal ? "holds; the signer's key is not allowed any more: renew it" : "holds"),
            ]
        }
        var seen: Set<String> = []
        for fault in broken where seen.insert(fault).inserted { Console.complain(printable(fault)) }
        let isFine = broken.isEmpty && trusted.verdicts.allSatisfy { $0.fault == nil || $0.isSuperseded }
        if output.format == .text {
            Console.say(isFine ? "every decision holds" : "not every decision holds: see above")
        }
        throw ExitCode(isFine ? 0 : ExitStatus.integrity.rawValue)
    }
}

struct BaselineImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Takes in a folder of golden configurations, one file a device.",
        discussion: """
            A file is named after its device (core-sw-1, core-sw-1.cfg). Each becomes a template of Baselines/golden, which the device's
            running-config must match; secrets become <secret>, which stands for any. Contacts nothing.
            """)

    @Argument(help: "The folder.", completion: .directory) var folder: String
    @Option(help: "How the device must match: exact, contains or ordered.") var mode: GoldenTemplate.Mode = .exact
    @Flag(help: "Replace templates that are there already.") var force = false
    @OptionGroup var output: FormatOption

    func run() async throws {
        let workspace = try CommandContext().workspace()
        let result = try BaselineImport(workspace: workspace, mode: mode, replaces: force)
            .take(folder: CommandContext.absolute(folder))
        if output.format == .json { return try JSONOutput.print(result) }
        for (file, reason) in result.passedOver.sorted(by: { $0.key < $1.key }) {
            Console.complain("\(printable(file)) is passed over: \(printable(reason))")
        }
        Console.say(
            "\(Wording.count(result.imported.count, "golden configuration")) in Baselines/golden; "
                + "\(Wording.count(result.secrets, "secret")) left out")
        if result.imported.isEmpty { throw ExitCode(1) }
    }
}

extension GoldenTemplate.Mode: ExpressibleByArgument {}
