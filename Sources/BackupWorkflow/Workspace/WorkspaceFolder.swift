package import ConfigModel
package import DeviceInventory
import Glibc
package import SnapshotStore

/// A workspace as far as what is stored can be read: its place and its settings, without the inventory. A question about
/// history must be answered at once in a fleet of thousands, and also while somebody edits the inventory.
package struct WorkspaceFolder: Sendable {
    /// Absolute.
    package let root: String
    package let settings: Settings

    /// Where everything lies that is not for people to edit.
    package var state: String { root + "/var" }

    /// Finds the workspace at or above a folder.
    package static func open(
        at place: String, environment: [String: String]
    ) throws(WorkflowError) -> WorkspaceFolder {
        let root = try Workspace.find(from: place)
        do throws(ConfigurationFaults) {
            return WorkspaceFolder(
                root: root, settings: try Settings.read(workspace: root, environment: environment))
        } catch {
            throw .configuration(error)
        }
    }

    /// For commands that only read.
    package func storeForReading() async throws(WorkflowError) -> SnapshotStore {
        try await Self.asking { () throws(StoreError) in
            try await SnapshotStore.open(state, for: .reading, keys: Workspace.collectedKeys(settings, root: root))
        }
    }

    /// A platform by its name, without looking at the others; nil also where its file has faults.
    package func platform(named name: String) -> Platform? {
        try? Inventory.readPlatform(named: name, workspace: root)
    }

    /// Runs something that asks the store, its error made the workflow's.
    package static func asking<Answer>(
        _ ask: () async throws(StoreError) -> Answer
    ) async throws(WorkflowError) -> Answer {
        do throws(StoreError) {
            return try await ask()
        } catch {
            throw .store(error)
        }
    }

    /// What a person should know about the workspace, whatever the command.
    package func notices(_ store: SnapshotStore) async -> [String] {
        var notices = await store.takeNotices()
        var status = stat()
        if stat(state, &status) == 0, status.st_mode & 0o007 != 0 {
            notices.append("others may look into \(state), where secrets are: 'chmod o-rwx' it")
        }
        return notices
    }
}
