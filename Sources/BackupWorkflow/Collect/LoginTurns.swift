import ConfigModel
import DeviceSession
import SSHTransport
import SnapshotStore

/// The turns of one connection at its credentials, hop by hop: that the next hop's login begins says that the one before
/// was accepted.
actor LoginTurns {
    private let credentials: CredentialGuard
    private let desk: LoginDesk
    private var current: (endpoint: Endpoint, digest: String?)?
    /// How long this connection has waited for its turns.
    private(set) var waited = Duration.zero

    init(_ credentials: CredentialGuard, _ desk: LoginDesk) {
        self.credentials = credentials
        self.desk = desk
    }

    /// Waits for a turn at an endpoint's credential.
    /// - Returns: What to log in with.
    func begin(_ endpoint: Endpoint) async throws(SessionError) -> LoginSecrets {
        await end(.accepted)
        let secrets = try await desk.loginSecrets(of: endpoint)
        let digest = try await desk.digest(of: endpoint)
        let asked = ContinuousClock.now
        let answer = await credentials.turn(endpoint.credential, at: endpoint.name, digest: digest)
        waited += ContinuousClock.now - asked
        switch answer {
        case .granted: current = (endpoint, digest)
        case .held(let refusals):
            throw .credentialHeld(
                host: "\(endpoint)", credential: endpoint.credential.name,
                refusals: refusals.map { "\($0.host) on \(Wording.time($0.time))" })
        case .refusedBefore(let refusal, let until):
            throw .refusedBefore(
                host: "\(endpoint)", credential: endpoint.credential.name, time: Wording.time(refusal.time),
                until: until.map { Wording.time($0) })
        case .tooLate:
            throw .timedOut(
                host: "\(endpoint)",
                during: "it waited for its turn to log in with the credential '\(endpoint.credential.name)'")
        case .cancelled: throw .cancelled(host: "\(endpoint)")
        }
        return secrets
    }

    func end(_ ending: CredentialGuard.Ending) async {
        guard let (endpoint, digest) = current else { return }
        current = nil
        await credentials.ended(endpoint.credential, at: endpoint.name, digest: digest, ending)
    }

    /// - Parameter target: The device: what fails there, and not at a jump host, says that the jump hosts had accepted.
    /// - Returns: Whether no login was under way: then another try costs none.
    @discardableResult
    func end(after error: SessionError, at target: Endpoint) async -> Bool {
        if let current, current.endpoint.name != target.name, !error.isAtJump { await end(.accepted) }
        let isFree = current == nil
        await end(error.isRefusal ? .refused : .neither)
        return isFree
    }
}

extension SessionError {
    fileprivate var isAtJump: Bool {
        if case .jump = self { return true }
        return false
    }

    fileprivate var isRefusal: Bool {
        switch self {
        case .loginRefused, .enableRefused: true
        case .jump(_, let error): error.isRefusal
        default: false
        }
    }
}
