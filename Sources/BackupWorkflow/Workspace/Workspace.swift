package import ConfigModel
package import DeviceInventory
package import FoundationEssentials
package import SnapshotStore

/// A hospital's folder: settings, inventory, baselines, and `var/` with everything collected.
package struct Workspace: Sendable {
    /// Absolute.
    package let root: String
    package let settings: Settings
    package let inventory: Inventory

    /// Where everything lies that is not for people to edit.
    package var state: String { root + "/var" }
    package var folder: WorkspaceFolder { WorkspaceFolder(root: root, settings: settings) }
    package var baselines: String { root + "/Baselines" }
    var quarantine: Quarantine { Quarantine(folder: state + "/quarantine") }

    /// Finds the workspace at or above a folder, and reads it.
    /// - Throws: every fault of its files, at once.
    package static func open(
        at place: String, environment: [String: String]
    ) throws(WorkflowError) -> Workspace {
        let folder = try WorkspaceFolder.open(at: place, environment: environment)
        do throws(ConfigurationFaults) {
            return Workspace(
                root: folder.root, settings: folder.settings,
                inventory: try Inventory.read(workspace: folder.root, settings: folder.settings))
        } catch {
            throw .configuration(error)
        }
    }

    /// The folder at or above `place` that has a `plumbline.yaml`.
    package static func find(from place: String) throws(WorkflowError) -> String {
        var folder = place
        while true {
            if FileManager.default.fileExists(atPath: folder + "/" + WorkspaceLayout.settings) { return folder }
            guard folder != "/", let slash = folder.lastIndex(of: "/") else { throw .noWorkspace(from: place) }
            folder = slash == folder.startIndex ? "/" : String(folder[..<slash])
        }
    }

    /// Whether devices that nobody approved yet are still expected.
    package func isOnboarding(at instant: Date) -> Bool {
        settings.onboarding.map { instant < $0 } ?? false
    }

    // MARK: What a collection needs

    func job(for device: Device, platform: Platform, run: RunID) throws(WorkflowError) -> CollectionJob {
        guard let route = inventory.route(to: device) else {
            throw .request("\(device.id) has no way to be reached: see 'method' and 'credential' in the inventory")
        }
        return CollectionJob(
            run: run, device: device.id, group: device.group, endpoint: route.endpoint, jumps: route.jumps,
            platform: platform, timeout: device.timeout ?? settings.timeout,
            artifactLimit: artifactLimit(of: device), vars: device.vars,
            pause: device.gentle?.pause ?? .zero)
    }

    /// The most bytes of one artifact of a device.
    func artifactLimit(of device: Device) -> Int {
        min(settings.artifactLimit, device.gentle?.artifactLimit ?? .max)
    }

    package func fingerprintKey() throws(WorkflowError) -> FingerprintKey {
        do throws(FingerprintKeyFile.Fault) {
            return try FingerprintKeyFile.read(state + "/keys/fingerprint.key")
        } catch {
            throw .key(error)
        }
    }

    // MARK: The store and its locks

    /// Where the keys of exact bytes come from.
    var collectedKeys: CollectedKeys {
        Self.collectedKeys(settings, root: root)
    }

    static func collectedKeys(_ settings: Settings, root: String) -> CollectedKeys {
        var keys = CollectedKeys.standard(root + "/var")
        keys.encrypts = settings.encryption == .gitCrypt
        if let words = settings.encryptionKey {
            let command = KeyCommand(words, root: root)
            keys.source = .delivered { (repository) throws(StoreError) in try command.key(for: repository) }
        }
        return keys
    }

    /// For commands that only read.
    package func storeForReading() async throws(WorkflowError) -> SnapshotStore { try await folder.storeForReading() }

    /// Refuses anybody else than the user to whom `var/` belongs; what writes there asks it first.
    package func requireOwner() throws(WorkflowError) {
        do throws(StoreError) {
            try StateOwner.requireOwner(of: state)
        } catch {
            throw .store(error)
        }
    }

    /// Whether `var/` is there and belongs to whoever runs this.
    func isStateOurs() throws(WorkflowError) -> Bool {
        do throws(StoreError) {
            return try StateOwner.isThisProcess(of: state)
        } catch {
            throw .store(error)
        }
    }

    func storeForWriting() async throws(WorkflowError) -> SnapshotStore {
        do throws(StoreError) {
            return try await SnapshotStore.open(state, for: .writing, keys: collectedKeys)
        } catch {
            throw .store(error)
        }
    }

    /// - Parameter isDaemon: The daemon itself asks; anybody else is refused while there is one.
    func lockForRun(command: String, isDaemon: Bool = false) throws(WorkflowError) -> FileLock {
        let locks = try locks(command: command)
        do throws(StoreError) {
            if !isDaemon { try locks.daemon().release() }
            return try locks.run()
        } catch {
            throw .store(error)
        }
    }

    func locks(command: String) throws(WorkflowError) -> WorkspaceLocks {
        do throws(StoreError) {
            return try WorkspaceLocks(directory: state, command: command)
        } catch {
            throw .store(error)
        }
    }
}

extension Workspace {
    /// Runs something that asks the store, its error made the workflow's.
    package func asking<Answer>(
        _ ask: () async throws(StoreError) -> Answer
    ) async throws(WorkflowError) -> Answer {
        try await WorkspaceFolder.asking(ask)
    }

    /// What a person should know about the workspace, whatever the command.
    package func notices(_ store: SnapshotStore) async -> [String] { await folder.notices(store) }
}
