package import ConfigModel
import DeviceInventory
package import FoundationEssentials
package import SnapshotStore

/// The spare copies that there are, and those that the fleet would need.
package struct FirmwareOverview: Sendable, Encodable {
    /// An image in the vault.
    package struct Copy: Sendable, Encodable {
        package var platform: String
        package var version: String
        package var image: String
        package var size: Int
        package var sha256: String
        /// The rest is absent where the record cannot be read.
        package var added: Date?
        package var by: String?
        /// Absent for one that came from a file.
        package var device: DeviceID?
        package var verified: [DigestAlgorithm]?
        package var note: String?
        package var devices: [DeviceID]
    }

    /// An image that devices run.
    package struct Running: Sendable, Encodable {
        /// What is known of a spare copy of it.
        package enum State: String, Sendable, Encodable, CaseIterable {
            /// The vault has the same bytes.
            case kept
            /// The vault has one of this platform, version and name; the device gave no digest.
            case byName = "by-name"
            /// The vault has one of this platform and version; the device names no image.
            case byVersion = "by-version"
            /// The vault has one of this platform, version and name, and its bytes are others.
            case different
            case missing
        }

        package var platform: String
        package var version: String?
        package var image: String?
        package var size: Int?
        package var digest: ImageDigest?
        package var devices: [DeviceID]
        /// Of them, those that are known to boot from it.
        package var booting: [DeviceID]
        package var state: State
        /// In the vault, by `platform/version/image`.
        package var copy: ImageAddress?

        package var isMissing: Bool { state == .missing || state == .different }
    }

    package var copies: [Copy]
    package var running: [Running]
    /// Devices of which neither an image nor a version is known: nothing can be said of them.
    package var unknown: [DeviceID]

    package init(_ workspace: Workspace, _ store: SnapshotStore) async throws(WorkflowError) {
        let fleet = try await FleetImages(workspace, store)
        let images = try await workspace.asking { () throws(StoreError) in try await store.images() }
        copies = images.map { Copy($0, devices: fleet.devices(running: $0)) }
        running = fleet.uses.map { Running($0, $1, SpareCopy.of($0, among: images)) }.sorted { $0.order < $1.order }
        unknown = fleet.unknown
    }

    /// Only what is not there.
    package var missing: FirmwareOverview {
        var overview = self
        overview.copies = []
        overview.running = running.filter(\.isMissing)
        return overview
    }
}

extension FirmwareOverview.Copy {
    fileprivate init(_ image: VaultImage, devices: [DeviceID]) {
        platform = image.address.platform
        version = image.address.version
        self.image = image.address.image
        size = image.size
        sha256 = image.sha256
        added = image.record?.added
        by = image.record?.by
        if case .device(let device, _)? = image.record?.source { self.device = device }
        verified = image.record?.expected.map(\.algorithm)
        note = image.record?.note
        self.devices = devices
    }
}

extension FirmwareOverview.Running {
    fileprivate init(_ image: FleetImages.Image, _ use: FleetImages.Use, _ copy: SpareCopy) {
        platform = image.platform
        version = image.version
        self.image = image.path
        size = image.size
        digest = image.digest
        devices = use.devices.sorted()
        booting = use.booting.sorted()
        state =
            switch copy {
            case .digest: .kept
            case .name: .byName
            case .version: .byVersion
            case .different: .different
            case .missing: .missing
            }
        self.copy = copy.copy?.address
    }

    fileprivate var order: [String] { [platform, version ?? "", image ?? "", digest?.value ?? ""] }
}

extension [String] {
    fileprivate static func < (left: [String], right: [String]) -> Bool { left.lexicographicallyPrecedes(right) }
}
