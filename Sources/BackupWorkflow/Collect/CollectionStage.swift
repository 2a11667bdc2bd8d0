package import ConfigModel
import DeviceSession
import FoundationEssentials
package import SSHTransport

/// Collects one device: connects, logs in, asks, leaves.
package struct CollectionStage: Sendable {
    let connector: SSHConnector
    let desk: LoginDesk
    let credentials: CredentialGuard
    private let compiled: CompiledPlatforms

    package init(connector: SSHConnector, desk: LoginDesk, credentials: CredentialGuard) {
        self.init(connector: connector, desk: desk, credentials: credentials, compiled: CompiledPlatforms())
    }

    private init(
        connector: SSHConnector, desk: LoginDesk, credentials: CredentialGuard, compiled: CompiledPlatforms
    ) {
        self.compiled = compiled
        self.connector = connector
        self.desk = desk
        self.credentials = credentials
    }

    /// Never throws: a device that fails is a result.
    package func collect(_ job: CollectionJob) async -> CollectionResult {
        do {
            // On the event loop of its session from beginning to end: no wait changes the thread.
            return try await connector.onOneLoop { connector in
                await CollectionStage(connector: connector, desk: desk, credentials: credentials, compiled: compiled)
                    .collectHere(job)
            }
        } catch {
            let now = Date()
            return CollectionResult(
                device: job.device, started: now, finished: now,
                outcome: .failed(CollectionFailure(kind: .protocolFailure, message: "\(job.device): \(error)")))
        }
    }

    private func collectHere(_ job: CollectionJob) async -> CollectionResult {
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
                let collector = DeviceCollector(
                    rules: try compiled.rules(of: job.platform), host: "\(job.endpoint)",
                    artifactLimit: job.artifactLimit, enable: enable)
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
