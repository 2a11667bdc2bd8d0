import BackupWorkflow
import ConfigModel
import DeviceInventory
import Foundation
import Testing

/// Recordings of real devices, where the folder of recordings lies beside the checkout.
enum Recordings {
    static let folder: URL = {
        var url = URL(filePath: #filePath)
        for _ in 0..<4 { url.deleteLastPathComponent() }
        return url.appending(path: "shared/recordings")
    }()

    static var exist: Bool { FileManager.default.fileExists(atPath: folder.path()) }

    struct Recording: Sendable, CustomStringConvertible {
        var file: TranscriptFile
        var description: String { file.transcript.title }
    }

    static let all: [Recording] = ((try? TranscriptFile.read([folder.path()])) ?? []).map { Recording(file: $0) }
}

@Suite(
    "Recordings of real devices, by the bundled platforms",
    .enabled(if: Recordings.exist, "there is no folder of recordings"))
struct RecordingTests {
    @Test("there are recordings, and every one can be read")
    func readable() throws {
        #expect(try TranscriptFile.read([Recordings.folder.path()]).count >= 19)
    }

    @Test(
        "is stored whole, without secrets, and stays the same when only clocks, counters and salts change",
        arguments: Recordings.all)
    func passes(recording: Recordings.Recording) async throws {
        let platforms = try Cases.bundled.get()
        let platform = try #require(
            recording.file.folders.lazy.compactMap { name in
                platforms.first { $0.name == name || $0.aliases.contains(name) }
            }.first, "no platform has the alias of the folder")
        let report = try await PlatformTrial(platform).report(on: recording.file, cuts: .samples(8))
        #expect(report.passed, "\(report.failures.joined(separator: "\n"))")
        #expect(report.cuts > 4)
    }
}
