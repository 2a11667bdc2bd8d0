/// The text that stands in git for a large file: Git LFS specification, version 1 (`docs/spec.md` of git-lfs).
struct LFSPointer: Sendable, Hashable {
    /// No pointer is longer, says the specification.
    static let limit = 1024
    private static let version = "version https://git-lfs.github.com/spec/v1"

    /// SHA-256 of the bytes, 64 lower-case hexadecimal digits.
    let digest: String
    let size: Int

    init(digest: String, size: Int) {
        self.digest = digest
        self.size = size
    }

    var serialised: [UInt8] { Array("\(Self.version)\noid sha256:\(digest)\nsize \(size)\n".utf8) }

    /// - Returns: nil for anything but what `serialised` writes.
    init?(parsing bytes: [UInt8]) {
        guard bytes.count <= Self.limit, let text = String(validating: bytes, as: UTF8.self) else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let (oid, length) = ("oid sha256:", "size ")
        guard lines.count == 4, lines[0] == Self.version, lines[1].hasPrefix(oid), lines[2].hasPrefix(length),
            let size = Int(lines[2].dropFirst(length.count))
        else { return nil }
        self.init(digest: String(lines[1].dropFirst(oid.count)), size: size)
        let isHexadecimal = digest.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        guard digest.utf8.count == 64, isHexadecimal, size >= 0, serialised == bytes else { return nil }
    }
}

/// The objects of Git LFS in a bare repository: `lfs/objects/aa/bb/<digest>`, where `git lfs` looks for them in a remote
/// that is a folder.
struct LFSFolder: Sendable, Hashable {
    /// The repository's folder.
    let repository: String

    var root: String { "\(repository)/lfs" }
    /// Where `git lfs` has its own, and in the same file system as the objects.
    var temporary: String { "\(root)/tmp" }
    var objects: String { "\(root)/objects" }

    /// The folders of an object, outermost first.
    func folders(of digest: String) -> [String] {
        let first = "\(objects)/\(digest.prefix(2))"
        return [root, objects, first, "\(first)/\(digest.dropFirst(2).prefix(2))"]
    }

    func object(_ digest: String) -> String { "\(folders(of: digest)[3])/\(digest)" }
}
