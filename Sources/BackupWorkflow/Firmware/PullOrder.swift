import ConfigModel
import DeviceInventory
import DeviceSession
import SnapshotStore

/// Which of a device's images are read, and as what they are kept: decided before the first packet is sent.
struct PullOrder: Sendable {
    struct Wanted: Sendable {
        var image: FirmwareImage
        var address: ImageAddress
    }

    /// The version of the device's facts that it rests on.
    var number: Int
    var wanted: [Wanted] = []
    /// Spare copies of the images that need not be read.
    var known: [VaultImage] = []

    init(
        _ request: FirmwarePull.Request, _ rules: CollectorRules, _ store: SnapshotStore, _ workspace: Workspace
    ) async throws(WorkflowError) {
        let device = request.device.id
        let (version, facts, copies) = try await workspace.asking { () throws(StoreError) in
            let version = try await store.resolve(device, .latest)
            return (version, try await store.facts(of: version), try await store.images())
        }
        number = version.number
        let images = try Self.images(request, facts, rules)
        guard let release = request.version ?? facts.version, !release.isEmpty else {
            throw .request("\(device): its facts name no version: say '--version V'")
        }
        for image in images {
            let name = Self.name(of: image, among: facts.images)
            let address: ImageAddress
            do throws(StoreError) {
                address = try ImageAddress(platform: rules.platform.name, version: release, image: name)
            } catch {
                throw .store(error)
            }
            let copy = copies.first { $0.address == address }
            // Asked for by name it is read all the same: that is how a damaged copy is mended.
            if let copy, request.image == nil, let digest = image.digest, copy.has(digest) == true {
                known.append(copy)
            } else {
                wanted.append(Wanted(image: image, address: address))
            }
        }
    }

    private static func images(
        _ request: FirmwarePull.Request, _ facts: Facts, _ rules: CollectorRules
    ) throws(WorkflowError) -> [FirmwareImage] {
        let device = request.device.id
        let platform = rules.platform.name
        let remedy =
            "take the image from the vendor: 'plumbline firmware add FILE --platform \(platform) --version "
            + "\(facts.version ?? "V")'"
        var images = facts.images
        if let name = request.image {
            images = images.filter { $0.path == name || FirmwareName.last(of: $0.path) == name }
            guard !images.isEmpty else {
                let known = facts.images.map(\.path).joined(separator: ", ")
                throw .request(
                    "\(device): its facts name no image '\(name)'"
                        + (known.isEmpty ? "; \(remedy)" : ": they name \(known)"))
            }
        }
        guard !images.isEmpty else {
            throw .request("\(device): its facts name no image, so none can be read from it; \(remedy)")
        }
        let readable = images.filter { rules.withholds(image: $0.path) == nil }
        if let first = images.first, readable.isEmpty {
            let reason =
                rules.withholds(image: first.path) == .neverRead
                ? "the platform '\(platform)' says that its images are never read, because the link or the device is too slow"
                : "the platform '\(platform)' has no way to read \(first.path) as a file"
            throw .request("\(device): \(reason); \(remedy)")
        }
        return readable
    }

    /// The last part of its path, or the whole path where two of the device's images would have the same name.
    private static func name(of image: FirmwareImage, among all: [FirmwareImage]) -> String {
        let name = FirmwareName.last(of: image.path)
        let others = all.contains { $0.path != image.path && FirmwareName.last(of: $0.path) == name }
        return others ? image.path : name
    }
}
