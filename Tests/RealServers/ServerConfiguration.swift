import FoundationEssentials

/// What a real server is to be.
package struct ServerConfiguration: Sendable {
    package var accounts: [ServerAccount]
    /// Lines of `sshd_config`, before ours: of each keyword the first counts.
    package var lines: [String]
    /// Types of host key, as `ssh-keygen -t` names them.
    package var hostKeyTypes: [String]
    package var hasSFTP: Bool
    /// Passwords by keyboard-interactive (through PAM) in place of the method `password`.
    package var keyboardInteractive: Bool
    /// Files that exist inside the namespace only: path and contents. The path's folder must exist.
    package var files: [(path: String, contents: String)]
    /// Programs and other files to hide: an empty file lies over them.
    package var hidden: [String]
    /// Lines of shell, run as root inside the namespace before the server starts: for what else is to run there.
    package var setup: [String]

    package init(
        accounts: [ServerAccount] = [.passwordUser, .keyUser], lines: [String] = [],
        hostKeyTypes: [String] = ["ed25519"], hasSFTP: Bool = true, keyboardInteractive: Bool = false,
        files: [(path: String, contents: String)] = [], hidden: [String] = [], setup: [String] = []
    ) {
        self.accounts = accounts
        self.lines = lines
        self.hostKeyTypes = hostKeyTypes
        self.hasSFTP = hasSFTP
        self.keyboardInteractive = keyboardInteractive
        self.files = files
        self.hidden = hidden
        self.setup = setup
    }
}

/// An account that exists inside the namespace only.
package struct ServerAccount: Sendable {
    package var name: String
    /// Nil for an account that no password opens.
    package var password: String?
    /// Lines of `authorized_keys`.
    package var authorizedKeys: [String]
    package var shell: String
    /// Further groups, by name, of those that the machine has.
    package var groups: [String]

    package init(
        name: String, password: String? = nil, authorizedKeys: [String] = [], shell: String = "/bin/bash",
        groups: [String] = []
    ) {
        self.name = name
        self.password = password
        self.authorizedKeys = authorizedKeys
        self.shell = shell
        self.groups = groups
    }

    package static let passwordUser = ServerAccount(name: "backup1", password: "correct-horse")
    package static let keyUser = ServerAccount(name: "backup2")
}

/// A host key of a real server.
package struct ServerHostKey: Sendable, Hashable {
    package var type: String
    package var base64: String
    package var blob: [UInt8]

    init?(line: String) {
        let words = line.split(separator: " ")
        guard words.count >= 2, let data = Data(base64Encoded: String(words[1])) else { return nil }
        type = String(words[0])
        base64 = String(words[1])
        blob = [UInt8](data)
    }
}

/// Why a real server could not be had.
package struct ServerFailure: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
