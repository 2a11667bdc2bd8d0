import FoundationEssentials
import Glibc

/// A real SSH server of the machine on a free loopback port, in mount and process namespaces of its own: its accounts
/// and its processes are nobody else's, and end with it, or with the process that started it.
package final class RealSSHServer: Sendable {
    package let port: Int
    package let address = "127.0.0.1"
    package let hostKeys: [ServerHostKey]
    package let accounts: [ServerAccount]
    /// Where the server's files lie: homes, log, keys. Removed by `stop`.
    package let folder: String
    private let supervisor: Supervisor

    /// Nil when real servers can run here; else why not.
    package static let hindrance: String? = {
        guard geteuid() == 0 else { return "needs root to make private mount namespaces" }
        for program in ["/usr/sbin/sshd", "/usr/bin/unshare", "/usr/bin/ssh-keygen", "/usr/bin/perl"]
        where access(program, X_OK) != 0 { return "needs \(program): run Scripts/bootstrap" }
        let answer = try? Supervisor.output(of: ["/usr/bin/unshare", "--mount", "--pid", "--fork", "/bin/true"])
        return answer?.status == 0 ? nil : "needs the right to make mount and process namespaces (CAP_SYS_ADMIN)"
    }()

    package static var isAvailable: Bool { hindrance == nil }

    private init(
        port: Int, hostKeys: [ServerHostKey], accounts: [ServerAccount], folder: String, supervisor: Supervisor
    ) {
        self.port = port
        self.hostKeys = hostKeys
        self.accounts = accounts
        self.folder = folder
        self.supervisor = supervisor
    }

    package static func openSSH(_ configuration: ServerConfiguration = ServerConfiguration()) async throws
        -> RealSSHServer
    {
        try await start(configuration) { namespace, port in
            let config = """
                Port \(port)
                ListenAddress 127.0.0.1
                \(namespace.hostKeyFiles.map { "HostKey \($0)" }.joined(separator: "\n"))
                AuthorizedKeysFile \(namespace.folder)/authorized/%u
                StrictModes no
                UsePAM \(configuration.keyboardInteractive ? "yes" : "no")
                KbdInteractiveAuthentication \(configuration.keyboardInteractive ? "yes" : "no")
                PasswordAuthentication \(configuration.keyboardInteractive ? "no" : "yes")
                MaxStartups 1000
                MaxSessions 100
                PidFile none
                LogLevel VERBOSE
                UseDNS no
                PrintLastLog no
                PrintMotd no
                \(configuration.hasSFTP ? "Subsystem sftp /usr/lib/openssh/sftp-server" : "")
                """
            // Of each keyword sshd takes the first, so the test's own lines come first.
            try namespace.write("sshd_config", (configuration.lines + [config]).joined(separator: "\n") + "\n")
            return "/usr/sbin/sshd -D -e -f \(namespace.folder)/sshd_config"
        }
    }

    /// Dropbear, without an SFTP server and without `scp` where the configuration says so.
    package static func dropbear(_ configuration: ServerConfiguration = ServerConfiguration()) async throws
        -> RealSSHServer
    {
        try await start(configuration) { namespace, port in
            var keys: [String] = []
            for file in namespace.hostKeyFiles {
                let converted = try Supervisor.output(
                    of: ["/usr/bin/dropbearconvert", "openssh", "dropbear", file, file + ".dropbear"])
                guard converted.status == 0 else { throw ServerFailure("dropbearconvert: \(converted.text)") }
                keys.append("-r \(file).dropbear")
            }
            return "/usr/sbin/dropbear -F -E -m -p 127.0.0.1:\(port) \(keys.joined(separator: " "))"
        }
    }

    private static func start(
        _ configuration: ServerConfiguration, command: @Sendable @escaping (ServerNamespace, Int) throws -> String
    ) async throws -> RealSSHServer {
        let namespace = try await Supervisor.offPool { try ServerNamespace(configuration) }
        do {
            let port = try LoopbackPort.free()
            let supervisor = try await Supervisor.offPool {
                let script = try namespace.script(command: command(namespace, port))
                return try Supervisor(script: script, log: namespace.folder + "/log")
            }
            // A port may be taken between our look and the server's: its log says so, and the test is told.
            guard await LoopbackPort.waitUntilListening(port, patience: .seconds(60)) else {
                supervisor.stop()
                throw ServerFailure("the server does not listen: \(supervisor.log())")
            }
            return RealSSHServer(
                port: port, hostKeys: namespace.hostKeys, accounts: configuration.accounts, folder: namespace.folder,
                supervisor: supervisor)
        } catch {
            namespace.remove()
            throw error
        }
    }

    /// What the server and everything in its namespace wrote, until now.
    package func log() -> String { supervisor.log() }

    /// How often the text stands in the log, once it stands there `count` times or the patience ends.
    package func occurrences(of text: String, atLeast count: Int, patience: Duration = .seconds(30)) async -> Int {
        let deadline = ContinuousClock.now + patience
        while true {
            let found = log().split(separator: text, omittingEmptySubsequences: false).count - 1
            if found >= count || ContinuousClock.now >= deadline { return found }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Runs a program inside the server's namespaces, as root.
    package func run(_ words: [String]) throws -> (status: Int32, text: String) { try supervisor.run(words) }

    /// Ends every process of the namespace, and removes the files.
    package func stop() {
        supervisor.stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    deinit { stop() }
}
