import ConfigModel
import FoundationEssentials
import GRDB

/// Devices that were renamed: what they were called, until when. All of it comes from git.
extension StateIndex {
    /// The id under which the first version of a device was stored, of each that has another one now.
    func originalNames() throws(IndexFault) -> [DeviceID: DeviceID] {
        try read { database in
            var names: [DeviceID: DeviceID] = [:]
            // SQLite takes the other column from the row that has the minimum.
            let rows = try Row.fetchCursor(
                database, sql: "SELECT device, earlier, min(time) FROM names GROUP BY device")
            while let row = try rows.next() { names[try Self.device(row[0])] = try Self.device(row[1]) }
            return names
        }
    }

    func currentName(of earlier: DeviceID) throws(IndexFault) -> DeviceID? {
        try readRow { database in
            try String.fetchOne(
                database, sql: "SELECT device FROM names WHERE earlier = ? ORDER BY time DESC LIMIT 1",
                arguments: [earlier.text]
            ).map(Self.device)
        }
    }

    /// What a device is called now that had this id at a time.
    static func name(_ device: DeviceID, at time: Date, in database: Database) throws -> DeviceID {
        let statement = try database.cachedStatement(
            sql: "SELECT device FROM names WHERE earlier = ? AND time > ? ORDER BY time LIMIT 1")
        let found = try String.fetchOne(statement, arguments: [device.text, time.timeIntervalSince1970])
        return try found.map { try Self.device($0) } ?? device
    }

    /// Gives all that is known of a device its new id. One that has versions already keeps them, and takes nothing over.
    static func take(_ rename: HistoryStep.Rename, at time: Date, _ database: Database) throws {
        let (old, new) = (rename.earlier.text, rename.device.text)
        let isTaken = try Bool.fetchOne(
            database, sql: "SELECT count(*) > 0 FROM versions WHERE device = ?", arguments: [new])
        guard old != new, isTaken != true else { return }
        // Attempts before its first version under the new id, if any, are the newer ones.
        let fresh = try Row.fetchOne(
            database, sql: "SELECT attempt, outcome, message, success FROM devices WHERE device = ?", arguments: [new])
        try database.execute(sql: "DELETE FROM devices WHERE device = ?", arguments: [new])
        try database.execute(sql: "UPDATE devices SET device = ? WHERE device = ?", arguments: [new, old])
        if let fresh, let attempt: Double = fresh[0] {
            try database.execute(
                sql: """
                    UPDATE devices SET attempt = ?1, outcome = ?2, message = ?3, success = max(ifnull(success, ?4), ifnull(?4, success))
                    WHERE device = ?5 AND ifnull(attempt, 0) <= ?1
                    """,
                arguments: [attempt, fresh[1] as String?, fresh[2] as String, fresh[3] as Double?, new])
        }
        try database.execute(sql: "UPDATE versions SET device = ? WHERE device = ?", arguments: [new, old])
        for table in ["images", "marks", "findings"] {
            try database.execute(
                sql: "UPDATE OR REPLACE \(table) SET device = ? WHERE device = ?", arguments: [new, old])
        }
        try database.execute(sql: "UPDATE uncovered SET device = ? WHERE device = ?", arguments: [new, old])
        try database.execute(
            sql: "UPDATE OR REPLACE restorability SET device = ? WHERE device = ?", arguments: [new, old])
        // The id may be another device's by now: what came later is not of this one.
        let seconds = time.timeIntervalSince1970
        try database.execute(
            sql: "UPDATE OR REPLACE attempts SET device = ? WHERE device = ? AND started < ?",
            arguments: [new, old, seconds])
        try database.execute(
            sql: "UPDATE OR REPLACE copies SET device = ? WHERE device = ? AND taken < ?",
            arguments: [new, old, seconds])
        try database.execute(sql: "UPDATE names SET device = ? WHERE device = ?", arguments: [new, old])
        try database.execute(sql: "INSERT OR REPLACE INTO names VALUES (?, ?, ?)", arguments: [old, seconds, new])
    }
}
