package import ConfigModel
import DeviceInventory
package import FoundationEssentials

extension DeviceRecording {
    /// `var/transcripts/DEVICE-TIME.yaml`; the folder is made, for its owner alone.
    package func place(for device: Device, at now: Date) throws(WorkflowError) -> String {
        let folder = workspace.state + "/transcripts"
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw .file(path: folder, reason: "it cannot be made")
        }
        let time = Wording.time(now).filter { $0 != "-" && $0 != ":" }
        return "\(folder)/\(device.id)-\(time).yaml"
    }

    /// Readable by its owner alone, and seen to be readable as a transcript.
    package func write(_ recorded: Recorded, to path: String) throws(WorkflowError) {
        do throws(FileTree.Failure) {
            try FileTree.write(Array(recorded.yaml.utf8), to: path, mode: 0o600)
        } catch {
            throw .file(path: path, reason: error.reason)
        }
        do throws(ConfigurationFaults) {
            _ = try TranscriptFile.read([path])
        } catch {
            try? FileManager.default.removeItem(atPath: path)
            throw .configuration(error)
        }
    }
}
