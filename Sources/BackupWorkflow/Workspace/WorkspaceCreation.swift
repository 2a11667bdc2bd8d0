import DeviceInventory
import FoundationEssentials
import Glibc
import SnapshotStore

/// Makes a workspace. What is there already stays as it is.
package enum WorkspaceCreation {
    package struct Result: Sendable, Codable {
        package var root: String
        /// Files that were written, relative to the workspace.
        package var created: [String]
    }

    /// - Parameter root: Absolute; made when it is missing.
    package static func create(
        at root: String, newFingerprintKey: Bool = false
    ) async throws(WorkflowError) -> Result {
        do throws(StoreError) { try StateOwner.requireOwner(of: root + "/var") } catch { throw .store(error) }
        var created: [String] = []
        do {
            let manager = FileManager.default
            let name = root.split(separator: "/").last.map(String.init) ?? "hospital"
            try manager.createDirectory(atPath: root, withIntermediateDirectories: true)
            // A month to look at what comes in and to approve it.
            let onboardingEnd = String(Wording.time(Date(timeIntervalSinceNow: 30 * 86_400)).prefix(10))
            for file in InventoryTemplate.files(workspace: name, onboardingEnd: onboardingEnd) {
                let path = root + "/" + file.path
                // An inventory that people already have gets no example beside it.
                let isExample = file.path.hasPrefix(WorkspaceLayout.groups + "/")
                if isExample, manager.fileExists(atPath: root + "/" + WorkspaceLayout.groups) { continue }
                guard !manager.fileExists(atPath: path) else { continue }
                let folder = String(path[..<path.lastIndex(of: "/")!])
                try manager.createDirectory(atPath: folder, withIntermediateDirectories: true)
                try FileTree.write(Array(file.text.utf8), to: path)
                created.append(file.path)
            }
            for folder in ["/var", "/var/keys"] {
                try manager.createDirectory(
                    atPath: root + folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
                try close(root + folder)
            }
        } catch let failure as FileTree.Failure {
            throw .file(path: failure.path, reason: failure.reason)
        } catch {
            throw .request("no workspace can be made at \(root): \(reason(against: root))")
        }
        let path = root + "/var/keys/fingerprint.key"
        // Under another key every secret would look changed: the old one comes back first.
        if !newFingerprintKey, !FileManager.default.fileExists(atPath: path), hasHistory(root) {
            throw .key(.missing(path: path))
        }
        do throws(FingerprintKeyFile.Fault) {
            if try FingerprintKeyFile.create(at: root + "/var/keys/fingerprint.key") {
                created.append("var/keys/fingerprint.key")
            }
        } catch {
            throw .key(error)
        }
        let keys = try keys(at: root)
        let before = Set(FileTree.names(in: root + "/var/keys"))
        do throws(StoreError) {
            if try WorkspaceRepository.create(at: root) { created.append(".git") }
            let store = try await SnapshotStore.open(root + "/var", for: .writing, keys: keys)
            try await store.prepareCollected()
        } catch {
            throw .store(error)
        }
        created += FileTree.names(in: root + "/var/keys").filter { !before.contains($0) }.map { "var/keys/\($0)" }
        return Result(root: root, created: created)
    }

    /// Whether `store.git` has a commit.
    private static func hasHistory(_ root: String) -> Bool {
        let store = root + "/var/store.git"
        return FileManager.default.fileExists(atPath: store + "/refs/heads/main")
            || FileManager.default.fileExists(atPath: store + "/packed-refs")
    }

    /// A folder that is made anew has no settings yet, or those that people have put there before.
    private static func keys(at root: String) throws(WorkflowError) -> CollectedKeys {
        do throws(ConfigurationFaults) {
            let settings = try Settings.read(workspace: root, environment: ProcessInfo.processInfo.environment)
            return Workspace.collectedKeys(settings, root: root)
        } catch {
            throw .configuration(error)
        }
    }

    /// A folder that was there may be open to others. The group keeps what the owner gave it of `var/`, and gets no keys.
    private static func close(_ folder: String) throws {
        var status = stat()
        guard stat(folder, &status) == 0 else { throw POSIXFailure(errno) }
        let kept: mode_t = folder.hasSuffix("/keys") ? 0o700 : 0o2750
        guard chmod(folder, status.st_mode & kept | 0o700) == 0 else { throw POSIXFailure(errno) }
    }

    private struct POSIXFailure: Error {
        var code: Int32
        init(_ code: Int32) { self.code = code }
    }

    /// Why nothing can be made or written at a path: the nearest folder that is there says so.
    private static func reason(against path: String) -> String {
        var folder = path
        while access(folder, F_OK) != 0, let slash = folder.lastIndex(of: "/") {
            folder = slash == folder.startIndex ? "/" : String(folder[..<slash])
        }
        var status = stat()
        if stat(folder, &status) == 0, status.st_mode & S_IFMT != S_IFDIR { return "\(folder) is no folder" }
        if access(folder, W_OK) != 0 { return "\(folder): \(String(cString: strerror(errno)))" }
        return "\(folder) takes no new files; check the file system and its free space"
    }
}
