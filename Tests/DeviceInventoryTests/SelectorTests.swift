import ConfigModel
import Testing

@testable import DeviceInventory

@Suite("Selectors")
struct SelectorTests {
    static let devices = [
        ("gw-1", "icu", "linux", ["clinical", "pump"]), ("sw-1", "icu", "cisco_ios", ["clinical"]),
        ("sw-2", "ward", "cisco_ios", []), ("sw-10", "ward", "frr", ["core"]),
    ].compactMap { id, group, platform, tags in
        DeviceID(id).map { Device(id: $0, group: group, address: "a", platform: platform, tags: tags) }
    }

    @Test(
        "words must all hold, a comma means or",
        arguments: [
            (["sw-1"], ["sw-1"]), (["sw-*"], ["sw-1", "sw-2", "sw-10"]), (["sw-?"], ["sw-1", "sw-2"]),
            (["sw-[12]"], ["sw-1", "sw-2"]), (["sw-[!1]"], ["sw-2"]), (["group:icu"], ["gw-1", "sw-1"]),
            (["group:icu", "platform:cisco_ios"], ["sw-1"]), (["group:icu platform:cisco_ios"], ["sw-1"]),
            (["gw-1,sw-2"], ["gw-1", "sw-2"]), (["group:icu,ward", "tag:core,pump"], ["gw-1", "sw-10"]),
            (["gw-1,tag:core"], ["gw-1", "sw-10"]), (["platform:ios"], ["sw-1", "sw-2"]),
            (["tag:c*"], ["gw-1", "sw-1", "sw-10"]),
            (["*", "id:sw-1"], ["sw-1"]),
        ])
    func selecting(words: [String], expected: [String]) throws {
        let selection = try Selector(words).select(from: Self.devices) { $0 == "ios" ? "cisco_ios" : nil }
        #expect(selection.devices.map(\.id.text) == expected)
        #expect(selection.unmatched.isEmpty)
    }

    @Test("a word that fits no device is told, even beside one that does")
    func unmatched() throws {
        let selection = try Selector(["sw-1,sw-3", "group:icuu,icu"]).select(from: Self.devices)
        #expect(selection.devices.map(\.id.text) == ["sw-1"])
        #expect(
            selection.unmatched.map(\.description) == [
                "'sw-3' fits no device (did you mean 'sw-1'?)",
                "'group:icuu' fits no device (did you mean 'group:icu'?)",
            ])
        #expect(Selector.all.select(from: Self.devices).devices.count == 4)
    }

    @Test(
        "what is no selector is refused",
        arguments: [
            ([], "no device is selected"), (["  "], "no device is selected"), (["a,,b"], "'a,,b' has an empty part"),
            (["group:"], "has an empty part"), (["gruop:icu"], "'gruop:' is no way to select (did you mean 'group:'?)"),
        ])
    func refused(words: [String], message: String) throws {
        let error = try #require(throws: SelectorError.self) { try Selector(words) }
        #expect(error.description.contains(message))
    }

    @Test("a glob of many stars takes no long time")
    func stars() {
        let glob = Glob(String(repeating: "*a", count: 200) + "b", brackets: true)
        #expect(!glob.matches(String(repeating: "a", count: 5000)))
    }
}
