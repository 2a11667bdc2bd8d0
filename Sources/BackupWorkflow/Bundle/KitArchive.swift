import ConfigModel
import Crypto
import FoundationEssentials

/// The files of a kit as they go out, one after the other, and the digest of each.
struct KitArchive {
    /// In the order in which they went out.
    private(set) var digests: [(path: String, sha256: String)] = []
    private(set) var bytes = 0
    private let send: ([UInt8]) async throws -> Void

    init(_ send: @escaping ([UInt8]) async throws -> Void) { self.send = send }

    /// - Returns: SHA-256 of the bytes.
    @discardableResult
    mutating func add(_ bytes: [UInt8], at path: String, modified: Date) async throws -> String {
        let digest = sha256(bytes)
        try await send(TarFormat.header(TarFormat.Entry(path: path, size: bytes.count, modified: modified)))
        try await send(bytes)
        try await send(TarFormat.padding(after: bytes.count))
        note(path, digest, bytes.count)
        return digest
    }

    /// A large file, piece by piece.
    /// - Throws: `integrity` when it is not what it was when it was looked at before.
    mutating func add(_ file: FilePieces, size: Int, sha256 expected: String, at path: String, modified: Date)
        async throws
    {
        try await send(TarFormat.header(TarFormat.Entry(path: path, size: size, modified: modified)))
        var hash = SHA256()
        var count = 0
        while case let piece = try await file.next(), !piece.isEmpty {
            count += piece.count
            guard count <= size else { break }
            hash.update(data: piece)
            try await send(piece)
        }
        guard count == size, hexadecimal(hash.finalize()) == expected else {
            throw WorkflowError.integrity("\(file.path) was changed while it was read: nothing was written")
        }
        try await send(TarFormat.padding(after: size))
        note(path, expected, size)
    }

    /// What `sha256sum --check` reads: every file so far.
    var sums: [UInt8] {
        Array(digests.sorted { $0.path < $1.path }.map { "\($0.sha256)  \($0.path)\n" }.joined().utf8)
    }

    func end() async throws { try await send(TarFormat.end) }

    private mutating func note(_ path: String, _ digest: String, _ count: Int) {
        digests.append((path, digest))
        bytes += count
    }
}

/// Paths of a kit.
enum KitPath {
    static let sums = "SHA256SUMS"
    static let signature = "SHA256SUMS.sig"
    static let manifest = "kit.json"
    static let readme = "README.txt"
    static let runbookText = "RUNBOOK.txt"
    static let runbookPage = "RUNBOOK.html"

    /// `devices/007-sw-core`: so they stand in the order of work.
    static func folder(of device: DeviceID, number: Int, of count: Int) -> String {
        let digits = max(3, "\(count)".count)
        let text = "\(number)"
        return "devices/" + String(repeating: "0", count: max(0, digits - text.count)) + text + "-" + device.text
    }

    /// The path of an artifact in its device's folder: files as on the device, below `files`. What a shell or `sha256sum` would take
    /// for something else is percent-encoded.
    static func path(of artifact: ArtifactName) -> String {
        let parts = artifact.text.split(separator: "/", omittingEmptySubsequences: true).map(encoded)
        return (artifact.isFile ? "files/" : "") + parts.joined(separator: "/")
    }

    private static func encoded(_ part: Substring) -> String {
        if part == "." || part == ".." { return part == "." ? "%2E" : "%2E%2E" }
        var text = ""
        for byte in part.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2C, 0x2D, 0x2E, 0x3D, 0x40, 0x5F:
                text += String(UnicodeScalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                text += "%" + (digits.count < 2 ? "0" : "") + digits
            }
        }
        return text
    }
}
