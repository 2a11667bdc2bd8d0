import ConfigAnalysis
package import ConfigModel
import FoundationEssentials
package import SnapshotStore

/// What a run has stored, as differences between versions: read from the store when a report needs it.
package struct RunChanges: Sendable {
    /// One device.
    package struct Change: Sendable {
        package var device: DeviceID
        /// `DEVICE@N`, what they were and what they are; nil of a first version.
        package var old: String?
        package var new: String
        package var artifacts: [SnapshotComparison.ArtifactDiff]
        /// Why it cannot be shown; nil when it is.
        package var fault: String?
    }

    package var changes: [Change] = []
    /// Devices that changed and are not shown, because they are too many.
    package var more = 0

    /// - Parameters:
    ///   - report: Of a run, which may be long past.
    ///   - devices: Which of its devices; nil for all.
    ///   - most: So many devices are shown at most.
    package static func read(
        of report: RunReport, devices: Set<DeviceID>? = nil, most: Int = 50, workspace: Workspace, store: SnapshotStore
    ) async -> RunChanges {
        var found = RunChanges()
        let comparison = SnapshotComparison(workspace: workspace, store: store)
        for row in report.rows where row.outcome == .changed && devices?.contains(row.device) != false {
            guard let version = row.version, version > 1 else { continue }
            guard found.changes.count < most else {
                found.more += 1
                continue
            }
            let (old, new) = ("\(row.device)@\(version - 1)", "\(row.device)@\(version)")
            do throws(WorkflowError) {
                let diffs = comparison.differences(
                    from: try await comparison.side(old), to: try await comparison.side(new), context: 2, only: nil)
                found.changes.append(Change(device: row.device, old: old, new: new, artifacts: diffs))
            } catch {
                found.changes.append(Change(device: row.device, old: old, new: new, artifacts: [], fault: "\(error)"))
            }
        }
        return found
    }
}
