package import ConfigModel
import DeviceInventory
import DeviceSession
import FoundationEssentials
package import SSHTransport
import SnapshotStore
import Synchronization

/// Reads a device's firmware images into the vault.
package struct FirmwarePull: Sendable {
    package struct Request: Sendable {
        package var device: Device
        /// A path as the facts have it, or the last part of one; nil for all of which there is no spare copy yet.
        package var image: String?
        /// Nil for the one in the device's facts.
        package var version: String?
        /// How long reading all of them may take.
        package var timeout: Duration
        package var by: String
        package var replaces: Bool

        package init(
            device: Device, image: String? = nil, version: String? = nil, timeout: Duration = .seconds(3600),
            by: String, replaces: Bool = false
        ) {
            self.device = device
            self.image = image
            self.version = version
            self.timeout = timeout
            self.by = by
            self.replaces = replaces
        }
    }

    let workspace: Workspace
    private let connector: SSHConnector
    private let desk: LoginDesk
    private let credentials: CredentialGuard
    /// The largest image that is read.
    private static let limit = 16 << 30

    package init(
        workspace: Workspace, connector: SSHConnector, desk: LoginDesk, credentials: CredentialGuard = CredentialGuard()
    ) {
        self.workspace = workspace
        self.connector = connector
        self.desk = desk
        self.credentials = credentials
    }

    /// One session, as a run would have it: inside the window, its host key on record, its login guarded, under the
    /// device's lock. Nothing is sent but what reads the files.
    /// - Throws: `integrity` when the bytes do not have the digest that the device itself told: they are not stored. Images
    ///   that came before it stay.
    package func pull(
        _ request: Request, progress: @escaping @Sendable (ImageProgress) -> Void
    ) async throws(WorkflowError) -> [KeptImage] {
        let device = request.device
        let plan = RunPlan(devices: [device], now: Date(), offset: LocalTime.offset)
        if let left = plan.leftAlone.first { throw .request("\(device.id) is left alone: \(left.reason)") }
        guard let platform = workspace.inventory.platform(named: device.platform) else {
            throw .request("\(device.id): there is no platform '\(device.platform)'")
        }
        let rules: CollectorRules
        do throws(CollectorFault) { rules = try CollectorRules(platform) } catch { throw .rules("\(error)") }
        let store = try await workspace.storeForWriting()
        try await credentials.keep(in: store)
        let order = try await PullOrder(request, rules, store, workspace)
        if order.wanted.isEmpty { return order.known.map { KeptImage(unchanged: $0) } }

        let lock = try lock(device.id)
        defer { lock.release() }
        let session = Session(
            job: try workspace.job(for: device, platform: platform, run: RunID.new(at: Date())), request: request,
            order: order, rules: rules, store: store, progress: progress)
        try workspace.audit(
            "firmware pull", subject: device.id.text,
            details: [
                "credential": session.job.endpoint.credential.name,
                "images": order.wanted.map(\.image.path).joined(separator: " "),
            ])
        let deadline = ContinuousClock.now + request.timeout
        let connection: any DeviceConnection
        do throws(SessionError) {
            connection = try await connected(session.job, until: min(deadline, .now + session.job.timeout))
        } catch {
            throw .device("\(error)")
        }
        do throws(WorkflowError) {
            let kept = try await read(session, from: connection, until: deadline)
            await connection.close()
            return order.known.map { KeptImage(unchanged: $0) } + kept
        } catch {
            await connection.close()
            throw error
        }
    }

    private struct Session: Sendable {
        var job: CollectionJob
        var request: Request
        var order: PullOrder
        var rules: CollectorRules
        var store: SnapshotStore
        var progress: @Sendable (ImageProgress) -> Void
    }

    private func lock(_ device: DeviceID) throws(WorkflowError) -> FileLock {
        let locks = try workspace.locks(command: "firmware pull \(device)")
        do throws(StoreError) {
            return try locks.device(device)
        } catch {
            throw .store(error)
        }
    }

    // MARK: - Talking to the device

    private func connected(
        _ job: CollectionJob, until deadline: ContinuousClock.Instant
    ) async throws(SessionError) -> any DeviceConnection {
        let turns = LoginTurns(credentials, desk)
        do throws(SessionError) {
            let connection = try await connector.connect(
                to: job.endpoint, through: job.jumps,
                login: { endpoint throws(SessionError) in
                    try await turns.begin(endpoint)
                }, until: deadline)
            await turns.end(.accepted)
            return connection
        } catch {
            await turns.end(after: error, at: job.endpoint)
            throw error
        }
    }

    private func read(
        _ session: Session, from connection: any DeviceConnection, until deadline: ContinuousClock.Instant
    ) async throws(WorkflowError) -> [KeptImage] {
        let collector: DeviceCollector
        do throws(SessionError) {
            let enable = try await desk.enableSecret(of: session.job.endpoint)
            var login = SessionLogin(user: session.job.endpoint.credential.user, password: nil)
            if case .password(let password) = try await desk.loginSecrets(of: session.job.endpoint) {
                login.password = password
            }
            collector = DeviceCollector(
                rules: session.rules, host: "\(session.job.endpoint)", artifactLimit: session.job.artifactLimit,
                login: login, enable: enable, vars: session.job.vars, inWindow: true)
        } catch {
            throw .device("\(error)")
        }
        var kept: [KeptImage] = []
        for wanted in session.order.wanted {
            let image = try await stream(wanted, session, collector, from: connection, until: deadline)
            kept.append(try await keep(image, wanted, session))
        }
        return kept
    }

    private func stream(
        _ wanted: PullOrder.Wanted, _ session: Session, _ collector: DeviceCollector,
        from connection: any DeviceConnection, until deadline: ContinuousClock.Instant
    ) async throws(WorkflowError) -> StagedImage {
        let intake = try await workspace.asking { () throws(StoreError) in
            try await session.store.beginImage(expecting: wanted.image.size)
        }
        let inlet = ImageInlet(intake, session.request.device, wanted.image, session.progress)
        do throws(SessionError) {
            try await collector.readImage(
                wanted.image.path, by: session.rules, limit: wanted.image.size ?? Self.limit, from: connection,
                until: deadline,
                restart: { inlet.restart() }, piece: { bytes throws(SessionError) in try await inlet.take(bytes) })
        } catch {
            if let failure = inlet.failure { throw failure }
            if case .tooLarge = error, let size = wanted.image.size {
                throw changed("it has more than \(size) bytes", wanted, session)
            }
            throw .device("\(error)")
        }
        return try await workspace.asking { () throws(StoreError) in
            try await inlet.end()
            return try await intake.finish()
        }
    }

    private func keep(
        _ image: StagedImage, _ wanted: PullOrder.Wanted, _ session: Session
    ) async throws(WorkflowError) -> KeptImage {
        let device = session.request.device.id
        let expected = wanted.image.digest.map { [$0] } ?? []
        var fault = FirmwareDigests.contradiction(image, expected)
        if fault == nil, let size = wanted.image.size, size != image.size {
            fault = "it has \(image.size) bytes, and not \(size)"
        }
        if let fault { throw changed(fault, wanted, session) }
        let record = VaultRecord(
            image, at: wanted.address, from: .device(device, path: wanted.image.path), added: Date(),
            by: session.request.by, expected: expected)
        try workspace.auditImage("firmware keep", record, replacing: session.request.replaces)
        let addition = try await workspace.asking { () throws(StoreError) in
            try await session.store.keep(image, record, replacing: session.request.replaces)
        }
        return KeptImage(record, addition)
    }

    /// What came is not what the device told of.
    private func changed(_ fault: String, _ wanted: PullOrder.Wanted, _ session: Session) -> WorkflowError {
        let device = session.request.device.id
        return .integrity(
            "\(device): \(wanted.image.path): \(fault), as the device said in \(device)@\(session.order.number): the image has "
                + "changed since, or the device does not tell the truth; nothing was stored; 'plumbline run \(device)' asks it "
                + "anew")
    }
}
