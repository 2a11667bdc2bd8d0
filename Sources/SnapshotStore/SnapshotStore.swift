import ConfigModel
package import FoundationEssentials
import Glibc
import SystemPackage

/// A workspace's history: two kinds of bare git repository that every git can read, and an index that git can rebuild.
///
/// `store.git` holds comparable texts and facts, `collected-<year>.git` the exact bytes. A run writes its blobs as they
/// come and moves each branch once, at its end. What was stored before survives whatever happens to this process.
package actor SnapshotStore {
    package enum Purpose: Sendable {
        /// Makes nothing, but an index that is missing or broken is rebuilt. A store that is not there answers as an
        /// empty one.
        case reading
        /// Makes what is missing.
        case writing
    }

    package nonisolated let directory: String
    package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    private let thread = StoreThread()
    let paths: StorePaths
    let purpose: Purpose
    let clock: @Sendable () -> Date
    /// Nil when a store is read that is not there.
    var repository: GitRepository?
    /// Nil until `connect` has opened it.
    var openIndex: StateIndex?
    let keys: CollectedKeys
    var collectedRepositories: [CollectedName: CollectedRepository] = [:]
    /// Those that were looked at without a key.
    var clearRepositories: [CollectedName: (git: GitRepository, isEncrypted: Bool)] = [:]
    var session: WritingSession?
    /// Of every device, for a run that adds thousands; nil when the index has moved on since.
    var knownTips: [ConfigModel.DeviceID: DeviceTip]?
    var knownCopies: [ConfigModel.DeviceID: RestoreCopy]?
    private var notices: [String] = []
    private var holdsStoreLock = false

    /// Opens the store, and brings its index up to what git holds.
    /// - Parameters:
    ///   - directory: The workspace's `var/`.
    ///   - keys: Of the exact bytes; nil for those in `var/keys/`.
    ///   - clock: For the time of commits and of what is moved aside.
    package static func open(
        _ directory: String, for purpose: Purpose, keys: CollectedKeys? = nil,
        clock: @escaping @Sendable () -> Date = { Date() }
    ) async throws(StoreError) -> SnapshotStore {
        let store = SnapshotStore(directory, purpose, keys ?? .standard(directory), clock)
        try await store.connect()
        return store
    }

    private init(
        _ directory: String, _ purpose: Purpose, _ keys: CollectedKeys, _ clock: @escaping @Sendable () -> Date
    ) {
        self.directory = directory
        self.purpose = purpose
        self.keys = keys
        self.clock = clock
        paths = StorePaths(root: directory)
    }

    /// What the person should know: that the index was rebuilt, and why. Each is told once.
    package func takeNotices() -> [String] {
        defer { notices = [] }
        return notices
    }

    func notice(_ text: String) { notices.append(text) }

    private func connect() throws(StoreError) {
        if purpose == .writing {
            try StateOwner.requireOwner(of: paths.root)
            try prepareFolders()
        }
        if try Self.isThere(paths.store) || purpose == .writing {
            repository = try GitRepository(opening: paths.store)
        }
        try connectIndex()
        if purpose == .writing { try shareWithGroup() }
    }

    private func prepareFolders() throws(StoreError) {
        for folder in [paths.root, paths.locks, paths.runs] { try Self.makeFolder(folder) }
        // Exact bytes, records of runs or an index are left of a store: a new one would hide that it was lost.
        if try !Self.isThere(paths.store), let rest = try remains() {
            throw .damagedRepository(
                path: paths.store,
                reason:
                    "it is gone, and \(rest) is left of it: 'git clone --bare' of the mirror's store.git brings it back"
            )
        }
        try createRepository(at: paths.store)
    }

    /// What there would not be without a store that had commits.
    private func remains() throws(StoreError) -> String? {
        for name in try collectedNames() {
            guard let git = try collectedGit(name), let tip = try git.tip() else { continue }
            // The first commit of an encrypted repository is made with it.
            if try !git.commit(tip).parents.isEmpty { return "\(name)" }
        }
        return nil
    }

    func createRepository(at path: String) throws(StoreError) {
        guard try !Self.isThere(path) else { return }
        try holdingStoreLock { () throws(StoreError) in
            // Somebody else may have been quicker.
            if try !Self.isThere(path) {
                try GitRepository.create(at: path)
                try shareWithGroup()
            }
        }
    }

    /// Whether there is something at a path. What may not be looked at is an error, and not absent.
    static func isThere(_ path: String) throws(StoreError) -> Bool {
        var status = stat()
        if stat(path, &status) == 0 { return true }
        guard errno == ENOENT else { throw .system(Errno(rawValue: errno), path: path, operation: "look at it") }
        return false
    }

    /// For its owner alone: what is in it is not for everybody.
    private static func makeFolder(_ path: String) throws(StoreError) {
        guard mkdir(path, 0o700) != 0, errno != EEXIST else { return }
        guard errno == ENOENT else { throw .system(Errno(rawValue: errno), path: path, operation: "create it") }
        try StoreError.wrapping(path, "create it") {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
    }

    /// Runs `body` with the right to write, which others have for seconds at most. May be nested.
    func holdingStoreLock<Value>(_ body: () throws(StoreError) -> Value) throws(StoreError) -> Value {
        if holdsStoreLock { return try body() }
        let lock = try WorkspaceLocks(
            directory: directory,
            command: FilePath(CommandLine.arguments.first ?? "").lastComponent?.string ?? "plumbline"
        )
        .store(patience: .seconds(60), now: clock())
        holdsStoreLock = true
        defer {
            holdsStoreLock = false
            lock.release()
        }
        return try body()
    }
}
