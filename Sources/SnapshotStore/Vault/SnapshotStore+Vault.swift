import ConfigModel
import FoundationEssentials

/// The vault: spare copies of firmware as Git LFS objects of `store.git`.
extension SnapshotStore {
    /// Begins to take an image.
    /// - Parameter size: What it will have, where that is known: one for which there is no room is refused at once.
    package func beginImage(expecting size: Int? = nil) throws(StoreError) -> ImageIntake {
        guard purpose == .writing, let repository else { throw .readingOnly(path: directory) }
        let free = StoreError.freeBytes(at: repository.path)
        if let size, size > 0, UInt64(size) > free { throw .diskFull(path: repository.path, free: free) }
        return try ImageIntake(LFSFolder(repository: repository.path))
    }

    /// Puts an image into the vault: first its object, durable, then the commit that refers to it.
    ///
    /// An image that is there already makes no commit; its object is put in place all the same, which mends one that was
    /// damaged.
    /// - Throws: `imageDiffers` when other bytes have the name, unless they are to be replaced.
    package func keep(
        _ image: StagedImage, _ record: VaultRecord, replacing: Bool = false
    ) throws(StoreError) -> VaultAddition {
        guard purpose == .writing, let repository else { throw .readingOnly(path: directory) }
        guard let digest = image.digest(.sha256)?.value, image.size > 0 else {
            throw .unstorableImage(image: "\(record.address)", reason: "it is empty")
        }
        return try holdingStoreLock { () throws(StoreError) in
            try catchUp()
            let pointer = LFSPointer(digest: digest, size: image.size)
            let reader = VaultReader(repository: repository)
            let old = try repository.tip()
            var root: ObjectID?
            if let old { root = try repository.commit(old).tree }
            var earlier: VaultImage?
            if let root { earlier = try reader.image(at: record.address, in: root) }
            if let earlier, earlier.sha256 != digest, !replacing {
                throw .imageDiffers(
                    image: "\(record.address)", kept: "sha256 \(earlier.sha256)", offered: "sha256 \(digest)")
            }
            let folder = LFSFolder(repository: repository.path)
            try image.file.move(to: folder.object(digest), in: folder.folders(of: digest))

            var changes: [[UInt8]: TreeChange] = [:]
            if let bytes = try reader.attributes(completing: root) {
                let id = try repository.objects.write(bytes, .blob)
                TreeChange.put(.file(id), at: [VaultReader.attributesFile], in: &changes)
            }
            let isKnown = earlier?.sha256 == digest && earlier?.size == image.size && earlier?.record != nil
            if !isKnown {
                let pointer = try repository.objects.write(pointer.serialised, .blob)
                TreeChange.put(.file(pointer), at: record.address.path, in: &changes)
                let record = try (
                    id: repository.objects.write(record.serialised, .blob), path: record.address.recordPath
                )
                TreeChange.put(.file(record.id), at: record.path, in: &changes)
            }
            if let earlier, changes.isEmpty { return .unchanged(earlier) }
            let commit = try commitImage(record, changes, from: old, root: root, in: repository)
            guard let earlier else { return .added(commit: commit) }
            return isKnown ? .unchanged(earlier) : .replaced(earlier, commit: commit)
        }
    }

    private func commitImage(
        _ record: VaultRecord, _ changes: [[UInt8]: TreeChange], from old: ObjectID?, root: ObjectID?,
        in repository: GitRepository
    ) throws(StoreError) -> ObjectID {
        let tree = try repository.apply(changes, to: root)
        let commit = GitCommit(
            tree: tree, parents: old.map { [$0] } ?? [], time: clock(),
            message: VaultMessage(record: record, audit: auditHead()).text)
        let new = try repository.objects.write(commit.serialised, .commit)
        try GitRepository.syncFileSystem(of: repository.path)
        try repository.moveBranch(from: old, to: new)
        try catchUp(quietly: true)
        return new
    }

    /// Every image, by platform, version and name. A file that is no pointer is left out: `verifyVault` tells of it.
    package func images() throws(StoreError) -> [VaultImage] {
        guard let repository, let tip = try repository.tip() else { return [] }
        let reader = VaultReader(repository: repository)
        guard let folder = try reader.folder(in: tip) else { return [] }
        let files = try reader.files(in: folder) { _, error throws(StoreError) in throw error }
        let records = Dictionary(files.filter(\.isRecord).map { ($0.path, $0) }, uniquingKeysWith: { $1 })
        var images: [VaultImage] = []
        for file in files {
            guard let address = ImageAddress(path: file.path), let pointer = try reader.pointer(file) else { continue }
            var record: VaultRecord?
            if let file = records[address.recordPath] { record = try reader.record(file) }
            images.append(
                VaultImage(address: address, sha256: pointer.digest, size: pointer.size, record: record))
        }
        return images.sorted { $0.address < $1.address }
    }

    /// The file that has an image's bytes; nil when there is no store. What is in it is for the reader to prove.
    package func object(of image: VaultImage) -> String? {
        repository.map { LFSFolder(repository: $0.path).object(image.sha256) }
    }
}
