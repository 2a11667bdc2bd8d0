import ConfigAnalysis
package import ConfigModel
import DeviceInventory
import FoundationEssentials
package import SnapshotStore

/// What people may see of what waits in quarantine: never a secret, never a control character.
package struct QuarantineReview: Sendable {
    /// One entry, held against the latest good version.
    package struct Page: Sendable {
        package var entry: QuarantineEntry
        /// `DEVICE@N`; nil when nothing good is stored.
        package var latest: String?
        package var differences: [SnapshotComparison.ArtifactDiff]
        /// What could not be compared, and why.
        package var remarks: [String]
    }

    private let workspace: Workspace
    private let quarantine: Quarantine

    /// The most bytes of an artifact that is compared line by line.
    private static let mostCompared = 8 << 20

    package init(workspace: Workspace) {
        self.workspace = workspace
        quarantine = workspace.quarantine
    }

    /// The newest first.
    /// - Parameters:
    ///   - devices: Nil for every device, also such as the inventory does not have any more.
    ///   - decided: Also those that were decided on and are still kept.
    package func entries(
        of devices: Set<DeviceID>? = nil, decided: Bool = false
    ) throws(WorkflowError) -> [QuarantineEntry] {
        try quarantine.entries().filter { entry in
            (decided || entry.isOpen) && (devices?.contains(entry.device) ?? true)
        }
    }

    /// - Parameter reference: `DEVICE`: the newest that waits, else the newest of all; `DEVICE@RUN`: that of a run, by at
    ///   least its first 8 characters.
    package func entry(_ reference: String) throws(WorkflowError) -> QuarantineEntry {
        let parts = reference.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let device = DeviceID(parts[0]) else { throw .request("'\(reference)' names no device") }
        let all = try entries(of: [device], decided: true)
        guard !all.isEmpty else {
            throw .request("nothing of \(device) is in quarantine: 'plumbline quarantine list' shows what is")
        }
        guard parts.count > 1 else { return all.first(where: \.isOpen) ?? all[0] }
        let matches = all.filter { parts[1].count >= 8 && $0.run.text.hasPrefix(parts[1]) }
        guard matches.count == 1 else {
            let runs = all.map(\.run.text).joined(separator: ", ")
            throw .request(
                "\(device): '\(printable(parts[1]))' names no single run; in quarantine are those of \(runs)")
        }
        return matches[0]
    }

    /// Reads the captured bytes, normalises them and compares.
    package func page(of entry: QuarantineEntry, store: SnapshotStore) async throws(WorkflowError) -> Page {
        var page = Page(entry: entry, differences: [], remarks: [])
        guard !entry.artifacts.isEmpty else {
            page.remarks = ["nothing was captured: --transcript shows what passed"]
            return page
        }
        guard let platform = workspace.inventory.platform(named: entry.platform) else {
            page.remarks = ["the platform '\(entry.platform)' is not known any more: nothing is compared or shown"]
            return page
        }
        var new = SnapshotComparison.Side(
            name: "\(entry.device)@quarantine", platform: platform,
            snapshot: ComparableSnapshot(texts: [:], facts: entry.facts))
        for artifact in try quarantine.artifacts(of: entry) {
            guard artifact.collected.count <= Self.mostCompared else {
                page.remarks.append(
                    "\(artifact.name): \(artifact.collected.count) bytes are too many to be compared here")
                continue
            }
            do {
                let text = try Normaliser(platform: platform).comparable(
                    artifact, device: entry.device, key: try workspace.fingerprintKey())
                new.snapshot.texts[artifact.name] = text.bytes
            } catch let error as AnalysisError {
                page.remarks.append("\(artifact.name): \(error)")
            } catch let error as WorkflowError {
                throw error
            } catch {
                page.remarks.append("\(artifact.name): \(error)")
            }
        }
        try await compare(new, into: &page, store)
        return page
    }

    private func compare(
        _ new: SnapshotComparison.Side, into page: inout Page, _ store: SnapshotStore
    ) async throws(WorkflowError) {
        let comparison = SnapshotComparison(workspace: workspace, store: store)
        var old = SnapshotComparison.Side(
            name: "nothing", platform: new.platform, snapshot: ComparableSnapshot(facts: new.snapshot.facts))
        if try await workspace.asking({ () throws(StoreError) in try await store.latest() })[page.entry.device] != nil {
            old = try await comparison.side(page.entry.device.text)
            page.latest = old.name
        } else {
            page.remarks.append("nothing good of the device is stored: all of it is new")
        }
        // What could not be read is not shown as gone.
        let unread = Set(page.entry.artifacts.map(\.name)).subtracting(new.snapshot.texts.keys)
        page.differences = comparison.differences(from: old, to: new, context: 3, only: nil)
            .filter { !unread.contains($0.artifact) }
    }

    /// What passed in the session, line by line; empty where nothing was kept.
    ///
    /// What the device said goes through the platform's rules for secrets, and through the net, before it is shown.
    package func transcript(of entry: QuarantineEntry) throws(WorkflowError) -> [String] {
        let events = try quarantine.transcript(of: entry)
        guard !events.isEmpty else { return [] }
        guard var platform = workspace.inventory.platform(named: entry.platform) else {
            throw .request("the platform '\(entry.platform)' is not known any more, so its secrets cannot be masked")
        }
        // Nothing is left out of it but secrets.
        platform.volatile = []
        platform.wrapped = []
        platform.phi = false
        let key = try workspace.fingerprintKey()
        do {
            let normaliser = try Normaliser(platform: platform)
            return try events.flatMap { event in
                switch event.kind {
                case .opened: return [SessionLine.opened(event.text ?? "")]
                case .sent: return SessionLine.sent(Array((event.text ?? "").utf8))
                case .note: return [SessionLine.note(event.text ?? "")]
                case .closed: return [SessionLine.closed]
                case .elided: return [SessionLine.elided(event.text ?? "some")]
                case .received:
                    let lines = SessionLine.brokenAtControls(event.received ?? [])
                    let artifact = Artifact(name: ArtifactName("session"), collected: lines)
                    let text = try normaliser.comparable(artifact, device: entry.device, key: key)
                    return SessionLine.receivedLines(text.bytes)
                }
            }
        } catch {
            throw .rules("the transcript cannot be masked, so it is not shown: \(error)")
        }
    }
}
