import ConfigAnalysis
import ConfigModel
import DeviceInventory
import Foundation

/// Prints what normalising and comparing costs, for three platforms.
///
/// `normalise [WORKSPACE]`: platforms of the workspace take the place of the bundled ones. `BYTES=5000000` makes the texts larger.
/// `normalise fuzz COUNT [FROM]`: so many generated texts through all of the analysis.
/// `normalise large [MIB]`: hostile texts of so many MiB (default 64), each with its time and the peak memory.
@main
struct Normalise {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        switch arguments.first {
        case "fuzz":
            try HostileTexts.fuzz(
                count: arguments.dropFirst().first.flatMap { Int($0) } ?? 100_000,
                from: arguments.dropFirst(2).first.flatMap { Int($0) } ?? 0)
            return
        case "large":
            try HostileTexts.large(mebibytes: arguments.dropFirst().first.flatMap { Int($0) } ?? 64)
            return
        default: break
        }
        let platforms = try Inventory.readPlatforms(workspace: arguments.first)
        let texts: [(platform: String, bytes: [UInt8])] = [
            ("cisco_ios", ConfigurationTexts.ios), ("juniper_junos", ConfigurationTexts.junos),
            ("fortinet", ConfigurationTexts.fortinet),
        ]
        print(
            "Median µs of CPU (fastest in brackets); budget for 50 kB: 300 normalise + compare unchanged, 2000 changed\n"
        )
        print(
            row(
                "platform", "kB", "secrets", "volatile", "normalise", "+ compare same", "+ compare changed", "compare alone", "gate",
                "covered"))
        for (name, bytes) in texts {
            guard let platform = platforms.first(where: { $0.name == name }) else {
                print("\(name): no such platform")
                continue
            }
            try measure(platform, bytes)
        }
    }

    private static let device = DeviceID("bench")
    private static let key = FingerprintKey(epoch: 1, bytes: [UInt8](repeating: 7, count: 32))

    private static func measure(_ platform: Platform, _ bytes: [UInt8]) throws {
        guard let device else { return }
        let name =
            platform.collect.compactMap { rule -> ArtifactName? in
                if case .command(_, let artifact, _) = rule.source { ArtifactName(artifact) } else { nil }
            }.first ?? .runningConfig
        let artifact = Artifact(name: name, collected: bytes)
        let capture = Capture(artifacts: [artifact], facts: Facts())
        let normaliser = try Normaliser(platform: platform)
        let gate = try Gate(platform: platform)
        let text = try normaliser.comparable(artifact, device: device, key: key)
        let expected = ComparableSnapshot(texts: [name: text.bytes])
        var changed = expected
        changed.texts[name] = Array(
            String(decoding: text.bytes, as: UTF8.self).replacing("uplink 17", with: "uplink x").utf8)
        func normalised() throws -> ComparableSnapshot {
            ComparableSnapshot(texts: [name: try normaliser.comparable(artifact, device: device, key: key).bytes])
        }
        func compared(with other: ComparableSnapshot) throws -> Int {
            try drift(of: device, actual: try normalised(), expected: other, platform: platform).count
        }
        func trees() throws -> Int {
            let count = try drift(of: device, actual: expected, expected: changed, platform: platform).count
            precondition(count > 0, "nothing was changed")
            return count
        }
        let plain = try median { try normalised().texts.count }
        let same = try median { try compared(with: expected) }
        let different = try median { try compared(with: changed) }
        let alone = try median { try trees() }
        let gated = try median { try gate.doubts(about: capture).count }
        let found = text.fingerprints.values.reduce(0, +)
        print(
            row(
                platform.name, "\(bytes.count / 1000)", "\(platform.secrets.count)", "\(platform.volatile.count)",
                plain,
                same, different, alone, gated, "\(found) of \(found + text.uncovered.count)"))
        for find in text.uncovered.prefix(3) {
            let lines = String(decoding: text.bytes, as: UTF8.self).split(
                separator: "\n", omittingEmptySubsequences: false)
            print("    uncovered: \(lines[find.line - 1])")
        }
    }

    private static func median(_ body: () throws -> Int) throws -> String {
        var sum = 0
        let rounds = max(5, min(1_000, 50_000_000 / ConfigurationTexts.size))
        for _ in 0..<(rounds / 10) { sum += try body() }
        var times: [Double] = []
        for _ in 0..<rounds {
            let begun = now
            sum += try body()
            times.append(now - begun)
        }
        times.sort()
        precondition(sum >= 0)
        return "\(Int(times[rounds / 2].rounded())) (\(Int(times[0].rounded())))"
    }

    /// What the thread has used of the processor, in microseconds.
    private static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
    }

    private static func row(_ cells: String...) -> String {
        let widths = [18, 4, 8, 9, 14, 16, 18, 16, 12, 12]
        return zip(cells, widths).map { $0.padding(toLength: max($1, $0.count), withPad: " ", startingAt: 0) }
            .joined(separator: " ")
    }
}
