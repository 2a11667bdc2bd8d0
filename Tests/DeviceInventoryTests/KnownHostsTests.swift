import ConfigModel
import Foundation
import Testing

@testable import DeviceInventory

@Suite("Known hosts")
struct KnownHostsTests {
    static let one = "AAAAC3NzaC1lZDI1NTE5AAAAIGJ5dGVzYnl0ZXNieXRlc2J5dGVzYnl0ZXNieXRlc2J5"
    static let two = "AAAAC3NzaC1lZDI1NTE5AAAAIHR3b3R3b3R3b3R3b3R3b3R3b3R3b3R3b3R3b3R3b3R3"

    private func key(_ text: String) throws -> HostKey {
        HostKey(algorithm: "ssh-ed25519", blob: Array(try #require(Data(base64Encoded: text))))
    }

    private func hosts(_ text: String) -> KnownHosts { KnownHosts(Array(text.utf8)) }

    @Test(
        "whom a line speaks of",
        arguments: [
            ("10.0.0.1", "10.0.0.1", 22, true), ("10.0.0.1", "10.0.0.1", 2222, false),
            ("[10.0.0.1]:2222", "10.0.0.1", 2222, true), ("[10.0.0.1]:22", "10.0.0.1", 22, false),
            ("a,b,c", "b", 22, true), ("*.icu.example", "sw.icu.example", 22, true),
            ("*.icu.example", "icu.example", 22, false),
            ("10.0.?.1", "10.0.3.1", 22, true), ("*,!sw-2", "sw-2", 22, false), ("!sw-2,*", "sw-1", 22, true),
            ("Switch.Example", "sWITCH.example", 22, true), ("::1", "::1", 22, true), ("[::1]:830", "::1", 830, true),
            ("[*]:2222", "10.0.0.1", 2222, true), ("!a", "b", 22, false),
        ])
    func matching(names: String, address: String, port: Int, expected: Bool) throws {
        let hosts = hosts("\(names) ssh-ed25519 \(Self.one)\n")
        #expect(hosts.faults.isEmpty)
        #expect(hosts.policy(address: address, port: port).accepted == (expected ? [try key(Self.one)] : []))
    }

    @Test("markers, comments, blank lines and CR LF are understood")
    func lines() throws {
        let text =
            "\r\n# note\n  sw ssh-ed25519 \(Self.one) put here by Ann\r\n@revoked * ssh-ed25519 \(Self.two)\n"
            + "@cert-authority *.x ssh-ed25519 \(Self.one)"
        let hosts = hosts(text)
        #expect(hosts.faults.isEmpty)
        #expect(hosts.notices.map(\.location.line) == [5])
        #expect(hosts.entries.first?.comment == "put here by Ann" && hosts.entries.first?.line == 3)
        #expect(
            hosts.policy(address: "sw", port: 22)
                == HostKeyPolicy(accepted: [try key(Self.one)], revoked: [try key(Self.two)]))
        #expect(hosts.policy(address: "a.x", port: 22).accepted.isEmpty)
    }

    @Test("adding keeps every byte that was there")
    func adding() throws {
        let before = "# ours\n\nold ssh-ed25519 \(Self.one)  with  blanks"
        let added = hosts(before).adding(address: "New", port: 2200, keys: [try key(Self.two)], comment: "by\nAnn")
        #expect(
            String(decoding: added.bytes, as: UTF8.self) == before + "\n[new]:2200 ssh-ed25519 \(Self.two) by Ann\n")
        #expect(added.policy(address: "new", port: 2200).accepted == [try key(Self.two)])
        let again = added.adding(address: "new", port: 2200, keys: [try key(Self.two)], comment: "twice")
        #expect(again.bytes == added.bytes)
    }

    @Test("removing takes a host's own lines, its name from shared ones, and leaves patterns and markers")
    func removing() throws {
        let text = """
            # sw
            sw ssh-ed25519 \(Self.one)
            a,SW,b ssh-ed25519 \(Self.two) shared
            s* ssh-ed25519 \(Self.two)
            @revoked sw ssh-ed25519 \(Self.two)
            [sw]:2222 ssh-ed25519 \(Self.one)
            """
        let removal = hosts(text).removing(address: "sw", port: 22)
        let expected = """
            # sw
            a,b ssh-ed25519 \(Self.two) shared
            s* ssh-ed25519 \(Self.two)
            @revoked sw ssh-ed25519 \(Self.two)
            [sw]:2222 ssh-ed25519 \(Self.one)
            """
        #expect(String(decoding: removal.knownHosts.bytes, as: UTF8.self) == expected)
        #expect(removal.removed == [try key(Self.one), try key(Self.two)])
        #expect(removal.remaining == [4, 5])
    }

    // MARK: With the stock tool

    private static let keygen = "/usr/bin/ssh-keygen"
    private static var hasKeygen: Bool { FileManager.default.isExecutableFile(atPath: keygen) }

    @Test("ssh-keygen finds, hashes and removes what we wrote", .enabled(if: hasKeygen, "ssh-keygen is not installed"))
    func stockTool() throws {
        let workspace = try TemporaryWorkspace()
        let path = workspace.path + "/known_hosts"
        let written = KnownHosts().adding(address: "sw-1", port: 22, keys: [try key(Self.one)], comment: "one")
            .adding(address: "10.0.0.2", port: 2222, keys: [try key(Self.two)])
        try workspace.write("known_hosts", Data(written.bytes))
        let found = try #require(try workspace.run(Self.keygen, ["-F", "[10.0.0.2]:2222", "-f", path]))
        #expect(found.status == 0 && found.output.contains(Self.two))

        #expect(try workspace.run(Self.keygen, ["-H", "-f", path])?.status == 0)
        let hashed = KnownHosts(try workspace.read("known_hosts"))
        #expect(hashed.faults.isEmpty && hashed.entries.allSatisfy { $0.hosts.hasPrefix("|1|") })
        #expect(hashed.policy(address: "SW-1", port: 22).accepted == [try key(Self.one)])
        #expect(hashed.policy(address: "10.0.0.2", port: 2222).accepted == [try key(Self.two)])
        #expect(hashed.policy(address: "10.0.0.2", port: 22).accepted.isEmpty)
        let removal = hashed.removing(address: "sw-1", port: 22)
        #expect(removal.removed.count == 1 && removal.knownHosts.entries.count == 1)

        #expect(try workspace.run(Self.keygen, ["-R", "[10.0.0.2]:2222", "-f", path])?.status == 0)
        let rest = KnownHosts(try workspace.read("known_hosts"))
        #expect(rest.entries.count == 1 && rest.policy(address: "10.0.0.2", port: 2222).accepted.isEmpty)
    }

    @Test("a real key is read as ssh-keygen prints it", .enabled(if: hasKeygen, "ssh-keygen is not installed"))
    func realKeys() throws {
        for type in ["ed25519", "ecdsa", "rsa"] {
            let workspace = try TemporaryWorkspace()
            let path = workspace.path + "/key"
            #expect(try workspace.run(Self.keygen, ["-q", "-t", type, "-N", "", "-f", path])?.status == 0)
            let line = String(decoding: try workspace.read("key.pub"), as: UTF8.self)
            let hosts = hosts("sw " + line)
            #expect(hosts.faults.isEmpty)
            let listed = try #require(try workspace.run(Self.keygen, ["-l", "-f", path + ".pub"])).output
            let fingerprint = try #require(hosts.policy(address: "sw", port: 22).accepted.first?.fingerprint)
            #expect(listed.contains(fingerprint))
        }
    }
}
