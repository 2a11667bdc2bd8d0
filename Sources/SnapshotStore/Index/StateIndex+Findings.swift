import ConfigModel
import FoundationEssentials
import GRDB

/// The findings of the last run of each device, and since when they are so. Lost with the index, they begin anew.
extension StateIndex {
    /// Replaces the findings of these devices; of those that stay, the time of the first is kept.
    func remember(_ findings: [DeviceID: [Finding]], at time: Date) throws(IndexFault) {
        let seconds = Timestamp.rounded(time).timeIntervalSince1970
        try write { database in
            for (device, findings) in findings {
                let known = try Self.firstSeen(of: device, in: database)
                try database.cachedStatement(sql: "DELETE FROM findings WHERE device = ?")
                    .execute(arguments: [device.text])
                for finding in findings {
                    let id = finding.id
                    try database.cachedStatement(sql: "INSERT OR REPLACE INTO findings VALUES (?, ?, ?, ?, ?, ?, ?)")
                        .execute(arguments: [
                            device.text, id, finding.class.rawValue, finding.severity.rawValue, known[id] ?? seconds,
                            seconds, try JSON.text(finding),
                        ])
                }
            }
        }
    }

    /// Of every device and finding of its last run, by the finding's id.
    func firstSeen() throws(IndexFault) -> [DeviceID: [String: Date]] {
        try read { database in
            var seen: [DeviceID: [String: Date]] = [:]
            let rows = try Row.fetchCursor(database, sql: "SELECT device, id, first FROM findings")
            while let row = try rows.next() {
                seen[try Self.device(row[0]), default: [:]][row[1]] = Date(timeIntervalSince1970: row[2])
            }
            return seen
        }
    }

    /// The findings of each device's last run.
    func findings() throws(IndexFault) -> [DeviceID: [Finding]] {
        try read { database in
            var findings: [DeviceID: [Finding]] = [:]
            let rows = try Row.fetchCursor(database, sql: "SELECT device, body FROM findings ORDER BY device, id")
            while let row = try rows.next() {
                findings[try Self.device(row[0]), default: []].append(try JSON.value(Finding.self, row[1] as String))
            }
            return findings
        }
    }

    private static func firstSeen(of device: DeviceID, in database: Database) throws -> [String: Double] {
        var seen: [String: Double] = [:]
        let statement = try database.cachedStatement(sql: "SELECT id, first FROM findings WHERE device = ?")
        let rows = try Row.fetchCursor(statement, arguments: [device.text])
        while let row = try rows.next() { seen[row[0]] = row[1] }
        return seen
    }
}
