import ConfigModel
import Testing

@testable import ConfigAnalysis

@Suite("Secrets that only their section shows")
struct SectionSecretsTests {
    private let platform = Platform(
        name: "x", volatile: [.section(from: "^config cache$", until: "^end$", through: true)],
        secrets: [
            SecretRule(
                pattern: #"^\s*set name "([^"]+)"#, kind: "community",
                section: SecretRule.Section(from: "^config snmp community$", until: "^end$"))
        ])

    private func text(_ collected: String) throws -> String {
        Samples.text(try Samples.comparable(collected, platform: platform).bytes)
    }

    @Test("the same line is a secret in the section, and none before and after it, with every line end")
    func section() throws {
        for end in ["\n", "\r\n", "\r\r\n"] {
            let lines = [
                "config policy", " set name \"allow\"", "end", "config snmp community ", " set name \"Hunter 22\"",
                " set id 1",
                " set name \"Hunter33\"", "end", "config policy", " set name \"deny\"", "end", "",
            ]
            let found = try text(lines.joined(separator: end))
            #expect(found.contains(" set name \"allow\"\n") && found.contains(" set name \"deny\"\n"))
            #expect(!found.contains("Hunter") && found.contains(" set id 1\n"))
            #expect(found.components(of: " set name \"<secret:community:") == 2)
        }
    }

    @Test("a section that begins where another ends, and one that never ends")
    func edges() throws {
        let twice = try text(
            "config snmp community\n set name \"Hunter22\"\nend\nconfig snmp community\n set name \"Hunter33\"\n")
        #expect(!twice.contains("Hunter"))
    }

    @Test("what a volatile section takes out takes no later secret with it")
    func volatile() throws {
        let found = try text(
            "config cache\n set name \"a\"\nend\nconfig snmp community\n set name \"Hunter22\"\nend\nconfig cache\nend\n"
        )
        #expect(!found.contains("Hunter") && found.hasPrefix("config snmp community\n"))
    }

    @Test("the rules' digest tells a rule of a section from one of every line")
    func digest() throws {
        var everywhere = platform
        everywhere.secrets[0].section = nil
        #expect(try Normaliser(platform: platform).rulesDigest != Normaliser(platform: everywhere).rulesDigest)
    }
}

extension String {
    fileprivate func components(of part: String) -> Int {
        var count = 0
        var rest = self[...]
        while let range = rest.firstRange(of: part) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
