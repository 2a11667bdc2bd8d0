/// One device of the inventory: how it is reached, as what it is spoken to, and what is expected of its backup.
package struct Device: Sendable, Hashable, Codable {
    /// Whether the device is in service. Only `active` devices are contacted.
    package enum State: String, Sendable, Codable, CaseIterable { case active, spare, repair, retired }

    /// How the device's artifacts are obtained.
    package enum Method: Sendable, Hashable, Codable {
        case ssh
        /// A program on this machine delivers them: itself and its arguments, run without a shell.
        case command([String])
        /// A person brings them.
        case manual
        /// The device has no method yet; it stays in every report as uncovered, with the reason.
        case uncovered(because: String)
    }

    /// When the device is to be collected anew.
    package enum Timing: Sendable, Hashable, Codable {
        /// In time for its objective: once half of it has passed, so that one night may be missed.
        case freshness
        case every(Duration)
        case schedule(CronSchedule)
    }

    /// How a device is spared that does not bear much.
    package struct Gentleness: Sendable, Hashable, Codable {
        /// Between one command or file and the next.
        package var pause: Duration
        /// The most bytes of one artifact; nil for the workspace's setting.
        package var artifactLimit: Int?

        package init(pause: Duration = .seconds(1), artifactLimit: Int? = nil) {
            self.pause = pause
            self.artifactLimit = artifactLimit
        }
    }

    package enum Presence: String, Sendable, Codable, CaseIterable {
        case permanent
        /// Comes and goes, as what is wheeled around: that it does not answer is nothing to tell until its copy is too old.
        case intermittent
    }

    package var id: DeviceID
    /// Ids that it had before. Its history goes on under the new one.
    package var was: [DeviceID]
    package var group: String
    /// A host name or an IP address.
    package var address: String
    package var port: Int
    /// The name of a platform (never an alias: the inventory resolves those).
    package var platform: String
    package var method: Method
    /// The name of an entry of `credentials.yaml`.
    package var credential: String?
    /// The entry of `credentials.yaml` for writing; only a restore resolves it.
    package var restoreCredential: String?
    /// A device id or an entry of `jumps:`.
    package var jump: String?
    package var profile: AlgorithmProfile
    /// How often a sign of life is sent on an idle session; nil for never.
    package var keepalive: Duration?
    /// How old the last good version may become.
    package var freshness: Duration
    package var timing: Timing
    /// How long one collection may take, from the first packet to the last; nil for the workspace's setting.
    package var timeout: Duration?
    /// When the device may be contacted; empty means always.
    package var windows: [MaintenanceWindow]
    /// Nil for a device that bears what others do.
    package var gentle: Gentleness?
    package var presence: Presence
    package var tags: [String]
    package var owner: String?
    package var state: State
    /// When it is put back where many are lost: lower first.
    package var restoreOrder: Int
    /// Variables for templates.
    package var vars: [String: String]
    /// Where the inventory names the device.
    package var location: SourceLocation?

    /// Of a device that says nothing of it.
    package static let usualRestoreOrder = 1000

    package init(
        id: DeviceID, group: String, address: String, port: Int = 22, platform: String, method: Method = .ssh,
        credential: String? = nil, restoreCredential: String? = nil, jump: String? = nil,
        profile: AlgorithmProfile = .modern, keepalive: Duration? = nil, freshness: Duration = .seconds(26 * 3600),
        timing: Timing = .freshness, timeout: Duration? = nil, windows: [MaintenanceWindow] = [],
        gentle: Gentleness? = nil, presence: Presence = .permanent, tags: [String] = [], owner: String? = nil,
        state: State = .active, restoreOrder: Int = Device.usualRestoreOrder, vars: [String: String] = [:],
        was: [DeviceID] = [], location: SourceLocation? = nil
    ) {
        self.id = id
        self.group = group
        self.address = address
        self.port = port
        self.platform = platform
        self.method = method
        self.credential = credential
        self.restoreCredential = restoreCredential
        self.jump = jump
        self.profile = profile
        self.keepalive = keepalive
        self.freshness = freshness
        self.timing = timing
        self.timeout = timeout
        self.windows = windows
        self.gentle = gentle
        self.presence = presence
        self.tags = tags
        self.owner = owner
        self.state = state
        self.restoreOrder = restoreOrder
        self.vars = vars
        self.was = was
        self.location = location
    }
}

/// Which SSH algorithms may be negotiated with a device.
package enum AlgorithmProfile: String, Sendable, Hashable, Codable, CaseIterable {
    /// What OpenSSH still offers by default.
    case modern
    /// Also SHA-1 key exchange, CBC ciphers, ssh-rsa and ssh-dss; a finding until a waiver covers it.
    case legacy
}
