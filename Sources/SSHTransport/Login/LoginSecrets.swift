package import ConfigModel

/// What one login needs, with the secrets in it: read only after the host key was accepted, and used for one attempt.
package enum LoginSecrets: Sendable {
    /// A password, also for keyboard-interactive.
    case password(Secret)
    /// The text of a private key file (OpenSSH or PEM form). `name` is what errors call it: its path.
    case privateKey(pem: Secret, passphrase: Secret?, name: String)
    /// One key of the SSH agent at `SSH_AUTH_SOCK`, by its `SHA256:…` fingerprint.
    case agent(fingerprint: String)
}
