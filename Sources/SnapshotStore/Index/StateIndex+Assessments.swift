package import ConfigModel
package import FoundationEssentials
import GRDB

/// What rules have come to on a device's latest version.
package struct KeptAssessment: Sendable, Hashable {
    /// Of all that it rests on: where one of these changes it is of no use any more.
    package var key: String
    /// As whoever keeps it writes it.
    package var results: Data

    package init(key: String, results: Data) {
        self.key = key
        self.results = results
    }
}

extension StateIndex {
    func assessments() throws(IndexFault) -> [DeviceID: KeptAssessment] {
        try read { database in
            var kept: [DeviceID: KeptAssessment] = [:]
            for row in try Row.fetchAll(database, sql: "SELECT device, key, results FROM assessments") {
                kept[try Self.device(row[0])] = KeptAssessment(key: row[1], results: row[2])
            }
            return kept
        }
    }

    func keep(_ assessments: [DeviceID: KeptAssessment]) throws(IndexFault) {
        try write { database in
            for (device, assessment) in assessments {
                try database.execute(
                    sql: "INSERT OR REPLACE INTO assessments(device, key, results) VALUES (?, ?, ?)",
                    arguments: [device.text, assessment.key, assessment.results])
            }
        }
    }
}

extension SnapshotStore {
    /// What rules came to when they were last held against each device.
    package func assessments() throws(StoreError) -> [DeviceID: KeptAssessment] {
        try indexed { (index) throws(IndexFault) in try index.assessments() }
    }

    /// Keeps what rules came to. A store that is open for reading keeps nothing: it is found out anew.
    package func keep(_ assessments: [DeviceID: KeptAssessment]) throws(StoreError) {
        guard purpose == .writing, !assessments.isEmpty else { return }
        try indexed { (index) throws(IndexFault) in try index.keep(assessments) }
    }
}
