/// The files of a Linux-like device, by absolute path. Directories are where something lies below them.
package struct FileTree: Sendable {
    package struct File: Sendable, Hashable {
        package enum Content: Sendable, Hashable {
            case bytes([UInt8])
            case link(to: String)
            case directory
        }

        package var content: Content
        /// Permission bits, such as `0o644`.
        package var mode: UInt32
        /// Seconds since 1970.
        package var modified: UInt32

        /// Whether the login may read it: it owns nothing and is in no group.
        var isReadable: Bool { mode & 0o004 != 0 }

        var size: Int {
            switch content {
            case .bytes(let bytes): bytes.count
            case .link(let target): target.utf8.count
            case .directory: 4096
            }
        }
    }

    private var files: [String: File]
    private var children: [String: Set<String>]

    package init() {
        files = ["/": File(content: .directory, mode: 0o755, modified: 1_700_000_000)]
        children = [:]
    }

    /// Puts a file down, in place of what lay there; missing directories come into being.
    package mutating func write(
        _ path: String, _ bytes: [UInt8], mode: UInt32 = 0o644, modified: UInt32 = 1_740_000_000
    ) {
        put(path, File(content: .bytes(bytes), mode: mode, modified: modified))
    }

    package mutating func write(_ path: String, text: String, mode: UInt32 = 0o644, modified: UInt32 = 1_740_000_000) {
        write(path, Array(text.utf8), mode: mode, modified: modified)
    }

    package mutating func link(_ path: String, to target: String) {
        put(path, File(content: .link(to: target), mode: 0o777, modified: 1_740_000_000))
    }

    package mutating func makeDirectory(_ path: String, mode: UInt32 = 0o755) {
        put(path, File(content: .directory, mode: mode, modified: 1_740_000_000))
    }

    /// Takes a file away; false when there was none. Directories stay.
    @discardableResult
    package mutating func remove(_ path: String) -> Bool {
        let path = Self.normal(path)
        guard let file = files[path], file.content != .directory else { return false }
        files[path] = nil
        let (parent, name) = Self.split(path)
        children[parent]?.remove(name)
        return true
    }

    /// Gives what lies at a path, its last link not followed, another place; what lay there goes. Directories stay.
    @discardableResult
    package mutating func rename(_ path: String, to target: String) -> Bool {
        guard let file = entry(path), file.content != .directory, names(in: target) == nil,
            names(in: Self.split(Self.normal(target)).parent) != nil
        else { return false }
        remove(resolveParent(path))
        put(resolveParent(target), file)
        return true
    }

    /// Changes permissions, time or length of a file, links followed; false when there is none.
    @discardableResult
    package mutating func set(_ path: String, mode: UInt32? = nil, modified: UInt32? = nil, size: Int? = nil) -> Bool {
        guard let real = resolve(path) else { return false }
        if let mode { files[real]?.mode = mode & 0o7777 }
        if let modified { files[real]?.modified = modified }
        if let size, case .bytes(let bytes)? = files[real]?.content {
            let padding = Array(repeating: UInt8(0), count: max(0, size - bytes.count))
            files[real]?.content = .bytes(Array(bytes[..<min(size, bytes.count)]) + padding)
        }
        return true
    }

    /// The path with the links of its directories followed.
    func resolveParent(_ path: String) -> String {
        let (parent, name) = Self.split(Self.normal(path))
        return resolve(parent).map { Self.join($0, name) } ?? path
    }

    /// The bytes of a file, links followed; nil when it is no file.
    package func read(_ path: String) -> [UInt8]? {
        guard let real = resolve(path), case .bytes(let bytes)? = files[real]?.content else { return nil }
        return bytes
    }

    private mutating func put(_ path: String, _ file: File) {
        let path = Self.normal(path)
        guard path != "/" else { return }
        files[path] = file
        let (parent, name) = Self.split(path)
        if files[parent] == nil { makeDirectory(parent) }
        children[parent, default: []].insert(name)
    }

    /// What lies at a path, its last link not followed.
    func entry(_ path: String) -> File? {
        let (parent, name) = Self.split(Self.normal(path))
        guard let real = resolve(parent) else { return nil }
        return files[name.isEmpty ? real : Self.join(real, name)]
    }

    /// The path with every link followed; nil when nothing lies there, or the links go round.
    func resolve(_ path: String) -> String? {
        var steps = Array(Self.normal(path).split(separator: "/").reversed())
        var here = "/"
        var links = 0
        while let step = steps.popLast() {
            if step == ".." {
                here = Self.split(here).parent
                continue
            }
            guard case .directory? = files[here]?.content, let file = files[Self.join(here, String(step))] else {
                return nil
            }
            if case .link(let target) = file.content {
                links += 1
                guard links < 16 else { return nil }
                if target.hasPrefix("/") { here = "/" }
                steps += target.split(separator: "/").filter { $0 != "." }.reversed()
            } else {
                here = Self.join(here, String(step))
            }
        }
        return files[here] == nil ? nil : here
    }

    func file(at path: String) -> File? { resolve(path).flatMap { files[$0] } }

    /// The names in a directory, sorted; nil when it is none.
    package func names(in path: String) -> [String]? {
        guard let real = resolve(path), case .directory? = files[real]?.content else { return nil }
        return (children[real] ?? []).sorted()
    }

    static func join(_ directory: String, _ name: String) -> String {
        directory == "/" ? "/" + name : directory + "/" + name
    }

    static func split(_ path: String) -> (parent: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return ("/", path) }
        let parent = String(path[..<slash])
        return (parent.isEmpty ? "/" : parent, String(path[path.index(after: slash)...]))
    }

    /// An absolute path without `.`, `..` and doubled slashes; a relative one starts at the root.
    static func normal(_ path: String) -> String {
        var steps: [Substring] = []
        for step in path.split(separator: "/") {
            switch step {
            case ".": break
            case "..": _ = steps.popLast()
            default: steps.append(step)
            }
        }
        return "/" + steps.joined(separator: "/")
    }
}
