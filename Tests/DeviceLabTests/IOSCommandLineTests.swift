import Foundation
import Testing

@testable import DeviceLab

@Suite("The IOS-like command line as a value")
struct IOSCommandLineTests {
    private static func device(_ change: (inout IOSSystem) -> Void = { _ in }) throws -> SimulatedDevice {
        guard case .ios(var system) = LabDevice.System.smallSwitch else { throw LabError.cannotStart(reason: "") }
        change(&system)
        return SimulatedDevice(LabDevice(id: "a", hostKey: try .generate(), logins: [], system: .ios(system)))
    }

    private func type(_ text: String, _ line: inout IOSCommandLine, cut: Int = .max) -> (text: String, ended: Bool) {
        var output: [UInt8] = []
        var ended = false
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            for effect in line.receive(bytes.prefix(cut)) {
                if case .write(let bytes) = effect { output += bytes }
                if case .finish = effect { ended = true }
            }
            bytes = bytes.dropFirst(cut)
        }
        return (String(decoding: output, as: UTF8.self), ended)
    }

    @Test("the caret stands below the word that is not understood, and errors leave the prompt")
    func errors() throws {
        var line = IOSCommandLine(device: try Self.device(), privileged: true)
        #expect(
            type("show nonsense\r", &line).text
                == "show nonsense\r\n               ^\r\n% Invalid input detected at '^' marker.\r\n\r\nward-sw-3#")
        #expect(type("show\r", &line).text == "show\r\n% Incomplete command.\r\n\r\nward-sw-3#")
        #expect(type("e\r", &line).text.contains("% Ambiguous command:  \"e\""))
        #expect(type("\r", &line).text == "\r\nward-sw-3#")
    }

    @Test("without privilege the configuration is not to be had")
    func unprivileged() throws {
        let device = try Self.device { $0.enablePassword = "secret" }
        var line = IOSCommandLine(device: device, privileged: false)
        #expect(type("show running-config\r", &line).text.contains("% Invalid input detected"))
        #expect(type("enable\rwrong\r", &line).text == "enable\r\nPassword: \r\nPassword: ")
        #expect(type("secret\r", &line).text == "\r\nward-sw-3#")
        #expect(device.counters.enableAttempts == 2)
        #expect(!device.counters.commands.contains("secret"))
        var other = IOSCommandLine(device: device, privileged: false)
        #expect(type("enable\r1\r2\r3\r", &other).text.hasSuffix("% Bad secrets\r\n\r\nward-sw-3>"))
    }

    @Test("pages joined without their marks are the whole answer", arguments: [1, 2, 3, 7, Int.max])
    func paging(cut: Int) throws {
        var paged = IOSCommandLine(device: try Self.device { $0.pageLength = 10 }, privileged: true)
        var whole = IOSCommandLine(device: try Self.device(), privileged: true)
        _ = type("terminal length 0\r", &whole)
        var text = type("show running-config\r", &paged, cut: cut).text
        var pages = 1
        while text.hasSuffix(" --More-- ") {
            text += type(" ", &paged).text
            pages += 1
        }
        let wipe = String(repeating: "\u{8}", count: 10)
        let joined = text.components(separatedBy: " --More-- \(wipe)          \(wipe)").joined()
        #expect(pages > 10)
        #expect(joined == type("show running-config\r", &whole).text)
    }

    @Test("q at a page's end goes back to the prompt; return gives one line")
    func pagerKeys() throws {
        var line = IOSCommandLine(device: try Self.device { $0.pageLength = 5 }, privileged: true)
        #expect(type("show run\r", &line).text.components(separatedBy: "\r\n").count == 6)
        #expect(type("\r", &line).text.filter { $0 == "\r\n" }.count == 1)
        #expect(type("q", &line).text.hasSuffix("ward-sw-3#"))
    }

    @Test("CR, LF and CR LF end a line once; backspace takes a character back")
    func editing() throws {
        let device = try Self.device()
        var line = IOSCommandLine(device: device, privileged: true)
        _ = type("show clock\r\nshow privilege\nshow clocx\u{8}k\r", &line)
        #expect(device.counters.commands == ["show clock", "show privilege", "show clock"])
        #expect(type("exit\r", &line).ended)
    }
}
