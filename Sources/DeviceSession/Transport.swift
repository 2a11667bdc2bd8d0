package import ConfigModel
import Synchronization

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
///
/// What delivers bytes gives them to a closure piece by piece and waits for it: a closure that waits keeps the device from
/// sending more, so that nothing is held inside a transport but what its channel's window lets in.
package protocol DeviceConnection: Sendable {
    typealias Piece = @Sendable ([UInt8]) async throws(SessionError) -> Void

    /// A terminal with a command line on it.
    /// - Throws: `unsupported` or `channelRefused` when the device has none for us.
    func openShell(_ terminal: TerminalRules, until deadline: ContinuousClock.Instant) async throws(SessionError)
        -> any Transport

    /// Runs one command without a terminal and waits for its end.
    /// - Parameters:
    ///   - limit: The most bytes of standard output; more is `tooLarge`.
    ///   - piece: Gets standard output in order, at most some ten kilobytes at once. What it throws ends the command.
    /// - Throws: `unsupported` or `channelRefused` when the device runs no commands for us.
    func execute(
        _ command: String, limit: Int, until deadline: ContinuousClock.Instant, piece: @escaping Piece
    ) async throws(SessionError) -> CommandEnd

    /// The entries of a directory by SFTP, `.` and `..` left out, in the server's order.
    /// - Throws: `fileUnavailable` when there is no such directory or it may not be read; `unsupported` when the device
    ///   has no SFTP.
    func listDirectory(_ path: String, until deadline: ContinuousClock.Instant) async throws(SessionError)
        -> [DirectoryEntry]

    /// What a path is, by SFTP, links followed. Nil when there is nothing.
    func status(of path: String, until deadline: ContinuousClock.Instant) async throws(SessionError) -> DirectoryEntry?

    /// Reads a file from its first byte to its last, in pieces of at most some ten kilobytes.
    /// - Parameters:
    ///   - method: `.sftp` or `.scp`; the others are commands or typed lines, and `unsupported` here.
    ///   - limit: The most bytes; more is `tooLarge`.
    ///   - piece: Gets the bytes in order. What it throws ends the reading.
    func readFile(
        _ path: String, by method: FileMethod, limit: Int, until deadline: ContinuousClock.Instant,
        piece: @escaping Piece
    ) async throws(SessionError)

    /// Algorithms in use that only the legacy profile allows.
    var legacyAlgorithms: [String] { get async }

    func close() async
}

/// How a command ended.
package struct CommandEnd: Sendable, Hashable {
    /// The beginning of what it said on standard error, at most 64 kB.
    package var errors: [UInt8]
    /// Nil where the device did not say.
    package var status: Int?

    package init(errors: [UInt8] = [], status: Int?) {
        self.errors = errors
        self.status = status
    }
}

/// A command's whole output, and how it ended.
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

extension DeviceConnection {
    /// Runs one command and keeps all that it says, for short answers.
    package func execute(
        _ command: String, limit: Int, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> CommandResult {
        let output = Mutex<[UInt8]>([])
        let end = try await execute(command, limit: limit, until: deadline) { piece throws(SessionError) in
            output.withLock { $0 += piece }
        }
        return CommandResult(output: output.withLock { $0 }, errors: end.errors, status: end.status)
    }
}

package struct DirectoryEntry: Sendable, Hashable {
    package enum Kind: Sendable, Hashable { case file, directory, link, other }

    package var name: String
    package var kind: Kind
    package var size: Int?
    /// In seconds since 1970.
    package var modified: Int?
    /// Nil where the server does not say.
    package var permissions: FilePermissions?

    package init(name: String, kind: Kind, size: Int?, modified: Int? = nil) {
        self.name = name
        self.kind = kind
        self.size = size
        self.modified = modified
    }
}

/// Whose a file is, and who may do what with it.
package struct FilePermissions: Sendable, Hashable, Codable {
    /// The lower twelve bits of the mode.
    package var mode: Int
    /// The numbers of user and group; nil where they are not known.
    package var user: Int?
    package var group: Int?

    package init(mode: Int, user: Int? = nil, group: Int? = nil) {
        self.mode = mode
        self.user = user
        self.group = group
    }
}
