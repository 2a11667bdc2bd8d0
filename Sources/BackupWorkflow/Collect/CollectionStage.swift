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
            let turns = LoginTurns(credentials: credentials)
            let connection = try await connect(job, turns, until: deadline)
            // Waiting for a turn to log in took nothing of the device's own time.
            let deadline = deadline + (await turns.waited)
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
        _ job: CollectionJob, _ turns: LoginTurns, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> any DeviceConnection {
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
            await turns.end(after: error, with: "\(job.device)")
            throw error
        }
    }
}
