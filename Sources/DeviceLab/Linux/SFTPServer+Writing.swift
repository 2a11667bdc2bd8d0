/// A file that is being written over SFTP. What has come is on the device every now and then, and all of it at the close: a
/// connection that breaks leaves a piece.
struct SFTPUpload {
    let path: String
    private(set) var file: FileTree.File
    private var bytes: [UInt8]
    private var unsaved = 0
    private let appends: Bool

    private static let most = 256 << 20
    private static let piece = 64 * 1024

    /// - Parameter flags: 2 writes, 4 appends, 8 creates, 16 empties, 32 wants no file to be there.
    static func open(
        _ path: String, flags: UInt32, _ attributes: SFTPAttributes?, on device: SimulatedDevice
    ) -> (upload: SFTPUpload?, status: SFTPStatus) {
        let files = device.files
        let old = files.file(at: path)
        guard old?.content != .directory, files.names(in: FileTree.split(FileTree.normal(path)).parent) != nil else {
            return (nil, old == nil ? .noSuchFile : .failure)
        }
        if old == nil, flags & 8 == 0 { return (nil, .noSuchFile) }
        if old != nil, flags & 32 != 0 { return (nil, .failure) }
        let empties = old == nil || flags & 16 != 0
        let real = files.resolve(path) ?? files.resolveParent(path)
        let mode = old?.mode ?? (attributes?.mode ?? 0o644) & 0o7777
        let bytes = empties ? [] : files.read(real) ?? []
        let file = FileTree.File(content: .bytes(bytes), mode: mode, modified: 1_772_000_000)
        let upload = SFTPUpload(path: real, file: file, bytes: bytes, appends: flags & 4 != 0)
        if empties { _ = device.change(upload.store) } else { device.count { $0.writes += 1 } }
        return (upload, .ok)
    }

    private init(path: String, file: FileTree.File, bytes: [UInt8], appends: Bool) {
        self.path = path
        self.file = file
        self.bytes = bytes
        self.appends = appends
    }

    /// Takes some bytes; false when they make the file too large.
    mutating func write(_ data: ArraySlice<UInt8>, at offset: UInt64) -> Bool {
        let start = appends ? bytes.count : Int(clamping: offset)
        guard start <= Self.most, start + data.count <= Self.most else { return false }
        if start > bytes.count { bytes += repeatElement(0, count: start - bytes.count) }
        let overlap = min(data.count, bytes.count - start)
        bytes.replaceSubrange(start..<(start + overlap), with: data.prefix(overlap))
        bytes += data.dropFirst(overlap)
        unsaved += data.count
        return true
    }

    var isDue: Bool { unsaved >= Self.piece }

    /// Puts what has come so far on the device.
    mutating func save(on device: SimulatedDevice) {
        guard unsaved > 0 else { return }
        unsaved = 0
        file.content = .bytes(bytes)
        let store = store
        _ = device.with { $0.editFiles(store) }
        file.content = .bytes([])  // held once only, so that the next bytes are added in place
    }

    mutating func set(_ attributes: SFTPAttributes, on device: SimulatedDevice) {
        if let size = attributes.size { bytes = Array(bytes.prefix(Int(clamping: size))) }
        if attributes.size != nil { unsaved += 1 }
        if let mode = attributes.mode { file.mode = mode & 0o7777 }
        if let modified = attributes.modified { file.modified = modified }
        save(on: device)
        let (path, file) = (path, file)
        _ = device.with { $0.editFiles { $0.set(path, mode: file.mode, modified: file.modified) } }
    }

    var size: Int { bytes.count }
    /// The file as it will be.
    var current: FileTree.File { FileTree.File(content: .bytes(bytes), mode: file.mode, modified: file.modified) }

    private var store: @Sendable (inout FileTree) -> Bool {
        guard case .bytes(let bytes) = file.content else { return { _ in false } }
        return { [path, file] files in
            files.write(path, bytes, mode: file.mode, modified: file.modified)
            return true
        }
    }
}

/// The requests that change files.
extension SFTPServer {
    mutating func write(_ handle: String, _ reader: inout SFTPReader) -> SFTPStatus {
        guard let offset = reader.longNumber(), let data = reader.data() else { return .badMessage }
        guard case .writing(var upload)? = handles.removeValue(forKey: handle) else { return .failure }
        defer { handles[handle] = .writing(upload) }
        guard device.fault != .diskFull, upload.write(data, at: offset) else { return .failure }
        if upload.isDue { upload.save(on: device) }
        return .ok
    }

    mutating func close(_ handle: String) -> SFTPStatus {
        guard let closed = handles.removeValue(forKey: handle) else { return .failure }
        guard case .writing(var upload) = closed else { return .ok }
        upload.save(on: device)
        device.noted(file: upload.path, size: upload.size)
        return .ok
    }

    mutating func change(_ kind: SFTPKind, _ text: String, _ reader: inout SFTPReader) -> SFTPStatus {
        switch kind {
        case .setstat:
            guard let attributes = reader.attributes() else { return .badMessage }
            let done = device.change {
                $0.set(
                    text, mode: attributes.mode, modified: attributes.modified,
                    size: attributes.size.map { Int(clamping: $0) })
            }
            return done ? .ok : .noSuchFile
        case .fsetstat:
            guard let attributes = reader.attributes() else { return .badMessage }
            guard case .writing(var upload)? = handles[text] else { return .failure }
            upload.set(attributes, on: device)
            handles[text] = .writing(upload)
            return .ok
        case .remove:
            guard device.files.entry(text) != nil else { return .noSuchFile }
            return device.change { $0.remove(text) } ? .ok : .failure
        case .mkdir:
            guard device.files.entry(text) == nil else { return .failure }
            return device.change { files in
                files.makeDirectory(text)
                return true
            } ? .ok : .failure
        case .rename: return rename(text, reader.string(), mayReplace: false)
        case .extended where text == "posix-rename@openssh.com":
            guard let from = reader.string() else { return .badMessage }
            return rename(from, reader.string(), mayReplace: true)
        case .extended where text == "fsync@openssh.com":
            guard let handle = reader.string(), case .writing(var upload)? = handles[handle] else { return .failure }
            upload.save(on: device)
            handles[handle] = .writing(upload)
            return .ok
        default: return .unsupported
        }
    }

    /// The plain request of version 3 replaces nothing.
    private func rename(_ from: String, _ to: String?, mayReplace: Bool) -> SFTPStatus {
        guard let to else { return .badMessage }
        guard device.files.entry(from) != nil else { return .noSuchFile }
        guard mayReplace || device.files.entry(to) == nil else { return .failure }
        return device.change { $0.rename(from, to: to) } ? .ok : .failure
    }
}
