import BackupWorkflow
import ConfigModel
import DeviceInventory
import Foundation

/// A transcript of this repository, with the platform that it is about.
struct Case: Sendable, CustomStringConvertible {
    var file: TranscriptFile
    var platform: Platform

    var transcript: Transcript { file.transcript }
    var description: String { file.path.split(separator: "/").suffix(2).joined(separator: "/") }
}

enum Cases {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()

    /// The bundled platforms alone.
    static let bundled: Result<[Platform], any Error> = Result { try Inventory.readPlatforms(workspace: nil) }

    /// Made-up platforms: between them they use every key of the language.
    static let madeUp: Result<[Platform], any Error> = Result {
        let all = try Inventory.readPlatforms(workspace: folder.appending(path: "Language").path())
        return all.filter { $0.name.hasPrefix("made_") }
    }

    /// Every bundled platform's transcripts.
    static let ofBundled: [Case] = read("Transcripts", bundled)
    static let ofMadeUp: [Case] = read("Language/Transcripts", madeUp)

    private static func read(_ path: String, _ platforms: Result<[Platform], any Error>) -> [Case] {
        guard let platforms = try? platforms.get(),
            let files = try? TranscriptFile.read([folder.appending(path: path).path()])
        else { return [] }
        return files.compactMap { file in
            let name = file.transcript.platform ?? ""
            let platform = platforms.first { $0.name == name || $0.aliases.contains(name) }
            return platform.map { Case(file: file, platform: $0) }
        }
    }
}
