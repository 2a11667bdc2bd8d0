import FoundationEssentials
import GRDB

extension SnapshotStore {
    /// Builds a second index from git, in memory, and compares: rows that come from git must be the same.
    func verifyIndex(_ check: inout StoreCheck) throws(StoreError) {
        let place = "state.sqlite"
        let fresh: StateIndex
        do throws(StoreError) {
            fresh = try indexFromGit()
        } catch {
            // What cannot be read is told with its place by the walk through the objects.
            return check.faults.append(
                StoreFault(.index, at: place, "it cannot be compared with git, which cannot be read whole: \(error)"))
        }
        do throws(IndexFault) {
            check.versions = try fresh.count(of: "versions")
            check.copies = try fresh.count(of: "copies")
        } catch {
            throw error.asStoreError("memory")
        }
        let reasons = try indexed { (index) throws(IndexFault) -> [String] in
            var reasons = try index.integrityFaults()
            for table in IndexTable.all where try index.digest(of: table) != fresh.digest(of: table) {
                let (own, git) = (try index.count(of: table.name), try fresh.count(of: table.name))
                reasons.append(
                    own == git
                        ? "its table '\(table.name)' says something else than git"
                        : "its table '\(table.name)' has \(own) rows and git tells of \(git)")
            }
            return reasons
        }
        check.faults += reasons.map { StoreFault(.index, at: place, "\($0): 'plumbline store reindex' makes it anew") }
    }

    private func indexFromGit() throws(StoreError) -> StateIndex {
        do throws(IndexFault) {
            let fresh = try StateIndex()
            if let repository, let tip = try Self.indexing({ () throws(StoreError) in try repository.tip() }) {
                let history = HistoryReader(repository: repository)
                let commits = try Self.indexing { () throws(StoreError) in try history.commits(after: nil, to: tip) }
                try fresh.take(commits ?? [], from: history)
            }
            for name in try Self.indexing({ () throws(StoreError) in try self.collectedNames() }) {
                guard let git = try Self.indexing({ () throws(StoreError) in try self.collectedGit(name) }),
                    let tip = try Self.indexing({ () throws(StoreError) in try git.tip() })
                else { continue }
                let copies = try Self.indexing { () throws(StoreError) in
                    try HistoryReader(repository: git).copies(upTo: tip)
                }
                try fresh.take(copies, of: name, upTo: tip)
            }
            return fresh
        } catch {
            throw error.asStoreError("memory")
        }
    }

    private static func indexing<Value>(_ body: () throws(StoreError) -> Value) throws(IndexFault) -> Value {
        do throws(StoreError) { return try body() } catch { throw .store(error) }
    }
}

extension HistoryReader {
    /// Every restore copy of a repository of exact bytes, oldest first.
    func copies(upTo tip: ObjectID) throws(StoreError) -> [RestoreCopy] {
        var copies: [RestoreCopy] = []
        for commit in try commits(after: nil, to: tip) ?? [] { copies += try self.copies(in: commit) }
        return copies
    }
}

/// What of the index comes from git alone, in an order of its own.
private struct IndexTable {
    var name: String
    var columns: String
    var order: String

    static let all = [
        IndexTable(name: "commits", columns: "id, run, time, imported", order: "seq"),
        IndexTable(
            name: "versions", columns: #"device, number, tree, "group", platform, taken, changed"#,
            order: "device, number"),
        IndexTable(
            name: "copies", columns: #"device, taken, repository, number, "commit", tree"#,
            order: "device, number, taken, repository"),
        IndexTable(name: "names", columns: "earlier, time, device", order: "earlier, time"),
        IndexTable(
            name: "devices", columns: #"device, number, tree, "group", facts"#, order: "device"),
    ]
}

extension StateIndex {
    /// What SQLite finds wrong with the file; empty when nothing is.
    func integrityFaults() throws(IndexFault) -> [String] {
        try read { database in
            try String.fetchAll(database, sql: "PRAGMA integrity_check(10)").filter { $0 != "ok" }.map {
                "SQLite finds it damaged (\($0))"
            }
        }
    }

    func count(of table: String) throws(IndexFault) -> Int {
        let condition = table == "devices" ? " WHERE number IS NOT NULL" : ""
        return try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)\(condition)") ?? 0 }
    }

    /// A digest of the rows.
    fileprivate func digest(of table: IndexTable) throws(IndexFault) -> Int {
        let condition = table.name == "devices" ? " WHERE number IS NOT NULL" : ""
        return try read { database in
            var hasher = RowDigest()
            let rows = try Row.fetchCursor(
                database, sql: "SELECT \(table.columns) FROM \(table.name)\(condition) ORDER BY \(table.order)")
            while let row = try rows.next() { hasher.add(row) }
            return hasher.value
        }
    }
}

/// A digest of rows for comparing two tables of one process.
private struct RowDigest {
    private var hasher = Hasher()

    mutating func add(_ row: Row) {
        for value in row.databaseValues { hasher.combine(value) }
    }

    var value: Int { hasher.finalize() }
}
