import ConfigModel
import FoundationEssentials
import GRDB

extension StateIndex {
    private static let versionColumns = """
        v.device, v.number, c.run, c.id, v.tree, v."group", v.platform, v.taken, v.changed, c.imported
        FROM versions v JOIN commits c ON c.seq = v.seq
        """

    func versions(of device: DeviceID, limit: Int?) throws(IndexFault) -> [StoredVersion] {
        try versions("WHERE v.device = ? ORDER BY v.number DESC LIMIT ?", [device.text, limit ?? -1])
    }

    func version(of device: DeviceID, number: Int) throws(IndexFault) -> StoredVersion? {
        try versions("WHERE v.device = ? AND v.number = ?", [device.text, number]).first
    }

    func latestVersion(of device: DeviceID) throws(IndexFault) -> StoredVersion? {
        try versions(of: device, limit: 1).first
    }

    func latestVersion(of device: DeviceID, before date: Date) throws(IndexFault) -> StoredVersion? {
        try versions(
            "WHERE v.device = ? AND v.taken < ? ORDER BY v.number DESC LIMIT 1",
            [device.text, date.timeIntervalSince1970]
        ).first
    }

    func latestVersion(of device: DeviceID, atCommit seq: Int64) throws(IndexFault) -> StoredVersion? {
        try versions("WHERE v.device = ? AND v.seq <= ? ORDER BY v.number DESC LIMIT 1", [device.text, seq]).first
    }

    /// The latest version of every device.
    func latestVersions() throws(IndexFault) -> [StoredVersion] {
        try versions("JOIN devices d ON d.device = v.device AND d.number = v.number", [])
    }

    /// The latest version of every device that was taken before `date`.
    func latestVersions(before date: Date) throws(IndexFault) -> [StoredVersion] {
        try versions(
            """
            JOIN (SELECT device, max(number) AS number FROM versions WHERE taken < ? GROUP BY device) l
            ON l.device = v.device AND l.number = v.number
            """, [date.timeIntervalSince1970])
    }

    /// Where the newest imported version of each device came from.
    func lastImports() throws(IndexFault) -> [DeviceID: ImportOrigin] {
        try read { database in
            var origins: [DeviceID: ImportOrigin] = [:]
            // SQLite takes the other columns from the row that has the maximum.
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT v.device, c.imported, max(v.number) FROM versions v JOIN commits c ON c.seq = v.seq
                    WHERE c.imported IS NOT NULL GROUP BY v.device
                    """)
            while let row = try rows.next() {
                origins[try Self.device(row[0])] = ImportOrigin(parsing: row[1] as String)
            }
            return origins
        }
    }

    /// The sequence numbers of the commits whose name begins so; at most two.
    func commits(beginningWith prefix: String) throws(IndexFault) -> [Int64] {
        // 'g' comes after every digit.
        try read { database in
            try Int64.fetchAll(
                database, sql: "SELECT seq FROM commits WHERE id >= ? AND id < ? LIMIT 100",
                arguments: [prefix, prefix + "g"])
        }
    }

    /// The `facts.yaml` of every device's latest version.
    func latestFactsFiles() throws(IndexFault) -> [(device: DeviceID, bytes: [UInt8])] {
        try read { database in
            try Row.fetchAll(database, sql: "SELECT device, facts FROM devices WHERE facts IS NOT NULL").map { row in
                let bytes: Data = row[1]
                return (try Self.device(row[0]), Array(bytes))
            }
        }
    }

    private func versions(_ rest: String, _ arguments: StatementArguments) throws(IndexFault) -> [StoredVersion] {
        try read { database in
            var versions: [StoredVersion] = []
            let rows = try Row.fetchCursor(
                database, sql: "SELECT \(Self.versionColumns) \(rest)", arguments: arguments)
            while let row = try rows.next() { versions.append(try Self.version(row)) }
            return versions
        }
    }

    private static func version(_ row: Row) throws -> StoredVersion {
        let run: String? = row[2]
        let tree: Data = row[4]
        let seconds: Double = row[7]
        let changed: String = row[8]
        let name: String = row[3]
        guard let commit = ObjectID(hexadecimal: name), let tree = ObjectID(tree) else {
            throw IndexFault.damaged("a version has no object id")
        }
        return StoredVersion(
            device: try device(row[0]), number: row[1], run: run.flatMap { RunID($0) }, commit: commit, tree: tree,
            group: row[5], platform: row[6], taken: Date(timeIntervalSince1970: seconds),
            changed: try JSON.value([ArtifactName].self, changed),
            imported: (row[9] as String?).flatMap { ImportOrigin(parsing: $0) })
    }

    static func device(_ text: String) throws -> DeviceID {
        guard let device = DeviceID(text) else { throw IndexFault.damaged("'\(text)' is no device id") }
        return device
    }
}
