/// Reads every object of a repository: first what its branch leads to, with the paths, then whatever else is there. Each is
/// hashed as it is read.
struct ObjectWalk {
    let repository: GitRepository
    private(set) var summary: StoreCheck.Repository
    private(set) var faults: [StoreFault] = []
    private var seen: Set<ObjectID> = []

    init(_ repository: GitRepository) {
        self.repository = repository
        summary = StoreCheck.Repository(name: repository.name)
    }

    func contains(_ id: ObjectID) -> Bool { seen.contains(id) }

    /// - Parameters:
    ///   - commit: Told of each commit, newest first.
    ///   - blob: Told of each blob once, with the path at which it was found first, newest commit first; what it answers is
    ///     a fault of it.
    mutating func run(
        commit look: (ObjectID, GitCommit) -> Void = { _, _ in },
        blob check: (ObjectID, [String], [UInt8]) throws(StoreError) -> StoreFault? = { _, _, _ in nil }
    ) throws(StoreError) {
        let tip: ObjectID?
        do throws(StoreError) {
            tip = try repository.tip()
        } catch {
            return note(.repository, GitRepository.branch, error)
        }
        var open = tip.map { [$0] } ?? []
        while let id = open.popLast() {
            guard seen.insert(id).inserted else { continue }
            try Self.stopWhenCancelled(repository.path)
            let commit: GitCommit
            do throws(StoreError) {
                commit = try repository.commit(id)
            } catch {
                note(.object, "commit \(id)", error)
                continue
            }
            summary.commits += 1
            look(id, commit)
            try walk(commit.tree, of: id, check)
            open += commit.parents
        }
        try lookAtTheRest()
        for (file, reason) in try PackChecksum.faults(in: repository.path) {
            faults.append(
                StoreFault(
                    .repository, at: place("objects/pack/\(file)"),
                    "\(reason): take the repository from the mirror or a backup copy"))
        }
    }

    private mutating func walk(
        _ root: ObjectID, of commit: ObjectID,
        _ check: (ObjectID, [String], [UInt8]) throws(StoreError) -> StoreFault?
    ) throws(StoreError) {
        var open: [(id: ObjectID, path: [String])] = [(root, [])]
        while let (id, path) = open.popLast() {
            guard seen.insert(id).inserted else { continue }
            let tree: GitTree
            do throws(StoreError) {
                tree = try repository.tree(id)
            } catch {
                note(.object, "\(Self.text(path)) (tree of commit \(commit))", error)
                continue
            }
            summary.objects += 1
            for entry in tree.entries {
                let inner = path + [entry.text]
                guard inner.count < 256 else {
                    faults.append(StoreFault(.object, at: place(Self.text(path)), "it is nested too deeply"))
                    continue
                }
                if entry.isFolder { open.append((entry.id, inner)); continue }
                guard seen.insert(entry.id).inserted else { continue }
                do throws(StoreError) {
                    let bytes = try repository.objects.read(entry.id, .blob)
                    summary.objects += 1
                    summary.bytes += bytes.count
                    if let fault = try check(entry.id, inner, bytes) { faults.append(fault) }
                } catch {
                    note(.object, "\(Self.text(inner)) (commit \(commit))", error)
                }
            }
            try Self.stopWhenCancelled(repository.path)
        }
    }

    /// Objects that nothing leads to: left by a run that was killed, or not yet published.
    private mutating func lookAtTheRest() throws(StoreError) {
        var rest: [ObjectID] = []
        do throws(StoreError) {
            let known = seen
            try repository.objects.forEach { if !known.contains($0) { rest.append($0) } }
        } catch {
            return note(.repository, "objects", error)
        }
        for id in rest {
            do throws(StoreError) {
                try repository.objects.check(id)
            } catch {
                note(.object, "an object that nothing refers to", error)
            }
        }
    }

    private mutating func note(_ kind: StoreFault.Kind, _ what: String, _ error: StoreError) {
        faults.append(StoreFault(kind, at: place(what), "\(error)"))
    }

    private func place(_ what: String) -> String { "\(repository.name): \(what)" }

    private static func text(_ path: [String]) -> String { path.isEmpty ? "/" : path.joined(separator: "/") }

    static func stopWhenCancelled(_ path: String) throws(StoreError) {
        guard !Task.isCancelled else {
            throw .inputOutput(path: path, operation: "read it to its end", reason: "it was cancelled")
        }
    }
}
