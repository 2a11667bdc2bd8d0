package import FoundationEssentials

/// A day as people write it, `2026-11-29`, in UTC.
package struct Day: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Of the first moment.
    package let start: Date
    package let description: String

    /// - Returns: nil for what is no day of the calendar.
    package init?(_ text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 10, let start = try? Date(text + "T00:00:00Z", strategy: .iso8601),
            start.formatted(.iso8601).prefix(10) == text
        else { return nil }
        self.start = start
        description = text
    }

    /// The day on which an instant lies.
    package init(of instant: Date) {
        description = String(instant.formatted(.iso8601).prefix(10))
        start = (try? Date(description + "T00:00:00Z", strategy: .iso8601)) ?? instant
    }

    /// Whether the day, to its last moment, lies before an instant.
    package func isOver(at instant: Date) -> Bool { instant >= start.addingTimeInterval(86_400) }

    package func adding(days: Int) -> Day { Day(of: start.addingTimeInterval(Double(days) * 86_400)) }

    package static func < (left: Day, right: Day) -> Bool { left.start < right.start }
}

extension Day: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let day = Day(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no day such as 2026-11-29")
        }
        self = day
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
