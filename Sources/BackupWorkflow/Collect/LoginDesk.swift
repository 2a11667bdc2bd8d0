package import ConfigModel
package import DeviceSession
package import SSHTransport

/// Resolves what a credential refers to, at the moment of its use.
package struct LoginDesk: Sendable {
    private let secrets: SecretResolver
    /// For digests of credentials.
    private let key: FingerprintKey?

    /// - Parameter key: Without one there are no digests.
    package init(secrets: SecretResolver, key: FingerprintKey? = nil) {
        self.secrets = secrets
        self.key = key
    }

    /// A keyed digest of what a credential is now: user, secret and `enable`; nil without a key. Another one says that
    /// somebody has changed it.
    func digest(of endpoint: Endpoint) async throws(SessionError) -> String? {
        guard let key else { return nil }
        let credential = endpoint.credential
        var parts = [credential.user]
        switch try await loginSecrets(of: endpoint) {
        case .password(let password): parts += ["password", password.exposed]
        case .privateKey(let pem, _, _): parts += ["key", pem.exposed]
        case .agent(let fingerprint): parts += ["agent", fingerprint]
        }
        if let enable = try await enableSecret(of: endpoint) { parts.append(enable.exposed) }
        return key.digest(of: parts, kind: "credential")
    }

    package func loginSecrets(of endpoint: Endpoint) async throws(SessionError) -> LoginSecrets {
        do throws(SecretFault) {
            switch endpoint.credential.method {
            case .password(let reference):
                return .password(try await secrets.secret(reference))
            case .keyFile(let path, let passphrase):
                let pem = try await secrets.keyFile(path)
                var phrase: Secret?
                if let passphrase { phrase = try await secrets.secret(passphrase) }
                return .privateKey(pem: pem, passphrase: phrase, name: path)
            case .agentKey(let fingerprint):
                return .agent(fingerprint: fingerprint)
            }
        } catch {
            throw unavailable(endpoint, error)
        }
    }

    /// The password for the privileged mode; nil where the credential has none.
    package func enableSecret(of endpoint: Endpoint) async throws(SessionError) -> Secret? {
        guard let reference = endpoint.credential.enable else { return nil }
        do throws(SecretFault) {
            return try await secrets.secret(reference)
        } catch {
            throw unavailable(endpoint, error)
        }
    }

    private func unavailable(_ endpoint: Endpoint, _ fault: SecretFault) -> SessionError {
        .credentialUnavailable(host: "\(endpoint)", credential: endpoint.credential.name, reason: "\(fault)")
    }
}
