import FoundationEssentials
import Glibc
import Subprocess
import SystemPackage

/// Debian's own `git`, for what is its work rather than libgit2's: repacking, pushing, large files.
///
/// No shell stands between; nobody is asked for a password; every call ends by its deadline, with all that it started.
package struct StockGit: Sendable {
    /// Whose settings git reads.
    package enum Surroundings: Sendable {
        /// Nobody's but the repository's own: the same everywhere.
        case sealed
        /// Those of the user as well, with `HOME`, ssh agent and proxies: for speaking to other machines.
        case personal
    }

    /// What a call that ended had to say.
    package struct Answer: Sendable {
        /// 128 and more where a signal ended it.
        package var status: Int32
        package var output: String
        /// Standard error, with what looks like a password in an address masked.
        package var message: String
        package var isGood: Bool { status == 0 }
    }

    /// The folder to work in: a bare repository, or one with a working tree. Nil for none.
    package let folder: String?
    package let surroundings: Surroundings
    /// What every call is told by `-c`.
    package let settings: [String]

    package init(folder: String? = nil, surroundings: Surroundings = .sealed, settings: [String] = []) {
        self.folder = folder
        self.surroundings = surroundings
        self.settings = settings
    }

    /// Runs git to its end, whatever that is.
    /// - Parameters:
    ///   - arguments: The command and what follows it. No secrets: others can see them.
    ///   - input: For its standard input.
    ///   - span: After which it is terminated, and killed two seconds later, children included.
    ///   - limit: The most bytes of standard output.
    /// - Throws: `missing`, `timedOut`, `tooLong`, `notStarted`. A bad status is an answer.
    package func ask(
        _ arguments: [String], input: [UInt8] = [], within span: Duration, limit: Int = 1 << 20
    ) async throws(StockToolFault) -> Answer {
        let configuration = configuration(arguments)
        return try await ending(arguments, within: span, limit: limit) {
            let result = try await Subprocess.run(
                configuration, input: .array(input), output: .string(limit: limit), error: .string(limit: 1 << 20))
            return Answer(
                status: Self.number(of: result.terminationStatus), output: result.standardOutput,
                message: Redaction.addresses(result.standardError))
        }
    }

    /// Runs git, which must succeed, from a file to a file: for lists of millions of lines.
    /// - Parameters:
    ///   - input: The path of what it reads; nil for nothing.
    ///   - output: The path of a file to which its standard output is appended; nil for nowhere.
    package func run(
        _ arguments: [String], from input: String? = nil, appendingTo output: String?, within span: Duration
    ) async throws(StockToolFault) {
        let configuration = configuration(arguments)
        let answer = try await ending(arguments, within: span, limit: 0) {
            let source = try FileDescriptor.open(input ?? "/dev/null", .readOnly, options: .closeOnExec)
            let target = try FileDescriptor.open(
                output ?? "/dev/null", .writeOnly, options: [.create, .append, .closeOnExec],
                permissions: [.ownerReadWrite])
            let result = try await Subprocess.run(
                configuration, input: .fileDescriptor(source, closeAfterSpawningProcess: true),
                output: .fileDescriptor(target, closeAfterSpawningProcess: true), error: .string(limit: 1 << 20))
            return Answer(
                status: Self.number(of: result.terminationStatus), output: "",
                message: Redaction.addresses(result.standardError))
        }
        try Self.require(answer, arguments)
    }

    private func configuration(_ arguments: [String]) -> Configuration {
        var options = PlatformOptions()
        // A session of its own: no terminal to ask on, and one signal reaches its children too.
        options.createSession = true
        options.teardownSequence = [
            .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .seconds(2))
        ]
        return Configuration(
            executable: .name("git"), arguments: Arguments(fixedSettings + arguments),
            environment: .custom(environment), workingDirectory: folder.map { FilePath($0) },
            platformOptions: options)
    }

    private func ending(
        _ arguments: [String], within span: Duration, limit: Int, _ work: @escaping @Sendable () async throws -> Answer
    ) async throws(StockToolFault) -> Answer {
        let what = "git \(arguments.first ?? "")"
        let answer: Answer?
        do {
            answer = try await Self.withDeadline(span, work)
        } catch let error as SubprocessError {
            throw Self.fault(error, what: what, limit: limit)
        } catch is CancellationError {
            throw .timedOut(what: what, after: span)
        } catch {
            throw .notStarted(what: what, reason: "\(error)")
        }
        guard let answer else { throw .timedOut(what: what, after: span) }
        return answer
    }

    /// Runs git, which must succeed.
    /// - Returns: Its standard output.
    /// - Throws: `failed` for a bad status, and what `ask` throws.
    @discardableResult
    package func run(
        _ arguments: [String], input: [UInt8] = [], within span: Duration, limit: Int = 1 << 20
    ) async throws(StockToolFault) -> String {
        let answer = try await ask(arguments, input: input, within: span, limit: limit)
        try Self.require(answer, arguments)
        return answer.output
    }

    private static func require(_ answer: Answer, _ arguments: [String]) throws(StockToolFault) {
        guard answer.isGood else {
            throw .failed(
                what: "git \(arguments.first ?? "")", status: answer.status, message: answer.message.lastLines)
        }
    }

    private var fixedSettings: [String] {
        // A store may belong to another user of its group; nothing in it is executed.
        (["safe.directory=*", "gc.auto=0", "maintenance.auto=false"] + settings).flatMap { ["-c", $0] }
    }

    private var environment: [Subprocess.Environment.Key: String] {
        var variables: [Subprocess.Environment.Key: String] = [
            "PATH": Self.variable("PATH") ?? "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0",
            "GIT_OPTIONAL_LOCKS": "0", "GIT_ASKPASS": "true", "SSH_ASKPASS_REQUIRE": "never",
            "GIT_SSH_COMMAND": Self.variable("GIT_SSH_COMMAND")
                ?? "ssh -o BatchMode=yes -o ConnectTimeout=20 -o ServerAliveInterval=15",
        ]
        switch surroundings {
        case .sealed:
            variables["GIT_CONFIG_NOSYSTEM"] = "1"
            variables["GIT_CONFIG_GLOBAL"] = "/dev/null"
        case .personal:
            for name in Self.personalVariables { variables[name] = Self.variable("\(name.rawValue)") }
        }
        return variables
    }

    private static let personalVariables: [Subprocess.Environment.Key] = [
        "HOME", "USER", "LOGNAME", "XDG_CONFIG_HOME", "SSH_AUTH_SOCK", "http_proxy", "https_proxy", "HTTPS_PROXY",
        "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO",
    ]

    private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    private static func number(of status: TerminationStatus) -> Int32 {
        switch status {
        case .exited(let code): code
        case .signaled(let signal): 128 + signal
        }
    }

    private static func fault(_ error: SubprocessError, what: String, limit: Int) -> StockToolFault {
        switch error.code {
        case .executableNotFound: .missing(program: "git", package: "git")
        case .outputLimitExceeded: .tooLong(what: what, limit: limit)
        default: .notStarted(what: what, reason: "\(error)")
        }
    }

    /// Nil when it took longer and was ended.
    private static func withDeadline<Value: Sendable>(
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
}

extension String {
    /// The end of what a tool said, on one line, without control characters.
    var lastLines: String {
        let lines = split(whereSeparator: \.isNewline).suffix(6).joined(separator: "; ")
        return String(
            lines.unicodeScalars.suffix(1000).map { $0.properties.generalCategory == .control ? " " : Character($0) })
    }
}
