package import ConfigModel
package import FoundationEssentials

/// What became of a replacement, for people and programs.
package struct ReplacementReport: Sendable, Hashable, Encodable {
    package enum Outcome: String, Sendable, Hashable, Codable, CaseIterable {
        /// The key is on record, and the new hardware was collected.
        case replaced
        /// The key is on record; nothing else was asked for.
        case keyRecorded = "key-recorded"
        /// The key is on record, and the new hardware could not be collected.
        case notCollected = "not-collected"
    }

    /// Fingerprints on record before and after, `SHA256:…`.
    package struct Keys: Sendable, Hashable, Codable {
        package var old: [String]
        package var new: [String]
    }

    /// Hardware by its facts, and from which version they are.
    package struct Hardware: Sendable, Hashable, Codable {
        /// Such as `sw-a@3`.
        package var version: String
        package var facts: Facts
    }

    package var device: DeviceID
    package var at: Date
    package var by: String
    package var reason: String?
    package var outcome: Outcome
    package var keys: Keys
    /// Why it could not be collected.
    package var failure: String?
    /// The latest version before; nil where there was none.
    package var before: Hardware?
    /// What was approved; nil where nothing was, or it does not hold.
    package var approved: Hardware?
    package var now: Hardware?
    /// What the new hardware is not, compared with those two.
    package var differences: [HardwareComparison]
    /// Of another model: the interfaces of the approved configuration, or of the one before, that only one of both has.
    package var interfaces: InterfaceComparison?
    /// Whether what was approved can be put on the new hardware.
    package var restorability: Restorability?
    package var notes: [String]
    /// What to do next, in order.
    package var next: [String]

    package var exit: ExitStatus { outcome == .notCollected ? .stale : .clean }
}

/// Where hardware differs from that of an earlier version.
package struct HardwareComparison: Sendable, Hashable, Codable {
    package struct Difference: Sendable, Hashable, Codable {
        package enum Field: String, Sendable, Hashable, Codable, CaseIterable {
            case vendor, model, serials, version, boot, images
        }

        package var field: Field
        package var old: [String]
        package var new: [String]
    }

    /// Such as `sw-a@3`.
    package var version: String
    package var isApproved: Bool
    /// Empty where it is the same in everything that is known.
    package var differences: [Difference]

    init(_ old: ReplacementReport.Hardware, isApproved: Bool, now: Facts) {
        version = old.version
        self.isApproved = isApproved
        let facts = old.facts
        let fields: [(Difference.Field, [String], [String])] = [
            (.vendor, Self.list(facts.vendor), Self.list(now.vendor)),
            (.model, Self.list(facts.model), Self.list(now.model)), (.serials, facts.serials, now.serials),
            (.version, Self.list(facts.version), Self.list(now.version)), (.boot, facts.boot, now.boot),
            (.images, Self.images(facts), Self.images(now)),
        ]
        differences = fields.filter { $0.1 != $0.2 }.map { Difference(field: $0.0, old: $0.1, new: $0.2) }
    }

    private static func list(_ text: String?) -> [String] { text.map { [$0] } ?? [] }

    private static func images(_ facts: Facts) -> [String] {
        facts.images.map { image in
            guard let digest = image.digest else { return image.path }
            return "\(image.path) (\(digest.algorithm.rawValue) \(digest.value.prefix(16))…)"
        }
    }
}
