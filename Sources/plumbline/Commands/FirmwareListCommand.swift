import ArgumentParser
import BackupWorkflow
import ConfigModel
import DeviceInventory
import SnapshotStore

struct FirmwareList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the spare copies, and which images of the fleet have one.",
        discussion: """
            What devices run is taken from the facts of their latest versions. kept: the vault has the same bytes, by digest.
            by-name, by-version: one that should be it, but the device gives no digest, or names no image. different: one of that
            name with other bytes. missing: none.
            """)

    @Flag(help: "Only images that devices run and of which no spare copy exists.") var missing = false
    @OptionGroup var output: FormatOption

    func run() async throws {
        let workspace = try CommandContext().workspace()
        let store = try await workspace.storeForReading()
        for notice in await workspace.notices(store) { Console.complain("notice: \(printable(notice))") }
        let all = try await FirmwareOverview(workspace, store)
        let overview = missing ? all.missing : all
        if output.format == .json { return try JSONOutput.print(overview) }
        let paint = Console.paint(workspace.settings.color)
        if !missing { say(overview.copies, paint) }
        say(overview.running, paint)
        if !overview.unknown.isEmpty {
            Console.say(
                "not assessable: of \(Wording.count(overview.unknown.count, "device")) neither image nor version is known: "
                    + FirmwareText.devices(overview.unknown, most: 10))
        }
    }

    private func say(_ copies: [FirmwareOverview.Copy], _ paint: Paint) {
        if copies.isEmpty {
            return Console.say(
                "the vault is empty: 'plumbline firmware add' puts an image into it, 'plumbline firmware pull' reads one from a "
                    + "device\n")
        }
        let heads = ["PLATFORM", "VERSION", "IMAGE", "SIZE", "SHA256", "ADDED", "RUN BY"]
        let rows = copies.map { copy in
            [
                printable(copy.platform), printable(copy.version), printable(copy.image), FirmwareText.size(copy.size),
                String(copy.sha256.prefix(12)), copy.added.map { Wording.minute($0) } ?? "record unreadable",
                FirmwareText.devices(copy.devices),
            ]
        }
        Console.say(paint(.bold, "in the vault"))
        for line in Table.lines([heads] + rows) { Console.say(line) }
        Console.say("")
    }

    private func say(_ running: [FirmwareOverview.Running], _ paint: Paint) {
        guard !running.isEmpty else {
            return Console.say(missing ? "of every image that is known to run there is a spare copy" : "")
        }
        let heads = ["COPY", "PLATFORM", "VERSION", "IMAGE", "DIGEST", "BOOTED BY", "DEVICES"]
        let rows = running.map { image in
            [
                image.state.rawValue, printable(image.platform), printable(image.version ?? "unknown"),
                printable(image.image ?? "(not named)"),
                image.digest.map { "\($0.algorithm.rawValue) \($0.value.prefix(12))" } ?? "none",
                image.booting.isEmpty ? "" : "\(image.booting.count)", FirmwareText.devices(image.devices),
            ]
        }
        Console.say(paint(.bold, missing ? "no spare copy" : "run by devices"))
        for line in Table.lines([heads] + rows) { Console.say(line) }
    }
}
