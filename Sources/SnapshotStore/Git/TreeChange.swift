/// What is to become of one name in a folder.
///
/// Written by hand rather than with `git_tree_create_updated`, which leaves empty folders behind, refuses to replace a
/// file by a folder, and takes out a folder only file by file.
enum TreeChange {
    case file(ObjectID)
    /// A whole folder that has been written already.
    case folder(ObjectID)
    /// Changes within a folder; what they do not name stays.
    indirect case within([[UInt8]: TreeChange])
    case removal

    /// Notes a change at a path. A later change at the same path or below it wins.
    static func put(_ change: TreeChange, at path: some Collection<String>, in changes: inout [[UInt8]: TreeChange]) {
        guard let first = path.first else { return }
        let name = Array(first.utf8)
        guard path.count > 1 else {
            changes[name] = change
            return
        }
        var inner: [[UInt8]: TreeChange] = [:]
        if case .within(let earlier)? = changes[name] { inner = earlier }
        // Taken out before it is changed, so that there is one owner and no copy.
        changes[name] = nil
        put(change, at: path.dropFirst(), in: &inner)
        changes[name] = .within(inner)
    }

    /// Makes the tree that `changes` make of `base`, reading and writing only the folders on their paths.
    /// - Parameters:
    ///   - base: Nil for an empty folder.
    ///   - read: The tree of that id.
    ///   - write: Takes each tree that is new, innermost first, and answers its id.
    /// - Returns: nil when nothing is left in it: git knows no empty folders.
    static func apply(
        _ changes: [[UInt8]: TreeChange], to base: ObjectID?,
        read: (ObjectID) throws(StoreError) -> GitTree, write: (GitTree) throws(StoreError) -> ObjectID
    ) throws(StoreError) -> ObjectID? {
        var tree = GitTree()
        if let base { tree = try read(base) }
        var folders: [[UInt8]: ObjectID] = [:]
        if base != nil {
            for entry in tree.entries where entry.isFolder && changes[entry.name] != nil {
                folders[entry.name] = entry.id
            }
        }
        var entries: [[UInt8]: GitTree.Entry?] = [:]
        for (name, change) in changes {
            let entry: GitTree.Entry?
            switch change {
            case .file(let id): entry = GitTree.Entry(name: name, mode: GitTree.Entry.fileMode, id: id)
            case .folder(let id): entry = GitTree.Entry(name: name, mode: GitTree.Entry.folderMode, id: id)
            case .removal: entry = nil
            case .within(let inner):
                let id = try apply(inner, to: folders[name], read: read, write: write)
                entry = id.map { GitTree.Entry(name: name, mode: GitTree.Entry.folderMode, id: $0) }
            }
            entries.updateValue(entry, forKey: name)
        }
        tree.apply(entries)
        return tree.entries.isEmpty ? nil : try write(tree)
    }
}
