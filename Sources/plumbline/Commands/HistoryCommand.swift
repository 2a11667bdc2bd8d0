import ArgumentParser
import BackupWorkflow
import ConfigModel
import DeviceInventory
import FoundationEssentials
import SnapshotStore

struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Lists the stored versions of a device, newest first.")

    @Argument(help: "The device.") var device: String
    @OptionGroup var output: ListFormatOption

    struct Row: Encodable {
        var version: Int
        var taken: Date
        var run: RunID?
        var commit: String
        var group: String
        var platform: String
        var changed: [ArtifactName]
        /// The tool that it was imported from, and the commit there; absent for what Plumbline collected itself.
        var imported: ImportOrigin?
        /// When its exact bytes were last kept anew; absent where those of its collection are the only ones.
        var kept: Date?
        /// Whether it could be put back, as it was judged when it was collected; absent of what is older than that.
        var restorable: String?
        /// What is missing of it, or why not.
        var restorableReasons: [String]?
    }

    func run() async throws {
        let context = CommandContext()
        let folder = try context.folder()
        guard let id = DeviceID(device) else { throw WorkflowError.request("'\(device)' is not a device id") }
        let store = try await folder.storeForReading()
        let versions = try await WorkspaceFolder.asking { () throws(StoreError) in try await store.versions(of: id) }
        let kept = try await WorkspaceFolder.asking { () throws(StoreError) in try await store.copyTimes(of: id) }
        let judged = try await WorkspaceFolder.asking { () throws(StoreError) in
            try await store.restorability(of: id)
        }
        for notice in await folder.notices(store) { Console.complain("notice: \(printable(notice))") }
        if versions.isEmpty {
            let name = try await WorkspaceFolder.asking { () throws(StoreError) in try await store.currentName(of: id) }
            if let name { throw WorkflowError.request("\(device) is called \(name) now: 'plumbline history \(name)'") }
            try await tellEarlierNames(of: id, context)
        }
        if versions.isEmpty, try context.workspace().inventory.device(id) == nil {
            throw WorkflowError.request("there is no device '\(device)', neither in the inventory nor in the store")
        }
        let rows = versions.map {
            Row(
                version: $0.number, taken: $0.taken, run: $0.run, commit: "\($0.commit)", group: $0.group,
                platform: $0.platform, changed: $0.changed, imported: $0.imported,
                kept: kept[$0.number], restorable: judged[$0.number]?.verdict,
                restorableReasons: judged[$0.number]?.reasons)
        }
        if try output.printed(rows) { return }
        if rows.isEmpty { Console.complain("\(device): nothing is stored yet") }
        let lines = Table.lines(
            rows.map { row in
                let names = row.changed.prefix(4).map { printable($0.text) }.joined(separator: ", ")
                let more = row.changed.count > 4 ? " and \(row.changed.count - 4) more" : ""
                return [
                    "\(device)@\(row.version)", Wording.minute(row.taken), String(row.commit.prefix(12)),
                    row.restorable.map { "restorable: \($0)" } ?? "",
                    (row.imported.map { "imported from \(printable($0.tool)), unproven: " } ?? "") + names + more
                        + (row.kept.map { " (exact bytes of \(Wording.minute($0)))" } ?? ""),
                ]
            })
        for line in lines { Console.say(line) }
    }

    private func tellEarlierNames(of id: DeviceID, _ context: CommandContext) async throws {
        guard let was = try context.workspace().inventory.device(id)?.was, !was.isEmpty else { return }
        let names = was.map(\.text).joined(separator: ", ")
        Console.complain(
            "notice: \(id) was \(names): the next run gives it that history; until then 'plumbline history \(was[0])'")
    }
}
