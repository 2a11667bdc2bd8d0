import FoundationEssentials
import Testing

@testable import SnapshotStore

@Suite("Times as text")
struct TimestampTests {
    @Test(
        "an instant is written and read back",
        arguments: [
            (0.0, "1970-01-01T00:00:00Z"), (1_795_400_104.0, "2026-11-23T02:15:04Z"),
            (951_782_400.5, "2000-02-29T00:00:00.500Z"),
            (-1.0, "1969-12-31T23:59:59Z"),
        ])
    func roundTrip(seconds: Double, text: String) {
        #expect(Timestamp.text(of: Date(timeIntervalSince1970: seconds)) == text)
        #expect(Timestamp.date(text)?.timeIntervalSince1970 == seconds)
    }

    @Test("an offset is taken into account")
    func offset() {
        #expect(Timestamp.date("2026-11-23T03:15:04+01:00") == Timestamp.date("2026-11-23T02:15:04Z"))
    }

    @Test(
        "what is no time is refused",
        arguments: ["", "2026-02-29T00:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23", "2026-11-23T02:15:04"])
    func refused(text: String) {
        #expect(Timestamp.date(text) == nil)
    }

    @Test("no clock makes it trap", arguments: [Double.nan, .infinity, -.infinity, 1e300, -1e300])
    func hostileClock(seconds: Double) {
        #expect(Timestamp.text(of: Date(timeIntervalSince1970: seconds)).hasSuffix("Z"))
    }
}
