import ArgumentParser
import BackupWorkflow
import DeviceInventory

struct InventoryImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Brings over the devices of Oxidized, RANCID, Ansible, NetBox or a table.",
        discussion: """
            FILE is Oxidized's or RANCID's router.db (of RANCID also the folder of its groups), an inventory of Ansible (INI,
            YAML, or what 'ansible-inventory --list' prints), NetBox's devices (JSON of /api/dcim/devices/, or CSV), or a
            table with a header line. Each group becomes a file of Inventory/groups; where one of that name is there, a new
            file GROUP-imported.yaml is written beside it. Nothing that is there is overwritten, and devices that the
            inventory has already are left as they are. Passwords are never copied: new entries of credentials.yaml name
            the user and a variable. A device whose platform is not known is written as 'uncovered', and told.
            """)

    @Argument(help: "oxidized, rancid, ansible, netbox or csv.") var source: InventorySource
    @Argument(help: "The file.") var file: String
    @Option(help: "The group of devices for which the source names none.") var group = "imported"
    @Option(help: "An entry of credentials.yaml for all of them.") var credential: String?
    @Option(help: ArgumentHelp("Oxidized, csv: the columns in their order.", valueName: "name,model,…"))
    var columns: String?
    @Option(help: "Oxidized, csv: what stands between columns; /REGEX/ for Oxidized.") var delimiter: String?
    @Option(help: "Oxidized's own configuration: its columns, model_map and users.") var oxidizedConfig: String?
    @Option(help: "NetBox: what becomes the group, such as site, role or tenant.") var groupBy = "site"
    @Flag(help: "Print what would be written, and write nothing.") var dryRun = false
    @OptionGroup var output: FormatOption

    func run() throws {
        let workspace = try CommandContext().workspace()
        var reading = ForeignInventory.Options()
        reading.columns = (columns ?? "").split(separator: ",").map(String.init)
        reading.delimiter = delimiter
        reading.oxidizedConfig = oxidizedConfig.map(CommandContext.absolute)
        reading.groupBy = groupBy
        var writing = InventoryDraft.Options()
        writing.group = group
        writing.credential = credential
        let report = try InventoryImport(workspace: workspace).run(
            source, path: CommandContext.absolute(file), reading: reading, writing: writing, isDryRun: dryRun)
        if output.format == .json { return try JSONOutput.print(report) }
        for note in report.notes { Console.complain("note: \(printable(note))") }
        for row in report.devices where row.outcome == .present {
            Console.complain(
                "note: \(printable(row.origin)): '\(row.device)' is in the inventory already; left as it is")
        }
        for file in report.files {
            if dryRun { Console.say("# \(file.path)\n\(printable(file.text, keepingLines: true))") }
        }
        let added = report.devices.filter { $0.outcome == .added || $0.outcome == .uncovered }
        let uncovered = added.count { $0.outcome == .uncovered }
        Console.say(
            "\(Wording.count(added.count, "device")) \(dryRun ? "would be added" : "added") (\(uncovered) uncovered), "
                + "\(report.devices.count - added.count) left out"
                + (report.files.isEmpty ? "" : ": " + report.files.map(\.path).joined(separator: ", ")))
    }
}

extension InventorySource: ExpressibleByArgument {}
