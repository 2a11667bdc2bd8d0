import ArgumentParser
import DeviceLab
import FoundationEssentials

struct Inventory: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the inventory of a lab into a workspace: groups/lab.yaml, credentials.yaml, known_hosts.")

    @OptionGroup var folder: StateOptions
    @OptionGroup var fleet: FleetOptions
    @Flag(help: "Replace credentials.yaml and known_hosts also where the lab did not write them.")
    var force = false
    @Argument(help: "The workspace.") var directory: String

    func run() throws {
        try explained {
            let state = try StateFolder(folder.state)
            let devices = try state.devices(fleet)
            try InventoryFiles(devices, in: state).write(to: directory, force: force)
            print("wrote \(devices.count) devices to \(directory)/Inventory")
        }
    }
}
