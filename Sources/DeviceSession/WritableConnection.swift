package import ConfigModel

/// A connection that can also write files. Collecting never holds one: only a restore asks for it.
package protocol WritableConnection: DeviceConnection {
    /// Writes a whole file, and makes it lasting where the server can.
    /// - Parameters:
    ///   - permissions: Nil for what a new file gets there; by SCP only the mode.
    ///   - method: `.sftp` or `.scp`.
    /// - Returns: Whether the server says that the bytes are on its disk.
    /// - Throws: `fileUnwritable` with the device's reason: no space, no permission, no such folder; `unsupported`.
    @discardableResult
    func writeFile(
        _ bytes: [UInt8], to path: String, permissions: FilePermissions?, by method: FileMethod,
        until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> Bool

    /// Puts a file in another one's place in one step, by SFTP: whoever opens the path finds the old or the new one.
    func replaceFile(
        _ path: String, with new: String, until deadline: ContinuousClock.Instant
    ) async throws(SessionError)

    /// By SFTP.
    func removeFile(_ path: String, until deadline: ContinuousClock.Instant) async throws(SessionError)
}
