import ConfigModel
import Testing

@testable import DeviceLab

@Suite("Keys of the lab")
struct LabKeyTests {
    @Test("a generated key is read back with the same public half")
    func roundTrip() throws {
        let key = try LabKey.generate()
        #expect(try LabKey(pem: key.pem).publicKey == key.publicKey)
        #expect(key.publicKey.algorithm == "ssh-ed25519")
        #expect(HostKey(publicLine: key.publicLine + " comment") == key.publicKey)
    }

    @Test("text that is no key is refused")
    func noKey() {
        #expect(throws: LabError.self) { try LabKey(pem: "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n") }
    }
}
