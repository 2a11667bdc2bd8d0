import ConfigModel
import DeviceInventory
import FoundationEssentials
import SnapshotStore

/// Stores what devices have before they are changed, and what they have afterwards: as versions of theirs, or as restore copies
/// of those that they are equal to. One at a time, beside any run.
actor BeforeImages {
    private let workspace: Workspace
    private let command: String

    init(_ workspace: Workspace, command: String) {
        self.workspace = workspace
        self.command = command
    }

    /// - Returns: The number of the version that holds it, exact bytes included.
    func keep(_ sample: RestoreLink.Sample, of device: Device, by rules: DeviceIntake.Rules) async throws(WorkflowError)
        -> Int
    {
        let store = try await workspace.storeForWriting()
        let intake = DeviceIntake(
            store: store, key: try workspace.fingerprintKey(),
            originalNames: try await workspace.originalNames(store))
        let run = RunID.new(at: sample.taken)
        var sample = sample
        sample.capture.facts = try await withKnownDigests(sample.capture.facts, of: device.id, store)
        do throws(StoreError) {
            try await store.begin(run: run, workspace: workspace.settings.workspace, started: sample.taken)
        } catch {
            throw .store(error)
        }
        let added = try await intake.store(
            sample.capture, as: sample.normalised, of: device, taken: sample.taken, by: rules, keepsBytes: true)
        do throws(StoreError) {
            let commit = try await store.finish()
            try await store.recordRun(record(run, sample, of: device.id, added, commit))
            return try await store.resolve(device.id, .latest).number
        } catch {
            throw .store(error)
        }
    }

    /// A restore takes no digests of images, which are a device's hard work, and changes none: those of the latest version stand as
    /// long as the image has the same name and size.
    private func withKnownDigests(
        _ facts: Facts, of device: DeviceID, _ store: SnapshotStore
    ) async throws(WorkflowError) -> Facts {
        guard facts.images.contains(where: { $0.digest == nil }) else { return facts }
        let known: [FirmwareImage]
        do throws(StoreError) {
            guard let latest = try await store.latest()[device] else { return facts }
            known = try await store.facts(of: latest).images
        } catch {
            throw .store(error)
        }
        var facts = facts
        for index in facts.images.indices where facts.images[index].digest == nil {
            let image = facts.images[index]
            if let same = known.first(where: { $0.path == image.path && $0.size == image.size && $0.digest != nil }) {
                facts.images[index] = same
            }
        }
        return facts
    }

    private func record(
        _ run: RunID, _ sample: RestoreLink.Sample, of device: DeviceID, _ added: AddedSnapshot, _ commit: StoredCommit
    ) -> RunRecord {
        let isNew = if case .new = added { true } else { false }
        let attempt = AttemptRecord(
            device: device, started: sample.taken, finished: Date(), outcome: isNew ? .stored : .unchanged,
            bytes: sample.collected.values.reduce(0) { $0 + $1.count })
        return RunRecord(
            run: run, started: sample.taken, finished: Date(), exit: 0, command: command, commit: commit.commit,
            attempts: [attempt])
    }
}
