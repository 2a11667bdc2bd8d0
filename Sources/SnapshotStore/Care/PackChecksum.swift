import Crypto
import FoundationEssentials
import SystemPackage

/// Packs and their indexes end with a SHA-1 of all that stands before (gitformat-pack). Objects can be whole while a byte between
/// them is not: stock git refuses such a pack.
enum PackChecksum {
    /// - Parameter repository: Its path.
    /// - Returns: The names of packs and indexes whose checksum is wrong, such as `pack-….pack`, and why.
    static func faults(in repository: String) throws(StoreError) -> [(file: String, reason: String)] {
        let folder = "\(repository)/objects/pack"
        let names = try StoreError.wrapping(folder, "list it") {
            guard FileManager.default.fileExists(atPath: folder) else { return [String]() }
            return try FileManager.default.contentsOfDirectory(atPath: folder)
        }
        var faults: [(file: String, reason: String)] = []
        for name in names.sorted() where name.hasSuffix(".pack") || name.hasSuffix(".idx") {
            do {
                guard try !isRight("\(folder)/\(name)") else { continue }
                faults.append((name, "its checksum is another one"))
            } catch Errno.noSuchFileOrDirectory {
                // Maintenance has put another in its place.
            } catch {
                faults.append((name, "\(error)"))
            }
        }
        return faults
    }

    private static func isRight(_ path: String) throws -> Bool {
        let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
        return try file.closeAfter {
            let size = try file.seek(offset: 0, from: .end)
            guard size > 20 else { return false }
            var hash = Insecure.SHA1()
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
            defer { buffer.deallocate() }
            var offset: Int64 = 0
            while offset < size - 20 {
                let wanted = min(Int64(buffer.count), size - 20 - offset)
                let count = try file.read(
                    fromAbsoluteOffset: offset, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<Int(wanted)]))
                guard count > 0 else { return false }
                hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                offset += Int64(count)
            }
            var end = [UInt8](repeating: 0, count: 20)
            let count = try end.withUnsafeMutableBytes { try file.read(fromAbsoluteOffset: size - 20, into: $0) }
            return count == 20 && Array(hash.finalize()) == end
        }
    }
}
