import FoundationEssentials
import Glibc
import SystemPackage

extension SnapshotStore {
    /// Asks the index. One that turns out to be damaged is moved aside and built anew, and asked again.
    func indexed<Value>(_ body: (StateIndex) throws(IndexFault) -> Value) throws(StoreError) -> Value {
        do throws(IndexFault) {
            return try body(try index)
        } catch {
            try replaceIndex(because: error)
        }
        do throws(IndexFault) {
            return try body(try index)
        } catch {
            throw error.asStoreError(paths.index)
        }
    }

    private var index: StateIndex {
        get throws(IndexFault) {
            guard let openIndex else { throw .store(.index(path: paths.index, reason: "it is not open")) }
            return openIndex
        }
    }

    func connectIndex() throws(StoreError) {
        guard try mayWriteIndex else { return try connectReadOnlyIndex() }
        do throws(StoreError) {
            try connectIndexFile()
        } catch {
            guard purpose == .reading, error.isAboutWriting else { throw error }
            // Whoever only wants to read must get answers, on a full disk above all.
            openIndex?.close()
            do throws(IndexFault) { openIndex = try StateIndex() } catch { throw error.asStoreError(paths.index) }
            try catchUp(because: "the index cannot be written to (\(error))")
        }
    }

    private func connectIndexFile() throws(StoreError) {
        let existed = try Self.isThere(paths.index)
        do throws(IndexFault) {
            try openIndexFile()
        } catch {
            try replaceIndex(because: error)
            return
        }
        try catchUp(because: existed ? nil : "the index was missing")
    }

    /// Brings the index to where git and the files of run records are, by the same reading that rebuilds it.
    /// - Parameters:
    ///   - reason: Why it may be behind, if that is known.
    ///   - quietly: After our own commit, of which nobody needs to be told.
    func catchUp(because reason: String? = nil, quietly: Bool = false) throws(StoreError) {
        guard try isBehind else { return }
        // Readers who may not write have an index of their own in memory, and nobody to exclude.
        guard openIndex?.path != nil else { return try takeIn(because: reason, quietly: quietly) }
        try holdingStoreLock { () throws(StoreError) in try takeIn(because: reason, quietly: quietly) }
    }

    /// Whether a repository or the files of run records have what the index does not.
    var isBehind: Bool {
        get throws(StoreError) {
            let known = try indexed { (index) throws(IndexFault) in try index.tip() }
            if try repository?.tip() != known { return true }
            if repository == nil, known != nil {
                throw .damagedRepository(path: paths.store, reason: "it is gone, and the index knows of its history")
            }
            let hasUnreadRuns = try !unreadRuns().isEmpty
            let hasUnreadCopies = try !unreadCopies().isEmpty
            return hasUnreadRuns || hasUnreadCopies
        }
    }

    private func takeIn(because reason: String?, quietly: Bool) throws(StoreError) {
        knownTips = nil
        knownCopies = nil
        if let repository { try catchUp(with: repository, because: reason, quietly: quietly) }
        try catchUpWithCopies()
        try catchUpWithRuns()
    }

    private func catchUp(
        with repository: GitRepository, because reason: String?, quietly: Bool
    ) throws(StoreError) {
        let history = HistoryReader(repository: repository)
        let base = try indexed { (index) throws(IndexFault) in try index.tip() }
        let tip = try repository.tip()
        guard base != tip else { return }
        // Git does not lose a branch by itself. What the index knows is the last witness of what was there.
        if let base, tip == nil { throw lostBranch(of: repository, at: base) }
        var reason = reason
        var commits: [ObjectID]?
        // A base that git no longer has was never part of this history.
        if let tip, base.map({ repository.objects.contains($0) }) ?? true {
            commits = try history.commits(after: base, to: tip)
        }
        if commits == nil {
            reason = "the history in \(repository.name) is another one than the index knew"
            try indexed { (index) throws(IndexFault) in try index.forgetHistory() }
            if let tip { commits = try history.commits(after: nil, to: tip) }
        }
        let new = commits ?? []
        try indexed { (index) throws(IndexFault) in try index.take(new, from: history) }
        guard !quietly else { return }
        let count = new.count == 1 ? "1 commit" : "\(new.count) commits"
        notice("\(reason ?? "the index was behind git"): brought up to date from \(count) of \(repository.name)")
    }

    private func lostBranch(of repository: GitRepository, at base: ObjectID) -> StoreError {
        let isThere = repository.objects.contains(base)
        return .damagedRepository(
            path: repository.path,
            reason: "its branch main is gone, which was at commit \(base)"
                + (isThere
                    ? "; that commit is still there: 'git -C \(repository.path) update-ref refs/heads/main \(base)' brings all of it back"
                    : ""))
    }

    /// The repositories of exact bytes that are not where the index knows them to be, and where they are.
    private func unreadCopies() throws(StoreError) -> [(name: CollectedName, tip: ObjectID)] {
        var unread: [(name: CollectedName, tip: ObjectID)] = []
        for name in try collectedNames() {
            guard let tip = try GitRepository.tip(of: paths.collected(name)) else { continue }
            let known = try indexed { (index) throws(IndexFault) in try index.tip(of: name) }
            if tip != known { unread.append((name, tip)) }
        }
        return unread
    }

    private func catchUpWithCopies() throws(StoreError) {
        for (name, tip) in try unreadCopies() {
            guard let git = try collectedGit(name) else { continue }
            let history = HistoryReader(repository: git)
            let base = try indexed { (index) throws(IndexFault) in try index.tip(of: name) }
            var commits: [ObjectID]?
            if base.map({ git.objects.contains($0) }) ?? true { commits = try history.commits(after: base, to: tip) }
            if commits == nil {
                try indexed { (index) throws(IndexFault) in try index.forgetCopies(in: name) }
                commits = try history.commits(after: nil, to: tip)
            }
            var copies: [RestoreCopy] = []
            for commit in commits ?? [] { copies += try history.copies(in: commit) }
            let found = copies
            try indexed { (index) throws(IndexFault) in try index.take(found, of: name, upTo: tip) }
        }
    }

    private func unreadRuns() throws(StoreError) -> [(file: RunFile, offset: Int)] {
        var unread: [(file: RunFile, offset: Int)] = []
        for file in try RunFile.all(in: paths.runs) {
            let offset = try indexed { (index) throws(IndexFault) in try index.consumed(of: file.name) }
            if file.size != offset { unread.append((file, offset <= file.size ? offset : 0)) }
        }
        return unread
    }

    private func catchUpWithRuns() throws(StoreError) {
        for (file, offset) in try unreadRuns() {
            var unreadable = 0
            try file.read(from: offset) { (records, end, bad) throws(StoreError) in
                unreadable += bad
                try self.indexed { (index) throws(IndexFault) in try index.take(records, of: file.name, upTo: end) }
            }
            if unreadable > 0 { notice("\(file.path): \(unreadable) unreadable lines were passed over") }
        }
    }

    /// Opens the file; where there is no store yet, an index in memory stands for it.
    private func openIndexFile() throws(IndexFault) {
        openIndex = purpose == .writing || repository != nil ? try StateIndex(path: paths.index) : try StateIndex()
    }

    /// Moves a file aside that cannot be used, and builds a new one.
    /// - Throws: what has another cause than the file, at once.
    func replaceIndex(because fault: IndexFault) throws(StoreError) {
        let (word, reason): (String, String)
        switch fault {
        case .store(let error): throw error
        case .damaged(let text): (word, reason) = ("damaged", "the index was damaged (\(text))")
        case .otherSchema(let number):
            (word, reason) = ("schema-\(number)", "the index was written by another version of Plumbline")
        }
        openIndex?.close()
        openIndex = nil
        guard try mayWriteIndex else { return try rebuildInMemory(because: reason) }
        try holdingStoreLock { () throws(StoreError) in
            let date = Timestamp.text(of: clock()).filter { $0 != ":" && $0 != "-" }
            let aside = "\(paths.index).\(word)-\(date)"
            for suffix in ["-wal", "-shm", ""] {
                guard rename(paths.index + suffix, aside + suffix) == 0 || errno == ENOENT else {
                    throw .system(Errno(rawValue: errno), path: paths.index + suffix, operation: "move it aside")
                }
            }
            do throws(IndexFault) { try openIndexFile() } catch { throw error.asStoreError(paths.index) }
            notice("\(reason) and is now at \(aside)")
            try catchUp(because: "the index was rebuilt")
        }
    }
}

extension IndexFault {
    func asStoreError(_ path: String) -> StoreError {
        switch self {
        case .store(let error): error
        case .damaged(let reason): .index(path: path, reason: reason)
        case .otherSchema(let number): .index(path: path, reason: "its schema is \(number)")
        }
    }
}

extension StoreError {
    /// Whether reading would go on without it.
    fileprivate var isAboutWriting: Bool {
        switch self {
        case .diskFull, .permission, .readOnlyFileSystem: true
        default: false
        }
    }
}
