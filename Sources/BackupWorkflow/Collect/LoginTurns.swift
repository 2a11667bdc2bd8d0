import ConfigModel
import DeviceSession

/// The turns of one connection at its credentials, hop by hop: that the next hop's login begins says that the one before
/// was accepted.
actor LoginTurns {
    private let credentials: CredentialGuard
    private var current: Credential?
    /// How long this connection has waited for its turns.
    private(set) var waited = Duration.zero

    init(credentials: CredentialGuard) { self.credentials = credentials }

    func begin(_ endpoint: Endpoint) async throws(SessionError) {
        await end(.accepted)
        let asked = ContinuousClock.now
        let answer = await credentials.turn(endpoint.credential)
        waited += ContinuousClock.now - asked
        switch answer {
        case .granted: current = endpoint.credential
        case .held(let refusals):
            throw .credentialHeld(host: "\(endpoint)", credential: endpoint.credential.name, refusals: refusals)
        case .tooLate:
            throw .timedOut(
                host: "\(endpoint)",
                during: "it waited for its turn to log in with the credential '\(endpoint.credential.name)'")
        case .cancelled: throw .cancelled(host: "\(endpoint)")
        }
    }

    func end(_ ending: CredentialGuard.Ending) async {
        guard let credential = current else { return }
        current = nil
        await credentials.ended(credential, ending)
    }

    /// - Parameter device: Who counts as having refused.
    func end(after error: SessionError, with device: String) async {
        await end(error.isRefusal ? .refused(by: device) : .neither)
    }
}

extension SessionError {
    fileprivate var isRefusal: Bool {
        switch self {
        case .loginRefused: true
        case .jump(_, let error): error.isRefusal
        default: false
        }
    }
}
