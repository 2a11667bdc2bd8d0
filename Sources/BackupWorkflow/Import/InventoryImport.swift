import ConfigModel
package import DeviceInventory
import FoundationEssentials

/// Brings another tool's list of devices into the inventory: in new files, nothing that is there is overwritten.
package struct InventoryImport: Sendable {
    package struct Report: Sendable, Codable {
        package var source: InventorySource
        package var devices: [InventoryDraft.Row]
        /// Written, or with a dry run to be written; `credentials.yaml` as it is afterwards.
        package var files: [InventoryDraft.File]
        package var notes: [String]
        package var isDryRun: Bool
    }

    private let workspace: Workspace

    package init(workspace: Workspace) { self.workspace = workspace }

    package func run(
        _ source: InventorySource, path: String, reading: ForeignInventory.Options, writing: InventoryDraft.Options,
        isDryRun: Bool
    ) throws(WorkflowError) -> Report {
        guard DeviceID(writing.group) != nil else {
            throw .request("'\(writing.group)' is no name of a group: use a-z, 0-9, '.', '_' and '-'")
        }
        if let name = writing.credential, workspace.inventory.credentials[name] == nil {
            throw .request("there is no credential '\(name)': add it to \(WorkspaceLayout.credentials) first")
        }
        let found: ForeignInventory
        do throws(ConfigurationFaults) {
            found = try ForeignInventory.read(source, path: path, options: reading)
        } catch {
            throw .configuration(error)
        }
        let groups = workspace.root + "/" + WorkspaceLayout.groups
        let draft = InventoryDraft(
            found, into: workspace.inventory, platforms: PlatformOrigin.names(workspace: workspace.root),
            files: Set(FileTree.names(in: groups)), options: writing)
        var report = Report(
            source: source, devices: draft.rows, files: draft.files, notes: draft.notes, isDryRun: isDryRun)
        let former = try formerCredentials()
        if !draft.credentials.isEmpty {
            guard
                let text = CredentialsAddition.text(
                    adding: draft.credentials, to: former.map { String(decoding: $0, as: UTF8.self) })
            else {
                throw .request(
                    "\(WorkspaceLayout.credentials) is written in a form into which no entry can be put: add a credential "
                        + "there, then say --credential NAME")
            }
            report.files.append(InventoryDraft.File(path: WorkspaceLayout.credentials, text: text))
        }
        if !isDryRun { try write(report.files, former: former) }
        return report
    }

    private func formerCredentials() throws(WorkflowError) -> [UInt8]? {
        let path = workspace.root + "/" + WorkspaceLayout.credentials
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do throws(FileTree.Failure) {
            return try FileTree.bytes(of: path)
        } catch {
            throw .file(path: error.path, reason: error.reason)
        }
    }

    /// Credentials first, so that the groups never name one that is not there. What does not pass the check is taken back.
    private func write(_ files: [InventoryDraft.File], former: [UInt8]?) throws(WorkflowError) {
        var written: [String] = []
        do throws(FileTree.Failure) {
            for file in files.reversed() {
                try FileTree.write(Array(file.text.utf8), to: workspace.root + "/" + file.path)
                written.append(file.path)
            }
        } catch {
            try takeBack(written, former: former)
            throw .file(path: error.path, reason: error.reason)
        }
        do throws(ConfigurationFaults) {
            _ = try Inventory.read(workspace: workspace.root, settings: workspace.settings)
        } catch {
            try takeBack(written, former: former)
            throw .configuration(error)
        }
    }

    private func takeBack(_ paths: [String], former: [UInt8]?) throws(WorkflowError) {
        for path in paths {
            let place = workspace.root + "/" + path
            do {
                if path == WorkspaceLayout.credentials, let former {
                    try FileTree.write(former, to: place)
                } else {
                    try FileManager.default.removeItem(atPath: place)
                }
            } catch {
                throw .file(
                    path: place, reason: "the import failed and this file could not be taken back: remove it by hand")
            }
        }
    }
}
