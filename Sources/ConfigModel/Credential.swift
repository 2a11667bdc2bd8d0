/// How to log in to a device: references only, never a value.
package struct Credential: Sendable, Hashable, Codable {
    /// The one method and the one key or password that an attempt uses.
    package enum Method: Sendable, Hashable, Codable {
        /// Password, also for keyboard-interactive.
        case password(SecretReference)
        /// A private key file, and its passphrase where it has one.
        case keyFile(path: String, passphrase: SecretReference?)
        /// One named key of the SSH agent: `SHA256:…`.
        case agentKey(fingerprint: String)
    }

    package var name: String
    package var user: String
    package var method: Method
    /// The password for the privileged mode, where the platform has one.
    package var enable: SecretReference?

    package init(name: String, user: String, method: Method, enable: SecretReference? = nil) {
        self.name = name
        self.user = user
        self.method = method
        self.enable = enable
    }
}

/// Where a secret is, in place of the secret.
package enum SecretReference: Sendable, Hashable, Codable, CustomStringConvertible {
    case environment(String)
    /// A file that only its owner may read (0600 or stricter).
    case file(String)
    /// A program and its arguments, run without a shell; the first line of its output is the secret.
    case command([String])

    package var description: String {
        switch self {
        case .environment(let name): "env:\(name)"
        case .file(let path): "file:\(path)"
        case .command(let words): "command:\(words.first ?? "")"
        }
    }
}

/// A secret in memory. It prints as `<secret>`, so that no log, error or dump can show it by accident.
package struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The value itself: named so that each use is easy to find.
    package let exposed: String

    package init(_ value: String) { exposed = value }

    package var description: String { "<secret>" }
    package var debugDescription: String { "<secret>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
