import ArgumentParser
import BackupWorkflow
import ConfigModel
import DeviceInventory

struct InventoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inventory", abstract: "Checks, lists and imports the devices.",
        subcommands: [InventoryCheck.self, InventoryList.self, InventoryImportCommand.self])
}

struct InventoryCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Reads every file of the workspace and tells all faults at once.")

    func run() throws {
        let workspace = try CommandContext().workspace()
        let inventory = workspace.inventory
        for notice in inventory.notices { Console.complain("notice: \(printable("\(notice)"))") }
        let uncovered = inventory.devices.count { device in
            if case .uncovered = device.method { true } else { false }
        }
        Console.say(
            "no faults: \(Wording.count(inventory.devices.count, "device")) (\(uncovered) uncovered), "
                + "\(Wording.count(inventory.credentials.count, "credential")), "
                + "\(Wording.count(inventory.platforms.count, "platform"))")
    }
}

struct InventoryList: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists devices.")

    @Argument(help: "A selector; every device without one.") var selector: [String] = []
    @OptionGroup var output: ListFormatOption

    struct Row: Encodable {
        var device: DeviceID
        var group: String
        var address: String
        var port: Int
        var platform: String
        var credential: String?
        var jump: String?
        var profile: AlgorithmProfile
        var freshness: Double
        var tags: [String]
        var owner: String?
        var state: Device.State
        var uncovered: String?
    }

    func run() throws {
        let context = CommandContext()
        let workspace = try context.workspace()
        let rows = try context.devices(selector, in: workspace).map { device in
            var row = Row(
                device: device.id, group: device.group, address: device.address, port: device.port,
                platform: device.platform, credential: device.credential, jump: device.jump, profile: device.profile,
                freshness: device.freshness.inSeconds, tags: device.tags, owner: device.owner, state: device.state)
            if case .uncovered(let because) = device.method { row.uncovered = because }
            return row
        }
        if try output.printed(rows) { return }
        let columns = rows.map { row in
            let remarks = (row.state == .active ? [] : [row.state.rawValue]) + row.tags
            let uncovered = row.uncovered.map { ["uncovered: \($0)"] } ?? []
            return [
                row.device.text, row.group, "\(row.address):\(row.port)", row.platform, row.credential ?? "–",
                (remarks + uncovered).joined(separator: " "),
            ]
        }
        for line in Table.lines(columns) { Console.say(line) }
        Console.complain(Wording.count(rows.count, "device"))
    }
}
