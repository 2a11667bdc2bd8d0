import ConfigModel
import DeviceSession
import FoundationEssentials
package import SSHTransport

/// Collects one device: connects, logs in, asks, leaves.
package struct CollectionStage: Sendable {
    let connector: SSHConnector
    let desk: LoginDesk
    let credentials: CredentialGuard
    /// Who follows the sessions, where somebody does.
    let follow: SessionFollower?
    private let compiled: CompiledPlatforms
    /// How many bytes are kept of the beginning, and of the end, of what passes in a session.
    private let transcriptLimit: Int

    /// What came of a job, and what passed.
    struct Session: Sendable {
        var started: Date
        var outcome: CollectionResult.Outcome
        var legacyAlgorithms: [String]
        /// Whether a failure may be followed by another try: not when it came in the middle of a login, which may count.
        var mayRetry = false
        let recorder: SessionRecorder
        /// For the bytes of the capture: to be released once they are stored or dropped.
        let lease: ByteLease

        /// Lets the bytes go.
        mutating func drop() {
            if case .collected = outcome { outcome = .collected(Capture(artifacts: [], facts: Facts())) }
            lease.release()
        }
    }

    /// - Parameter concurrency: How many sessions there are at once: the more, the less is kept of each for its transcript.
    package init(
        connector: SSHConnector, desk: LoginDesk, credentials: CredentialGuard, follow: SessionFollower? = nil,
        concurrency: Int = 200
    ) {
        self.init(
            connector: connector, desk: desk, credentials: credentials, follow: follow, compiled: CompiledPlatforms(),
            transcriptLimit: min(64 << 10, (16 << 20) / max(1, concurrency)))
    }

    private init(
        connector: SSHConnector, desk: LoginDesk, credentials: CredentialGuard, follow: SessionFollower?,
        compiled: CompiledPlatforms, transcriptLimit: Int
    ) {
        self.compiled = compiled
        self.connector = connector
        self.desk = desk
        self.credentials = credentials
        self.follow = follow
        self.transcriptLimit = transcriptLimit
    }

    /// Never throws: a device that fails is a result.
    func collect(_ job: CollectionJob) async -> Session {
        let recorder = SessionRecorder(job.device, limit: transcriptLimit, follow: follow)
        let lease = ByteBudget.shared.lease()
        do {
            // On the event loop of its session from beginning to end: no wait changes the thread.
            return try await connector.onOneLoop { connector in
                await CollectionStage(
                    connector: connector, desk: desk, credentials: credentials, follow: follow, compiled: compiled,
                    transcriptLimit: transcriptLimit
                ).collectHere(job, recorder, lease)
            }
        } catch {
            return Session(
                started: Date(),
                outcome: .failed(CollectionFailure(kind: .protocolFailure, message: "\(job.device): \(error)")),
                legacyAlgorithms: [], recorder: recorder, lease: lease)
        }
    }

    /// What a program or a person delivers for a device, in place of a session with it.
    /// - Parameter texts: Gives them; its time is the job's.
    func collect(
        _ device: Device, platform: Platform, limit: Int, taken: Date? = nil,
        from texts: (ArtifactName?) async throws(SessionError) -> [ArtifactName: [UInt8]]
    ) async -> Session {
        var session = Session(
            started: taken ?? Date(),
            outcome: .failed(CollectionFailure(kind: .protocolFailure, message: "\(device.id): nothing happened")),
            legacyAlgorithms: [], recorder: SessionRecorder(device.id, limit: 0, follow: nil),
            lease: ByteBudget.shared.lease())
        do {
            let collector = DeviceCollector(
                rules: try compiled.rules(of: platform), host: device.id.text, artifactLimit: limit, enable: nil,
                vars: device.vars)
            session.outcome = .collected(try await collector.capture(of: try await texts(collector.mainArtifact)))
        } catch let error as SessionError {
            session.outcome = .failed(CollectionFailure(kind: error.kind, message: "\(error)"))
        } catch {
            session.outcome = .failed(CollectionFailure(kind: .protocolFailure, message: "\(device.id): \(error)"))
        }
        return session
    }

    private func collectHere(_ job: CollectionJob, _ recorder: SessionRecorder, _ lease: ByteLease) async -> Session {
        var session = Session(
            started: Date(),
            outcome: .failed(CollectionFailure(kind: .protocolFailure, message: "\(job.device): nothing happened")),
            legacyAlgorithms: [], recorder: recorder, lease: lease)
        let deadline = ContinuousClock.now + job.timeout
        let turns = LoginTurns(credentials, desk)
        do throws(SessionError) {
            let connection = try await connect(job, turns, recorder, until: deadline)
            // Waiting for a turn to log in took nothing of the device's own time.
            let deadline = deadline + (await turns.waited)
            session.legacyAlgorithms = await connection.legacyAlgorithms
            do {
                session.outcome = .collected(try await ask(connection, job, turns, recorder, lease, until: deadline))
                await turns.end(.accepted)
            } catch let error as SessionError {
                session.mayRetry = await turns.end(after: error, at: job.endpoint)
                session.outcome = .failed(failure(error, job))
            } catch {
                await turns.end(.neither)
                session.outcome = .failed(
                    CollectionFailure(kind: .protocolFailure, message: "\(job.device): \(error)"))
            }
            await connection.close()
        } catch {
            session.mayRetry = await turns.end(after: error, at: job.endpoint)
            session.outcome = .failed(failure(error, job))
        }
        return session
    }

    private func failure(_ error: SessionError, _ job: CollectionJob) -> CollectionFailure {
        let error = job.platform.phi ? PatientData.withheld(error) : error
        return CollectionFailure(kind: error.kind, message: "\(error)")
    }

    private func ask(
        _ connection: any DeviceConnection, _ job: CollectionJob, _ turns: LoginTurns, _ recorder: SessionRecorder,
        _ lease: ByteLease, until deadline: ContinuousClock.Instant
    ) async throws -> Capture {
        let enable = try await desk.enableSecret(of: job.endpoint)
        if let enable { recorder.hide(enable) }
        var login = SessionLogin(user: job.endpoint.credential.user, password: nil)
        if case .password(let password) = try await desk.loginSecrets(of: job.endpoint) { login.password = password }
        let collector = DeviceCollector(
            rules: try compiled.rules(of: job.platform), host: "\(job.endpoint)", artifactLimit: job.artifactLimit,
            login: login, enable: enable, vars: job.vars, knownImages: job.knownImages, inWindow: job.inWindow,
            pause: job.pause,
            entered: { await turns.end(.accepted) }, trace: { recorder.take($0) })
        return try await collector.collect(from: connection, until: deadline, budget: lease)
    }

    private func connect(
        _ job: CollectionJob, _ turns: LoginTurns, _ recorder: SessionRecorder,
        until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> any DeviceConnection {
        let connection = try await connector.connect(
            to: job.endpoint, through: job.jumps,
            login: { endpoint throws(SessionError) in
                let secrets = try await turns.begin(endpoint)
                for secret in secrets.spoken { recorder.hide(secret) }
                return secrets
            }, until: deadline)
        // A password for the privileged mode is part of the login: the turn lasts until it was taken.
        if job.endpoint.credential.enable == nil { await turns.end(.accepted) }
        return connection
    }
}

extension LoginSecrets {
    /// What may turn up in a session. A private key never does: it signs and stays here.
    fileprivate var spoken: [Secret] {
        switch self {
        case .password(let password): [password]
        case .privateKey(_, let passphrase, _): passphrase.map { [$0] } ?? []
        case .agent: []
        }
    }
}
