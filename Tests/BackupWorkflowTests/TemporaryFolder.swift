import FoundationEssentials
import Glibc

/// A folder of its own for a test, gone when the test is.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/plumbline-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String, mode: mode_t = 0o600) throws {
        let place = path + "/" + name
        try FileManager.default.createDirectory(
            atPath: String(place[..<place.lastIndex(of: "/")!]), withIntermediateDirectories: true)
        // In one step: who watches the file never sees half of it.
        try Data(text.utf8).write(to: URL(filePath: place), options: .atomic)
        chmod(place, mode)
    }

    func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: path + "/" + name)), as: UTF8.self)
    }
}
