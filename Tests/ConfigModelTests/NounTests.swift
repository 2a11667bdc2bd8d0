import ConfigModel
import Foundation
import Testing

@Suite("The nouns")
struct NounTests {
    @Test("an id of small letters, digits and marks is a device id", arguments: ["a", "0", "sw-icu-a", "a.b_c-9"])
    func goodIDs(text: String) { #expect(DeviceID(text)?.text == text) }

    @Test(
        "what could be a path or an option is no device id",
        arguments: ["", "-a", ".a", "A", "a b", "a/b", "../a", "ä", "a\n", String(repeating: "a", count: 64)])
    func badIDs(text: String) { #expect(DeviceID(text) == nil) }

    @Test("a device id of the wrong form is not decoded")
    func decodedID() throws {
        #expect(try JSONDecoder().decode([DeviceID].self, from: Data(#"["a-1"]"#.utf8)).first?.text == "a-1")
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([DeviceID].self, from: Data(#"["../a"]"#.utf8)) }
    }

    @Test("a host key's fingerprint is the one that ssh-keygen prints")
    func hostKey() throws {
        let base64 = "AAAAC3NzaC1lZDI1NTE5AAAAIENMSOSMm83sqa/6ICdSMCoXpQvAkeUcbXMb3uH1M16b"
        let key = HostKey(algorithm: "ssh-ed25519", blob: Array(try #require(Data(base64Encoded: base64))))
        #expect(key.fingerprint == "SHA256:yK84o0edogNTvyfkblBDBe+b8Qtos9E4IQzqgScD2B0")
        #expect(key.base64 == base64)
    }

    @Test("equal secrets of two devices, or of two kinds, do not look equal")
    func fingerprints() throws {
        let key = FingerprintKey(epoch: 1, bytes: [UInt8](repeating: 7, count: 32))
        let other = FingerprintKey(epoch: 2, bytes: [UInt8](repeating: 8, count: 32))
        let (a, b) = (try #require(DeviceID("a")), try #require(DeviceID("b")))
        let text = key.fingerprint(of: "public".utf8, kind: "community", device: a)
        #expect(text == key.fingerprint(of: "public".utf8, kind: "community", device: a))
        #expect(text.wholeMatch(of: /<secret:community:[0-9a-f]{16}>/) != nil)
        let all = [
            text, key.fingerprint(of: "public".utf8, kind: "community", device: b),
            key.fingerprint(of: "public".utf8, kind: "password", device: a),
            key.fingerprint(of: "public2".utf8, kind: "community", device: a),
            other.fingerprint(of: "public".utf8, kind: "community", device: a),
        ]
        #expect(Set(all).count == all.count)
    }

    @Test("a secret does not print")
    func secret() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped] { #expect(!text.contains("hunter2")) }
    }

    @Test("a finding's id stays when nothing but its words change, and tells findings apart")
    func findingID() throws {
        let device = try #require(DeviceID("a"))
        func finding(_ summary: String, path: [String], extra: [String]) -> Finding {
            Finding(
                device: device, class: .config, severity: .major, artifact: .runningConfig, path: path,
                summary: summary,
                extra: extra)
        }
        let first = finding("one", path: ["x", "y"], extra: ["z"])
        #expect(first.id == finding("two", path: ["x", "y"], extra: ["z"]).id)
        #expect(first.id.count == 64)
        #expect(first.id != finding("one", path: ["x"], extra: ["y", "z"]).id)
        #expect(first.id != finding("one", path: ["xy"], extra: ["z"]).id)
        #expect(finding("one", path: [], extra: []).id != finding("two", path: [], extra: []).id)
    }
}

@Suite("Maintenance windows")
struct MaintenanceWindowTests {
    /// Minutes after Monday, 23 November 2026, 00:00 UTC.
    private func instant(_ minutes: Int) -> Date { Date(timeIntervalSince1970: 1_795_392_000 + Double(minutes) * 60) }

    private func isOpen(_ window: MaintenanceWindow, _ minutes: Int, offset: Int? = 0) -> Bool {
        window.contains(instant(minutes)) { _, _ in offset }
    }

    @Test("a window is open from its first minute to before its last")
    func plain() {
        let window = MaintenanceWindow(days: [.mon], from: 60, to: 300, zone: "UTC")
        #expect([59, 60, 299, 300, 60 + 1440].map { isOpen(window, $0) } == [false, true, true, false, false])
    }

    @Test("a window over midnight belongs to the day on which it starts")
    func overMidnight() {
        let window = MaintenanceWindow(days: [.mon], from: 22 * 60, to: 4 * 60, zone: "UTC")
        let minutes = [0, 22 * 60 - 1, 22 * 60, 1440, 1440 + 239, 1440 + 240, 1440 + 22 * 60]
        #expect(minutes.map { isOpen(window, $0) } == [false, false, true, true, true, false, false])
    }

    @Test("the local clock of the zone decides")
    func zone() {
        let window = MaintenanceWindow(days: [.tue], from: 0, to: 60, zone: "Europe/Berlin")
        #expect(isOpen(window, 1440 - 60, offset: 3600))
        #expect(!isOpen(window, 1440 - 61, offset: 3600))
        #expect(!isOpen(window, 1440, offset: 3600))
    }

    @Test("a zone that nobody knows keeps the window closed")
    func unknownZone() {
        let window = MaintenanceWindow(days: Set(MaintenanceWindow.Day.allCases), from: 0, to: 0, zone: "Mars/Base")
        #expect(!isOpen(window, 0, offset: nil))
        #expect(isOpen(window, 0))
    }

    @Test("instants before 1970 have the right day")
    func longAgo() {
        let window = MaintenanceWindow(days: [.wed], from: 23 * 60, to: 24 * 60 - 1, zone: "UTC")
        #expect(window.contains(Date(timeIntervalSince1970: -1800)) { _, _ in 0 })
    }
}
