import ConfigModel

/// Reads the folder `firmware/` of a commit.
struct VaultReader {
    let repository: GitRepository

    static let attributesFile = ".gitattributes"
    /// The records are no LFS objects, whatever is around them.
    static let attributeLines = [
        "\(ImageAddress.root)/** filter=lfs diff=lfs merge=lfs -text",
        "\(ImageAddress.root)/**/*\(ImageAddress.recordSuffix) -filter -diff -merge text",
    ]

    /// A file below `firmware/`.
    struct File: Hashable {
        var path: [String]
        var id: ObjectID

        var text: String { path.joined(separator: "/") }
        var isRecord: Bool { path.last?.hasSuffix(ImageAddress.recordSuffix) == true }
    }

    /// The tree of `firmware/`; nil when there is none.
    func folder(in commit: ObjectID) throws(StoreError) -> ObjectID? {
        try repository.folder([ImageAddress.root], in: try repository.commit(commit).tree)
    }

    /// - Parameter unreadable: Told of folders that are passed over.
    func files(
        in folder: ObjectID, unreadable: ([String], StoreError) throws(StoreError) -> Void
    ) throws(StoreError) -> [File] {
        var files: [File] = []
        var open: [(path: [String], id: ObjectID)] = [([ImageAddress.root], folder)]
        while let (path, id) = open.popLast() {
            // Ours have three levels: a tree that is deep was made to hurt.
            guard path.count < 16 else { continue }
            do throws(StoreError) {
                for entry in try repository.tree(id).entries {
                    let name = path + [entry.text]
                    if entry.isFolder {
                        open.append((name, entry.id))
                    } else {
                        files.append(File(path: name, id: entry.id))
                    }
                }
            } catch {
                try unreadable(path, error)
            }
        }
        return files.sorted { $0.text < $1.text }
    }

    /// - Returns: nil when the file is no pointer.
    func pointer(_ file: File) throws(StoreError) -> LFSPointer? {
        LFSPointer(parsing: try small(file.id, limit: LFSPointer.limit))
    }

    /// - Returns: nil when the file is no record.
    func record(_ file: File) throws(StoreError) -> VaultRecord? {
        VaultRecord(parsing: try small(file.id, limit: VaultRecord.limit))
    }

    /// The image at an address.
    /// - Returns: nil when there is none, or what is there is no pointer.
    func image(at address: ImageAddress, in root: ObjectID) throws(StoreError) -> VaultImage? {
        guard let folder = try repository.folder(address.path.dropLast(), in: root) else { return nil }
        let tree = try repository.tree(folder)
        guard let name = address.path.last, let entry = tree[name], !entry.isFolder,
            let pointer = try pointer(File(path: address.path, id: entry.id))
        else { return nil }
        var record: VaultRecord?
        if let name = address.recordPath.last, let entry = tree[name], !entry.isFolder {
            record = try self.record(File(path: address.recordPath, id: entry.id))
        }
        return VaultImage(address: address, sha256: pointer.digest, size: pointer.size, record: record)
    }

    /// The bytes of `.gitattributes` with what the vault needs.
    /// - Returns: nil when it has that already.
    func attributes(completing root: ObjectID?) throws(StoreError) -> [UInt8]? {
        var bytes: [UInt8] = []
        if let root, let entry = try repository.tree(root)[Self.attributesFile], !entry.isFolder {
            bytes = try repository.objects.read(entry.id, .blob)
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        // In this order: of two lines about a file the later one counts.
        if let first = lines.lastIndex(of: Self.attributeLines[0]),
            let second = lines.lastIndex(of: Self.attributeLines[1]), first < second
        {
            return nil
        }
        if !bytes.isEmpty, bytes.last != 0x0A { bytes.append(0x0A) }
        return bytes + Array(Self.attributeLines.map { $0 + "\n" }.joined().utf8)
    }

    /// Nothing larger than we write is read into memory.
    private func small(_ id: ObjectID, limit: Int) throws(StoreError) -> [UInt8] {
        if let size = repository.objects.size(id), size > limit { return [] }
        return try repository.objects.read(id, .blob)
    }
}
