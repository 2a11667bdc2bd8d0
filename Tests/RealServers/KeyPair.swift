import FoundationEssentials
import Glibc

/// A user's key pair, made by `ssh-keygen`.
package struct KeyPair: Sendable {
    package let pem: String
    /// A line of `authorized_keys`.
    package let publicLine: String
    package let fingerprint: String

    /// - Parameter options: Further arguments of `ssh-keygen`, such as `-m PEM`.
    package init(type: String, passphrase: String = "", options: [String] = []) throws {
        var template = Array("/tmp/plumbline-key-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw ServerFailure("mkdtemp: errno \(errno)") }
        let folder = template.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let made = try Supervisor.output(
            of: ["/usr/bin/ssh-keygen", "-q", "-t", type, "-N", passphrase, "-C", "test", "-f", folder + "/key"]
                + options)
        guard made.status == 0 else { throw ServerFailure("ssh-keygen: \(made.text)") }
        let shown = try Supervisor.output(of: ["/usr/bin/ssh-keygen", "-lf", folder + "/key.pub"])
        fingerprint = shown.text.split(separator: " ").dropFirst().first.map(String.init) ?? ""
        pem = String(decoding: try Data(contentsOf: URL(filePath: folder + "/key")), as: UTF8.self)
        publicLine =
            String(decoding: try Data(contentsOf: URL(filePath: folder + "/key.pub")), as: UTF8.self)
            .split(separator: "\n").first.map(String.init) ?? ""
    }
}

/// An `ssh-agent` of the test's own.
package final class RealAgent: Sendable {
    package let socket: String
    private let folder: String
    private let supervisor: Supervisor

    /// Starts an agent that holds the keys.
    package init(keys: [KeyPair]) async throws {
        var template = Array("/tmp/plumbline-agent-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw ServerFailure("mkdtemp: errno \(errno)") }
        folder = template.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
        socket = folder + "/agent"
        supervisor = try Supervisor(
            script: "/usr/bin/ssh-agent -D -a \(socket) </dev/null & read -r _ || true", log: folder + "/log")
        let deadline = ContinuousClock.now + .seconds(10)
        while access(socket, F_OK) != 0, ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(10)) }
        for (index, key) in keys.enumerated() {
            let file = "\(folder)/key\(index)"
            try Data(key.pem.utf8).write(to: URL(filePath: file))
            chmod(file, 0o600)
            let added = try Supervisor.output(
                of: ["/usr/bin/ssh-add", "-q", file], environment: ["SSH_AUTH_SOCK": socket])
            guard added.status == 0 else { throw ServerFailure("ssh-add: \(added.text)") }
        }
    }

    package func stop() {
        supervisor.stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    deinit { stop() }
}
