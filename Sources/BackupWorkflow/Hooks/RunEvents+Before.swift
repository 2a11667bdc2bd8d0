import ConfigModel
import SnapshotStore

extension RunEvents.Before {
    init(_ store: SnapshotStore, in workspace: Workspace) async throws(WorkflowError) {
        let (findings, states, refusals) = try await workspace.asking { () throws(StoreError) in
            (try await store.findings(), try await store.deviceStates(), try await store.refusals())
        }
        self.init(
            findings: findings.mapValues { Set($0.map(\.id)) },
            drifted: Set(findings.filter { $0.value.contains(where: \.isDrift) }.keys), states: states,
            held: Set(CredentialHold.all(in: refusals).compactMap(\.first?.credential)))
    }
}
