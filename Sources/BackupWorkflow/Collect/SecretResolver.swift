package import ConfigModel
import DeviceInventory
import Glibc
import Subprocess
import SystemPackage

/// Why a secret could not be had. Carries the reference, never a value.
package struct SecretFault: Error, Hashable, Sendable, CustomStringConvertible {
    package let reference: String
    package let reason: String

    package var description: String { "\(reference): \(reason)" }
}

/// Turns references into secrets, each at most once a run: a password safe is not asked two hundred times.
package actor SecretResolver {
    private let environment: [String: String]
    private let root: String
    private var keyFiles: [String: Secret] = [:]
    private var resolved: [SecretReference: Task<Result<Secret, SecretFault>, Never>] = [:]

    /// - Parameter root: The workspace: relative paths start there.
    package init(environment: [String: String], root: String) {
        self.environment = environment
        self.root = root
    }

    /// - Throws: when a variable is not set, a file is missing or others may read it, a command fails or takes longer
    ///   than 30 seconds, or the result is empty.
    package func secret(_ reference: SecretReference) async throws(SecretFault) -> Secret {
        if let running = resolved[reference] { return try await running.value.get() }
        let environment = environment
        let root = root
        // Ends by itself: file reads are short, and a command has a deadline.
        let task = Task { await Self.resolve(reference, environment: environment, root: root) }
        resolved[reference] = task
        return try await task.value.get()
    }

    /// A private key file, whole; read once.
    package func keyFile(_ path: String) throws(SecretFault) -> Secret {
        if let known = keyFiles[path] { return known }
        let key = Secret(try Self.contents(of: path, environment: environment, root: root))
        keyFiles[path] = key
        return key
    }

    private static func resolve(
        _ reference: SecretReference, environment: [String: String], root: String
    ) async -> Result<Secret, SecretFault> {
        do throws(SecretFault) {
            let value: String
            switch reference {
            case .environment(let name):
                guard let found = environment[name] else {
                    throw SecretFault(reference: "\(reference)", reason: "the variable is not set")
                }
                value = found
            case .file(let path):
                value = firstLine(try contents(of: path, environment: environment, root: root))
            case .command(let words):
                value = firstLine(try await output(of: words, root: root, reference: "\(reference)"))
            }
            guard !value.isEmpty else { throw SecretFault(reference: "\(reference)", reason: "the secret is empty") }
            return .success(Secret(value))
        } catch {
            return .failure(error)
        }
    }

    private static func firstLine(_ text: String) -> String {
        String(text.prefix { !$0.isNewline })
    }

    /// Files with secrets are refused unless only their owner, who must be us or root, may read them.
    private static func contents(
        of path: String, environment: [String: String], root: String
    ) throws(SecretFault) -> String {
        let full = WorkspaceLayout.absolute(path, workspace: root, home: environment["HOME"])
        let reference = "file:\(path)"
        do {
            let file = try FileDescriptor.open(FilePath(full), .readOnly, options: [.closeOnExec, .nonBlocking])
            defer { try? file.close() }
            var status = stat()
            guard fstat(file.rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
            guard status.st_mode & S_IFMT == S_IFREG else {
                throw SecretFault(reference: reference, reason: "it is not a plain file")
            }
            guard status.st_uid == geteuid() || status.st_uid == 0 else {
                throw SecretFault(reference: reference, reason: "it belongs to another user")
            }
            guard status.st_mode & 0o077 == 0 else {
                let mode = String(status.st_mode & 0o777, radix: 8)
                throw SecretFault(
                    reference: reference, reason: "others may read it (mode \(mode)): 'chmod 600' it, then run again")
            }
            return try text(of: file, reference: reference)
        } catch let fault as SecretFault {
            throw fault
        } catch {
            throw SecretFault(reference: reference, reason: "\(error)")
        }
    }

    private static func text(of file: FileDescriptor, reference: String) throws -> String {
        var bytes: [UInt8] = []
        let limit = 1 << 20
        while bytes.count <= limit {
            let piece = try [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
                count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
            }
            if piece.isEmpty {
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    throw SecretFault(reference: reference, reason: "it is not UTF-8 text")
                }
                return text
            }
            bytes += piece
        }
        throw SecretFault(reference: reference, reason: "it is larger than 1 MiB")
    }

    private static func output(
        of words: [String], root: String, reference: String
    ) async throws(SecretFault) -> String {
        guard let program = words.first else { throw SecretFault(reference: reference, reason: "no program is named") }
        let executable: Executable = program.contains("/") ? .path(FilePath(program)) : .name(program)
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(1))]
        do {
            let configuration = Configuration(
                executable: executable, arguments: Arguments(Array(words.dropFirst())),
                workingDirectory: FilePath(root),
                platformOptions: options)
            let result = try await withDeadline(.seconds(30)) {
                try await run(configuration, output: .string(limit: 65_536), error: .discarded)
            }
            guard let result else {
                throw SecretFault(reference: reference, reason: "the command took longer than 30 seconds")
            }
            guard result.terminationStatus.isSuccess else {
                throw SecretFault(reference: reference, reason: "the command failed (\(result.terminationStatus))")
            }
            return result.standardOutput
        } catch let fault as SecretFault {
            throw fault
        } catch {
            throw SecretFault(reference: reference, reason: "the command could not be run")
        }
    }
}

/// Runs `work` for at most `span`; nil when it took longer and was cancelled.
func withDeadline<Value: Sendable>(
    _ span: Duration, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value? {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await work() }
        group.addTask {
            try await Task.sleep(for: span)
            return nil
        }
        defer { group.cancelAll() }
        return try await group.next() ?? nil
    }
}
