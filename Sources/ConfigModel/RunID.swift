/// One pass over devices: `20261123T021500Z-8f3c`, sortable by time.
package struct RunID: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let text: String

    /// - Returns: nil unless `text` is letters, digits and hyphens, 1 to 64 of them.
    package init?(_ text: String) {
        let fits = text.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D
        }
        guard fits, (1...64).contains(text.utf8.count) else { return nil }
        self.text = text
    }

    package var description: String { text }
    package static func < (left: RunID, right: RunID) -> Bool { left.text < right.text }
}

extension RunID: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let id = RunID(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is not the id of a run")
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
