import ConfigModel
import DeviceInventory
import FoundationEssentials
import SnapshotStore

/// One device of a kit: all that the runbook tells of it. Nothing of it is secret.
struct KitDevice: Sendable {
    struct File: Sendable, Hashable {
        var artifact: ArtifactName
        /// In the kit.
        var path: String
        var size: Int
        var sha256: String
        /// Else it is there to be looked at: lists of packages, of VLANs, the saved configuration.
        var isPutBack: Bool
    }

    /// An image that the device runs or may run, and its spare copy.
    struct Firmware: Sendable, Hashable {
        enum Copy: Sendable, Hashable {
            case there(path: String, sha256: String, size: Int, note: String?)
            case missing(String)
        }

        /// As the device calls it; of an image that a baseline names the spare copy's name.
        var name: String
        var version: String?
        var boots: Bool
        var copy: Copy
    }

    var number: Int
    var folder: String
    var place: RestoreSequence.Place
    var platform: Platform
    var target: RestorePlan.Target
    var commit: String
    /// Nil of a version that nobody approved.
    var approval: ApprovedBaselines.Approval?
    var facts: Facts
    var files: [File]
    var restorability: Restorability
    /// For writing first, where there is one of its own.
    var accounts: [Credential]
    var firmware: [Firmware] = []

    var device: Device { place.device }
    var isApproved: Bool { approval != nil }
}
