import Foundation
import Glibc
import Synchronization

/// The process that holds a namespace. It reads a pipe of ours: when we close it or die, the namespace ends.
final class Supervisor: Sendable {
    private let pid: pid_t
    private let lifeline: Mutex<Int32?>
    private let logPath: String

    init(script: String, log: String) throws {
        logPath = log
        let ends = try Self.pipeForOneChild()
        defer { close(ends[0]) }
        let output = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard output >= 0 else { throw ServerFailure("\(log): errno \(errno)") }
        defer { close(output) }
        do {
            pid = try Self.spawn(
                ["/usr/bin/unshare", "--mount", "--pid", "--fork", "--kill-child", "/bin/bash", "-c", script],
                input: ends[0], output: output)
        } catch {
            close(ends[1])
            throw error
        }
        lifeline = Mutex(ends[1])
    }

    func log() -> String {
        guard let data = FileManager.default.contents(atPath: logPath) else { return "" }
        return String(decoding: data, as: UTF8.self)
    }

    /// Ends the namespace and waits for it. May be called again.
    func stop() {
        let end = lifeline.withLock { end -> Int32? in
            defer { end = nil }
            return end
        }
        guard let end else { return }
        close(end)
        var status: Int32 = 0
        for _ in 0..<200 {
            if waitpid(pid, &status, WNOHANG) != 0 { return }
            usleep(10_000)
        }
        kill(pid, SIGKILL)
        waitpid(pid, &status, 0)
    }

    /// Runs a program inside the namespaces.
    func run(_ words: [String]) throws -> (status: Int32, text: String) {
        let children = try String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)
        guard let first = children.split(separator: " ").first else { throw ServerFailure("the namespace has ended") }
        return try Self.output(of: ["/usr/bin/nsenter", "--target", String(first), "--mount", "--pid"] + words)
    }

    /// Runs a program to its end. Both its outputs are the text.
    static func output(of words: [String], environment: [String: String] = [:]) throws -> (status: Int32, text: String)
    {
        let ends = try Self.pipeForOneChild()
        let input = open("/dev/null", O_RDONLY | O_CLOEXEC)
        let pid: pid_t
        do { pid = try spawn(words, input: input, output: ends[1], environment: environment) } catch {
            for end in [ends[0], ends[1], input] { close(end) }
            throw error
        }
        close(ends[1])
        close(input)
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(ends[0], &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            text += buffer.prefix(count)
        }
        close(ends[0])
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        let code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
        return (code, String(decoding: text, as: UTF8.self))
    }

    /// Our end of one child's lifeline must not live on in another: between `pipe` and `fcntl` none may be spawned.
    private static let spawning = Mutex(())

    private static func pipeForOneChild() throws -> [Int32] {
        try spawning.withLock { _ in
            var ends: [Int32] = [0, 0]
            guard pipe(&ends) == 0 else { throw ServerFailure("pipe: errno \(errno)") }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            return ends
        }
    }

    /// Runs what blocks on a thread of its own kind, so that the tests' few threads go on.
    static func offPool<Value: Sendable>(_ work: @Sendable @escaping () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try work() }) }
        }
    }

    static func spawn(
        _ words: [String], input: Int32, output: Int32, environment: [String: String] = [:]
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, output, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var nothing = sigset_t()
        sigemptyset(&nothing)
        posix_spawnattr_setsigmask(&attributes, &nothing)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let variables = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        var settings: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in arguments + settings { free(text) } }
        var pid: pid_t = 0
        let code = spawning.withLock { _ in
            posix_spawn(&pid, words.first ?? "", &actions, &attributes, &arguments, &settings)
        }
        guard code == 0 else { throw ServerFailure("\(words.first ?? ""): \(String(cString: strerror(code)))") }
        return pid
    }
}
