import ConfigModel
import Testing

@testable import ConfigAnalysis

@Suite("What stands where a secret would, and is a name")
struct SecretNetNamesTests {
    private let platform = Platform(
        name: "x",
        secrets: [
            SecretRule(pattern: #"^users passwd \S+ encrypted (\S+)"#, kind: "password"),
            SecretRule(pattern: #"^radius server key auth "[^"]+" encrypted (\S+)"#, kind: "key"),
            SecretRule(pattern: #"^snmp-server host \S+ version 2c community (\S+)"#, kind: "community"),
            SecretRule(pattern: #"psk \S+ secret '([^']+)'"#, kind: "psk"),
            SecretRule(pattern: #"keys id \S+ key '([^']+)'"#, kind: "key"),
            SecretRule(pattern: #"pre-shared-key=(\S+)"#, kind: "psk"),
        ])

    @Test(
        "a name before the secret that a rule found is left as it is",
        arguments: [
            "users passwd anna encrypted Hunter22Hunter22",
            "radius server key auth \"192.0.2.9\" encrypted Hunter22Hunter22",
            "snmp-server host 192.0.2.40 version 2c community Hunter22",
            "set vpn ipsec authentication psk hq secret 'Hunter22'",
            "set service https api keys id ansible key 'Hunter22'",
            "set types=wpa2-psk mode=dynamic-keys wpa2-pre-shared-key=Hunter22",
        ])
    func names(line: String) throws {
        let text = try Samples.comparable(line + "\n", platform: platform)
        #expect(text.uncovered.isEmpty)
        let shown = Samples.text(text.bytes)
        #expect(!shown.contains("Hunter22"))
        #expect(shown.split(separator: "<secret:").count == 2)
    }

    @Test(
        "what everybody may know is no secret",
        arguments: [
            "set interfaces wireguard wg0 peer hq public-key 'cHVibGljLWtleS1maXh0dXJlLTAwMDAwMDAwMDAwMDE='",
            "set vpn ipsec authentication psk hq id '203.0.113.1'",
        ])
    func publicKeys(line: String) throws {
        let text = try Samples.comparable(line + "\n", platform: platform)
        #expect(text.uncovered.isEmpty && Samples.text(text.bytes) == line + "\n")
    }

    @Test(
        "a secret without a rule is masked, whatever follows it",
        arguments: [
            "users password Hunter22 privilege 15", "snmp-server community Hunter22 ro", "set psk Hunter22",
            "user anna password Hunter22 snmp-server host 192.0.2.40 version 2c community Blue42",
            "key=type psk Hunter22",
        ])
    func secrets(line: String) throws {
        let text = try Samples.comparable(line + "\n", platform: platform)
        #expect(!Samples.text(text.bytes).contains("Hunter22"))
    }
}
