package import ConfigModel
import DeviceInventory
import DeviceSession
package import FoundationEssentials
import SnapshotStore

/// Takes in what a person has brought of a device that cannot be asked: through the same gate, rules and store as a collection.
package struct ManualCollection: Sendable {
    package struct Request: Sendable {
        package var device: Device
        /// A file, or a folder with a file for each artifact.
        package var path: String
        /// What a single file is; nil for the platform's main artifact.
        package var artifact: ArtifactName?
        package var taken: Date
        /// Who brings it.
        package var by: String
        package var reason: String?

        package init(
            device: Device, path: String, artifact: ArtifactName?, taken: Date, by: String, reason: String? = nil
        ) {
            self.device = device
            self.path = path
            self.artifact = artifact
            self.taken = taken
            self.by = by
            self.reason = reason
        }
    }

    private let workspace: Workspace
    private let collection: CollectionStage

    package init(workspace: Workspace, collection: CollectionStage) {
        self.workspace = workspace
        self.collection = collection
    }

    /// - Throws: `request` for a time that lies ahead or before the latest version, and for a device that is not in service.
    package func collect(_ request: Request, failOn: FailOn = .any) async throws(WorkflowError) -> RunReport {
        let device = request.device
        let name = request.by
        guard name.contains(where: { !$0.isWhitespace }), name == printable(name), name.count <= 100 else {
            throw .request("--by takes one line of 1 to 100 characters: who brought it")
        }
        guard request.taken.timeIntervalSinceNow < 60 else {
            throw .request("--taken \(Wording.time(request.taken)) lies ahead: say when it was taken from the device")
        }
        if case .uncovered(let because) = device.method {
            throw .request(
                "\(device.id) is uncovered, because \(because): write 'method: manual' in the inventory, so that its copies count"
            )
        }
        guard let platform = workspace.inventory.platform(named: device.platform) else {
            throw .request("\(device.id): there is no platform '\(device.platform)'")
        }
        let main = request.artifact ?? Self.main(of: platform)
        guard let main else {
            throw .request("platform '\(platform.name)' has no main artifact: say which one it is with --artifact")
        }
        let texts = try Delivery.texts(at: request.path, as: main, limit: workspace.artifactLimit(of: device))
        try await refuseOlder(request)
        try await refuseUnknown(texts, platform, device)
        try workspace.audit(
            "collect", subject: device.id.text, reason: request.reason,
            details: [
                "by": request.by, "taken": Wording.time(request.taken),
                "artifacts": texts.keys.map(\.text).sorted().joined(separator: " "),
            ])
        var run = RunWorkflow.Request(
            devices: [device], command: "collect \(device.id) --by \(request.by)", failOn: failOn)
        run.deliveries = [device.id: Delivery(texts: texts, taken: request.taken)]
        return try await RunWorkflow(workspace: workspace, collection: collection).run(
            run, stop: StopRequest(), progress: { _ in })
    }

    private static func main(of platform: Platform) -> ArtifactName? {
        for rule in platform.collect where rule.foreach == nil {
            if case .command(_, let artifact, _) = rule.source { return ArtifactName(artifact) }
        }
        return nil
    }

    /// A name that the platform does not have is the person's slip, and no failure of the device.
    private func refuseUnknown(
        _ texts: [ArtifactName: [UInt8]], _ platform: Platform, _ device: Device
    ) async throws(WorkflowError) {
        do {
            let collector = try DeviceCollector(
                platform: platform, host: device.id.text, artifactLimit: workspace.artifactLimit(of: device),
                enable: nil,
                vars: device.vars)
            _ = try await collector.capture(of: texts)
        } catch let error as SessionError {
            throw .request("\(error)")
        } catch {
            throw .rules("\(error)")
        }
    }

    /// What was taken before the latest version would be told as the newest.
    private func refuseOlder(_ request: Request) async throws(WorkflowError) {
        let store = try await workspace.storeForReading()
        let latest = try await workspace.asking { () throws(StoreError) in try await store.latest() }[request.device.id]
        guard let latest, latest.taken > request.taken else { return }
        throw .request(
            "\(request.device.id)@\(latest.number) was taken on \(Wording.time(latest.taken)), after "
                + "\(Wording.time(request.taken)): an older text cannot become the latest version")
    }
}
