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
            try anchorAudit()
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

    /// What is remembered of devices; of one without an entry nothing is.
    package func memories() throws(StoreError) -> [DeviceID: DeviceMemory] {
        try indexed { (index) throws(IndexFault) in try index.memories() }
    }

    /// Remembers this of devices, in place of what was remembered of them.
    package func remember(_ memories: [DeviceID: DeviceMemory]) throws(StoreError) {
        guard purpose == .writing else { throw .readingOnly(path: directory) }
        guard !memories.isEmpty else { return }
        try indexed { (index) throws(IndexFault) in try index.remember(memories) }
    }

    /// Remembers what a run has found, in place of what was found before; since when a finding is so, is kept.
    package func remember(_ findings: [DeviceID: [Finding]], at time: Date) throws(StoreError) {
        guard purpose == .writing else { throw .readingOnly(path: directory) }
        guard !findings.isEmpty else { return }
        try indexed { (index) throws(IndexFault) in try index.remember(findings, at: time) }
    }

    /// What each device's last run has found.
    package func findings() throws(StoreError) -> [DeviceID: [Finding]] {
        try indexed { (index) throws(IndexFault) in try index.findings() }
    }

    /// When each finding of a device's last run was first found, by the finding's id.
    package func firstSeen() throws(StoreError) -> [DeviceID: [String: Date]] {
        try indexed { (index) throws(IndexFault) in try index.firstSeen() }
    }
}
