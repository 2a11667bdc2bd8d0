import FoundationEssentials
import Glibc

/// The files of one namespace: accounts, keys, homes, and the script that mounts them.
struct ServerNamespace: Sendable {
    let folder: String
    let configuration: ServerConfiguration
    private(set) var hostKeyFiles: [String] = []
    private(set) var hostKeys: [ServerHostKey] = []

    init(_ configuration: ServerConfiguration) throws {
        self.configuration = configuration
        var template = Array("/tmp/plumbline-server-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw ServerFailure("mkdtemp: errno \(errno)") }
        folder = template.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
        chmod(folder, 0o755)
        do {
            try makeHostKeys()
            try makeAccounts()
        } catch {
            remove()
            throw error
        }
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }

    func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: folder + "/" + name))
    }

    private mutating func makeHostKeys() throws {
        for type in configuration.hostKeyTypes {
            let file = "\(folder)/host_\(type)"
            // Dropbear reads PEM, which ed25519 does not have.
            let form = type == "ed25519" ? [] : ["-m", "PEM"]
            let made = try Supervisor.output(
                of: ["/usr/bin/ssh-keygen", "-q", "-t", type, "-N", "", "-C", "", "-f", file] + form)
            guard made.status == 0 else { throw ServerFailure("ssh-keygen: \(made.text)") }
            let line = String(decoding: try Data(contentsOf: URL(filePath: file + ".pub")), as: UTF8.self)
            guard let key = ServerHostKey(line: line) else { throw ServerFailure("unreadable public key \(line)") }
            hostKeyFiles.append(file)
            hostKeys.append(key)
        }
    }

    private func makeAccounts() throws {
        var passwd = try lines(of: "/etc/passwd")
        var shadow = try lines(of: "/etc/shadow").filter { !$0.hasPrefix("root:") } + ["root:*:19000:0:99999:7:::"]
        var group = try lines(of: "/etc/group")
        if !passwd.contains(where: { $0.hasPrefix("sshd:") }) {
            passwd.append("sshd:x:109:65534::/run/sshd:/usr/sbin/nologin")
        }
        try FileManager.default.createDirectory(atPath: folder + "/authorized", withIntermediateDirectories: true)
        for (index, account) in configuration.accounts.enumerated() {
            let id = 42_000 + index
            let home = "\(folder)/home/\(account.name)"
            try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
            chown(home, uid_t(id), gid_t(id))
            passwd.append("\(account.name):x:\(id):\(id)::\(home):\(account.shell)")
            shadow.append("\(account.name):\(try hash(account.password)):19000:0:99999:7:::")
            group.append("\(account.name):x:\(id):")
            group = group.map { line in
                account.groups.contains { line.hasPrefix($0 + ":") }
                    ? line + (line.hasSuffix(":") ? "" : ",") + account.name : line
            }
            try write("authorized/\(account.name)", account.authorizedKeys.joined(separator: "\n") + "\n")
        }
        try write("passwd", passwd.joined(separator: "\n") + "\n")
        try write("group", group.joined(separator: "\n") + "\n")
        try write("shadow", shadow.joined(separator: "\n") + "\n")
        try write(
            "shells", (["/bin/sh", "/bin/bash"] + configuration.accounts.map(\.shell)).joined(separator: "\n") + "\n")
        try write("pam", "auth required pam_unix.so\naccount required pam_permit.so\nsession required pam_permit.so\n")
        chmod(folder + "/shadow", 0o600)
        for (index, file) in configuration.files.enumerated() { try write("file\(index)", file.contents) }
        try write("empty", "")
    }

    private func lines(of path: String) throws -> [String] {
        String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self).split(separator: "\n").map(
            String.init)
    }

    private func hash(_ password: String?) throws -> String {
        guard let password else { return "*" }
        let hashed = try Supervisor.output(
            of: ["/usr/bin/perl", "-e", "print crypt($ARGV[0], q($6$plumbline$))", password])
        guard hashed.status == 0, hashed.text.hasPrefix("$6$") else {
            throw ServerFailure("perl crypt: \(hashed.text)")
        }
        return hashed.text
    }

    /// Runs as the first process of the namespace: when it ends, the kernel ends all others. It ends when its standard
    /// input does.
    func script(command: String) -> String {
        var lines = [
            "set -e", "mount --make-rprivate /", "mount -t proc proc /proc",
            "mount -t tmpfs -o mode=755 tmpfs /run", "mkdir -p /run/sshd", "mount -t tmpfs -o mode=755 tmpfs /var/log",
        ]
        for name in ["passwd", "group", "shadow", "shells"] {
            lines += ["[ -e /etc/\(name) ] && mount --bind \(folder)/\(name) /etc/\(name)"]
        }
        lines += ["[ ! -e /etc/nologin ]", "[ ! -e /etc/pam.d/sshd ] || mount --bind \(folder)/pam /etc/pam.d/sshd"]
        for (index, file) in configuration.files.enumerated() {
            lines += [
                "[ -e '\(file.path)' ] || touch '\(file.path)'", "mount --bind \(folder)/file\(index) '\(file.path)'",
            ]
        }
        lines += configuration.hidden.map { "[ ! -e '\($0)' ] || mount --bind \(folder)/empty '\($0)'" }
        lines += configuration.setup
        return (lines + ["\(command) </dev/null &", "read -r _ || true"]).joined(separator: "\n")
    }
}
