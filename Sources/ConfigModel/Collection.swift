package import FoundationEssentials

/// Where a connection goes and on what terms. A chain of them is a path over jump hosts.
package struct Endpoint: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The device's id or the jump host's name: what errors speak of.
    package var name: String
    package var address: String
    package var port: Int
    package var hostKeys: HostKeyPolicy
    package var profile: AlgorithmProfile
    package var keepalive: Duration?
    package var credential: Credential

    package init(
        name: String, address: String, port: Int, hostKeys: HostKeyPolicy, profile: AlgorithmProfile,
        keepalive: Duration?, credential: Credential
    ) {
        self.name = name
        self.address = address
        self.port = port
        self.hostKeys = hostKeys
        self.profile = profile
        self.keepalive = keepalive
        self.credential = credential
    }

    package var description: String { "\(name) (\(address):\(port))" }
}

/// Everything that a collector needs to know to collect one device: it can travel to another network segment.
package struct CollectionJob: Sendable, Hashable, Codable {
    package var run: RunID
    package var device: DeviceID
    package var group: String
    package var endpoint: Endpoint
    /// Jump hosts, outermost first.
    package var jumps: [Endpoint]
    package var platform: Platform
    package var timeout: Duration
    /// The most bytes that one artifact may have.
    package var artifactLimit: Int
    /// Variables of the device, for the platform's `{vars.NAME}`.
    package var vars: [String: String]
    /// Digests of images that need not be taken anew.
    package var knownImages: [KnownImage]
    /// Whether a window is open, so that heavy commands may be sent.
    package var inWindow: Bool
    /// Between one command or file and the next.
    package var pause: Duration

    package init(
        run: RunID, device: DeviceID, group: String, endpoint: Endpoint, jumps: [Endpoint], platform: Platform,
        timeout: Duration, artifactLimit: Int, vars: [String: String] = [:], knownImages: [KnownImage] = [],
        inWindow: Bool = false, pause: Duration = .zero
    ) {
        self.run = run
        self.device = device
        self.group = group
        self.endpoint = endpoint
        self.jumps = jumps
        self.platform = platform
        self.timeout = timeout
        self.artifactLimit = artifactLimit
        self.vars = vars
        self.knownImages = knownImages
        self.inWindow = inWindow
        self.pause = pause
    }
}

/// What a collection brought.
package struct Capture: Sendable, Hashable, Codable {
    package var artifacts: [Artifact]
    package var facts: Facts
    /// Remarks for a person: an optional command that the device does not know, a file that may not be read.
    package var notes: [String]

    package init(artifacts: [Artifact], facts: Facts, notes: [String] = []) {
        self.artifacts = artifacts
        self.facts = facts
        self.notes = notes
    }
}

/// Why a collection brought nothing good.
package struct CollectionFailure: Sendable, Hashable, Codable, Error, CustomStringConvertible {
    package enum Kind: String, Sendable, Codable, CaseIterable {
        /// No such address, no route, connection refused or reset.
        case unreachable
        /// A deadline passed.
        case timeout
        case hostKeyUnknown = "hostkey-unknown"
        case hostKeyChanged = "hostkey-changed"
        /// No common SSH algorithm.
        case algorithms
        /// The login, or the privileged mode, was refused. Never retried.
        case refusedLogin = "refused-login"
        /// The credential could not be read on our side; nothing was sent.
        case credential
        /// Not contacted: its credential was refused elsewhere, and accounts are never locked.
        case spared
        /// The connection ended early.
        case closed
        /// The device answered, but not with something that may be stored as good.
        case suspicious
        /// The device is at work, as its platform's `ready` tells: it was left alone.
        case busy
        /// A defect of ours or of the protocol.
        case protocolFailure = "protocol"
        case cancelled
    }

    package var kind: Kind
    /// What happened, to which device, and what to do next.
    package var message: String

    package init(kind: Kind, message: String) {
        self.kind = kind
        self.message = message
    }

    package var description: String { message }
}

/// What came of a `CollectionJob`.
package struct CollectionResult: Sendable, Codable {
    package enum Outcome: Sendable, Codable {
        case collected(Capture)
        case failed(CollectionFailure)
    }

    package var device: DeviceID
    package var started: Date
    package var finished: Date
    package var outcome: Outcome
    /// Algorithms of the legacy profile that were in use; empty on a modern connection.
    package var legacyAlgorithms: [String]

    package init(
        device: DeviceID, started: Date, finished: Date, outcome: Outcome, legacyAlgorithms: [String] = []
    ) {
        self.device = device
        self.started = started
        self.finished = finished
        self.outcome = outcome
        self.legacyAlgorithms = legacyAlgorithms
    }
}
