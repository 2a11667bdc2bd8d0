import ConfigModel
import DeviceSession
import NIOCore

/// The chapter on logging in: one method, one key, one attempt.
extension SSHSession {
    func logIn(with secrets: LoginSecrets, until deadline: ContinuousClock.Instant) async throws(SessionError) {
        defer { wire.isLoggingIn = false }
        do throws(SessionError) {
            try checkKey(in: secrets)
            switch secrets {
            case .password(let password): try await logIn(password: password, until: deadline)
            case .privateKey(let pem, let passphrase, let name):
                try await logIn(pem: pem, passphrase: passphrase, name: name, until: deadline)
            case .agent(let fingerprint): try await logIn(agentKey: fingerprint, until: deadline)
            }
        } catch {
            throw end(with: withReason(error))
        }
    }

    /// Adds what the device said with its refusal.
    private func withReason(_ error: SessionError) -> SessionError {
        guard case .loginRefused(let host, let user, let method, let allowed) = error, let refusal = wire.refusal else {
            return error
        }
        guard refusal.isPartialSuccess else {
            return .loginRefused(
                host: host, user: user, method: method, allowed: refusal.methods.isEmpty ? allowed : refusal.methods)
        }
        let wanted = refusal.methods.joined(separator: " or ")
        return .loginRefused(
            host: host, user: user,
            method: "\(method) alone: that was right, but it wants a second method too, \(wanted)",
            allowed: refusal.methods)
    }

    private var user: String { endpoint.credential.user }

    /// Asks by the method `none` which methods there are. It is no attempt: servers do not count it.
    /// - Returns: Nil when the server let us in without any.
    private func loginMethods(until deadline: ContinuousClock.Instant) async throws(SessionError) -> [String]? {
        let activity = "asking how to log in"
        let methods = try await until(deadline, activity) {
            [user] () throws(SessionError) -> SessionHandle.LoginMethods? in
            try self.library(activity) { handle throws(LibraryFailure) in try handle.loginMethods(of: user) }
        }
        switch methods {
        case .noneNeeded: return nil
        case .offered(let names):
            wire.refusal = nil
            wire.isLoggingIn = true
            return names
        }
    }

    /// Makes the one attempt.
    private func attempt(
        _ method: String, allowed: [String], key: String? = nil, until deadline: ContinuousClock.Instant,
        call: @escaping (SessionHandle) throws(LibraryFailure) -> Void?
    ) async throws(SessionError) {
        let activity = "logging in"
        let explain = { @Sendable [host, user] (failure: LibraryFailure) -> SessionError? in
            failure.refusal(host: host, user: user, method: method, allowed: allowed, key: key)
        }
        try await until(deadline, activity) { () throws(SessionError) -> Void? in
            try self.library(activity, explain: explain, call)
        }
    }

    // MARK: password

    private func logIn(password: Secret, until deadline: ContinuousClock.Instant) async throws(SessionError) {
        guard let allowed = try await loginMethods(until: deadline) else { return }
        if allowed.contains("password") {
            try await attempt("password", allowed: allowed, until: deadline) { [user] handle throws(LibraryFailure) in
                try handle.logIn(user, password: password)
            }
        } else if allowed.contains("keyboard-interactive") {
            try await logInByQuestions(password, allowed: allowed, until: deadline)
        } else {
            throw .loginMethodMissing(host: host, user: user, method: "password", allowed: allowed)
        }
    }

    private func logInByQuestions(
        _ password: Secret, allowed: [String], until deadline: ContinuousClock.Instant
    ) async throws(SessionError) {
        wire.questions = KeyboardInteractive(password: password)
        defer { wire.questions = KeyboardInteractive() }
        do throws(SessionError) {
            try await attempt("keyboard-interactive", allowed: allowed, until: deadline) {
                [user] handle throws(LibraryFailure) in
                try handle.logInByQuestions(user)
            }
        } catch {
            guard let question = wire.questions.refusedQuestion else { throw error }
            throw .loginRefused(
                host: host, user: user,
                method: "keyboard-interactive, because it asks what a password does not answer: '\(question)'",
                allowed: allowed)
        }
    }

    // MARK: keys

    private func checkKey(in secrets: LoginSecrets) throws(SessionError) {
        guard case .privateKey(let pem, let passphrase, let name) = secrets else { return }
        guard let text = PrivateKeyText(pem.exposed) else {
            throw .keyUnusable(host: host, key: name, reason: "it is not a private key in OpenSSH or PEM form")
        }
        if text.isEncrypted, passphrase == nil {
            throw .keyUnusable(host: host, key: name, reason: "it has a passphrase, and the credential gives none")
        }
        try object(to: text.kind, key: name)
    }

    private func object(to kind: PrivateKeyText.Kind, key: String) throws(SessionError) {
        let objection = kind.objection(
            isModern: endpoint.profile == .modern,
            libraryHasRSASHA2: SessionHandle.supported.hostKey.contains("rsa-sha2-512"), version: SessionHandle.version)
        if let objection { throw .keyUnusable(host: host, key: key, reason: objection) }
        let isWeak = kind == .dsa || (kind == .rsa && !SessionHandle.supported.hostKey.contains("rsa-sha2-512"))
        if isWeak { legacyInUse.append(kind == .dsa ? "ssh-dss (user key)" : "ssh-rsa (user key)") }
    }

    private func logIn(
        pem: Secret, passphrase: Secret?, name: String, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) {
        guard let allowed = try await loginMethods(until: deadline) else { return }
        guard allowed.contains("publickey") else {
            throw .loginMethodMissing(host: host, user: user, method: "publickey", allowed: allowed)
        }
        let isSlow = PrivateKeyText(pem.exposed)?.isEncrypted ?? false
        let method = "publickey (\(name))"
        let user = user
        let key = PrivateKeyText.rewrapped(pem)
        let call = { @Sendable (handle: SessionHandle) throws(LibraryFailure) -> Void? in
            try handle.logIn(user, key: key, passphrase: passphrase)
        }
        if isSlow {
            try await attemptSlowly(method, allowed: allowed, key: name, until: deadline, call: call)
        } else {
            try await attempt(method, allowed: allowed, key: name, until: deadline, call: call)
        }
    }

    /// As `attempt`, but what derives the key from the passphrase (twice, by bcrypt) runs on a thread of its own.
    private func attemptSlowly(
        _ method: String, allowed: [String], key: String, until deadline: ContinuousClock.Instant,
        call: @escaping @Sendable (SessionHandle) throws(LibraryFailure) -> Void?
    ) async throws(SessionError) {
        while true {
            switch try await lend(call) {
            case .success(.some): return
            case .success(nil):
                let before = wire.received
                try await until(deadline, "logging in") { () throws(SessionError) -> Void? in
                    self.wire.waiting > 0 || self.wire.received > before ? () : nil
                }
            case .failure(let failure):
                throw failure.refusal(host: host, user: user, method: method, allowed: allowed, key: key)
                    ?? explain(failure, during: "logging in")
            }
        }
    }

    // MARK: agent

    private func logIn(agentKey fingerprint: String, until deadline: ContinuousClock.Instant) async throws(SessionError)
    {
        let agent = try SSHAgent(host: host, key: fingerprint, loop: loop)
        let blob = try await agent.findKey(until: deadline)
        var reader = WireReader(blob[...])
        let type = reader.string().map { printable($0, limit: 64) } ?? ""
        try object(to: PrivateKeyText.kind(type), key: fingerprint)
        guard let allowed = try await loginMethods(until: deadline) else { return }
        guard allowed.contains("publickey") else {
            throw .loginMethodMissing(host: host, user: user, method: "publickey", allowed: allowed)
        }
        try await attempt("publickey (agent \(fingerprint))", allowed: allowed, agent, blob, until: deadline)
    }

    private func attempt(
        _ method: String, allowed: [String], _ agent: SSHAgent, _ blob: [UInt8], until deadline: ContinuousClock.Instant
    ) async throws(SessionError) {
        wire.signature = PendingSignature()
        defer { wire.signature = PendingSignature() }
        let user = user
        let wire = wire
        let step = { @Sendable (handle: SessionHandle) throws(LibraryFailure) -> AgentStep? in
            if try handle.logIn(user, agentKey: blob) != nil { return .loggedIn }
            if case .asked(let text) = wire.signature { return .sign(text) }
            return nil
        }
        let explain = { @Sendable [host, user] (failure: LibraryFailure) -> SessionError? in
            failure.refusal(host: host, user: user, method: method, allowed: allowed, key: nil)
        }
        while true {
            let next = try await until(deadline, "logging in") { () throws(SessionError) -> AgentStep? in
                try self.library("logging in", explain: explain, step)
            }
            guard case .sign(let text) = next else { return }
            wire.signature = .answered(try await agent.sign(text, with: blob, until: deadline))
        }
    }

    private enum AgentStep { case loggedIn, sign([UInt8]) }
}

extension LibraryFailure {
    /// What the failure of a login means: -18 and -19 are refusals (before and after the signature), -15 the demand for
    /// a new password; -16, -17, -33 and -48 come from reading the key, before anything is sent.
    fileprivate func refusal(
        host: String, user: String, method: String, allowed: [String], key: String?
    ) -> SessionError? {
        switch code {
        case -18, -19: return .loginRefused(host: host, user: user, method: method, allowed: allowed)
        case -15:
            let method = "\(method): it demands that the password be changed first"
            return .loginRefused(host: host, user: user, method: method, allowed: allowed)
        case -14 where !message.contains("PEM"): return nil
        case -14, -16, -17, -33, -48, -1:
            return key.map {
                .keyUnusable(
                    host: host, key: $0,
                    reason:
                        "wrong passphrase, or a form that libssh2 does not read ('ssh-keygen -p' makes it one): \(message)"
                )
            }
        default: return nil
        }
    }
}
