import ConfigModel
import DeviceSession

/// The chapter on the way from nothing to a peer that is known: banner, key exchange, host key.
extension SSHSession {
    /// Connects, checks the host key, logs in.
    /// - Parameter login: Called once the host key is accepted.
    func open(
        login: @Sendable (Endpoint) async throws(SessionError) -> LoginSecrets, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) {
        let ours = Self.algorithms(of: endpoint).preferring(endpoint.hostKeys.accepted)
        try await openWire(until: deadline)
        try await handshake(ours, until: deadline)
        try acceptHostKey()
        noteLegacyAlgorithms()
        // The caller may make us wait for a turn to log in: that time is not the device's. Its own login is to be short, for
        // others may be waiting until it ends.
        let asked = ContinuousClock.now
        let secrets = try await login(endpoint)
        let waited = ContinuousClock.now - asked
        try await logIn(with: secrets, until: min(deadline + waited, .now + Self.loginPatience))
        startKeepalive()
    }

    /// How long a device may take over one login.
    private static let loginPatience = Duration.seconds(30)

    /// The host key that the peer shows, and the algorithms of the other types of key that could be asked for.
    func showHostKey(
        ofType type: String?, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> (key: HostKey, others: [String]) {
        var ours = Self.algorithms(of: endpoint)
        if let type { ours.hostKey = ours.hostKey.filter { AlgorithmLists.keyType(of: $0) == type } }
        try await openWire(until: deadline)
        try await handshake(ours, until: deadline)
        guard let key = try library("reading its host key", { $0.hostKey() }) else { throw noHostKey() }
        var others: [String] = []
        for algorithm in ours.hostKey where wire.greeting.offer?.hostKey.contains(algorithm) == true {
            let type = AlgorithmLists.keyType(of: algorithm)
            if type != key.algorithm, !others.contains(type) { others.append(type) }
        }
        return (key, others)
    }

    /// What the profile allows and the library has.
    static func algorithms(of endpoint: Endpoint) -> AlgorithmLists {
        .allowed(by: endpoint.profile).limited(to: SessionHandle.supported)
    }

    private func handshake(_ ours: AlgorithmLists, until deadline: ContinuousClock.Instant) async throws(SessionError) {
        let banner = "waiting for its SSH banner"
        do throws(SessionError) {
            _ = try library("starting") { handle throws(LibraryFailure) in try handle.prefer(ours) }
            try await until(deadline, banner) { () throws(SessionError) -> Void? in
                let done: Void? = try self.library(banner) { handle throws(LibraryFailure) in try handle.handshake() }
                if done == nil, self.wire.greeting.verdict == .speaksSomethingElse { throw self.notSSH() }
                return done
            }
        } catch {
            throw end(with: handshakeFailure(error, ours))
        }
    }

    /// Says what was really the matter, from what the peer said in clear.
    private func handshakeFailure(_ error: SessionError, _ ours: AlgorithmLists) -> SessionError {
        switch error {
        case .cancelled, .jump: return error
        default: break
        }
        let greeting = wire.greeting
        if let mismatch = greeting.offer?.mismatch(with: ours) {
            return .noCommonAlgorithm(
                host: host, kind: mismatch.kind, offered: mismatch.offered,
                allowed: mismatch.allowed + missing(mismatch), profile: endpoint.profile)
        }
        if greeting.verdict == .speaksSSH {
            switch error {
            case .timedOut: return .timedOut(host: host, during: "exchanging keys")
            case .closed(_, let during):
                return .closed(
                    host: host, during: during.replacingPrefix("waiting for its SSH banner", "exchanging keys"))
            case .protocolFailure(_, _, let reason):
                return .protocolFailure(host: host, during: "exchanging keys", reason: reason)
            default: return error
            }
        }
        return greeting.firstLine == nil ? error : notSSH()
    }

    private func notSSH() -> SessionError {
        let said = wire.greeting.identification ?? wire.greeting.firstLine ?? ""
        return .protocolFailure(
            host: host, during: "waiting for its SSH banner",
            reason: "it does not speak SSH 2 on this port; it said '\(said)': check 'port' in the inventory")
    }

    /// A hint where the profile would allow what the device offers, but the library lacks it.
    private func missing(_ mismatch: PeerOffer.Mismatch) -> [String] {
        let allowed = AlgorithmLists.allowed(by: endpoint.profile)
        let lacking = (allowed.keyExchange + allowed.hostKey + allowed.cipher + allowed.mac)
            .filter { mismatch.offered.contains($0) && !mismatch.allowed.contains($0) }
        guard !lacking.isEmpty else { return [] }
        let hint = mismatch.kind == "host key" ? "; better, give the device an ed25519 or ECDSA host key" : ""
        return ["and, with a newer libssh2 than \(SessionHandle.version), \(lacking.joined(separator: ", "))\(hint)"]
    }

    private func noHostKey() -> SessionError {
        .protocolFailure(host: host, during: "exchanging keys", reason: "it shows no host key")
    }

    /// Nothing has been said about us by now, and nothing is unless the key is on record, byte by byte.
    private func acceptHostKey() throws(SessionError) {
        guard let offered = try library("reading its host key", { $0.hostKey() }) else { throw end(with: noHostKey()) }
        if let refusal = endpoint.hostKeys.refusal(of: offered, host: host) { throw end(with: refusal) }
    }

    private func noteLegacyAlgorithms() {
        let negotiated = (try? library("asking for the algorithms") { $0.negotiated() }) ?? nil
        legacyInUse = (negotiated ?? []).filter(AlgorithmLists.isLegacy)
    }
}

extension HostKeyPolicy {
    /// Why the key may not be trusted; nil when it is on record.
    func refusal(of offered: HostKey, host: String) -> SessionError? {
        if revoked.contains(where: { $0.blob == offered.blob }) {
            return .hostKeyRevoked(host: host, offered: offered)
        }
        if accepted.contains(where: { $0.blob == offered.blob }) { return nil }
        if accepted.isEmpty { return .hostKeyUnknown(host: host, offered: offered) }
        return .hostKeyChanged(host: host, offered: offered, accepted: accepted)
    }
}

extension String {
    fileprivate func replacingPrefix(_ old: String, _ new: String) -> String {
        hasPrefix(old) ? new + dropFirst(old.count) : self
    }
}
