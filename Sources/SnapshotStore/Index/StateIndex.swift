import FoundationEssentials
import GRDB
import GRDBSQLite

/// What the index cannot do.
enum IndexFault: Error {
    /// SQLite says that this is no database, or a broken one.
    case damaged(String)
    /// Written by another version of Plumbline.
    case otherSchema(Int)
    case store(StoreError)
}

/// `state.sqlite`: what git would answer too slowly, and what git is not told.
///
/// Not `Sendable`: it belongs to the store's thread.
final class StateIndex {
    static let schemaVersion = 7
    /// Nil for one in memory.
    let path: String?
    let isReadOnly: Bool
    private let queue: DatabaseQueue

    /// Opens the file, or makes it.
    init(path: String) throws(IndexFault) {
        self.path = path
        isReadOnly = false
        var configuration = Configuration()
        configuration.label = "plumbline.index"
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { database in
            try database.execute(
                sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 16777216")
            try Self.keepLogFiles(database)
        }
        do {
            queue = try DatabaseQueue(path: path, configuration: configuration)
        } catch {
            throw Self.fault(error, path: path)
        }
        try prepare()
    }

    /// Opens the file for somebody who may not write to it, beside a writer or after the last one.
    init(readingFrom path: String) throws(IndexFault) {
        self.path = path
        isReadOnly = true
        do {
            queue = try Self.readOnlyQueue(path)
        } catch {
            throw Self.fault(error, path: path)
        }
        try prepare()
    }

    /// One in memory, for readers whom no file answers.
    /// - Parameter original: What it begins with.
    init(copying original: StateIndex? = nil) throws(IndexFault) {
        path = nil
        isReadOnly = false
        do {
            queue = try DatabaseQueue()
            try original?.queue.backup(to: queue)
        } catch {
            throw Self.fault(error, path: original?.path ?? "memory")
        }
        try prepare()
    }

    private static func readOnlyQueue(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.label = "plumbline.index"
        configuration.busyMode = .timeout(10)
        configuration.readonly = true
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        _ = try queue.read { try Int.fetchOne($0, sql: "PRAGMA user_version") }
        return queue
    }

    /// The last to close a file in WAL mode removes `-wal` and `-shm`, and a reader who may not make them anew cannot open
    /// it then: they stay. https://sqlite.org/c3ref/c_fcntl_begin_atomic_write.html#sqlitefcntlpersistwal
    private static func keepLogFiles(_ database: Database) throws {
        var keep: CInt = 1
        let code = sqlite3_file_control(database.sqliteConnection, "main", SQLITE_FCNTL_PERSIST_WAL, &keep)
        guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
    }

    func close() { try? queue.close() }

    func read<Value>(_ body: (Database) throws -> Value) throws(IndexFault) -> Value {
        do { return try queue.read(body) } catch { throw Self.fault(error, path: path ?? "memory") }
    }

    /// For a single statement, which needs no transaction around it: GRDB's would have it prepared anew each time.
    func readRow<Value>(_ body: (Database) throws -> Value) throws(IndexFault) -> Value {
        do { return try queue.unsafeRead(body) } catch { throw Self.fault(error, path: path ?? "memory") }
    }

    /// All or nothing.
    func write<Value>(_ body: (Database) throws -> Value) throws(IndexFault) -> Value {
        do { return try queue.write(body) } catch { throw Self.fault(error, path: path ?? "memory") }
    }

    private func prepare() throws(IndexFault) {
        do throws(IndexFault) {
            let version = try read { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
            if version == Self.schemaVersion { return }
            guard !isReadOnly else { throw .otherSchema(version) }
            switch version {
            case 0:
                try write {
                    try $0.execute(
                        sql: Self.schema + Self.memory + Self.care + Self.copies + Self.refusals + Self.assessments
                            + Self.restorability)
                }
            case 1:
                try write {
                    try $0.execute(
                        sql: "DROP TABLE IF EXISTS findings;" + Self.memory + Self.care + Self.copies + Self.refusals
                            + Self.assessments + Self.restorability)
                }
            case 2:
                try write {
                    try $0.execute(
                        sql: Self.care + Self.copies + Self.refusals + Self.assessments + Self.restorability)
                }
            case 3:
                try write {
                    try $0.execute(sql: Self.copies + Self.refusals + Self.assessments + Self.restorability)
                }
            case 4: try write { try $0.execute(sql: Self.refusals + Self.assessments + Self.restorability) }
            case 5: try write { try $0.execute(sql: Self.assessments + Self.restorability) }
            case 6: try write { try $0.execute(sql: Self.restorability) }
            default: throw IndexFault.otherSchema(version)
            }
        } catch {
            try? queue.close()
            throw error
        }
    }

    private static func fault(_ error: any Error, path: String) -> IndexFault {
        switch error {
        case let fault as IndexFault: return fault
        case let error as StoreError: return .store(error)
        case let error as DatabaseError:
            switch error.resultCode {
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: return .damaged(error.message ?? "\(error.resultCode)")
            // A table or column is missing, though the schema's number is right.
            case .SQLITE_ERROR: return .damaged(error.message ?? "\(error.resultCode)")
            case .SQLITE_FULL: return .store(.diskFull(path: path, free: StoreError.freeBytes(at: path)))
            case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM:
                return .store(.permission(path: path, operation: "open it (\(error.message ?? "no reason given"))"))
            default: return .store(.index(path: path, reason: error.message ?? "\(error.resultCode)"))
            }
        default: return .store(.index(path: path, reason: "\(error)"))
        }
    }

    /// Times are seconds since 1970; trees are 20 bytes.
    private static let schema = """
        CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE commits(
            seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, run TEXT, time REAL NOT NULL);
        CREATE TABLE versions(
            device TEXT NOT NULL, number INTEGER NOT NULL, seq INTEGER NOT NULL, tree BLOB NOT NULL,
            "group" TEXT NOT NULL, platform TEXT NOT NULL, taken REAL NOT NULL, changed TEXT NOT NULL,
            PRIMARY KEY(device, number)) WITHOUT ROWID;
        CREATE TABLE devices(
            device TEXT PRIMARY KEY, number INTEGER, tree BLOB, "group" TEXT, facts BLOB, success REAL,
            attempt REAL, outcome TEXT, message TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
        CREATE TABLE runs(
            seq INTEGER PRIMARY KEY, run TEXT NOT NULL UNIQUE, started REAL NOT NULL, finished REAL NOT NULL,
            exit INTEGER NOT NULL, command TEXT NOT NULL, "commit" TEXT, pruned INTEGER NOT NULL DEFAULT 0);
        CREATE INDEX runs_by_start ON runs(started);
        CREATE TABLE attempts(
            device TEXT NOT NULL, started REAL NOT NULL, run INTEGER NOT NULL, finished REAL NOT NULL,
            outcome TEXT NOT NULL, message TEXT NOT NULL, bytes INTEGER NOT NULL,
            PRIMARY KEY(device, started, run)) WITHOUT ROWID;
        CREATE INDEX attempts_by_run ON attempts(run, outcome);

        """
    /// What the second version has more than the first. Lost with the index, it is had again by the next collections.
    private static let memory = """
        CREATE TABLE images(
            device TEXT NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL, modified INTEGER NOT NULL,
            algorithm TEXT NOT NULL, digest TEXT NOT NULL, taken REAL NOT NULL, PRIMARY KEY(device, path)) WITHOUT ROWID;
        CREATE TABLE uncovered(
            device TEXT NOT NULL, artifact TEXT NOT NULL, line INTEGER NOT NULL, kind TEXT NOT NULL);
        CREATE INDEX uncovered_by_device ON uncovered(device);

        """
    /// What the third version has more than the second. `copies` and `names` come from git; `findings`, `holds` and
    /// `marks` are had again by the next run.
    private static let care = """
        CREATE TABLE copies(
            device TEXT NOT NULL, taken REAL NOT NULL, repository TEXT NOT NULL, number INTEGER NOT NULL,
            "commit" TEXT NOT NULL, tree BLOB NOT NULL, PRIMARY KEY(device, taken, repository)) WITHOUT ROWID;
        CREATE TABLE names(earlier TEXT PRIMARY KEY, device TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE findings(
            device TEXT NOT NULL, id TEXT NOT NULL, class TEXT NOT NULL, severity TEXT NOT NULL, first REAL NOT NULL,
            last REAL NOT NULL, body TEXT NOT NULL, PRIMARY KEY(device, id)) WITHOUT ROWID;
        CREATE TABLE holds(
            credential TEXT PRIMARY KEY, since REAL NOT NULL, refusals INTEGER NOT NULL, device TEXT NOT NULL,
            digest BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE marks(
            device TEXT NOT NULL, artifact TEXT NOT NULL, mark TEXT NOT NULL, PRIMARY KEY(device, artifact))
            WITHOUT ROWID;
        ALTER TABLE commits ADD COLUMN imported TEXT;

        """
    /// What the fourth version has otherwise than the third: copies of two versions may be of one time, and a name
    /// may be given again. Read from git again.
    private static let copies = """
        DROP TABLE copies;
        CREATE TABLE copies(
            device TEXT NOT NULL, taken REAL NOT NULL, repository TEXT NOT NULL, number INTEGER NOT NULL,
            "commit" TEXT NOT NULL, tree BLOB NOT NULL, PRIMARY KEY(device, number, taken, repository)) WITHOUT ROWID;
        DELETE FROM meta WHERE key LIKE 'tip:%';
        DROP TABLE names;
        CREATE TABLE names(
            earlier TEXT NOT NULL, time REAL NOT NULL, device TEXT NOT NULL, PRIMARY KEY(earlier, time)) WITHOUT ROWID;

        """
    /// What the fifth version has in place of `holds`, which nobody had written to.
    private static let refusals = """
        DROP TABLE holds;
        CREATE TABLE refusals(
            credential TEXT NOT NULL, host TEXT NOT NULL, digest TEXT, time REAL NOT NULL, count INTEGER NOT NULL,
            unanswered INTEGER NOT NULL, PRIMARY KEY(credential, host)) WITHOUT ROWID;

        """
    /// What the sixth version adds: what the rules have come to on a version, which is the same until one of the two changes.
    private static let assessments = """
        CREATE TABLE assessments(device TEXT PRIMARY KEY, key TEXT NOT NULL, results BLOB NOT NULL) WITHOUT ROWID;

        """
    /// What the seventh version adds: whether versions could be put back.
    private static let restorability = """
        CREATE TABLE restorability(
            device TEXT NOT NULL, number INTEGER NOT NULL, verdict TEXT NOT NULL, reasons TEXT NOT NULL,
            PRIMARY KEY(device, number)) WITHOUT ROWID;
        PRAGMA user_version = 7;
        """
}
