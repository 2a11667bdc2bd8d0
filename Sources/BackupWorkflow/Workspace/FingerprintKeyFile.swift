package import ConfigModel
import FoundationEssentials
import Glibc
import SystemPackage

/// `var/keys/fingerprint.key`: the key under which secrets become fingerprints.
///
/// Three lines of text: `plumbline-fingerprint-key 1`, `epoch N`, `key` and 32 bytes in base64. Losing it makes every
/// secret look changed once; it reveals nothing by itself, and with the store it lets guesses be tested, hence 0600.
package enum FingerprintKeyFile {
    package enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
        case missing(path: String)
        case unreadable(path: String, reason: String)
        case malformed(path: String)
        case open(path: String)

        package var description: String {
            switch self {
            case .missing(let path):
                "\(path) is missing: 'plumbline store import-key FILE.txt' brings it back from the exported text, or copy it from a "
                    + "backup of var/keys; if there is neither, 'plumbline init --new-fingerprint-key' makes a new one, and every "
                    + "secret will look changed once"
            case .unreadable(let path, let reason): "\(path) cannot be read or written (\(reason))"
            case .malformed(let path): "\(path) is damaged: bring it back from the backup of var/keys"
            case .open(let path): "\(path) may be read by others: 'chmod 600' it"
            }
        }
    }

    private static let title = "plumbline-fingerprint-key 1"

    /// Makes a key of epoch 1 unless there is a file already.
    /// - Returns: Whether one was made.
    @discardableResult
    package static func create(at path: String) throws(Fault) -> Bool {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let text = "\(title)\nepoch 1\nkey \(Data(bytes).base64EncodedString())\n"
        do {
            // Linked into place whole: a crash leaves no half a key, and no second key ever replaces the first.
            let temporary = path + ".\(getpid())"
            let file = try FileDescriptor.open(
                FilePath(temporary), .writeOnly, options: [.create, .truncate, .closeOnExec],
                permissions: [.ownerReadWrite])
            try file.closeAfter {
                _ = try file.writeAll(text.utf8)
                guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
            }
            defer { unlink(temporary) }
            guard link(temporary, path) == 0 else {
                if errno == EEXIST { return false }
                throw Errno(rawValue: errno)
            }
            return true
        } catch {
            throw .unreadable(path: path, reason: "\(error)")
        }
    }

    package static func read(_ path: String) throws(Fault) -> FingerprintKey {
        let text: String
        do {
            let file = try FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec])
            defer { try? file.close() }
            var status = stat()
            guard fstat(file.rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
            guard status.st_mode & 0o007 == 0 else { throw Fault.open(path: path) }
            let bytes = try [UInt8](unsafeUninitializedCapacity: 1024) { buffer, count in
                count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
            }
            text = String(decoding: bytes, as: UTF8.self)
        } catch let fault as Fault {
            throw fault
        } catch Errno.noSuchFileOrDirectory {
            throw .missing(path: path)
        } catch {
            throw .unreadable(path: path, reason: "\(error)")
        }
        let lines = text.split(separator: "\n")
        guard lines.count == 3, lines[0] == title, lines[1].hasPrefix("epoch "), lines[2].hasPrefix("key "),
            let epoch = Int(lines[1].dropFirst(6)), epoch > 0,
            let key = Data(base64Encoded: String(lines[2].dropFirst(4))), key.count == 32
        else { throw .malformed(path: path) }
        return FingerprintKey(epoch: epoch, bytes: Array(key))
    }
}
