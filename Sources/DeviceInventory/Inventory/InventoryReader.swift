package import ConfigModel

extension Inventory {
    /// Reads `Inventory/` of a workspace and the bundled platforms.
    /// - Throws: Every fault of every file, at once.
    package static func read(workspace: String, settings: Settings = .defaults) throws(ConfigurationFaults) -> Inventory
    {
        var reader = InventoryReader(workspace: workspace, settings: settings)
        let inventory = reader.read()
        if let faults = ConfigurationFaults(reader.faults) { throw faults }
        return inventory
    }

    /// The bundled platforms and those of a workspace, sorted by name.
    /// - Parameter workspace: nil for the bundled ones alone.
    package static func readPlatforms(workspace: String?) throws(ConfigurationFaults) -> [Platform] {
        var reader = InventoryReader(workspace: workspace ?? "", settings: .defaults)
        let platforms = reader.readPlatforms(ofWorkspace: workspace != nil)
        if let faults = ConfigurationFaults(reader.faults) { throw faults }
        return platforms.sorted { $0.name < $1.name }
    }

    /// One platform, the others unread.
    /// - Parameter name: A name or an alias.
    /// - Returns: nil when there is none of that name.
    package static func readPlatform(named name: String, workspace: String) throws(ConfigurationFaults) -> Platform? {
        var reader = InventoryReader(workspace: workspace, settings: .defaults)
        let platforms = reader.readPlatforms(named: [name])
        if let faults = ConfigurationFaults(reader.faults) { throw faults }
        return platforms.first { $0.name == name || $0.aliases.contains(name) }
    }
}

/// Reads the files one after the other and collects faults on the way.
struct InventoryReader {
    private let workspace: String
    private let settings: Settings
    var faults: [Fault] = []

    init(workspace: String, settings: Settings) {
        self.workspace = workspace
        self.settings = settings
    }

    mutating func read() -> Inventory {
        var platforms = readPlatformSet(ofWorkspace: true)
        let credentials = readCredentials()
        let (devices, jumps) = readGroups(credentials: credentials.names, platformNames: platforms.names)
        let knownHosts = readKnownHosts()
        platforms.read(Set(devices.map(\.platform)).union(platforms.basesOfOwn), faults: &faults)
        let read = platforms.platforms(faults: &faults)
        let aliases = Dictionary(read.flatMap { each in each.aliases.map { ($0, each.name) } }) { first, _ in first }
        let named = devices.map { device in
            var device = device
            device.platform = aliases[device.platform] ?? device.platform
            return device
        }
        return Inventory(
            devices: named, platforms: read, credentials: credentials.values, jumps: jumps, knownHosts: knownHosts,
            notices: knownHosts.notices)
    }

    // MARK: Files

    /// The bytes of a file; nil where there is none, or where it cannot be read, which is a fault.
    private mutating func source(_ name: String) -> SourceFile? {
        do {
            return try SourceFile.read(workspace + "/" + name, named: name)
        } catch {
            if case .fault(let fault) = error { faults.append(fault) }
            return nil
        }
    }

    /// The YAML files of a folder, by name.
    private mutating func sources(in folder: String, missing: Fault?) -> [SourceFile] {
        do {
            guard let names = try SourceFile.names(in: workspace + "/" + folder, named: folder) else {
                if let missing { faults.append(missing) }
                return []
            }
            for name in names where name.hasSuffix(".yml") {
                let place = SourceLocation(file: "\(folder)/\(name)", line: 0, column: 0)
                faults.append(
                    Fault(at: place, "is not read: its name ends in .yml", remedy: "rename it to end in .yaml"))
            }
            return names.filter { $0.hasSuffix(".yaml") }.compactMap { source("\(folder)/\($0)") }
        } catch {
            if case .fault(let fault) = error { faults.append(fault) }
            return []
        }
    }

    /// The root of a file, held against its shape; nil when there is nothing to hold.
    private mutating func root(of source: SourceFile, _ shape: Shape) -> YAMLValue? {
        let before = faults.count
        guard let root = YAMLDocument.read(source, faults: &faults) else {
            if faults.count == before { faults.append(.nothing(in: source.name, expected: shape.name)) }
            return nil
        }
        _ = ShapeCheck.check(root, .object(shape), faults: &faults)
        return root
    }

    // MARK: Parts

    /// - Returns: The names also of credentials that are faulty otherwise; nil when the file cannot be read.
    private mutating func readCredentials() -> (names: Set<String>?, values: [Credential]) {
        let before = faults.count
        guard let source = source(WorkspaceLayout.credentials) else { return (faults.count == before ? [] : nil, []) }
        guard let root = root(of: source, .credentials) else { return (nil, []) }
        return (Set((root["credentials"]?.entries ?? []).map(\.key)), CredentialsFile.credentials(root))
    }

    private mutating func readKnownHosts() -> KnownHosts {
        guard let source = source(WorkspaceLayout.knownHosts) else { return KnownHosts() }
        let knownHosts = KnownHosts(source.bytes, file: source.name)
        faults += knownHosts.faults
        return knownHosts
    }

    private mutating func readGroups(credentials: Set<String>?, platformNames: Set<String>?) -> ([Device], [JumpHost]) {
        let folder = WorkspaceLayout.groups
        let missing = Fault(
            at: SourceLocation(file: folder, line: 0, column: 0), "there is no such folder",
            remedy: "make it, or let 'plumbline init' make a workspace")
        var check = ReferenceCheck(credentials: credentials, platformNames: platformNames)
        var devices: [Device] = []
        var jumps: [JumpHost] = []
        let before = faults.count
        let sources = sources(in: folder, missing: missing)
        let areAllRead = faults.count == before
        let roots = sources.compactMap { root(of: $0, .group) }
        for file in roots.map({ GroupFile($0, settings: settings) }) {
            for (device, value) in file.devices {
                check.add(device, from: ReferenceCheck.Source(id: device.id, value: value, defaults: file.defaults))
                devices.append(device)
            }
            for (host, value) in file.jumps {
                check.add(host, from: ReferenceCheck.Source(id: host.id, value: value, defaults: nil))
                jumps.append(host)
            }
        }
        check.finish(complete: areAllRead && roots.count == sources.count)
        faults += check.faults
        return (devices, jumps)
    }

    /// The bundled platforms, those of the workspace in their place or beside them.
    private mutating func readPlatformSet(ofWorkspace: Bool) -> PlatformSet {
        var set = PlatformSet()
        set.offer(BundledPlatforms.headings)
        guard ofWorkspace else { return set }
        let before = faults.count
        let sources = sources(in: WorkspaceLayout.platforms, missing: nil)
        if faults.count > before { set.isIncomplete = true }
        for source in sources { set.add(source, bundled: false, faults: &faults) }
        return set
    }

    mutating func readPlatforms(ofWorkspace: Bool) -> [Platform] {
        var set = readPlatformSet(ofWorkspace: ofWorkspace)
        set.read(nil, faults: &faults)
        return set.platforms(faults: &faults)
    }

    fileprivate mutating func readPlatforms(named names: Set<String>) -> [Platform] {
        var set = readPlatformSet(ofWorkspace: true)
        set.read(names.union(set.basesOfOwn), faults: &faults)
        return set.platforms(faults: &faults)
    }
}

extension Fault {
    static func nothing(in file: String, expected: String) -> Fault {
        Fault(
            at: SourceLocation(file: file, line: 1, column: 1), "the file holds nothing",
            remedy: "write \(expected), or remove the file")
    }
}
