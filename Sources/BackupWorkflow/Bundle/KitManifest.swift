import ConfigModel
import DeviceInventory
import FoundationEssentials

/// `kit.json`: what a kit holds, for `bundle verify` and other programs.
struct KitManifest: Sendable, Codable, Hashable {
    struct Entry: Sendable, Codable, Hashable {
        var device: DeviceID
        /// Its place in the order of work, from 1.
        var number: Int
        var folder: String
        var version: Int
        /// Of `store.git`.
        var commit: String
        var taken: Date
        var isApproved: Bool
    }

    struct Missing: Sendable, Codable, Hashable {
        var device: DeviceID
        var reason: String
    }

    /// Of this format.
    var kit = 1
    var workspace: String
    var created: Date
    var by: String
    var selector: [String]
    var hasFirmware: Bool
    var devices: [Entry]
    /// Devices that were asked for and are not in it.
    var missing: [Missing]

    var bytes: [UInt8] {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            encoder.dateEncodingStrategy = .iso8601
            return Array(try encoder.encode(self)) + [0x0A]
        }
    }

    /// - Returns: nil for what is no manifest of this format.
    init?(parsing bytes: [UInt8]) {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        guard let read = try? decoder.decode(KitManifest.self, from: Data(bytes)), read.kit == 1 else { return nil }
        self = read
    }

    init(
        workspace: String, created: Date, by: String, selector: [String], hasFirmware: Bool, devices: [Entry],
        missing: [Missing]
    ) {
        self.workspace = workspace
        self.created = created
        self.by = by
        self.selector = selector
        self.hasFirmware = hasFirmware
        self.devices = devices
        self.missing = missing
    }
}
