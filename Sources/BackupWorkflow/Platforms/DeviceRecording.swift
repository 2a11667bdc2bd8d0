import ConfigAnalysis
package import ConfigModel
import DeviceInventory
import DeviceSession
import FoundationEssentials
package import SSHTransport
import SnapshotStore
import Synchronization

/// Collects a device once and makes a transcript of what passed, its secrets replaced by invented ones.
package struct DeviceRecording: Sendable {
    /// A transcript that replays, and what a trial says of it.
    package struct Recorded: Sendable {
        package var yaml: String
        package var report: TrialReport
        /// How many values were replaced.
        package var replaced: Int
    }

    let workspace: Workspace
    private let connector: SSHConnector
    private let desk: LoginDesk
    private let credentials = CredentialGuard()

    package init(workspace: Workspace, connector: SSHConnector, desk: LoginDesk) {
        self.workspace = workspace
        self.connector = connector
        self.desk = desk
    }

    /// One session, as a run would have it: inside the window, its host key on record, under the device's lock.
    /// - Parameter anonymises: Serial numbers, host name and hardware addresses are replaced too.
    /// - Throws: Also when the transcript would not replay, or still holds what was to be taken out: nothing is kept then.
    package func record(_ device: Device, anonymises: Bool) async throws(WorkflowError) -> Recorded {
        let now = Date()
        let plan = RunPlan(devices: [device], now: now, offset: LocalTime.offset)
        if let left = plan.leftAlone.first { throw .request("\(device.id) is left alone: \(left.reason)") }
        guard let platform = workspace.inventory.platform(named: device.platform) else {
            throw .request("\(device.id): there is no platform '\(device.platform)'")
        }
        let trial = try PlatformTrial(platform)
        let lock = try lock(device.id)
        defer { lock.release() }
        var job = try workspace.job(for: device, platform: platform, run: RunID.new(at: now))
        job.inWindow = true
        try await credentials.keep(in: try await workspace.storeForWriting())
        let session = try await session(job, trial)
        let raw = try transcript(of: session, job, trial)
        return try await checked(raw, session, device, trial, anonymises: anonymises)
    }

    private func lock(_ device: DeviceID) throws(WorkflowError) -> FileLock {
        let locks = try workspace.locks(command: "platform record \(device)")
        do throws(StoreError) {
            return try locks.device(device)
        } catch {
            throw .store(error)
        }
    }

    // MARK: The session

    private struct Session {
        var capture: Capture
        var events: [SessionTrace]
        var login: Secret?
        var enable: Secret?
    }

    private func session(_ job: CollectionJob, _ trial: PlatformTrial) async throws(WorkflowError) -> Session {
        let events = Mutex<[SessionTrace]>([])
        let spoken = Mutex<Secret?>(nil)
        let turns = LoginTurns(credentials, desk)
        let deadline = ContinuousClock.now + job.timeout
        do throws(SessionError) {
            let connection = try await connected(job, turns, spoken, until: deadline)
            let enable = try await desk.enableSecret(of: job.endpoint)
            let login = spoken.withLock { $0 }
            let collector = DeviceCollector(
                rules: trial.collector, host: "\(job.endpoint)", artifactLimit: job.artifactLimit,
                login: SessionLogin(user: job.endpoint.credential.user, password: login), enable: enable,
                vars: job.vars, inWindow: true, pause: job.pause,
                trace: { event in events.withLock { $0.append(event) } })
            let capture: Capture
            do throws(SessionError) {
                capture = try await collector.collect(from: connection, until: deadline)
            } catch {
                await connection.close()
                throw error
            }
            await connection.close()
            return Session(capture: capture, events: events.withLock { $0 }, login: login, enable: enable)
        } catch {
            throw .device("\(error)")
        }
    }

    private func connected(
        _ job: CollectionJob, _ turns: LoginTurns, _ spoken: borrowing Mutex<Secret?>,
        until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> any DeviceConnection {
        let password = Box()
        do throws(SessionError) {
            let connection = try await connector.connect(
                to: job.endpoint, through: job.jumps,
                login: { endpoint throws(SessionError) in
                    let secrets = try await turns.begin(endpoint)
                    if endpoint == job.endpoint, case .password(let secret) = secrets { password.keep(secret) }
                    return secrets
                }, until: deadline)
            await turns.end(.accepted)
            spoken.withLock { $0 = password.secret }
            return connection
        } catch {
            await turns.end(after: error, at: job.endpoint)
            throw error
        }
    }

    /// The password of the device itself, of all those on the way.
    private final class Box: Sendable {
        private let kept = Mutex<Secret?>(nil)
        var secret: Secret? { kept.withLock { $0 } }
        func keep(_ secret: Secret) { kept.withLock { $0 = secret } }
    }

    // MARK: The transcript

    private func transcript(
        of session: Session, _ job: CollectionJob, _ trial: PlatformTrial
    ) throws(WorkflowError) -> Transcript {
        do throws(CollectorFault) {
            let user = job.endpoint.credential.user
            var transcript = try TraceTranscript(session.events, prompt: trial.prompt, user: user).transcript()
            // Images are read to be hashed, and too large to keep.
            for image in session.capture.facts.images {
                transcript.files?[image.path] = nil
                transcript.steps.removeAll { $0.send.hasPrefix("cat ") && $0.send.contains(image.path) }
            }
            transcript.platform = trial.platform.name
            transcript.title = "Recorded from a device"
            transcript.source =
                "A recording of a real device, made by 'plumbline platform record'; secrets are invented"
            transcript.vars = job.vars
            transcript.login.user = user
            if session.enable == nil { transcript.login.enable = nil }
            return transcript
        } catch {
            throw .rules("\(error)")
        }
    }

    /// Nothing leaves before it was seen to replay, and to be clean.
    private func checked(
        _ raw: Transcript, _ session: Session, _ device: Device, _ trial: PlatformTrial, anonymises: Bool
    ) async throws(WorkflowError) -> Recorded {
        let cleaning = TranscriptCleaning(login: session.login, enable: session.enable, anonymises: anonymises)
        let cleaned: (transcript: Transcript, invention: Invention, secrets: [String])
        do {
            cleaned = try cleaning.cleaned(raw, capture: session.capture, platform: trial.platform)
        } catch {
            throw .rules("\(device.id): \(error)")
        }
        var transcript = cleaned.transcript
        guard let capture = await trial.collect(transcript).capture else {
            throw .device(
                "\(device.id): what passed could not be made into a transcript that replays: see it with 'plumbline run "
                    + "\(device.id) --trace'; nothing was written")
        }
        for artifact in capture.artifacts {
            let text = String(decoding: artifact.collected, as: UTF8.self)
            guard !cleaned.invention.originals.contains(where: { $0.count > 5 && TrialText.contains(text, $0) }) else {
                throw .device("\(device.id): a secret in \(artifact.name) could not be taken out; nothing was written")
            }
        }
        transcript.expect = await expectation(of: transcript, capture, secrets: cleaned.secrets, trial)
        transcript.prompts.match = Set([transcript.prompt] + transcript.steps.compactMap(\.prompt)).filter {
            !$0.isEmpty
        }
        .sorted()
        let file = TranscriptFile(path: "\(device.id)", transcript: transcript, folders: [])
        let report = await trial.report(on: file, cuts: .samples(16))
        return Recorded(
            yaml: TranscriptWriting.yaml(of: transcript), report: report, replaced: cleaned.invention.originals.count)
    }

    /// What was found this time, for a person to add to.
    private func expectation(
        of transcript: Transcript, _ capture: Capture, secrets: [String], _ trial: PlatformTrial
    ) async -> TranscriptExpectation {
        let facts = capture.facts
        let texts = capture.artifacts.map { String(decoding: $0.collected, as: UTF8.self) }
        let named = Set(secrets).filter { secret in
            secret.count > 7 && texts.contains { TrialText.contains($0, secret) }
        }
        var expect = TranscriptExpectation(artifacts: capture.artifacts.map(\.name.text))
        expect.facts = TranscriptExpectation.Facts(
            hostname: facts.hostname, vendor: facts.vendor, model: facts.model, version: facts.version,
            serials: facts.serials.isEmpty ? nil : facts.serials, boot: facts.boot.isEmpty ? nil : facts.boot)
        expect.secrets = Array(named.sorted().prefix(40))
        expect.uncovered = trial.clearTexts(of: capture).reduce(0) { $0 + $1.text.uncovered.count }
        return expect
    }
}
