/// The stable name of a device: `[a-z0-9][a-z0-9._-]{0,62}`.
///
/// Names and addresses of a device may change; its id does not, and history is kept under it. The alphabet makes an id
/// safe as a file name, as a git path and on a command line.
package struct DeviceID: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let text: String

    /// - Returns: nil when `text` does not have the form of an id.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard (1...63).contains(bytes.count), Self.isAlphanumeric(bytes[0]) else { return nil }
        guard bytes.allSatisfy({ Self.isAlphanumeric($0) || $0 == 0x2E || $0 == 0x5F || $0 == 0x2D }) else {
            return nil
        }
        self.text = text
    }

    package var description: String { text }

    package static func < (left: DeviceID, right: DeviceID) -> Bool { left.text < right.text }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte)
    }
}

extension DeviceID: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let id = DeviceID(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is not a device id")
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
