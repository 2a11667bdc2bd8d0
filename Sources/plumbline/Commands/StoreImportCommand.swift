import ArgumentParser
import BackupWorkflow
import ConfigModel
import DeviceInventory

struct StoreImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Brings over the git history of Oxidized or RANCID, with its dates and authors.",
        discussion: """
            PATH is a repository, bare or not, or a folder that holds one for each group. Of each device of the inventory every
            version becomes one of ours: masked and normalised, the exact bytes beside it. They count as 'imported, unproven'.
            Devices are found by id, address and host name; what is not found is listed, and --map NAME=DEVICE tells of it. A
            device that Plumbline has collected already is left alone: import before the first run. A second import goes on
            where the last one ended. The comments that the tool put before a configuration stay in the exact bytes alone.
            CVS and Subversion are to be converted first (cvs2git, git svn clone).
            """)

    @Argument(help: "oxidized or rancid.") var tool: ForeignTool
    @Argument(help: "The repository, or a folder of repositories.") var path: String
    @Argument(help: "A selector; every device without one.") var selector: [String] = []
    @Option(help: "Only this group of the tool; may be repeated.") var group: [String] = []
    @Option(help: ArgumentHelp("What the tool calls a device; may be repeated.", valueName: "[GROUP/]NAME=DEVICE"))
    var map: [String] = []
    @Flag(help: "Tell what would be imported, and store nothing.") var dryRun = false
    @OptionGroup var output: FormatOption

    func run() async throws {
        let context = CommandContext()
        let workspace = try context.workspace()
        let devices = try context.devices(selector, in: workspace)
        let place = CommandContext.absolute(path)
        let request = HistoryImport.Request(
            tool: tool, path: place, devices: devices, groups: Set(group), names: try names(in: workspace, context),
            isDryRun: dryRun, command: "store import \(tool.rawValue) \(place)")
        let line = ImportProgress()
        let report = try await HistoryImport(workspace: workspace).run(request, progress: { line.show($0) })
        line.clear()
        for notice in report.notices { Console.complain("notice: \(printable(notice))") }
        if output.format == .json { return try JSONOutput.print(report) }
        for text in report.text() { Console.say(text) }
    }

    private func names(in workspace: Workspace, _ context: CommandContext) throws(WorkflowError) -> [String: DeviceID] {
        var names: [String: DeviceID] = [:]
        for pair in map {
            guard let equal = pair.lastIndex(of: "="), equal != pair.startIndex else {
                throw .request("'\(pair)' maps nothing: say NAME=DEVICE or GROUP/NAME=DEVICE")
            }
            let device = try context.device(String(pair[pair.index(after: equal)...]), in: workspace)
            names[String(pair[..<equal])] = device.id
        }
        return names
    }
}

extension ForeignTool: ExpressibleByArgument {}
