import FoundationEssentials
import GRDB

/// Who refused which credential: what holds are made of.
extension StateIndex {
    func refusals() throws(IndexFault) -> [CredentialRefusal] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT credential, host, digest, time, count, unanswered FROM refusals
                    ORDER BY time, credential, host
                    """
            ).map { row in
                CredentialRefusal(
                    credential: row[0], host: row[1], digest: row[2], time: Date(timeIntervalSince1970: row[3]),
                    count: row[4], isUnanswered: row[5])
            }
        }
    }

    func remember(_ refusal: CredentialRefusal) throws(IndexFault) {
        try write { database in
            try database.execute(
                sql:
                    """
                    INSERT OR REPLACE INTO refusals(credential, host, digest, time, count, unanswered)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    refusal.credential, refusal.host, refusal.digest, refusal.time.timeIntervalSince1970,
                    refusal.count, refusal.isUnanswered,
                ])
        }
    }

    func noteAcceptance(of credential: String, by host: String) throws(IndexFault) {
        try write { database in
            try database.execute(
                sql: "DELETE FROM refusals WHERE credential = ? AND host = ?", arguments: [credential, host])
            try database.execute(
                sql: "UPDATE refusals SET unanswered = 0 WHERE credential = ?", arguments: [credential])
        }
    }

    func forgetRefusals(of credential: String, exceptOf digest: String?) throws(IndexFault) {
        try write { database in
            try database.execute(
                sql: "DELETE FROM refusals WHERE credential = ?1 AND (?2 IS NULL OR digest IS NOT ?2)",
                arguments: [credential, digest])
        }
    }
}
