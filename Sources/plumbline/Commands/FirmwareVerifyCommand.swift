import ArgumentParser
import BackupWorkflow
import ConfigModel
import DeviceInventory
import SnapshotStore

struct FirmwareVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Reads every spare copy again and compares it with its digests.",
        discussion:
            "Copies that were replaced are read too, as long as history names them. Exit status 3 when one does not hold."
    )

    @Argument(help: "Globs of image names, platform:…, version:…; every image without one.") var filter: [String] = []
    @OptionGroup var output: FormatOption

    private struct Output: Encodable {
        var images: Int
        var bytes: Int
        var faults: [FirmwareVerification.Fault]
        var exit: Int32
    }

    func run() async throws {
        let workspace = try CommandContext().workspace()
        let chosen = try VaultFilter(filter, in: workspace)
        let store = try await workspace.storeForReading()
        for notice in await workspace.notices(store) { Console.complain("notice: \(printable(notice))") }
        let line = ByteLine()
        let found: FirmwareVerification
        do {
            defer { line.clear() }
            found = try await FirmwareVerification(workspace, store, chosen) {
                line.show("read", $0.done, of: $0.total)
            }
        }
        if output.format == .json {
            try JSONOutput.print(
                Output(images: found.images, bytes: found.bytes, faults: found.faults, exit: found.exit.rawValue))
        } else {
            let paint = Console.paint(workspace.settings.color)
            for fault in found.faults { say(fault, paint) }
            let read = "\(Wording.count(found.images, "image")), \(FirmwareText.size(found.bytes)) read"
            let faults = Wording.count(found.faults.count, "fault")
            Console.say(found.faults.isEmpty ? "\(read): all as they were stored" : "\(read): \(faults)")
        }
        throw ExitCode(found.exit.rawValue)
    }

    private func say(_ fault: FirmwareVerification.Fault, _ paint: Paint) {
        var name = fault.path
        if let platform = fault.platform, let version = fault.version, let image = fault.image {
            name = "\(platform) \(version) \(image)"
        }
        let former = fault.isFormer ? " (replaced since)" : ""
        Console.say("\(paint(.red, fault.kind.rawValue))  \(printable(name))\(former): \(printable(fault.reason))")
        if !fault.devices.isEmpty { Console.say("  run by \(FirmwareText.devices(fault.devices, most: 10))") }
    }
}
