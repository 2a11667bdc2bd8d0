import BackupWorkflow
import ConfigModel
import DeviceInventory
import FoundationEssentials
import Glibc
import SSHTransport

/// What commands share: where they are, and the workspace they found.
struct CommandContext {
    let environment = ProcessInfo.processInfo.environment

    /// The folder that the command runs in.
    static var here: String { FileManager.default.currentDirectoryPath }

    /// A path as typed, from here on.
    static func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        var folder = here
        for part in path.split(separator: "/") where part != "." {
            if part == ".." {
                folder = String(folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)])
            } else {
                folder += (folder == "/" ? "" : "/") + part
            }
        }
        return folder.isEmpty ? "/" : folder
    }

    /// The settings alone: they can be told while the inventory has faults.
    func settings() throws(WorkflowError) -> Settings {
        let root = try Workspace.find(from: Self.here)
        do throws(ConfigurationFaults) {
            return try Settings.read(workspace: root, environment: environment)
        } catch {
            throw .configuration(error)
        }
    }

    /// What is needed to read what is stored; the inventory is not looked at.
    func folder() throws(WorkflowError) -> WorkspaceFolder {
        try WorkspaceFolder.open(at: Self.here, environment: environment)
    }

    func workspace() throws(WorkflowError) -> Workspace {
        try Workspace.open(at: Self.here, environment: environment)
    }

    /// The devices that a selector names.
    /// - Parameter words: As typed; none means every device.
    /// - Throws: when a part of the selector fits no device: a typo is no silent pass.
    func devices(_ words: [String], in workspace: Workspace) throws(WorkflowError) -> [Device] {
        words.isEmpty ? workspace.inventory.devices : try workspace.devices(words)
    }

    func device(_ name: String, in workspace: Workspace) throws(WorkflowError) -> Device {
        guard let id = DeviceID(name), let device = workspace.inventory.device(nowOrEarlier: id) else {
            throw .request("there is no device '\(name)' in the inventory: 'plumbline inventory list' shows them")
        }
        return device
    }

    func desk(_ workspace: Workspace) -> LoginDesk {
        // Without the key of fingerprints nothing is collected; what goes on without it has no digests.
        LoginDesk(
            secrets: SecretResolver(environment: environment, root: workspace.root),
            key: try? workspace.fingerprintKey())
    }

    /// Who types: for the records of decisions.
    var person: String {
        environment["SUDO_USER"] ?? environment["LOGNAME"] ?? environment["USER"]
            ?? getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? "uid \(getuid())"
    }
}

extension WorkflowError: CommandFailure {
    var code: Int32 { status.rawValue }
    var message: String { description }
}
