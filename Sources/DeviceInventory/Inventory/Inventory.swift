package import ConfigModel

/// Everything that the workspace says about devices and how to reach them. Faultless: whatever it refers to is there.
package struct Inventory: Sendable {
    /// Sorted by id.
    package let devices: [Device]
    /// By name; aliases are found by `platform(named:)`.
    package let platforms: [String: Platform]
    package let credentials: [String: Credential]
    package let jumps: [String: JumpHost]
    package let knownHosts: KnownHosts
    /// Remarks that do not keep anything from working.
    package let notices: [Fault]

    private let aliases: [String: String]
    private let places: [DeviceID: Int]

    package init(
        devices: [Device], platforms: [Platform], credentials: [Credential], jumps: [JumpHost], knownHosts: KnownHosts,
        notices: [Fault] = []
    ) {
        self.devices = devices.sorted { $0.id < $1.id }
        self.platforms = Dictionary(platforms.map { ($0.name, $0) }) { first, _ in first }
        self.credentials = Dictionary(credentials.map { ($0.name, $0) }) { first, _ in first }
        self.jumps = Dictionary(jumps.map { ($0.id.text, $0) }) { first, _ in first }
        self.knownHosts = knownHosts
        self.notices = notices
        let pairs = platforms.flatMap { platform in platform.aliases.map { ($0, platform.name) } }
        aliases = Dictionary(pairs) { first, _ in first }
        places = Dictionary(self.devices.enumerated().map { ($1.id, $0) }) { first, _ in first }
    }

    /// - Parameter name: A name or an alias.
    package func platform(named name: String) -> Platform? {
        platforms[name] ?? aliases[name].flatMap { platforms[$0] }
    }

    /// Whether there is a platform of this name (not alias), in use here or bundled.
    package func isPlatformName(_ name: String) -> Bool {
        platforms[name] != nil || BundledPlatforms.headings.contains { $0.heading.name == name }
    }

    package func device(_ id: DeviceID) -> Device? { places[id].map { devices[$0] } }

    /// The device that has this id, or had it before.
    package func device(nowOrEarlier id: DeviceID) -> Device? {
        device(id) ?? devices.first { $0.was.contains(id) }
    }
}

/// A host on the way that is no device of the inventory.
package struct JumpHost: Sendable, Hashable, Codable {
    package var id: DeviceID
    package var address: String
    package var port: Int
    /// The name of an entry of `credentials.yaml`.
    package var credential: String
    /// Another jump host before this one.
    package var jump: String?
    package var profile: AlgorithmProfile
    package var keepalive: Duration?
    package var location: SourceLocation?

    package init(
        id: DeviceID, address: String, port: Int = 22, credential: String, jump: String? = nil,
        profile: AlgorithmProfile = .modern, keepalive: Duration? = nil, location: SourceLocation? = nil
    ) {
        self.id = id
        self.address = address
        self.port = port
        self.credential = credential
        self.jump = jump
        self.profile = profile
        self.keepalive = keepalive
        self.location = location
    }
}
