import FoundationEssentials

/// Another tool's git repository, read commit by commit from the first to the last.
///
/// Only its objects and refs are looked at, by libgit2's object database: no configuration, hook, filter or program of the
/// repository is used. What is in memory are the names of the commits and one commit's changes.
package actor ForeignHistory {
    package nonisolated let path: String
    package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }
    private let thread = StoreThread()
    private var objects: ObjectDatabase?
    private var shallow: Set<ObjectID> = []
    private var commits: [ObjectID] = []
    private var position = 0

    private static let largestCommit = 4 << 20
    private static let largestTree = 256 << 20
    private static let mostChanges = 2_000_000
    private static let deepest = 64

    private init(_ path: String) { self.path = path }

    /// - Parameter path: A repository, bare or with a working tree.
    package static func open(_ path: String) async throws(ForeignHistoryFault) -> ForeignHistory {
        let history = ForeignHistory(path)
        try await history.connect()
        return history
    }

    package var count: Int { commits.count }

    private func connect() throws(ForeignHistoryFault) {
        let repository = try ForeignRepository(at: path)
        shallow = repository.shallow
        do throws(StoreError) {
            objects = ObjectDatabase(repository: repository.gitFolder)
            let order = CommitOrder { (id) throws(StoreError) in
                let commit = try self.commit(id)
                let parents = self.shallow.contains(id) ? [] : commit.parents
                return (parents, commit.time.timeIntervalSince1970)
            }
            guard let ordered = try order.ordered(from: repository.tip) else {
                throw StoreError.damagedRepository(path: path, reason: "it has more than \(CommitOrder.most) commits")
            }
            commits = ordered
        } catch {
            throw .damaged(path: path, error)
        }
    }

    /// The next commit; nil after the last.
    package func next() throws(ForeignHistoryFault) -> ForeignCommit? {
        guard position < commits.count else { return nil }
        let id = commits[position]
        position += 1
        do throws(StoreError) {
            let commit = try commit(id)
            let parents = shallow.contains(id) ? [] : commit.parents
            return ForeignCommit(
                id: id,
                author: commit.author ?? GitSignature(name: "unknown", email: "", time: commit.time),
                subject: String(commit.message.prefix { !$0.isNewline }.prefix(200)),
                changes: try changes(to: commit.tree, from: parents))
        } catch {
            throw .damaged(path: path, error)
        }
    }

    /// The paths of all regular files at the last commit.
    package func latestFiles() throws(ForeignHistoryFault) -> [[String]] {
        guard let last = commits.last else { return [] }
        do throws(StoreError) {
            return try changes(to: try commit(last).tree, from: []).map(\.path)
        } catch {
            throw .damaged(path: path, error)
        }
    }

    /// The bytes of a file; nil where it has more than `limit`.
    package func bytes(of blob: ObjectID, limit: Int) throws(ForeignHistoryFault) -> [UInt8]? {
        do throws(StoreError) {
            let database = try database()
            if let size = database.size(blob), size > limit { return nil }
            return try database.read(blob, .blob)
        } catch {
            throw .damaged(path: path, error)
        }
    }

    // MARK: Reading

    private func database() throws(StoreError) -> ObjectDatabase {
        guard let objects else { throw .damagedRepository(path: path, reason: "it is not open") }
        return objects
    }

    private func read(_ id: ObjectID, _ kind: ObjectDatabase.Kind, limit: Int) throws(StoreError) -> [UInt8] {
        let database = try database()
        guard (database.size(id) ?? 0) <= limit else {
            throw .damagedObject(id: id, repository: path, reason: "it is larger than \(limit >> 20) MiB")
        }
        return try database.read(id, kind)
    }

    private func commit(_ id: ObjectID) throws(StoreError) -> GitCommit {
        guard let commit = GitCommit(parsing: try read(id, .commit, limit: Self.largestCommit)) else {
            throw .damagedObject(id: id, repository: path, reason: "it cannot be read as a commit")
        }
        return commit
    }

    private func tree(_ id: ObjectID) throws(StoreError) -> GitTree {
        guard let tree = GitTree(parsing: try read(id, .tree, limit: Self.largestTree)) else {
            throw .damagedObject(id: id, repository: path, reason: "it cannot be read as a tree")
        }
        return tree
    }

    /// What a commit itself changed: of a merge, what is in none of its parents.
    private func changes(to tree: ObjectID, from parents: [ObjectID]) throws(StoreError) -> [ForeignCommit.Change] {
        var before: ObjectID?
        if let first = parents.first { before = try commit(first).tree }
        var found: [ForeignCommit.Change] = []
        try compare(tree, before, at: [], into: &found)
        for other in parents.dropFirst() {
            var own: [ForeignCommit.Change] = []
            try compare(tree, try commit(other).tree, at: [], into: &own)
            let kept = Set(own)
            found = found.filter { kept.contains($0) }
        }
        return found
    }

    private func compare(
        _ new: ObjectID?, _ old: ObjectID?, at path: [String], into found: inout [ForeignCommit.Change]
    ) throws(StoreError) {
        guard new != old else { return }
        guard path.count < Self.deepest else {
            throw .damagedObject(id: new ?? old ?? commits[0], repository: self.path, reason: "it is nested too deeply")
        }
        let before = try entries(old)
        let after = try entries(new)
        for (name, entry) in after.sorted(by: { $0.key < $1.key }) where before[name]?.id != entry.id {
            let place = path + [name]
            if entry.isFolder {
                let earlier = before[name].flatMap { $0.isFolder ? $0.id : nil }
                try compare(entry.id, earlier, at: place, into: &found)
            } else if entry.isRegularFile {
                found.append(ForeignCommit.Change(path: place, blob: entry.id))
            }
            guard found.count <= Self.mostChanges else {
                throw .damagedRepository(
                    path: self.path, reason: "one commit changes more than \(Self.mostChanges) files")
            }
        }
        for (name, entry) in before.sorted(by: { $0.key < $1.key }) where after[name] == nil {
            if entry.isFolder {
                try compare(nil, entry.id, at: path + [name], into: &found)
            } else if entry.isRegularFile {
                found.append(ForeignCommit.Change(path: path + [name], blob: nil))
            }
        }
    }

    private func entries(_ tree: ObjectID?) throws(StoreError) -> [String: GitTree.Entry] {
        guard let tree else { return [:] }
        return Dictionary(try self.tree(tree).entries.map { ($0.text, $0) }, uniquingKeysWith: { first, _ in first })
    }
}

extension GitTree.Entry {
    /// Neither a link nor another repository.
    fileprivate var isRegularFile: Bool { mode & 0o170000 == 0o100000 }
}
