package import FoundationEssentials

import class Foundation.NSTimeZone
import struct Foundation.TimeZone

/// The time zones that the system knows.
package enum LocalTime {
    /// Seconds east of UTC of a zone at an instant, daylight saving included; nil for an unknown zone.
    package static func offset(_ zone: String, _ instant: Date) -> Int? {
        TimeZone(identifier: zone)?.secondsFromGMT(for: instant)
    }
}
