import FoundationEssentials
import Glibc
import Subprocess
import Synchronization
import SystemPackage

/// A program of the workspace that Plumbline runs: without a shell, in a session of its own, for a bounded time. Of what it says
/// only the beginning is kept, however much it is; what it has started ends with it.
struct ProgramRun: Sendable {
    /// A path, or a name that is looked up in `PATH`.
    var program: String
    var arguments: [String] = []
    /// Beside what Plumbline itself has.
    var variables: [String: String] = [:]
    /// Which of Plumbline's own are kept from it.
    var withheld: Set<String> = []
    var folder: String
    var input: [UInt8] = []
    /// Whether it may ask a person at the terminal: it stays in our session then, and its children are its own affair.
    var mayAsk = false
    /// How many bytes are kept of standard output, and of standard error.
    var limit = 64 << 10

    struct Ending: Sendable {
        /// The exit status; 128 and the number for a signal; nil when its time was over.
        var status: Int32?
        var output: [UInt8]
        var errors: [UInt8]
        /// Whether it said more than was kept.
        var isCut: Bool
    }

    /// The program could not be started.
    struct Fault: Error, Sendable, CustomStringConvertible {
        var description: String
    }

    func run(within span: Duration) async throws(Fault) -> Ending {
        let (output, errors) = (Kept(limit: limit), Kept(limit: limit))
        do {
            let status = try await withDeadline(span) { try await run(into: output, errors) }
            return Ending(
                status: status, output: output.bytes, errors: errors.bytes, isCut: output.isCut || errors.isCut)
        } catch let error as SubprocessError {
            throw Fault(description: error.code == .executableNotFound ? "there is no such program" : "\(error)")
        } catch is CancellationError {
            return Ending(status: nil, output: output.bytes, errors: errors.bytes, isCut: output.isCut || errors.isCut)
        } catch {
            throw Fault(description: "\(error)")
        }
    }

    private func run(into output: Kept, _ errors: Kept) async throws -> Int32 {
        var options = PlatformOptions()
        options.createSession = !mayAsk
        options.teardownSequence = [
            .send(signal: .terminate, toProcessGroup: !mayAsk, allowedDurationToNextStep: .seconds(2)),
            .send(signal: .kill, toProcessGroup: !mayAsk, allowedDurationToNextStep: .seconds(1)),
        ]
        let configuration = Configuration(
            executable: program.contains("/") ? .path(FilePath(program)) : .name(program),
            arguments: Arguments(arguments),
            environment: .inherit.updating(
                Dictionary(
                    withheld.map { (Environment.Key(stringLiteral: $0), String?.none) }
                        + variables.map { (Environment.Key(stringLiteral: $0.key), Optional($0.value)) },
                    uniquingKeysWith: { $1 })),
            workingDirectory: FilePath(folder), platformOptions: options)
        let result = try await Subprocess.run(
            configuration, input: .fileDescriptor(try inputFile(), closeAfterSpawningProcess: true), output: .sequence,
            error: .sequence
        ) { execution in
            let group = execution.processIdentifier.value
            await withTaskGroup(of: Void.self) { tasks in
                tasks.addTask { await output.take(execution.standardOutput) }
                tasks.addTask { await errors.take(execution.standardError) }
            }
            return group
        }
        // Children that it has left behind in its session, before the number can belong to others.
        if !mayAsk { kill(-result.closureResult, SIGKILL) }
        return switch result.terminationStatus {
        case .exited(let code): code
        case .signaled(let signal): 128 + signal
        }
    }

    /// The input as a file without a name, in memory alone: nobody waits for a program that does not read it, no broken pipe ends us, and
    /// what may be secret lies on no disk.
    private func inputFile() throws -> FileDescriptor {
        guard !input.isEmpty else { return try FileDescriptor.open("/dev/null", .readOnly, options: [.closeOnExec]) }
        let name = "/plumbline-input-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        let number = shm_open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard number >= 0 else { throw Errno(rawValue: errno) }
        shm_unlink(name)
        let file = FileDescriptor(rawValue: number)
        do {
            _ = try file.writeAll(input)
            try file.seek(offset: 0, from: .start)
            return file
        } catch {
            try? file.close()
            throw error
        }
    }

    /// The beginning of what a program says.
    private final class Kept: Sendable {
        private let limit: Int
        private let state = Mutex<(bytes: [UInt8], isCut: Bool)>(([], false))

        init(limit: Int) { self.limit = limit }

        var bytes: [UInt8] { state.withLock { $0.bytes } }
        var isCut: Bool { state.withLock { $0.isCut } }

        func take(_ stream: SubprocessOutputSequence) async {
            do {
                for try await piece in stream {
                    piece.withUnsafeBytes { piece in
                        state.withLock { state in
                            let room = limit - state.bytes.count
                            state.bytes += piece.prefix(room)
                            if piece.count > room { state.isCut = true }
                        }
                    }
                }
            } catch {
                // It has ended, or is being ended: what it has said so far is what there is.
            }
        }
    }
}

/// A file that may be run: nobody else could have changed it.
enum ProgramFile {
    /// The program that runs now, for programs that want to ask it something.
    static let own: String = {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "plumbline"
    }()

    /// Why a program is not run; nil when it may be.
    ///
    /// It must be a plain file that can be executed, belong to root or to the user who runs Plumbline, and be writable by nobody
    /// else; so must the folder that it lies in.
    static func objection(to link: String) -> String? {
        var status = stat()
        // A link is as safe as what it leads to, and the folder that lies in.
        let path =
            realpath(link, nil).map { resolved in
                defer { free(resolved) }
                return String(cString: resolved)
            } ?? link
        guard stat(path, &status) == 0 else { return "\(path): \(String(cString: strerror(errno)))" }
        guard status.st_mode & S_IFMT == S_IFREG else { return "\(path) is not a plain file" }
        if let objection = objection(to: status, path) { return objection }
        guard access(path, X_OK) == 0 else { return "\(path) cannot be executed: 'chmod +x' it" }
        return objection(toFolder: FilePath(path).removingLastComponent().string)
    }

    /// Why a folder's programs are not run: whoever may write to it may put others there.
    static func objection(toFolder folder: String) -> String? {
        var status = stat()
        guard stat(folder.isEmpty ? "." : folder, &status) == 0 else {
            return "\(folder): \(String(cString: strerror(errno)))"
        }
        return objection(to: status, folder)
    }

    private static func objection(to status: stat, _ path: String) -> String? {
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            return "\(path) belongs to another user: 'chown' it to the one who runs Plumbline"
        }
        let isSticky = status.st_mode & S_IFMT == S_IFDIR && status.st_mode & S_ISVTX != 0
        guard status.st_mode & 0o022 == 0 || isSticky else {
            return "others may write to \(path): 'chmod go-w' it"
        }
        return nil
    }
}
