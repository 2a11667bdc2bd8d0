import ConfigModel
import FoundationEssentials
import Glibc
import Subprocess
import SystemPackage

/// A stock tool through which a kit flows, piece by piece: nothing of what goes in or comes out is kept, and no secret is in its
/// arguments.
struct SealProgram: Sendable {
    var name: String
    var arguments: [String]
    /// Goes in before anything else, as a line.
    var opening: Secret?
    /// Whether it may ask a person at the terminal.
    var mayAsk = false
    /// Whether gpg gets an empty home for the time: with a passphrase it needs no keyring, and no user's home is touched.
    var hasOwnHome = false

    /// Terabytes would take no longer.
    private static let longest = Duration.seconds(24 * 3600)
    private static let mostErrors = 8 << 10

    /// Where what goes in is given.
    struct Inlet: Sendable {
        fileprivate let writer: StandardInputWriter

        /// - Throws: when the program does not take it any more.
        func send(_ bytes: [UInt8]) async throws {
            guard !bytes.isEmpty else { return }
            guard try await writer.write(bytes) == bytes.count else { throw Closed() }
        }
    }

    private struct Closed: Error {}

    /// Sends bytes through, into a file.
    /// - Throws: what `feed` throws as the workflow's error; else, when the program fails, what it says.
    func write(to file: FileDescriptor, _ feed: @escaping @Sendable (Inlet) async throws -> Void)
        async throws(WorkflowError)
    {
        try await guarded({ .request("no kit was written: \($0)") }) { home in
            let result = try await Subprocess.run(
                configuration(home), input: .inputWriter,
                output: .fileDescriptor(file, closeAfterSpawningProcess: false),
                error: .sequence
            ) { execution in
                let writer = execution.standardInputWriter
                async let said = Self.text(of: execution.standardError)
                let failure = await Self.failure {
                    try await start(writer)
                    try await feed(Inlet(writer: writer))
                }
                try? await writer.finish()
                return (failure, await said)
            }
            return Ending(result.terminationStatus, result.closureResult.0, result.closureResult.1)
        }
    }

    /// Sends a file through.
    /// - Parameter take: Gets what comes out.
    func read(_ file: FilePieces, _ take: @escaping @Sendable ([UInt8]) async throws -> Void)
        async throws(WorkflowError)
    {
        try await guarded({ .integrity($0) }) { home in
            let result = try await Subprocess.run(
                configuration(home), input: .inputWriter, output: .sequence, error: .sequence
            ) { execution in
                let writer = execution.standardInputWriter
                async let said = Self.text(of: execution.standardError)
                async let fed = Self.failure {
                    try await start(writer)
                    while case let piece = try await file.next(), !piece.isEmpty {
                        try await Inlet(writer: writer).send(piece)
                    }
                    try await writer.finish()
                }
                // It is read to its end, also when nobody wants it any more: else the program would wait for ever.
                var failure: (any Error)?
                do {
                    for try await piece in execution.standardOutput {
                        guard failure == nil else { continue }
                        failure = await Self.failure { try await take(piece.withUnsafeBytes { Array($0) }) }
                    }
                } catch { failure = failure ?? error }
                let unfed = await fed
                return (failure ?? unfed, await said)
            }
            return Ending(result.terminationStatus, result.closureResult.0, result.closureResult.1)
        }
    }

    // MARK: Parts

    private struct Ending: Sendable {
        var isGood: Bool
        var failure: (any Error)?
        var said: String

        init(_ status: TerminationStatus, _ failure: (any Error)?, _ said: String) {
            isGood = status == .exited(0)
            self.failure = failure
            self.said = said
        }
    }

    /// - Parameter failed: The error for what the program says.
    private func guarded(
        _ failed: (String) -> WorkflowError, _ body: @escaping @Sendable (_ home: String?) async throws -> Ending
    ) async throws(WorkflowError) {
        let home = try ownHome()
        defer { if let home { try? FileManager.default.removeItem(atPath: home) } }
        let ending: Ending?
        do {
            ending = try await withDeadline(Self.longest) { try await body(home) }
        } catch let error as SubprocessError {
            throw .request(
                error.code == .executableNotFound
                    ? "there is no program '\(name)' on this machine: install it (Debian: the package '\(name)')"
                    : "\(name): \(error)")
        } catch {
            throw .request("\(name): \(error)")
        }
        guard let ending else { throw .request("\(name) did not end in a day") }
        if let failure = ending.failure as? WorkflowError { throw failure }
        guard ending.isGood else {
            throw failed("\(name) failed: \(ending.said.isEmpty ? "it says nothing" : printable(ending.said))")
        }
        if let failure = ending.failure { throw failed("\(name): \(failure)") }
    }

    private func start(_ writer: StandardInputWriter) async throws {
        if let opening { try await Inlet(writer: writer).send(Array((opening.exposed + "\n").utf8)) }
    }

    private func ownHome() throws(WorkflowError) -> String? {
        guard hasOwnHome else { return nil }
        let path =
            FileManager.default.temporaryDirectory.path + "/plumbline-gpg-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        guard mkdir(path, 0o700) == 0 else { throw .output(path: path, reason: String(cString: strerror(errno))) }
        return path
    }

    private func configuration(_ home: String?) -> Configuration {
        var options = PlatformOptions()
        options.createSession = !mayAsk
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(2))]
        return Configuration(
            executable: .name(name), arguments: Arguments((home.map { ["--homedir", $0] } ?? []) + arguments),
            environment: .inherit, platformOptions: options)
    }

    private static func failure(_ body: () async throws -> Void) async -> (any Error)? {
        do {
            try await body()
            return nil
        } catch { return error }
    }

    /// The last lines of what it complains about, in one.
    private static func text(of stream: SubprocessOutputSequence) async -> String {
        var bytes: [UInt8] = []
        do {
            for try await piece in stream {
                piece.withUnsafeBytes { bytes += $0.prefix(max(0, mostErrors - bytes.count)) }
            }
        } catch {}
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).suffix(4)
            .map { String($0.prefix(300)) }.joined(separator: "; ")
    }
}
