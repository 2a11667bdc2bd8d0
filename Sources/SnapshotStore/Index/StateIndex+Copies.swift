import ConfigModel
import FoundationEssentials
import GRDB

/// Restore copies, which come from the repositories of exact bytes, and the devices' own marks of a change.
extension StateIndex {
    /// `collected-2026-10.git` is later than `collected-2026-2.git`, and that than `collected-2026.git`.
    private static let laterFirst = "substr(repository, 11, 4) DESC, length(repository) DESC, repository DESC"
    private static let copyColumns = "device, number, taken, repository, \"commit\", tree"

    /// The commit of a repository of exact bytes that the index stands at.
    func tip(of repository: CollectedName) throws(IndexFault) -> ObjectID? {
        try readRow { try Self.value("tip:\(repository)", in: $0) }.flatMap { ObjectID(hexadecimal: $0) }
    }

    /// Forgets the copies of a repository whose history is another one now.
    func forgetCopies(in repository: CollectedName) throws(IndexFault) {
        try write { database in
            try database.execute(sql: "DELETE FROM copies WHERE repository = ?", arguments: ["\(repository)"])
            try database.execute(sql: "DELETE FROM meta WHERE key = ?", arguments: ["tip:\(repository)"])
        }
    }

    /// Takes in copies up to a commit, all or none.
    func take(_ copies: [RestoreCopy], of repository: CollectedName, upTo tip: ObjectID) throws(IndexFault) {
        try write { database in
            for copy in copies {
                try database.cachedStatement(
                    sql: "INSERT OR REPLACE INTO copies(\(Self.copyColumns)) VALUES (?, ?, ?, ?, ?, ?)"
                )
                .execute(arguments: [
                    try Self.name(copy.device, at: copy.taken, in: database).text, copy.version,
                    copy.taken.timeIntervalSince1970, copy.repository, "\(copy.commit)",
                    Data(copy.tree.bytes),
                ])
            }
            try Self.set("tip:\(repository)", to: "\(tip)", in: database)
        }
    }

    func newestCopy(of device: DeviceID, number: Int) throws(IndexFault) -> RestoreCopy? {
        try readRow { database in
            // Of copies of one time, as a new key makes them, the one in the later repository.
            let statement = try database.cachedStatement(
                sql: """
                    SELECT \(Self.copyColumns) FROM copies WHERE device = ? AND number = ?
                    ORDER BY taken DESC, \(Self.laterFirst) LIMIT 1
                    """)
            return try Row.fetchOne(statement, arguments: [device.text, number]).map(Self.copy)
        }
    }

    /// Of each device's latest version.
    func newestCopies() throws(IndexFault) -> [DeviceID: RestoreCopy] {
        try read { database in
            var copies: [DeviceID: RestoreCopy] = [:]
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT c.device, c.number, c.taken, c.repository, c."commit", c.tree
                    FROM devices d JOIN copies c ON c.device = d.device AND c.number = d.number
                    ORDER BY c.taken, substr(c.repository, 11, 4), length(c.repository), c.repository
                    """)
            while let row = try rows.next() {
                let copy = try Self.copy(row)
                copies[copy.device] = copy
            }
            return copies
        }
    }

    /// Every copy of a device, newest first.
    func copies(of device: DeviceID) throws(IndexFault) -> [RestoreCopy] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT \(Self.copyColumns) FROM copies WHERE device = ? ORDER BY taken DESC, \(Self.laterFirst)",
                arguments: [device.text]
            ).map(Self.copy)
        }
    }

    private static func copy(_ row: Row) throws -> RestoreCopy {
        let commit: String = row[4]
        let tree: Data = row[5]
        guard let commit = ObjectID(hexadecimal: commit), let tree = ObjectID(tree) else {
            throw IndexFault.damaged("a copy has no object id")
        }
        return RestoreCopy(
            device: try device(row[0]), version: row[1], taken: Date(timeIntervalSince1970: row[2]), repository: row[3],
            commit: commit, tree: tree)
    }

    // MARK: Marks

    func marks(of device: DeviceID) throws(IndexFault) -> [ArtifactName: String] {
        try readRow { database in
            let statement = try database.cachedStatement(sql: "SELECT artifact, mark FROM marks WHERE device = ?")
            var marks: [ArtifactName: String] = [:]
            let rows = try Row.fetchCursor(statement, arguments: [device.text])
            while let row = try rows.next() { marks[ArtifactName(row[0])] = row[1] }
            return marks
        }
    }

    /// Replaces the marks of these devices.
    func setMarks(_ marks: [DeviceID: [ArtifactName: String]]) throws(IndexFault) {
        guard !marks.isEmpty else { return }
        try write { database in
            for (device, marks) in marks {
                try database.cachedStatement(sql: "DELETE FROM marks WHERE device = ?").execute(arguments: [device.text]
                )
                for (artifact, mark) in marks {
                    try database.cachedStatement(sql: "INSERT INTO marks VALUES (?, ?, ?)")
                        .execute(arguments: [device.text, artifact.text, mark])
                }
            }
        }
    }
}
