import ConfigModel
import FoundationEssentials
import Glibc
import SnapshotStore

/// `var/quarantine/<run>/<device>/`: captures that may not be complete or sound, readable by their owner alone.
struct Quarantine: Sendable {
    /// `var/quarantine`.
    let folder: String

    /// Keeps the bytes as they came, and `reasons.txt` beside them.
    /// - Returns: Where.
    func keep(
        _ capture: Capture, of device: DeviceID, run: RunID, reasons: [String]
    ) throws(WorkflowError) -> String {
        let place = "\(folder)/\(run)/\(device)"
        do {
            try FileManager.default.createDirectory(
                atPath: place, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            for (index, artifact) in capture.artifacts.enumerated() {
                // Numbered: the name of an artifact comes from the device and is no file name to trust.
                try FileTree.write(artifact.collected, to: "\(place)/\(index + 1).collected", mode: 0o600)
            }
            let names = capture.artifacts.enumerated().map { "\($0 + 1).collected: \(printable($1.name.text))" }
            let text = (reasons.map { printable($0) } + names).joined(separator: "\n") + "\n"
            try FileTree.write(Array(text.utf8), to: place + "/reasons.txt", mode: 0o600)
            return place
        } catch {
            throw .file(path: place, reason: "\(error)")
        }
    }
}
