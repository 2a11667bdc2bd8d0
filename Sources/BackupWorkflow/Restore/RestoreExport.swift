package import ConfigModel
import DeviceInventory
import FoundationEssentials
import Glibc
package import SnapshotStore

/// Writes what a restore would send into a file, for a person with a console cable or a USB stick.
package struct RestoreExport: Sendable {
    package struct Written: Sendable {
        package var target: String
        package var files: Int
        package var notes: [String]
    }

    private let workspace: Workspace
    private let store: SnapshotStore

    package init(workspace: Workspace, store: SnapshotStore) {
        self.workspace = workspace
        self.store = store
    }

    package func write(
        _ device: Device, _ source: RestoreSource, to path: String, reason: String?, by person: String
    ) async throws(WorkflowError) -> Written {
        guard access(path, F_OK) != 0 else { throw .request("\(path) is there already") }
        guard let platform = workspace.inventory.platform(named: device.platform) else {
            throw .request("\(device.id): there is no platform '\(device.platform)'")
        }
        let texts: RestoreTexts
        do {
            texts = try await RestoreTexts.of(device, source, by: DeviceIntake.Rules(platform), in: workspace, store)
        } catch let error as WorkflowError {
            throw error
        } catch {
            throw .rules("\(error)")
        }
        try workspace.folder.auditWhereOwner(
            "restore file", subject: device.id.text, reason: reason, details: ["target": texts.name, "by": person])
        do {
            if platform.restore?.method == .files {
                for (name, bytes) in texts.files {
                    let place = path + name.text
                    try FileManager.default.createDirectory(
                        atPath: String(place[..<(place.lastIndex(of: "/") ?? place.endIndex)]),
                        withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
                    try FileTree.write(bytes, to: place, mode: 0o600)
                }
            } else {
                try FileTree.write(texts.files.first?.value ?? [], to: path, mode: 0o600)
            }
        } catch {
            throw .output(path: path, reason: "\(error)")
        }
        let rules = platform.restore
        return Written(
            target: texts.name, files: texts.files.count, notes: (rules?.notes ?? []) + (rules?.gaps ?? []))
    }
}

/// The texts that a restore would send, as they are sent.
struct RestoreTexts: Sendable {
    var name: String
    var files: [ArtifactName: [UInt8]]
    var target: RestoreTarget

    static func of(
        _ device: Device, _ source: RestoreSource, by rules: DeviceIntake.Rules, in workspace: Workspace,
        _ store: SnapshotStore
    ) async throws(WorkflowError) -> RestoreTexts {
        try of(
            try await RestoreTargets(workspace, store).target(of: device, source, by: rules), rules.platform)
    }

    static func of(_ target: RestoreTarget, _ platform: Platform) throws(WorkflowError) -> RestoreTexts {
        let dropped = try PatternMatcher.dropping(of: platform)
        var files: [ArtifactName: [UInt8]] = [:]
        for (name, bytes) in target.collected where platform.restores(name) {
            files[name] = name.isFile ? bytes : try PatternMatcher.without(dropped, bytes)
        }
        guard !files.isEmpty else {
            throw .request("\(target.told.name) has nothing that platform '\(platform.name)' puts back")
        }
        return RestoreTexts(name: target.told.name, files: files, target: target)
    }
}
