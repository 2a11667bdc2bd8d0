import ConfigModel
import FoundationEssentials
import GRDB

/// Runs and attempts: what git is not told.
extension StateIndex {
    /// How long attempts are kept one by one.
    static let attemptsKept: TimeInterval = 100 * 86_400

    /// Bytes of a file of run records that were taken in.
    func consumed(of file: String) throws(IndexFault) -> Int {
        try readRow { try Self.value("runs:\(file)", in: $0) }.flatMap { Int($0) } ?? 0
    }

    /// Takes in runs that were read from a file up to an offset. A run that is known already is replaced.
    func take(_ records: [RunRecord], of file: String, upTo offset: Int) throws(IndexFault) {
        try write { database in
            for record in records { try Self.take(record, database) }
            try Self.set("runs:\(file)", to: "\(offset)", in: database)
            if let newest = records.map(\.started).max() {
                try Self.prune(before: newest - Self.attemptsKept, database)
            }
        }
    }

    func runs(limit: Int?) throws(IndexFault) -> [RunSummary] {
        try read { database in
            let rows = try Row.fetchAll(
                database,
                sql:
                    #"SELECT seq, run, started, finished, exit, command, "commit" FROM runs ORDER BY started DESC LIMIT ?"#,
                arguments: [limit ?? -1])
            return try rows.map { row in
                let commit: String? = row[6]
                var counts: [String: Int] = [:]
                let groups = try Row.fetchCursor(
                    database, sql: "SELECT outcome, count(*) FROM attempts WHERE run = ? GROUP BY outcome",
                    arguments: [row[0] as Int64])
                while let group = try groups.next() { counts[group[0]] = group[1] }
                return RunSummary(
                    run: try Self.run(row[1]), started: Date(timeIntervalSince1970: row[2]),
                    finished: Date(timeIntervalSince1970: row[3]), exit: row[4], command: row[5],
                    commit: commit.flatMap { ObjectID(hexadecimal: $0) }, counts: counts)
            }
        }
    }

    func attempts(of device: DeviceID, limit: Int?) throws(IndexFault) -> [DeviceAttempt] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT r.run, a.started, a.finished, a.outcome, a.message, a.bytes
                    FROM attempts a JOIN runs r ON r.seq = a.run WHERE a.device = ? ORDER BY a.started DESC LIMIT ?
                    """,
                arguments: [device.text, limit ?? -1]
            ).map { row in
                let attempt = AttemptRecord(
                    device: device, started: Date(timeIntervalSince1970: row[1]),
                    finished: Date(timeIntervalSince1970: row[2]), outcome: try Self.outcome(row[3]), message: row[4],
                    bytes: row[5])
                return DeviceAttempt(run: try Self.run(row[0]), attempt: attempt)
            }
        }
    }

    func deviceStates() throws(IndexFault) -> [DeviceID: DeviceState] {
        try read { database in
            var states: [DeviceID: DeviceState] = [:]
            let rows = try Row.fetchCursor(
                database, sql: "SELECT device, number, success, attempt, outcome, message FROM devices")
            while let row = try rows.next() {
                let device = try Self.device(row[0])
                let success: Double? = row[2]
                let attempt: Double? = row[3]
                let outcome: String? = row[4]
                states[device] = DeviceState(
                    device: device, latestVersion: row[1], lastSuccess: success.map { Date(timeIntervalSince1970: $0) },
                    lastAttempt: attempt.map { Date(timeIntervalSince1970: $0) },
                    lastOutcome: try outcome.map { try Self.outcome($0) }, lastMessage: row[5])
            }
            return states
        }
    }

    private static func take(_ record: RunRecord, _ database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO runs(run, started, finished, exit, command, "commit") VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT(run) DO UPDATE SET started = excluded.started, finished = excluded.finished,
                    exit = excluded.exit, command = excluded.command, "commit" = excluded."commit"
                """,
            arguments: [
                record.run.text, seconds(record.started), seconds(record.finished), record.exit, record.command,
                record.commit.map { "\($0)" },
            ])
        let seq = try Int64.fetchOne(database, sql: "SELECT seq FROM runs WHERE run = ?", arguments: [record.run.text])
        for attempt in record.attempts { try take(attempt, run: seq ?? 0, database) }
    }

    private static func take(_ attempt: AttemptRecord, run: Int64, _ database: Database) throws {
        var attempt = attempt
        attempt.device = try name(attempt.device, at: attempt.started, in: database)
        try database.cachedStatement(sql: "INSERT OR REPLACE INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?)").execute(
            arguments: [
                attempt.device.text, seconds(attempt.started), run, seconds(attempt.finished), attempt.outcome.word,
                attempt.message, attempt.bytes,
            ])
        try database.cachedStatement(
            sql: """
                INSERT INTO devices(device, attempt, outcome, message) VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT(device) DO UPDATE SET attempt = excluded.attempt, outcome = excluded.outcome,
                    message = excluded.message WHERE attempt IS NULL OR attempt <= excluded.attempt
                """
        ).execute(arguments: [
            attempt.device.text, seconds(attempt.started), attempt.outcome.word, attempt.message,
        ])
        guard attempt.outcome.isSuccess else { return }
        try database.cachedStatement(
            sql: "UPDATE devices SET success = max(ifnull(success, ?1), ?1) WHERE device = ?2"
        ).execute(arguments: [seconds(attempt.finished), attempt.device.text])
    }

    private static func prune(before date: Date, _ database: Database) throws {
        let old = try Int64.fetchAll(
            database, sql: "SELECT seq FROM runs WHERE started < ? AND pruned = 0",
            arguments: [date.timeIntervalSince1970])
        for run in old {
            try database.execute(sql: "DELETE FROM attempts WHERE run = ?", arguments: [run])
            try database.execute(sql: "UPDATE runs SET pruned = 1 WHERE seq = ?", arguments: [run])
        }
    }

    private static func seconds(_ date: Date) -> Double { Timestamp.rounded(date).timeIntervalSince1970 }

    private static func run(_ text: String) throws -> RunID {
        guard let run = RunID(text) else { throw IndexFault.damaged("'\(text)' is no run") }
        return run
    }

    private static func outcome(_ word: String) throws -> AttemptOutcome {
        guard let outcome = AttemptOutcome(word: word) else { throw IndexFault.damaged("'\(word)' is no outcome") }
        return outcome
    }
}
