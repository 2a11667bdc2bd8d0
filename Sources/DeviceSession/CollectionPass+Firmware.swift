import ConfigModel
import Crypto
import Synchronization

/// Firmware images: each with its SHA-256, taken on the device where it can, else by reading it.
extension CollectionPass {
    /// The largest image that is read to be hashed here; it is never kept.
    private static var imageLimit: Int { 4 << 30 }

    mutating func hashImages(_ rule: CollectionRules.Firmware) async throws(SessionError) {
        let methods = FileMethod.allCases
        let files: [FoundFile]
        do throws(SessionError) {
            files = try await self.files(matching: rule.glob, by: methods)
        } catch {
            if error.endsConnection { throw error }
            notes.append("firmware \(rule.glob.text) is not assessable: \(error)")
            return
        }
        for file in files where !facts.images.contains(where: { $0.path == file.path }) {
            var image = FirmwareImage(path: file.path, size: file.size)
            do throws(SessionError) {
                if let digest = try await digestOnDevice(of: file.path, by: rule.hashing) {
                    image.sha256 = digest
                } else {
                    let read = try await digestHere(of: file, by: methods)
                    image.sha256 = read.digest
                    image.size = image.size ?? read.size
                }
            } catch {
                if error.endsConnection { throw error }
                image.note = "not assessable: \(error)"
            }
            facts.images.append(image)
        }
    }

    /// - Returns: Nil where the device cannot, or what it says is no digest of this file.
    private func digestOnDevice(of path: String, by line: PlatformLine?) async throws(SessionError) -> String? {
        guard let line else { return nil }
        do throws(SessionError) {
            let command = line.filled(withPath: path)
            let result = try await connection.execute(command, limit: 65_536, until: deadline)
            return (result.status ?? 0) == 0 ? Self.digest(in: result.output) : nil
        } catch {
            if error.endsConnection { throw error }
            return nil
        }
    }

    /// The 64 hexadecimal digits that the first line begins with; GNU marks a name with escapes by a leading `\`.
    static func digest(in output: [UInt8]) -> String? {
        guard let line = output.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).first else { return nil }
        let digits = (line.first == 0x5C ? line.dropFirst() : line).prefix { $0 != 0x20 && $0 != 0x09 }
        let isDigest =
            digits.count == 64
            && digits.allSatisfy {
                (0x30...0x39).contains($0) || (0x61...0x66).contains($0) || (0x41...0x46).contains($0)
            }
        return isDigest ? String(decoding: digits, as: UTF8.self).lowercased() : nil
    }

    private mutating func digestHere(
        of file: FoundFile, by methods: [FileMethod]
    ) async throws(SessionError) -> (digest: String, size: Int) {
        if let size = file.size, size > Self.imageLimit {
            throw .tooLarge(host: host, what: file.path, limit: Self.imageLimit)
        }
        let hash = Mutex((SHA256(), 0))
        let limit = Self.imageLimit
        try await stream(file.path, by: methods, limit: limit, restart: { hash.withLock { $0 = (SHA256(), 0) } }) {
            piece in
            hash.withLock { state in
                state.0.update(data: piece)
                state.1 += piece.count
            }
        }
        return hash.withLock { (hexadecimal($0.0.finalize()), $0.1) }
    }
}
