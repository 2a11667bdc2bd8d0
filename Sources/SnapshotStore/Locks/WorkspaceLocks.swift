package import ConfigModel
package import FoundationEssentials

/// The locks of a workspace, in `var/locks/`.
package struct WorkspaceLocks: Sendable {
    private let paths: StorePaths
    private let command: String

    /// Makes `var/locks/` when it is missing.
    ///
    /// Locks are for those who write: anybody else than the owner of `var/` is refused.
    /// - Parameters:
    ///   - directory: The workspace's `var/`.
    ///   - command: What this process was asked to do: others who have to wait are told it. No secrets.
    package init(directory: String, command: String) throws(StoreError) {
        try StateOwner.requireOwner(of: directory)
        paths = StorePaths(root: directory)
        self.command = String(
            command.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : Character($0) })
        try StoreError.wrapping(paths.locks, "create it") {
            try FileManager.default.createDirectory(atPath: paths.locks, withIntermediateDirectories: true)
        }
    }

    /// The right to schedule: one run or daemon has it at a time.
    /// - Throws: `locked` at once when another has it.
    package func run(now: Date = Date()) throws(StoreError) -> FileLock {
        try FileLock.take("\(paths.locks)/run.lock", what: "another run", command: command, now: now)
    }

    /// The right to be the workspace's daemon, held as long as it lives: between its runs the lock of runs is free.
    /// - Throws: `locked` at once when another has it.
    package func daemon(now: Date = Date()) throws(StoreError) -> FileLock {
        try FileLock.take("\(paths.locks)/serve.lock", what: "the daemon", command: command, now: now)
    }

    /// The right to a session with a device.
    /// - Throws: `locked` at once when another has it.
    package func device(_ device: DeviceID, now: Date = Date()) throws(StoreError) -> FileLock {
        try FileLock.take(
            "\(paths.locks)/device-\(device).lock", what: "another session with \(device)", command: command, now: now)
    }

    /// The right to repack: one process does it at a time, beside runs and readers.
    /// - Throws: `locked` at once when another has it.
    package func maintenance(now: Date = Date()) throws(StoreError) -> FileLock {
        try FileLock.take(
            "\(paths.locks)/maintain.lock", what: "other maintenance of the store", command: command, now: now)
    }

    /// The right to write to the store, held for the seconds of a commit.
    func store(patience: Duration, now: Date) throws(StoreError) -> FileLock {
        try FileLock.take(
            "\(paths.locks)/store.lock", what: "writing to the store", command: command, patience: patience, now: now)
    }
}
