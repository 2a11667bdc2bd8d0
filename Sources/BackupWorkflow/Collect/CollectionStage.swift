package import ConfigModel
import DeviceSession
import FoundationEssentials
package import SSHTransport

/// Collects one device: connects, logs in, asks, leaves.
package struct CollectionStage: Sendable {
    let connector: SSHConnector
    let desk: LoginDesk
    let credentials: CredentialGuard

    package init(connector: SSHConnector, desk: LoginDesk, credentials: CredentialGuard) {
        self.connector = connector
        self.desk = desk
        self.credentials = credentials
    }

    /// Never throws: a device that fails is a result.
    package func collect(_ job: CollectionJob) async -> CollectionResult {
        let started = Date()
        let deadline = ContinuousClock.now + job.timeout
        var result = CollectionResult(
            device: job.device, started: started, finished: started,
            outcome: .failed(CollectionFailure(kind: .protocolFailure, message: "\(job.device): nothing happened")))
        do throws(SessionError) {
            let connection = try await connect(job, until: deadline)
            result.legacyAlgorithms = await connection.legacyAlgorithms
            do {
                let enable = try await desk.enableSecret(of: job.endpoint)
                let collector = try DeviceCollector(
                    platform: job.platform, host: "\(job.endpoint)", artifactLimit: job.artifactLimit, enable: enable)
                result.outcome = .collected(try await collector.collect(from: connection, until: deadline))
            } catch let error as SessionError {
                result.outcome = .failed(CollectionFailure(kind: error.kind, message: "\(error)"))
            } catch {
                result.outcome = .failed(CollectionFailure(kind: .protocolFailure, message: "\(job.device): \(error)"))
            }
            await connection.close()
        } catch {
            result.outcome = .failed(CollectionFailure(kind: error.kind, message: "\(error)"))
        }
        result.finished = Date()
        return result
    }

    private func connect(
        _ job: CollectionJob, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> any DeviceConnection {
        let turns = LoginTurns(credentials: credentials)
        do throws(SessionError) {
            let connection = try await connector.connect(
                to: job.endpoint, through: job.jumps,
                login: { endpoint throws(SessionError) in
                    try await turns.begin(endpoint)
                    return try await desk.loginSecrets(of: endpoint)
                }, until: deadline)
            await turns.end(.accepted)
            return connection
        } catch {
            await turns.end(error.isRefusal ? .refused(by: "\(job.device)") : .neither)
            throw error
        }
    }
}

/// The turn of one connection at its credentials, hop by hop: that the next hop's login begins says that the one before
/// was accepted.
private actor LoginTurns {
    private let credentials: CredentialGuard
    private var current: Credential?

    init(credentials: CredentialGuard) { self.credentials = credentials }

    func begin(_ endpoint: Endpoint) async throws(SessionError) {
        await end(.accepted)
        let refusals = await credentials.turn(endpoint.credential)
        guard refusals.isEmpty else {
            throw .credentialHeld(
                host: "\(endpoint)", credential: endpoint.credential.name, refusals: refusals)
        }
        current = endpoint.credential
    }

    func end(_ ending: CredentialGuard.Ending) async {
        guard let credential = current else { return }
        current = nil
        await credentials.ended(credential, ending)
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
