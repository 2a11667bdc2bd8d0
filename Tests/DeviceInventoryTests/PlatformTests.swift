import ConfigModel
import Foundation
import Patterns
import Testing

@testable import DeviceInventory

@Suite("Platforms")
struct PlatformTests {
    private static func bundled(_ name: String) throws -> Platform {
        try #require(try Inventory.readPlatforms(workspace: nil).first { $0.name == name })
    }

    @Test("every file of the folder is in the list of embedded files, byte for byte")
    func embedded() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Sources/DeviceInventory/Platforms").standardized
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(names == BundledPlatforms.files.map(\.name))
        for file in BundledPlatforms.files {
            #expect(try Data(contentsOf: folder.appendingPathComponent(file.name)) == Data(file.bytes))
        }
    }

    @Test("the bundled platforms are faultless and say what they are")
    func faultless() throws {
        let platforms = try Inventory.readPlatforms(workspace: nil)
        #expect(platforms.map(\.name) == BundledPlatforms.files.map { $0.name.replacing(".yaml", with: "") }.sorted())
        for platform in platforms {
            #expect(!platform.title.isEmpty && !platform.collect.isEmpty)
            #expect(BundledPlatforms.files.contains { $0.name == platform.name + ".yaml" })
        }
        let ios = try Self.bundled("cisco_ios")
        #expect(ios.aliases.contains("ios") && ios.syntax == .indented)
        #expect(ios.session.start.first == SessionRules.Line(send: "terminal length 0", effect: .session))
        #expect(ios.collect.first?.endMarker == "^end\\s*$" && ios.collect.first?.leastLines == 5)
        #expect(ios.pager == [PagerRule(pattern: " ?--More-- ?$", answer: " ")])
        guard case .line(let first) = ios.volatile.first else { return #expect(Bool(false), "no volatile line") }
        #expect(first.location?.file == "bundled/cisco_ios.yaml")
    }

    @Test("the quick reading of names and aliases finds what the strict reading finds")
    func headings() throws {
        let strict = try Inventory.readPlatforms(workspace: nil)
        #expect(BundledPlatforms.headings.count == strict.count)
        for (heading, _) in BundledPlatforms.headings {
            let platform = try #require(strict.first { $0.name == heading.name })
            #expect(heading.aliases == platform.aliases)
        }
    }

    @Test("every text form's pattern compiles")
    func textForms() {
        for form in Shape.allTextForms {
            guard let pattern = form.pattern else { continue }
            #expect(throws: Never.self) { try Pattern(pattern) }
        }
        #expect(Shape.allTextForms.count > 20)
    }

    // MARK: What the rules say of real lines

    private static func masked(_ line: String, by platform: Platform) throws -> String {
        var bytes = Array(line.utf8)
        var ranges: [Range<Int>] = []
        for rule in platform.secrets {
            for match in try Pattern(rule.pattern.text).allMatches(in: bytes) {
                if match.groups.count > 1, let range = match.groups[1] { ranges.append(range) }
            }
        }
        for range in ranges.sorted(by: { $0.lowerBound > $1.lowerBound }) where range.upperBound <= bytes.count {
            bytes.replaceSubrange(range, with: Array("…".utf8))
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Lines of Fixtures/secrets/<platform>.txt: the secret in « », everything else must stay readable.
    @Test("secrets are found, and nothing else", arguments: ["cisco_ios", "frr", "linux"])
    func secrets(name: String) throws {
        let platform = try Self.bundled(name)
        let path = Bundle.module.bundlePath + "/Fixtures/secrets/\(name).txt"
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.count > 10)
        for line in lines {
            let clear = line.filter { $0 != "«" && $0 != "»" }
            let expected = line.replacing(/«[^»]*»/, with: "…")
            let found = try Self.masked(String(clear), by: platform)
            #expect(found == expected)
        }
    }

    private static func first(_ field: FactRule.Field, _ text: String, _ platform: Platform) throws -> String? {
        let bytes = Array(text.utf8)
        for finder in platform.facts.flatMap(\.finders) where finder.field == field {
            guard let match = try Pattern(finder.pattern.text, options: .multiline).firstMatch(in: bytes) else {
                continue
            }
            return match.groups[1].map { String(decoding: bytes[$0], as: UTF8.self) }
        }
        return nil
    }

    @Test(
        "facts are found in what devices say",
        arguments: [
            (
                "cisco_ios",
                "Cisco IOS XE Software, Version 17.09.04a\nCisco IOS Software [Cupertino], Catalyst L3, Version 17.9.4a, RELEASE\n"
                    + "sw-a uptime is 44 weeks\ncisco C9200L-24P-4G (ARM64) processor with 1K/2K bytes of memory.\n"
                    + "Processor board ID JAE24FFFFFF\n",
                ["17.09.04a", "C9200L-24P-4G", "JAE24FFFFFF", "sw-a"]
            ),
            (
                "cisco_ios",
                "Cisco IOS Software, C2960 Software (C2960-LANBASEK9-M), Version 15.0(2)SE11, RELEASE SOFTWARE (fc3)\r\n"
                    + "ROM: Bootstrap\r\nward-2 uptime is 1 day\r\ncisco WS-C2960-24TT-L (PowerPC405) processor (revision B0)\r\n"
                    + "System serial number            : FOC1010X104\r\n",
                ["15.0(2)SE11", "WS-C2960-24TT-L", "FOC1010X104", "ward-2"]
            ),
            ("frr", "FRRouting 8.4.4 (core-1) on Linux(6.1.0).\nCopyright", ["8.4.4", nil, nil, "core-1"]),
            (
                "linux", "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\n",
                ["Debian GNU/Linux 12 (bookworm)", nil, nil, nil]
            ),
        ] as [(String, String, [String?])])
    func facts(name: String, text: String, expected: [String?]) throws {
        let platform = try Self.bundled(name)
        #expect(try Self.first(.version, text, platform) == expected[0])
        guard name != "linux" else { return }
        #expect(try Self.first(.model, text, platform) == expected[1])
        #expect(try Self.first(.serial, text, platform) == expected[2])
        #expect(try Self.first(.hostname, text, platform) == expected[3])
    }

    @Test(
        "prompts and errors are told from other lines",
        arguments: [
            ("LAB-SW123_9200L#", true), ("sw-a>", true), ("sw-a(config-if)#", true), ("sw-a# ", true), ("joo", false),
            ("# comment", false), ("description a#b c", false),
        ])
    func prompts(line: String, isPrompt: Bool) throws {
        let pattern = try Pattern(try #require(try Self.bundled("cisco_ios").prompt).text)
        #expect(try pattern.matches(line) == isPrompt)
    }

    @Test("a workspace's platform extends and replaces")
    func extending() throws {
        let workspace = try TemporaryWorkspace([
            "Inventory/platforms/cisco_ios.yaml":
                "platform: cisco_ios\nextends: cisco_ios\naliases: [ios]\nvolatile+: ['^! mine']\n",
            "Inventory/platforms/ward.yaml":
                "platform: ward\nextends: cisco_ios\ntitle: Ward\npager: []\nerrors: ['^E']\n",
        ])
        let platforms = try workspace.platforms()
        #expect(platforms.count == BundledPlatforms.files.count + 1)
        let own = try #require(platforms.first { $0.name == "cisco_ios" })
        let ward = try #require(platforms.first { $0.name == "ward" })
        let bundled = try Self.bundled("cisco_ios")
        #expect(own.aliases == ["ios"] && own.volatile == bundled.volatile + ["^! mine"])
        #expect(own.secrets == bundled.secrets && own.title == bundled.title)
        #expect(ward.volatile.last == "^! mine" && ward.pager.isEmpty && ward.errors == ["^E"])
        #expect(ward.title == "Ward" && ward.aliases.isEmpty && ward.collect == bundled.collect)
    }
}
