import Testing

@testable import SSHTransport

@Suite("Faults of server programs")
struct PeerQuirksTests {
    @Test(
        "only the versions of Dropbear with the fault are given time between channels",
        arguments: [
            ("SSH-2.0-dropbear_2022.83", true), ("SSH-2.0-dropbear_2024.85", true), ("SSH-2.0-dropbear_2020.81", false),
            ("SSH-2.0-dropbear_2025.88", false), ("SSH-2.0-dropbear", false), ("SSH-2.0-OpenSSH_9.2p1", false),
            ("SSH-2.0-dropbear_99999999999999999999", false), ("", false),
        ])
    func pauses(identification: String, pauses: Bool) {
        #expect((PeerQuirks(identification: identification).pauseBetweenChannels > .zero) == pauses)
        #expect(PeerQuirks(identification: nil).pauseBetweenChannels == .zero)
    }
}
