import ConfigAnalysis
import ConfigModel
import DeviceInventory
import Testing

@testable import DeviceLab

/// What is computed is typed into the lab's command lines, which answer as the real ones do: there and back.
@Suite("Remediation goes in a circle on the lab's devices")
struct CircularLabTests {
    /// A thousand pairs, in parts that run side by side.
    private static let parts = 4
    private static let pairsOfAPart = 250

    /// Read once: that takes longer than many pairs.
    private static let platforms = Result { try Inventory.readPlatforms(workspace: nil) }

    @Test(
        "of a thousand pairs IOS-like, the lines make the target and the rollback brings the running-config back",
        arguments: 0..<parts)
    func ios(part: Int) throws {
        try Self.check("cisco_ios", part: part) { seed, other in
            IOSTerminal(GeneratedIOS.text(seed: seed, like: other))
        }
    }

    @Test(
        "of a thousand pairs Junos-like, the lines make the target and the rollback brings the configuration back",
        arguments: 0..<parts)
    func junos(part: Int) throws {
        try Self.check("juniper_junos", part: part) { seed, other in
            var configuration = JunosConfiguration()
            for line in GeneratedJunos.statements(seed: seed, like: other) {
                let understood = configuration.enter(JunosText.words(line).map(\.text))
                try #require(understood, "the lab does not know '\(line)'")
            }
            return JunosTerminal(configuration)
        }
    }

    private static func check(
        _ name: String, part: Int, device: (_ seed: Int, _ other: Int) throws -> some LabTerminal
    ) throws {
        let platform = try #require(try platforms.get().first { $0.name == name })
        let circle = Circle(
            rules: try Remediation.Rules(platform), lines: try #require(platform.restore?.lines))
        var (compared, replaced, lines) = (0, 0, 0)
        var seed = part * 1_000_000
        while compared < pairsOfAPart {
            defer { seed += 2 }
            var (running, target) = (try device(seed, seed), try device(seed + 1, seed))
            switch try circle.fault(&running, target.show()) {
            case .unsupported: replaced += 1
            case .whole(let count):
                compared += 1
                lines += count
            case .fault(let report):
                Issue.record("seeds \(seed) and \(seed + 1): \(report)")
                return
            }
        }
        #expect(replaced * 50 < compared, "\(replaced) pairs of \(compared) cannot be expressed")
        // The configurations have to differ for this to say something.
        #expect(lines > 20 * compared)
    }
}

/// From what a device runs to a target, and back.
private struct Circle {
    enum Outcome {
        /// So many lines went both ways.
        case whole(Int)
        case unsupported
        case fault(String)
    }

    let rules: Remediation.Rules
    let lines: RemediationRules

    func fault(_ device: inout some LabTerminal, _ target: String) throws -> Outcome {
        let running = device.show()
        let there = try rules.lines(from: Array(running.utf8), to: Array(target.utf8))
        let back = try rules.lines(from: Array(target.utf8), to: Array(running.utf8))
        guard there.unsupported.isEmpty, back.unsupported.isEmpty else { return .unsupported }
        if let fault = enter(there, into: &device, target) {
            return .fault("going there \(fault)\nfrom:\n\(running)\nto:\n\(target)")
        }
        if let fault = enter(back, into: &device, running) {
            return .fault("coming back \(fault)\nfrom:\n\(target)\nto:\n\(running)")
        }
        return .whole(there.lines.count + back.lines.count)
    }

    /// What is wrong after the lines were typed; nil when nothing is.
    private func enter(_ step: Remediation, into device: inout some LabTerminal, _ target: String) -> String? {
        var typed: [String] = []
        for line in lines.enter + step.lines + lines.leave {
            typed.append(line)
            guard let complaint = device.enter(line) else { continue }
            return "the device says to \(typed.suffix(8)): \(complaint)"
        }
        let found = device.show()
        guard found != target else { return nil }
        let (missing, extra) = Self.difference(found, target)
        return "lacks \(missing) and has \(extra)\nlines:\n\(step.lines.joined(separator: "\n"))"
    }

    private static func difference(_ found: String, _ target: String) -> ([String], [String]) {
        let changes = found.split(separator: "\n").difference(from: target.split(separator: "\n"))
        var (missing, extra): ([String], [String]) = ([], [])
        for change in changes {
            switch change {
            case .insert(_, let line, _): extra.append(String(line))
            case .remove(_, let line, _): missing.append(String(line))
            }
        }
        return (missing, extra)
    }
}

/// Somebody at a device's command line.
private protocol LabTerminal {
    /// Types a line and a return.
    /// - Returns: What the device has against it; nil when nothing.
    mutating func enter(_ line: String) -> String?
    /// The configuration as the device prints it, without the parts that move at each reading.
    mutating func show() -> String
}

extension ChannelProgram {
    /// What comes back of a line, without its echo and without carriage returns.
    fileprivate mutating func type(_ line: String) -> [Substring] {
        var output: [UInt8] = []
        for effect in receive(Array((line + "\r").utf8)[...]) {
            switch effect {
            case .write(let bytes): output += bytes
            default: output += Array("\n% the line is gone: \(effect)".utf8)
            }
        }
        return String(decoding: output.filter { $0 != 13 }, as: UTF8.self).dropFirst(line.utf8.count)
            .split(separator: "\n")
    }
}

private struct IOSTerminal: LabTerminal {
    private var line: IOSCommandLine

    init(_ lines: [String]) {
        var system = IOSSystem(hostname: "x", runningConfig: lines)
        system.hostname = lines.first { $0.hasPrefix("hostname ") }.map { String($0.dropFirst(9)) } ?? "Switch"
        system.takesPrintedBanners = true
        line = IOSCommandLine(device: .onPaper(.ios(system)), privileged: true)
        _ = line.start()
        _ = line.type("terminal length 0")
    }

    mutating func enter(_ text: String) -> String? {
        line.type(text).first { $0.hasPrefix("%") || $0.hasPrefix("Command rejected") }.map(String.init)
    }

    mutating func show() -> String {
        let moving = ["Current configuration : ", "! Last ", "! NVRAM ", "ntp clock-period "]
        return line.type("show running-config").dropLast()
            .filter { line in !moving.contains { line.hasPrefix($0) } }.joined(separator: "\n") + "\n"
    }
}

private struct JunosTerminal: LabTerminal {
    private var line: JunosCommandLine

    init(_ configuration: JunosConfiguration) {
        var system = JunosSystem(configuration: "")
        system.change { $0 = configuration }
        line = JunosCommandLine(device: .onPaper(.junos(system)), login: LabLogin(user: "netbackup"))
        _ = line.start()
        _ = line.type("set cli screen-length 0")
    }

    mutating func enter(_ text: String) -> String? {
        line.type(text).first { answer in
            ["error", "warning: statement", "% ", "syntax error", "unknown command", "missing argument"].contains {
                answer.hasPrefix($0)
            }
        }.map(String.init)
    }

    mutating func show() -> String {
        line.type("show configuration").dropLast().filter { !$0.hasPrefix("## Last") }.joined(separator: "\n") + "\n"
    }
}

extension SimulatedDevice {
    /// One that no network reaches; making a key takes longer than all else here.
    fileprivate static func onPaper(_ system: LabDevice.System) -> SimulatedDevice {
        SimulatedDevice(LabDevice(id: "a", hostKey: key, logins: [], system: system))
    }

    private static let key: LabKey = {
        do { return try LabKey.generate() } catch { fatalError("no key: \(error)") }
    }()
}
