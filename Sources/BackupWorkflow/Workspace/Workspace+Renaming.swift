import ConfigModel
import DeviceInventory
import SnapshotStore

extension Workspace {
    /// Gives histories the new ids of their devices (`was:`).
    /// - Returns: What people should know.
    func rename(in store: SnapshotStore) async throws(WorkflowError) -> [String] {
        let renamed = inventory.devices.filter { !$0.was.isEmpty }
        let earlier = Dictionary(renamed.map { ($0.id, $0.was) }, uniquingKeysWith: { first, _ in first })
        let summary = try await asking { () throws(StoreError) in
            try await store.renameDevices(earlier, workspace: settings.workspace)
        }
        return summary.renamed.map { "the history of \($0.earlier) goes on as \($0.device)" }
            + summary.conflicts.map {
                "\($0.device) was \($0.earlier), and both have versions: that history stays as \($0.earlier); take 'was' away"
            }
    }

    func originalNames(_ store: SnapshotStore) async throws(WorkflowError) -> [DeviceID: DeviceID] {
        try await asking { () throws(StoreError) in try await store.originalNames() }
    }
}
