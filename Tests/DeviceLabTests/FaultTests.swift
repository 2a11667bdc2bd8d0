import Foundation
import Testing

@testable import DeviceLab

@Suite("Faults of simulated devices, seen by stock ssh")
struct FaultTests {
    private func collect(_ fault: LabFault) async throws -> StockClient.Answer {
        let fixture = try LabFixture(["a": .smallSwitch]) { $0.fault = fault }
        return try await fixture.client.ssh(
            try fixture.lab.device("a"), terminal: true, input: ShellTests.collect)
    }

    @Test("a login is refused with the right key")
    func refuseLogin() async throws {
        #expect(try await collect(.refuseLogin).errors.contains("Permission denied"))
    }

    @Test("a cut comes after exactly so many bytes of the configuration")
    func cut() async throws {
        let answer = try await collect(.cut(afterBytes: 500))
        let start = try #require(answer.text.range(of: "Building"))
        #expect(answer.text[start.lowerBound...].utf8.count == 500)
        #expect(answer.status == 255)
    }

    @Test("the end marker can be missing")
    func noEndMarker() async throws {
        let text = try await collect(.noEndMarker).text
        #expect(!text.contains("\r\nend\r\n"))
        #expect(text.contains("ward-sw-3#exit"))
    }

    @Test("bytes that are no text, a look-alike of the prompt and an error text stand inside a whole configuration")
    func inside() async throws {
        #expect(try await collect(.invalidText).output.contains(0xff))
        #expect(try await collect(.promptLookAlike).text.contains("\r\nward-sw-3#\r\n"))
        #expect(try await collect(.errorInside).text.contains("^\r\n% Invalid input detected at '^' marker.\r\n"))
        #expect(try await collect(.promptLookAlike).text.contains("\r\nend\r\n"))
    }

    @Test("a flood stands whole in the middle of a whole configuration", arguments: LabFault.Flood.allCases)
    func flood(kind: LabFault.Flood) async throws {
        let output = try await collect(.flood(kind, bytes: 200_000)).output
        let text = String(decoding: output, as: UTF8.self)
        #expect(text.contains("\r\nend\r\n\r\nward-sw-3#exit"))
        #expect(text.contains("hostname ward-sw-3\r\n"))
        let piece = kind.piece
        let whole = Array(repeatElement(piece, count: 200_000 / piece.count).joined())
        let start = try #require(
            text.utf8.count > 0 ? output.firstRange(of: Array(" description ".utf8) + piece.prefix(8)) : nil)
        #expect(output[(start.upperBound - 8)...].starts(with: whole))
        #expect(try LabFault("\(kind.rawValue):200000") == .flood(kind, bytes: 200_000))
    }

    @Test("a drip loses nothing")
    func drip() async throws {
        let text = try await collect(.drip(bytes: 64, every: .milliseconds(1))).text
        #expect(text.contains(" description bed 40\r\n"))
        #expect(text.contains("\r\nend\r\n\r\nward-sw-3#exit\r\n"))
    }

    @Test("silence, muteness and endless output last until the lab stops, and hold up no other device")
    func endless() async throws {
        let fixture = try LabFixture([
            "silent": .smallSwitch, "mute": .smallSwitch, "endless": .smallSwitch, "good": .smallSwitch,
        ])
        try fixture.lab.device("silent").setFault(.silentAfterAccept)
        try fixture.lab.device("mute").setFault(.mute)
        try fixture.lab.device("endless").setFault(.endless)
        let lab = fixture.lab
        let client = fixture.client
        async let silent = client.ssh(try lab.device("silent"), terminal: true, input: ShellTests.collect)
        async let mute = client.ssh(try lab.device("mute"), terminal: true, input: ShellTests.collect)
        async let endless = client.ssh(try lab.device("endless"), "show running-config", most: 1_000_000_000)
        let good = try await fixture.client.ssh(try lab.device("good"), terminal: true, input: ShellTests.collect)
        #expect(good.text.contains("\r\nend\r\n\r\nward-sw-3#exit"))
        while try lab.device("silent").counters.connections == 0 || lab.device("mute").counters.commands.isEmpty {
            await Task.yield()
        }
        // A command is counted before its echo is on the way.
        try await Task.sleep(for: .milliseconds(500))
        lab.stop()
        #expect(try await silent.output.isEmpty)
        #expect(try await mute.text.contains("terminal length 0\r\n"))
        #expect(try await mute.text.contains("end\r\n") == false)
        _ = try await endless
    }

    @Test("output without end flows until the client goes, and its session is then freed")
    func endlessIsFreed() async throws {
        let fixture = try LabFixture(["a": .smallSwitch]) { $0.fault = .endless }
        let device = try fixture.lab.device("a")
        let answer = try await fixture.client.ssh(device, "show running-config", most: 3_000_000)
        #expect(answer.output.count == 3_000_000)
        #expect(!answer.text.contains("\r\nend\r\n"))
        while device.counters.open > 0 { await Task.yield() }
        #expect(device.counters.connections == 1)
    }

    @Test(
        "texts of faults are read, and others refused",
        arguments: [
            ("cut", LabFault.cut(afterBytes: 1_000)), ("cut:20", .cut(afterBytes: 20)),
            ("drip:1:5", .drip(bytes: 1, every: .milliseconds(5))),
            ("silent", .silentAfterAccept), ("cut:0", nil), ("cut:x", nil), ("none:1", nil), ("", nil), ("mute:3", nil),
        ] as [(String, LabFault?)])
    func texts(text: String, fault: LabFault?) {
        #expect((try? LabFault(text)) == fault)
    }
}
