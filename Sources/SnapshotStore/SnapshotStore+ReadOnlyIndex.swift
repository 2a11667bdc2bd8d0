import Glibc

/// The index of somebody who may read the store and not write to it: members of the group of `var/`, and everybody where
/// the file system is read-only.
extension SnapshotStore {
    /// The owner of `var/`, where it can be written to. Not root either: its files would shut the owner out.
    var mayWriteIndex: Bool {
        get throws(StoreError) {
            if purpose == .writing { return true }
            guard let owner = try StateOwner(of: paths.root) else { return true }
            return owner.isThisProcess && access(paths.root, W_OK) == 0
                && (access(paths.index, W_OK) == 0 || errno == ENOENT)
        }
    }

    /// Answers from the file as it is. Only where it cannot answer, an index in memory does: a copy that is brought up to
    /// date where the file is behind, one made from git where it cannot be used.
    func connectReadOnlyIndex() throws(StoreError) {
        let file: StateIndex
        do throws(IndexFault) {
            file = try StateIndex(readingFrom: paths.index)
        } catch {
            return try rebuildInMemory(because: "\(error.asStoreError(paths.index))")
        }
        openIndex = file
        guard try isBehindForGood, openIndex === file else { return }
        do throws(IndexFault) {
            openIndex = try StateIndex(copying: file)
        } catch {
            file.close()
            return try rebuildInMemory(because: "\(error.asStoreError(paths.index))")
        }
        file.close()
        try catchUp(
            because: "the index is behind, cannot be written to by this user, and one in memory takes its place")
    }

    /// A writer brings the index up to date some milliseconds after the branch has moved.
    private var isBehindForGood: Bool {
        get throws(StoreError) {
            for _ in 0..<20 {
                if try !isBehind { return false }
                usleep(25_000)
            }
            return try isBehind
        }
    }

    func rebuildInMemory(because reason: String) throws(StoreError) {
        do throws(IndexFault) { openIndex = try StateIndex() } catch { throw error.asStoreError(paths.index) }
        try catchUp(because: "one in memory takes the place of the index (\(reason))")
    }
}
