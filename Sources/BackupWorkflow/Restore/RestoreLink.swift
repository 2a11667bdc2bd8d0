import ConfigAnalysis
import ConfigModel
import DeviceInventory
import DeviceSession
import FoundationEssentials
import SSHTransport

/// How a restore speaks with its one device: collects, and sends what the plan lists. It logs in with the device's
/// `restoreCredential`, each time anew: that a login still works is part of what is verified.
struct RestoreLink: Sendable {
    /// What the device has, as exact bytes and as comparable texts.
    struct Sample: Sendable {
        var capture: Capture
        var collected: [ArtifactName: [UInt8]]
        var comparable: [ArtifactName: [UInt8]]
        var normalised: DeviceIntake.Normalised
        var taken: Date
        /// How long it took.
        var seconds: Double
    }

    /// Why nothing came of it: the device said no, or whether it heard is not known.
    enum Fault: Error, Sendable, CustomStringConvertible {
        case refused(String)
        case lost(String)

        var description: String {
            switch self {
            case .refused(let text), .lost(let text): text
            }
        }
    }

    let device: Device
    let rules: DeviceIntake.Rules
    private let workspace: Workspace
    private let collection: CollectionStage
    private let intake: DeviceIntake
    private let job: CollectionJob
    /// Of one conversation that changes the device.
    private let patience: Duration

    /// - Throws: `request` where the device has no `restoreCredential`, or no way to be reached.
    init(
        _ device: Device, _ rules: DeviceIntake.Rules, workspace: Workspace, collection: CollectionStage,
        intake: DeviceIntake
    ) throws(WorkflowError) {
        guard let credential = device.restoreCredential else {
            throw .request(
                "\(device.id) has no 'restoreCredential' in the inventory: the account that collects is not the one that writes"
            )
        }
        var writing = device
        writing.credential = credential
        self.device = writing
        self.rules = rules
        self.workspace = workspace
        self.collection = collection
        self.intake = intake
        job = try workspace.job(for: writing, platform: rules.platform, run: RunID.new(at: Date()))
        patience = max(device.timeout ?? workspace.settings.timeout, .seconds(300))
    }

    var endpoint: Endpoint { job.endpoint }

    // MARK: Looking

    /// Collects once.
    func collect() async throws(Fault) -> Sample {
        let start = ContinuousClock.now
        var session = await collection.collect(job)
        defer { session.drop() }
        switch session.outcome {
        case .failed(let failure):
            throw failure.kind.isLoss ? .lost(failure.message) : .refused(failure.message)
        case .collected(let capture):
            switch intake.judge(capture, of: device.id, by: rules, previous: [:]) {
            case .good(let normalised), .shrunk(_, let normalised):
                return Sample(
                    capture: capture,
                    collected: Dictionary(
                        capture.artifacts.map { ($0.name, $0.collected) }, uniquingKeysWith: { first, _ in first }),
                    comparable: normalised.texts, normalised: normalised, taken: session.started,
                    seconds: (ContinuousClock.now - start).inSeconds)
            case .suspicious(let reasons):
                throw .lost("\(device.id): what came may not be complete: \(reasons.joined(separator: "; "))")
            }
        }
    }

    /// Collects, and tries again while the device cannot be reached: it may restart, or take its time. A refused login is
    /// never tried again.
    func collect(within patience: Duration) async throws(Fault) -> Sample {
        let deadline = ContinuousClock.now + patience
        var pause = Duration.milliseconds(500)
        while true {
            do throws(Fault) {
                return try await collect()
            } catch {
                guard case .lost = error, ContinuousClock.now + pause < deadline, !Task.isCancelled else { throw error }
            }
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(10))
        }
    }

    /// A text that was read in passing, by the rules for an artifact.
    func comparable(_ text: [UInt8], as artifact: ArtifactName) throws(WorkflowError) -> [UInt8] {
        let capture = Capture(artifacts: [Artifact(name: artifact, collected: text)], facts: Facts())
        do throws(AnalysisError) {
            return try intake.normalise(capture, device: device.id, by: rules.normaliser).texts[artifact] ?? []
        } catch {
            throw .rules("\(error)")
        }
    }

    // MARK: Writing

    /// One conversation that may change the device.
    func converse<Answer: Sendable>(
        _ body: @Sendable (RestoreSession) async throws(SessionError) -> Answer
    ) async throws(Fault) -> Answer {
        let deadline = ContinuousClock.now + patience
        let turns = LoginTurns(collection.credentials, collection.desk)
        do throws(SessionError) {
            let connection = try await collection.connector.connectForRestore(
                to: job.endpoint, through: job.jumps,
                login: { endpoint throws(SessionError) in try await turns.begin(endpoint) }, until: deadline)
            if job.endpoint.credential.enable == nil { await turns.end(.accepted) }
            let result: Result<Answer, SessionError>
            do throws(SessionError) {
                let session = try await session(connection, until: deadline)
                result = .success(try await body(session))
                await session.leave()
                await turns.end(.accepted)
            } catch {
                await turns.end(after: error, at: job.endpoint)
                result = .failure(error)
            }
            await connection.close()
            return try result.get()
        } catch {
            await turns.end(after: error, at: job.endpoint)
            let error = rules.platform.phi ? PatientData.withheld(error) : error
            throw error.isDecided ? .refused("\(error)") : .lost("\(error)")
        }
    }

    private func session(
        _ connection: any WritableConnection, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> RestoreSession {
        let enable = try await collection.desk.enableSecret(of: job.endpoint)
        var login = SessionLogin(user: job.endpoint.credential.user, password: nil)
        if case .password(let password) = try await collection.desk.loginSecrets(of: job.endpoint) {
            login.password = password
        }
        do throws(CollectorFault) {
            return try RestoreSession(
                connection, platform: rules.platform, host: "\(job.endpoint)", login: login, enable: enable,
                vars: device.vars, until: deadline)
        } catch {
            throw .platformFault(host: "\(job.endpoint)", platform: error.platform, reason: error.reason)
        }
    }
}

extension CollectionFailure.Kind {
    /// Whether the device could not be reached or heard out, rather than having said no.
    var isLoss: Bool {
        switch self {
        case .unreachable, .timeout, .closed, .protocolFailure, .busy, .suspicious, .cancelled: true
        case .hostKeyUnknown, .hostKeyChanged, .algorithms, .refusedLogin, .credential, .spared: false
        }
    }
}
