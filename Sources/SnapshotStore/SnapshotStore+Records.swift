package import ConfigModel
package import FoundationEssentials

extension SnapshotStore {
    /// Keeps what is to be known of a run: first in `var/runs/<year>.jsonl`, then in the index.
    package func recordRun(_ record: RunRecord) throws(StoreError) {
        guard purpose == .writing else { throw .readingOnly(path: directory) }
        let file = RunFile(path: "\(paths.runs)/\(Timestamp.year(of: record.started)).jsonl")
        try holdingStoreLock { () throws(StoreError) in
            _ = try file.append(record)
            try catchUp()
        }
    }

    /// Newest first.
    package func runs(limit: Int? = nil) throws(StoreError) -> [RunSummary] {
        try indexed { (index) throws(IndexFault) in try index.runs(limit: limit) }
    }

    /// Newest first. Attempts of the last hundred days are kept.
    package func attempts(of device: DeviceID, limit: Int? = nil) throws(StoreError) -> [DeviceAttempt] {
        try indexed { (index) throws(IndexFault) in try index.attempts(of: device, limit: limit) }
    }

    /// Every device that was ever tried or stored.
    package func deviceStates() throws(StoreError) -> [DeviceID: DeviceState] {
        try indexed { (index) throws(IndexFault) in try index.deviceStates() }
    }

    package func lastSuccess(of device: DeviceID) throws(StoreError) -> Date? {
        try deviceStates()[device]?.lastSuccess
    }

    /// Keeps the findings of a run in place of those of the run before.
    package func saveFindings(_ run: RunID, _ findings: [Finding]) throws(StoreError) {
        guard purpose == .writing else { throw .readingOnly(path: directory) }
        try indexed { (index) throws(IndexFault) in try index.save(findings, of: run) }
    }

    /// The findings saved last, and the run that they are of. Lost with the index.
    package func lastFindings() throws(StoreError) -> (run: RunID, findings: [Finding])? {
        try indexed { (index) throws(IndexFault) in try index.findings() }
    }
}
