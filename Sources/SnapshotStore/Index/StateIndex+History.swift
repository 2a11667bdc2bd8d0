import ConfigModel
import FoundationEssentials
import GRDB

/// The latest version of a device, as far as adding the next one needs it.
struct DeviceTip: Sendable, Hashable {
    var number: Int
    var tree: ObjectID
    var group: String
    var factsFile: [UInt8]
    var taken: Date
}

/// Versions: all of it comes from git.
extension StateIndex {
    /// The commit of `store.git` that the index stands at.
    func tip() throws(IndexFault) -> ObjectID? {
        try readRow { try Self.value("tip", in: $0) }.flatMap { ObjectID(hexadecimal: $0) }
    }

    /// Forgets all that came from git.
    func forgetHistory() throws(IndexFault) {
        try write { database in
            try database.execute(
                sql: """
                    DELETE FROM commits; DELETE FROM versions; DELETE FROM names; DELETE FROM meta WHERE key = 'tip';
                    UPDATE devices SET number = NULL, tree = NULL, "group" = NULL, facts = NULL
                    """)
        }
    }

    /// Takes in commits, oldest first, which follow the one that the index stands at; all of them or none.
    func take(_ commits: [ObjectID], from history: HistoryReader) throws(IndexFault) {
        try write { database in
            for commit in commits { try Self.take(try history.step(commit), history, database) }
            if let last = commits.last { try Self.set("tip", to: "\(last)", in: database) }
        }
    }

    func deviceTip(_ device: DeviceID) throws(IndexFault) -> DeviceTip? {
        try readRow { try Self.deviceTip(device, in: $0) }
    }

    private static func take(_ step: HistoryStep, _ history: HistoryReader, _ database: Database) throws {
        try database.cachedStatement(sql: "INSERT INTO commits(id, run, time, imported) VALUES (?, ?, ?, ?)").execute(
            arguments: [
                "\(step.commit)", step.run?.text, step.time.timeIntervalSince1970, step.imported?.text,
            ])
        let seq = database.lastInsertedRowID
        for rename in step.renames { try take(rename, at: step.time, database) }
        for change in step.changes {
            let before = try deviceTip(change.device, in: database)
            guard before?.tree != change.tree else {
                try database.cachedStatement(sql: #"UPDATE devices SET "group" = ? WHERE device = ?"#)
                    .execute(arguments: [change.group, change.device.text])
                continue
            }
            try take(change, seq: seq, isImported: step.imported != nil, before: before, history, database)
        }
    }

    private static func take(
        _ change: HistoryStep.DeviceChange, seq: Int64, isImported: Bool, before: DeviceTip?,
        _ history: HistoryReader, _ database: Database
    ) throws {
        let number = (before?.number ?? 0) + 1
        let files = try history.files(in: change.tree)
        let factsFile = try history.factsFile(in: files)
        let platform = FactsDocument(parsing: factsFile)?.platform ?? ""
        let old = try before.map { try history.files(in: $0.tree) } ?? [:]
        let changed = try history.changedArtifacts(from: old, to: files)
        try database.cachedStatement(
            sql: """
                INSERT INTO versions(device, number, seq, tree, "group", platform, taken, changed)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            change.device.text, number, seq, Data(change.tree.bytes), change.group, platform,
            change.taken.timeIntervalSince1970, try JSON.text(changed),
        ])
        try database.cachedStatement(
            sql: """
                INSERT INTO devices(device, number, tree, "group", facts, success) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT(device) DO UPDATE SET number = excluded.number, tree = excluded.tree,
                    "group" = excluded."group", facts = excluded.facts,
                    success = max(ifnull(success, excluded.success), ifnull(excluded.success, success))
                """
        ).execute(arguments: [
            change.device.text, number, Data(change.tree.bytes), change.group, Data(factsFile),
            // What another tool collected says nothing of whether we can.
            isImported ? nil : change.taken.timeIntervalSince1970,
        ])
    }

    private static func deviceTip(_ device: DeviceID, in database: Database) throws -> DeviceTip? {
        let statement = try database.cachedStatement(sql: tipColumns + " WHERE d.device = ?")
        return try Row.fetchOne(statement, arguments: [device.text]).map(tip)
    }

    /// The latest version of every device.
    func deviceTips() throws(IndexFault) -> [DeviceID: DeviceTip] {
        try read { database in
            var tips: [DeviceID: DeviceTip] = [:]
            let rows = try Row.fetchCursor(database, sql: Self.tipColumns)
            while let row = try rows.next() { tips[try Self.device(row[5])] = try Self.tip(row) }
            return tips
        }
    }

    private static let tipColumns = """
        SELECT d.number, d.tree, d."group", d.facts, v.taken, d.device
        FROM devices d JOIN versions v ON v.device = d.device AND v.number = d.number
        """

    private static func tip(_ row: Row) throws -> DeviceTip {
        let bytes: Data = row[1]
        guard let tree = ObjectID(bytes) else { throw IndexFault.damaged("a tree is no object id") }
        let facts: Data = row[3]
        return DeviceTip(
            number: row[0], tree: tree, group: row[2], factsFile: Array(facts),
            taken: Date(timeIntervalSince1970: row[4]))
    }

    static func value(_ key: String, in database: Database) throws -> String? {
        try String.fetchOne(database, sql: "SELECT value FROM meta WHERE key = ?", arguments: [key])
    }

    static func set(_ key: String, to value: String, in database: Database) throws {
        try database.execute(
            sql: "INSERT INTO meta VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value",
            arguments: [key, value])
    }
}
