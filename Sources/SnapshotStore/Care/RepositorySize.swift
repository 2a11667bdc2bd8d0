import FoundationEssentials
import Glibc

/// What a repository takes on disk.
package struct RepositorySize: Sendable, Hashable, Codable {
    /// Objects in files of their own.
    package var loose = 0
    package var packs = 0
    /// Of loose objects and packs together.
    package var bytes = 0

    /// Counts without reading an object.
    init(ofRepository path: String) throws(StoreError) {
        let folder = "\(path)/objects"
        for name in try Self.names(in: folder) where name == "pack" || Self.isFanOut(name) {
            for file in try Self.names(in: "\(folder)/\(name)") {
                var status = stat()
                // What is packed meanwhile is gone.
                guard lstat("\(folder)/\(name)/\(file)", &status) == 0 else { continue }
                bytes += Int(status.st_size)
                if name == "pack" {
                    packs += file.hasSuffix(".pack") ? 1 : 0
                } else if file.utf8.count == 38 {
                    loose += 1
                }
            }
        }
    }

    private static func names(in folder: String) throws(StoreError) -> [String] {
        try StoreError.wrapping(folder, "list it") { try FileManager.default.contentsOfDirectory(atPath: folder) }
    }

    /// Such as `3f`.
    private static func isFanOut(_ name: String) -> Bool {
        name.utf8.count == 2 && name.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
