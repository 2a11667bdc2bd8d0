import ConfigModel

/// Finds every pointer of the vault, in the tip and in history, and what is wrong in git itself.
struct VaultScan {
    struct Pointer {
        var path: String
        var address: ImageAddress?
        var pointer: LFSPointer
        /// Only of the tip.
        var record: VaultRecord?
        var isFormer: Bool

        func fault(_ kind: VaultFault.Kind, _ reason: String) -> VaultFault {
            VaultFault(
                kind: kind, path: path, address: address, object: pointer.digest, isFormer: isFormer, reason: reason)
        }
    }

    private let repository: GitRepository
    private let reader: VaultReader
    private(set) var pointers: [Pointer] = []
    private(set) var faults: [VaultFault] = []
    /// What was looked at already.
    private var known: Set<VaultReader.File> = []

    init(repository: GitRepository) {
        self.repository = repository
        reader = VaultReader(repository: repository)
    }

    mutating func run(tip: ObjectID, where isWanted: (ImageAddress?) -> Bool) throws(StoreError) {
        guard let folder = try reader.folder(in: tip) else { return try takeHistory(before: tip, isWanted) }
        try take(folder, isWanted)
        if try reader.attributes(completing: try repository.commit(tip).tree) != nil {
            let reason =
                "it lacks the lines by which stock git finds the images: the next 'plumbline firmware add' writes them"
            faults.append(
                VaultFault(
                    kind: .attributes, path: VaultReader.attributesFile, address: nil, object: nil, isFormer: false,
                    reason: reason))
        }
        try takeHistory(before: tip, isWanted)
    }

    private mutating func take(_ folder: ObjectID, _ isWanted: (ImageAddress?) -> Bool) throws(StoreError) {
        let files = try self.files(in: folder, isFormer: false)
        let records = Dictionary(files.filter(\.isRecord).map { ($0.path, $0) }, uniquingKeysWith: { $1 })
        var used: Set<[String]> = []
        for file in files where !file.isRecord {
            let address = ImageAddress(path: file.path)
            if let address { used.insert(address.recordPath) }
            known.insert(file)
            guard isWanted(address), let pointer = try pointer(file, address, isFormer: false) else { continue }
            var found = Pointer(path: file.text, address: address, pointer: pointer, isFormer: false)
            if let address {
                do throws(StoreError) {
                    if let file = records[address.recordPath] { found.record = try reader.record(file) }
                } catch {
                    faults.append(found.fault(.record, "its record cannot be read: \(error)"))
                }
                if let reason = objection(to: found.record, found) { faults.append(found.fault(.record, reason)) }
            }
            pointers.append(found)
        }
        for (path, file) in records where !used.contains(path) && isWanted(nil) {
            faults.append(
                VaultFault(
                    kind: .record, path: file.text, address: nil, object: nil, isFormer: false,
                    reason: "it is the record of an image that is not there"))
        }
    }

    private func objection(to record: VaultRecord?, _ found: Pointer) -> String? {
        let remedy = "add the same image again, which writes the record anew"
        guard let record else { return "its record is missing or cannot be read: \(remedy)" }
        guard record.address == found.address, record.size == found.pointer.size,
            record.digest(.sha256)?.value == found.pointer.digest
        else { return "its record is about other bytes than its pointer: \(remedy)" }
        return nil
    }

    /// The pointers that earlier commits had and the tip has not.
    private mutating func takeHistory(
        before tip: ObjectID, _ isWanted: (ImageAddress?) -> Bool
    ) throws(StoreError) {
        struct Name: Hashable { var path: String, digest: String }
        var names = Set(pointers.map { Name(path: $0.path, digest: $0.pointer.digest) })
        var seen: Set<ObjectID> = []
        var next = try repository.commit(tip).parents.first
        while let commit = next {
            next = try repository.commit(commit).parents.first
            guard let folder = try reader.folder(in: commit), seen.insert(folder).inserted else { continue }
            for file in try self.files(in: folder, isFormer: true) where !file.isRecord && known.insert(file).inserted {
                let address = ImageAddress(path: file.path)
                guard isWanted(address), let pointer = try pointer(file, address, isFormer: true),
                    names.insert(Name(path: file.text, digest: pointer.digest)).inserted
                else { continue }
                pointers.append(Pointer(path: file.text, address: address, pointer: pointer, isFormer: true))
            }
        }
    }

    private mutating func files(in folder: ObjectID, isFormer: Bool) throws(StoreError) -> [VaultReader.File] {
        var unreadable: [VaultFault] = []
        let files = try reader.files(in: folder) { path, error throws(StoreError) in
            unreadable.append(
                VaultFault(
                    kind: .pointer, path: path.joined(separator: "/"), address: nil, object: nil, isFormer: isFormer,
                    reason: "\(error)"))
        }
        faults += unreadable
        return files
    }

    private mutating func pointer(
        _ file: VaultReader.File, _ address: ImageAddress?, isFormer: Bool
    ) throws(StoreError) -> LFSPointer? {
        var reason = "it is no Git LFS pointer: somebody else put it there, and git alone keeps it"
        do throws(StoreError) {
            if let pointer = try reader.pointer(file) { return pointer }
        } catch {
            reason = "\(error)"
        }
        faults.append(
            VaultFault(
                kind: .pointer, path: file.text, address: address, object: nil, isFormer: isFormer, reason: reason))
        return nil
    }
}
