import ConfigModel
import DeviceInventory
import SnapshotStore

/// Which images the fleet runs, by the facts of every device's latest version.
struct FleetImages: Sendable {
    /// One image, however many devices run it.
    struct Image: Sendable, Hashable {
        var platform: String
        var version: String?
        /// As the device calls it; nil where it names no image and only its version is known.
        var path: String?
        var size: Int?
        var digest: ImageDigest?
    }

    struct Use: Sendable {
        var devices: [DeviceID] = []
        /// Of them, those that boot from it.
        var booting: Set<DeviceID> = []
    }

    private(set) var uses: [Image: Use] = [:]
    /// Devices of which neither an image nor a version is known.
    private(set) var unknown: [DeviceID] = []

    /// Retired devices run nothing any more.
    init(_ workspace: Workspace, _ store: SnapshotStore) async throws(WorkflowError) {
        let (versions, facts) = try await workspace.asking { () throws(StoreError) in
            (try await store.latest(), try await store.latestFacts())
        }
        for device in workspace.inventory.devices where device.state != .retired {
            guard let facts = facts[device.id], let version = versions[device.id] else {
                unknown.append(device.id)
                continue
            }
            take(facts, of: device.id, platform: version.platform)
        }
    }

    private mutating func take(_ facts: Facts, of device: DeviceID, platform: String) {
        let images = Image.all(facts, platform: platform)
        guard !images.isEmpty else { return unknown.append(device) }
        for image in images {
            var use = uses.removeValue(forKey: image) ?? Use()
            if use.devices.last != device { use.devices.append(device) }
            if let path = image.path, facts.boot.contains(where: { FirmwareName.isBooted(path, as: $0) }) {
                use.booting.insert(device)
            }
            uses[image] = use
        }
    }

    /// Who runs a spare copy's image, as far as that can be said.
    func devices(running copy: VaultImage) -> [DeviceID] {
        var devices: Set<DeviceID> = []
        for (image, use) in uses where SpareCopy.of(image, among: [copy]).isThere { devices.formUnion(use.devices) }
        return devices.sorted()
    }
}

/// Whether there is a spare copy of an image that devices run.
enum SpareCopy: Sendable, Hashable {
    /// The bytes are the same, by this algorithm.
    case digest(DigestAlgorithm, VaultImage)
    /// Platform, version and name are the same; the device gave no digest.
    case name(VaultImage)
    /// Platform and version are the same; the device names no image.
    case version(VaultImage)
    /// Platform, version and name are the same, and the bytes are others.
    case different(VaultImage)
    case missing

    var isThere: Bool {
        switch self {
        case .digest, .name, .version: true
        case .different, .missing: false
        }
    }

    var copy: VaultImage? {
        switch self {
        case .digest(_, let copy), .name(let copy), .version(let copy), .different(let copy): copy
        case .missing: nil
        }
    }

    /// A digest decides, whatever the names are; where the device gave none, names do.
    static func of(_ image: FleetImages.Image, among copies: [VaultImage]) -> SpareCopy {
        if let digest = image.digest {
            let same = copies.filter { $0.has(digest) == true && image.size.map { [$0] }?.contains($0.size) != false }
            // The same bytes may lie under several names: that of the device's own platform says most.
            if let copy = same.first(where: { $0.address.platform == image.platform }) ?? same.first {
                return .digest(digest.algorithm, copy)
            }
        }
        let fitting = copies.filter { $0.address.platform == image.platform && $0.address.version == image.version }
        guard let path = image.path else { return fitting.first.map { .version($0) } ?? .missing }
        let names = [path, FirmwareName.last(of: path)]
        guard let copy = fitting.first(where: { names.contains($0.address.image) }) else { return .missing }
        if let digest = image.digest, copy.has(digest) != nil { return .different(copy) }
        if let size = image.size, size != copy.size { return .different(copy) }
        return .name(copy)
    }
}

extension FleetImages.Image {
    /// The images that facts name; where they name none but a version, one without a path; none where nothing is known.
    static func all(_ facts: Facts, platform: String) -> [FleetImages.Image] {
        var images = facts.images.map {
            FleetImages.Image(
                platform: platform, version: facts.version, path: $0.path, size: $0.size, digest: $0.digest)
        }
        for path in facts.boot where !facts.images.contains(where: { FirmwareName.isBooted($0.path, as: path) }) {
            images.append(FleetImages.Image(platform: platform, version: facts.version, path: path))
        }
        if images.isEmpty, facts.version != nil {
            images = [FleetImages.Image(platform: platform, version: facts.version)]
        }
        return images
    }
}
