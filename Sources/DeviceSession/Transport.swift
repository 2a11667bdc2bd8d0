package import ConfigModel

/// A byte pipe to one device's command line.
///
/// Every wait ends at an instant that the caller fixed. After a throw the pipe is of no further use but to `close`.
package protocol Transport: Sendable {
    /// Gives the bytes to the device, in order, all of them.
    func send(_ bytes: [UInt8], until deadline: ContinuousClock.Instant) async throws(SessionError)

    /// The next bytes from the device, at least one; empty once the device has closed the pipe, and from then on at once.
    /// - Throws: `timedOut` when nothing arrived until `deadline`. This alone leaves the pipe usable: waiting for silence
    ///   is how a prompt is learned.
    func receive(until deadline: ContinuousClock.Instant) async throws(SessionError) -> [UInt8]

    /// Ends the pipe. Waits under way fail at once with `closed`.
    func close() async
}

/// One authenticated connection to a device.
package protocol DeviceConnection: Sendable {
    /// A terminal with a command line on it.
    func openShell(_ terminal: TerminalSize, until deadline: ContinuousClock.Instant) async throws(SessionError)
        -> any Transport

    /// Runs one command without a terminal and waits for its end.
    /// - Parameter limit: The most bytes of standard output; more is `tooLarge`.
    func execute(_ command: String, limit: Int, until deadline: ContinuousClock.Instant) async throws(SessionError)
        -> CommandResult

    /// The entries of a directory by SFTP, `.` and `..` left out, in the server's order.
    /// - Throws: `fileUnavailable` when there is no such directory or it may not be read; `unsupported` when the device
    ///   has no SFTP.
    func listDirectory(_ path: String, until deadline: ContinuousClock.Instant) async throws(SessionError)
        -> [DirectoryEntry]

    /// What a path is, by SFTP, links followed. Nil when there is nothing.
    func status(of path: String, until deadline: ContinuousClock.Instant) async throws(SessionError) -> DirectoryEntry?

    /// Reads a file from its first byte to its last, in pieces of at most some ten kilobytes.
    /// - Parameters:
    ///   - method: `.sftp` or `.scp`; `cat` is a command and goes through `execute`.
    ///   - limit: The most bytes; more is `tooLarge`.
    func readFile(
        _ path: String, by method: FileMethod, limit: Int, until deadline: ContinuousClock.Instant,
        piece: @Sendable ([UInt8]) -> Void
    ) async throws(SessionError)

    /// Algorithms in use that only the legacy profile allows.
    var legacyAlgorithms: [String] { get async }

    func close() async
}

package struct TerminalSize: Sendable, Hashable {
    package var columns: Int
    package var rows: Int

    package init(columns: Int = 511, rows: Int = 24) {
        self.columns = columns
        self.rows = rows
    }
}

package struct CommandResult: Sendable, Hashable {
    package var output: [UInt8]
    package var errors: [UInt8]
    /// Nil where the device did not say.
    package var status: Int?

    package init(output: [UInt8], errors: [UInt8], status: Int?) {
        self.output = output
        self.errors = errors
        self.status = status
    }
}

package struct DirectoryEntry: Sendable, Hashable {
    package enum Kind: Sendable, Hashable { case file, directory, link, other }

    package var name: String
    package var kind: Kind
    package var size: Int?

    package init(name: String, kind: Kind, size: Int?) {
        self.name = name
        self.kind = kind
        self.size = size
    }
}
