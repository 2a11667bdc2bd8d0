/// An SFTP server (version 3) on a device's file tree.
struct SFTPServer: ChannelProgram {
    enum Handle {
        case file([UInt8], FileTree.File)
        case writing(SFTPUpload)
        case directory([(name: String, file: FileTree.File)])
    }

    /// The longest packet taken; requests are short.
    private static let longest = 256 * 1024
    /// The most bytes in one answer to a read.
    private static let piece: UInt32 = 64 * 1024
    private static let mostHandles = 100

    let device: SimulatedDevice
    let mayWrite: Bool
    private var unread: [UInt8] = []
    var handles: [String: Handle] = [:]
    private var lastHandle = 0
    private var delayed: [[UInt8]] = []
    /// Bytes of files sent, for the fault that cuts.
    private var sent = 0

    init(device: SimulatedDevice, mayWrite: Bool) {
        self.device = device
        self.mayWrite = mayWrite
    }

    mutating func start() -> [ChannelEffect] { [] }
    mutating func endOfInput() -> [ChannelEffect] {
        for name in Array(handles.keys) { _ = close(name) }
        return [.finish(status: 0)]
    }

    mutating func resume() -> [ChannelEffect] {
        defer { delayed = [] }
        return delayed.map { .write($0) }
    }

    mutating func receive(_ bytes: ArraySlice<UInt8>) -> [ChannelEffect] {
        unread += bytes
        var effects: [ChannelEffect] = []
        var place = 0
        while unread.count - place >= 4 {
            let length = unread[place..<(place + 4)].reduce(0) { $0 << 8 | Int($1) }
            guard length > 0, length <= Self.longest else { return [.finish(status: 1)] }
            guard unread.count - place - 4 >= length else { break }
            effects += answer(to: unread[(place + 4)..<(place + 4 + length)])
            place += 4 + length
        }
        unread.removeFirst(place)
        return effects
    }

    private mutating func answer(to packet: ArraySlice<UInt8>) -> [ChannelEffect] {
        let (fault, delay) = device.with { ($0.fault, $0.answerDelay) }
        if fault == .mute { return [] }
        var reader = SFTPReader(packet)
        guard let code = reader.byte(), let number = reader.number() else { return [.finish(status: 1)] }
        guard let kind = SFTPKind(rawValue: code), kind != .initialise else {
            var version = SFTPWriter(.version)
            version.add(UInt32(3))
            for name in ["posix-rename@openssh.com", "fsync@openssh.com"] {
                version.add(name.utf8)
                version.add("1".utf8)
            }
            return code == SFTPKind.initialise.rawValue
                ? [.write(version.packet)] : [.write(Self.status(.unsupported, number))]
        }
        let answer = answer(kind, number, &reader)
        if fault == .endless, kind == .read { return [.write(Self.data(Array(repeating: 120, count: 1_024), number))] }
        if case .cut(let most) = fault, kind == .read {
            sent += answer.count
            if sent > most { return [.write(Array(answer.dropLast(sent - most))), .hangUp] }
        }
        // Opening is what takes a device long; each block after it would make a file of 8 MiB take minutes.
        guard delay > .zero, kind == .open || kind == .opendir || !delayed.isEmpty else { return [.write(answer)] }
        delayed.append(answer)
        return delayed.count == 1 ? [.pause(delay)] : []
    }

    private mutating func answer(_ kind: SFTPKind, _ number: UInt32, _ reader: inout SFTPReader) -> [UInt8] {
        guard let text = reader.string() else { return Self.status(.badMessage, number) }
        switch kind {
        case .realpath: return realpath(text, number)
        case .stat: return attributes(files.file(at: text), number)
        case .lstat: return attributes(files.entry(text), number)
        case .fstat: return fstat(text, number)
        case .open: return open(text, flags: reader.number() ?? 0, reader.attributes(), number)
        case .opendir: return opendir(text, number)
        case .read: return read(text, reader.longNumber(), reader.number(), number)
        case .readdir: return readdir(text, number)
        case .close: return Self.status(close(text), number)
        case .readlink: return readlink(text, number)
        case .write: return Self.status(write(text, &reader), number)
        case .setstat, .fsetstat, .remove, .mkdir, .rename, .extended:
            return Self.status(mayWrite ? change(kind, text, &reader) : .permissionDenied, number)
        case .rmdir, .symlink: return Self.status(.permissionDenied, number)
        default: return Self.status(.unsupported, number)
        }
    }

    private var files: FileTree { device.files }

    private func realpath(_ path: String, _ number: UInt32) -> [UInt8] {
        let real = path.hasPrefix("/") ? path : "/" + path
        return Self.names([(files.resolve(real) ?? FileTree.normal(real), nil)], number)
    }

    private func attributes(_ file: FileTree.File?, _ number: UInt32) -> [UInt8] {
        guard let file else { return Self.status(.noSuchFile, number) }
        var writer = SFTPWriter(.attributes)
        writer.add(number)
        writer.add(file)
        return writer.packet
    }

    private func fstat(_ handle: String, _ number: UInt32) -> [UInt8] {
        switch handles[handle] {
        case .file(_, let file): return attributes(file, number)
        case .writing(let upload): return attributes(upload.current, number)
        default: return Self.status(.failure, number)
        }
    }

    private mutating func open(
        _ path: String, flags: UInt32, _ attributes: SFTPAttributes?, _ number: UInt32
    ) -> [UInt8] {
        if flags & ~1 != 0 {
            guard mayWrite else { return Self.status(.permissionDenied, number) }
            let opened = SFTPUpload.open(path, flags: flags, attributes, on: device)
            return opened.upload.map { keep(.writing($0), number) } ?? Self.status(opened.status, number)
        }
        guard let file = files.file(at: path) else { return Self.status(.noSuchFile, number) }
        guard case .bytes(let bytes) = file.content else { return Self.status(.failure, number) }
        guard file.isReadable else { return Self.status(.permissionDenied, number) }
        device.opened(file: path)
        return keep(.file(bytes, file), number)
    }

    private mutating func opendir(_ path: String, _ number: UInt32) -> [UInt8] {
        let files = files
        guard files.file(at: path) != nil else { return Self.status(.noSuchFile, number) }
        guard let names = files.names(in: path), let real = files.resolve(path), let itself = files.file(at: real)
        else { return Self.status(.failure, number) }
        let entries = names.compactMap { name in files.entry(FileTree.join(real, name)).map { (name, $0) } }
        return keep(.directory([(".", itself), ("..", itself)] + entries), number)
    }

    private mutating func keep(_ handle: Handle, _ number: UInt32) -> [UInt8] {
        guard handles.count < Self.mostHandles else { return Self.status(.failure, number) }
        lastHandle += 1
        handles[String(lastHandle)] = handle
        var writer = SFTPWriter(.handle)
        writer.add(number)
        writer.add(String(lastHandle).utf8)
        return writer.packet
    }

    private func read(_ handle: String, _ offset: UInt64?, _ length: UInt32?, _ number: UInt32) -> [UInt8] {
        guard case .file(let bytes, _)? = handles[handle], let offset, let length else {
            return Self.status(.failure, number)
        }
        guard offset < UInt64(bytes.count) else { return Self.status(.endOfFile, number) }
        let start = Int(offset)
        let end = min(bytes.count, start + Int(min(length, Self.piece)))
        return Self.data(bytes[start..<end], number)
    }

    private mutating func readdir(_ handle: String, _ number: UInt32) -> [UInt8] {
        guard case .directory(let entries)? = handles[handle] else { return Self.status(.failure, number) }
        if entries.isEmpty { return Self.status(.endOfFile, number) }
        handles[handle] = .directory(Array(entries.dropFirst(100)))
        return Self.names(entries.prefix(100).map { ($0.name, $0.file) }, number)
    }

    private func readlink(_ path: String, _ number: UInt32) -> [UInt8] {
        guard let file = files.entry(path) else { return Self.status(.noSuchFile, number) }
        guard case .link(let target) = file.content else { return Self.status(.failure, number) }
        return Self.names([(target, nil)], number)
    }

    private static func status(_ status: SFTPStatus, _ number: UInt32) -> [UInt8] {
        var writer = SFTPWriter(.status)
        writer.add(number)
        writer.add(status.rawValue)
        writer.add(status.text.utf8)
        writer.add("".utf8)
        return writer.packet
    }

    private static func data(_ bytes: some Collection<UInt8>, _ number: UInt32) -> [UInt8] {
        var writer = SFTPWriter(.data)
        writer.add(number)
        writer.add(bytes)
        return writer.packet
    }

    private static func names(_ entries: [(name: String, file: FileTree.File?)], _ number: UInt32) -> [UInt8] {
        var writer = SFTPWriter(.name)
        writer.add(number)
        writer.add(UInt32(entries.count))
        for entry in entries {
            writer.add(entry.name.utf8)
            writer.add((entry.file?.longName(entry.name) ?? entry.name).utf8)
            if let file = entry.file { writer.add(file) } else { writer.add(UInt32(0)) }
        }
        return writer.packet
    }
}
