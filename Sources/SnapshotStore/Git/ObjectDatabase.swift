import CLibGit2
import Crypto
import SystemPackage

/// The objects of one repository: found by hash, written loose.
///
/// Not `Sendable`: it belongs to the store's thread.
final class ObjectDatabase {
    enum Kind: Sendable {
        case blob, tree, commit, tag

        fileprivate init?(_ name: String) {
            switch name {
            case "blob": self = .blob
            case "tree": self = .tree
            case "commit": self = .commit
            case "tag": self = .tag
            default: return nil
            }
        }

        fileprivate init?(_ type: git_object_t) {
            switch type {
            case GIT_OBJECT_BLOB: self = .blob
            case GIT_OBJECT_TREE: self = .tree
            case GIT_OBJECT_COMMIT: self = .commit
            case GIT_OBJECT_TAG: self = .tag
            default: return nil
            }
        }

        fileprivate var type: git_object_t {
            switch self {
            case .blob: GIT_OBJECT_BLOB
            case .tree: GIT_OBJECT_TREE
            case .commit: GIT_OBJECT_COMMIT
            case .tag: GIT_OBJECT_TAG
            }
        }
    }

    /// The repository's folder, for errors.
    let repository: String
    private var opened: Handles?

    /// libgit2's, made when they are needed.
    private struct Handles {
        var pointer: OpaquePointer
        /// Owned by `pointer`, as the next one.
        var loose: UnsafeMutablePointer<git_odb_backend>
        var packs: UnsafeMutablePointer<git_odb_backend>
    }

    init(repository: String) { self.repository = repository }

    deinit { if let opened { git_odb_free(opened.pointer) } }

    private func handles() throws(StoreError) -> Handles {
        if let opened { return opened }
        try GitLibrary.start()
        var database: OpaquePointer?
        let code = git_odb_new(&database)
        guard code == 0, let database else {
            throw GitLibrary.failure(code, path: repository, operation: "open the objects")
        }
        do throws(StoreError) {
            // zlib level -1 is git's own choice for loose objects: the fastest. No fsync each: `syncfs` comes before
            // the ref moves.
            let handles = Handles(
                pointer: database,
                loose: try backend(of: database, priority: 1, "loose objects") {
                    git_odb_backend_loose($0, "\(repository)/objects", -1, 0, 0, 0)
                },
                packs: try backend(of: database, priority: 2, "packs") {
                    git_odb_backend_pack($0, "\(repository)/objects")
                })
            opened = handles
            return handles
        } catch {
            git_odb_free(database)
            throw error
        }
    }

    private func backend(
        of database: OpaquePointer, priority: Int32, _ what: String,
        _ make: (UnsafeMutablePointer<UnsafeMutablePointer<git_odb_backend>?>) -> Int32
    ) throws(StoreError) -> UnsafeMutablePointer<git_odb_backend> {
        var backend: UnsafeMutablePointer<git_odb_backend>?
        var code = make(&backend)
        if code == 0, let backend {
            code = git_odb_add_backend(database, backend, priority)
            if code == 0 { return backend }
        }
        throw GitLibrary.failure(code, path: repository, operation: "open the \(what)")
    }

    /// The name that these bytes have as an object. Writes nothing.
    /// - Throws: for bytes that were made to collide with others (SHA-1 as `sha1collisiondetection` computes it).
    static func id(of bytes: [UInt8], _ kind: Kind) throws(StoreError) -> ObjectID {
        try GitLibrary.start()
        var oid = git_oid()
        let code = bytes.withUnsafeBytes { git_odb_hash(&oid, $0.baseAddress ?? Self.nothing, $0.count, kind.type) }
        guard code == 0 else {
            throw .inputOutput(path: "an object", operation: "hash it", reason: GitLibrary.lastMessage())
        }
        return ObjectID(oid)
    }

    /// As `id`, of what is only compared: by the processor's own SHA-1, without the search for crafted collisions that belongs to writing.
    static func plainHash(of bytes: [UInt8], _ kind: Kind) -> ObjectID {
        var hash = Insecure.SHA1()
        hash.update(data: Array("\(kind) \(bytes.count)\0".utf8))
        hash.update(data: bytes)
        return ObjectID(hash.finalize())
    }

    /// Writes an object whose name is known already, unless it is there; the bytes are hashed no second time.
    func write(_ bytes: [UInt8], _ kind: Kind, as id: ObjectID) throws(StoreError) {
        let handles = try handles()
        guard isNew(id, handles) else { return }
        var oid = id.oid
        guard let write = handles.loose.pointee.write else {
            throw .inputOutput(
                path: repository, operation: "write an object", reason: "libgit2 offers no loose writing")
        }
        let code = bytes.withUnsafeBytes {
            write(handles.loose, &oid, $0.baseAddress ?? Self.nothing, $0.count, kind.type)
        }
        guard code == 0 else { throw GitLibrary.failure(code, path: repository, operation: "write object \(id)") }
    }

    /// Writes a blob that cannot be made smaller, such as an encrypted one, without trying to.
    func writeIncompressible(_ bytes: [UInt8]) throws(StoreError) -> ObjectID {
        let id = try Self.id(of: bytes, .blob)
        if isNew(id, try handles()) { try StoredObject.write(blob: bytes, as: id, in: "\(repository)/objects") }
        return id
    }

    private func isNew(_ id: ObjectID, _ handles: Handles) -> Bool {
        var oid = id.oid
        // A copy that nothing refers to yet could be pruned by age: make it young.
        if let freshen = handles.loose.pointee.freshen, freshen(handles.loose, &oid) == 0 { return false }
        return git_odb_exists_ext(handles.pointer, &oid, UInt32(GIT_ODB_LOOKUP_NO_REFRESH.rawValue)) != 1
    }

    @discardableResult
    func write(_ bytes: [UInt8], _ kind: Kind) throws(StoreError) -> ObjectID {
        let id = try Self.id(of: bytes, kind)
        try write(bytes, kind, as: id)
        return id
    }

    /// The bytes of an object, after their hash was found to be right.
    /// - Throws: `missingObject`, `damagedObject`.
    func read(_ id: ObjectID, _ kind: Kind) throws(StoreError) -> [UInt8] {
        let object = try read(id)
        guard object.kind == kind else {
            throw .damagedObject(id: id, repository: repository, reason: "it is no \(kind)")
        }
        return object.bytes
    }

    /// Reads an object of whatever kind, whose hash must be right.
    func check(_ id: ObjectID) throws(StoreError) { _ = try read(id) }

    private func read(_ id: ObjectID) throws(StoreError) -> (kind: Kind?, bytes: [UInt8]) {
        do throws(StoreError) {
            if let object = try readLoose(id) { return object }
        } catch {
            // A sound copy may be in a pack; libgit2 must not see the damaged one.
            guard case .damagedObject = error else { throw error }
            let packs = try handles().packs
            var oid = id.oid
            guard let exists = packs.pointee.exists, exists(packs, &oid) == 1 else { throw error }
        }
        var oid = id.oid
        var object: OpaquePointer?
        // Packs come before loose objects.
        let code = git_odb_read(&object, try handles().pointer, &oid)
        guard code == 0, let object else {
            if code == GIT_ENOTFOUND.rawValue { throw .missingObject(id: id, repository: repository) }
            throw .damagedObject(id: id, repository: repository, reason: GitLibrary.lastMessage())
        }
        defer { git_odb_object_free(object) }
        let bytes = UnsafeRawBufferPointer(start: git_odb_object_data(object), count: git_odb_object_size(object))
        return (Kind(git_odb_object_type(object)), Array(bytes))
    }

    private func readLoose(_ id: ObjectID) throws(StoreError) -> (kind: Kind?, bytes: [UInt8])? {
        let object: LooseObject?
        do {
            object = try LooseObject.read(id, in: "\(repository)/objects")
        } catch let fault as LooseObject.Fault {
            throw .damagedObject(id: id, repository: repository, reason: fault.reason)
        } catch {
            throw .system(error as? Errno ?? .ioError, path: repository, operation: "read object \(id)")
        }
        guard let object else { return nil }
        guard let kind = Kind(object.kind) else {
            throw .damagedObject(id: id, repository: repository, reason: "it is of no known kind")
        }
        guard Self.plainHash(of: object.bytes, kind) == id else {
            throw .damagedObject(id: id, repository: repository, reason: "its hash is another one")
        }
        return (kind, object.bytes)
    }

    /// Tells of every object, in no order; of one that is in several places more than once.
    func forEach(_ body: (ObjectID) -> Void) throws(StoreError) {
        let pointer = try handles().pointer
        try withoutActuallyEscaping(body) { body throws(StoreError) in
            var body = body
            let code = withUnsafeMutablePointer(to: &body) { context in
                git_odb_foreach(
                    pointer,
                    { oid, context in
                        guard let oid, let context else { return 0 }
                        context.assumingMemoryBound(to: ((ObjectID) -> Void).self).pointee(ObjectID(oid.pointee))
                        return 0
                    }, context)
            }
            guard code == 0 else { throw GitLibrary.failure(code, path: repository, operation: "list the objects") }
        }
    }

    /// How many bytes an object has, without reading it; nil where there is no such object.
    func size(_ id: ObjectID) -> Int? {
        var oid = id.oid
        var size = 0
        var type = GIT_OBJECT_INVALID
        guard let pointer = try? handles().pointer else { return nil }
        return git_odb_read_header(&size, &type, pointer, &oid) == 0 ? size : nil
    }

    func contains(_ id: ObjectID) -> Bool {
        var oid = id.oid
        guard let pointer = try? handles().pointer else { return false }
        return git_odb_exists(pointer, &oid) == 1
    }

    /// libgit2 wants an address even of no bytes.
    // Unsafe only to the compiler: one byte that nobody writes, reads or frees.
    private nonisolated(unsafe) static let nothing = UnsafeRawPointer(
        UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1))
}
