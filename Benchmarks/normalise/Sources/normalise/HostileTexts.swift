import ConfigAnalysis
import ConfigModel
import Foundation

/// Runs the analysis over texts that mean harm.
enum HostileTexts {
    private static var device: DeviceID? { DeviceID("bench") }

    /// In chunks on all processors; ends with the first faults.
    static func fuzz(count: Int, from first: Int) throws {
        guard let device else { return }
        let check = try GeneratedTextCheck(device: device)
        let chunk = 1_000
        let faults = Faults()
        let clock = ContinuousClock()
        let began = clock.now
        DispatchQueue.concurrentPerform(iterations: (count + chunk - 1) / chunk) { index in
            let start = first + index * chunk
            for number in start..<min(start + chunk, first + count) where faults.count < 10 {
                if let fault = check.fault(number: number) { faults.add(fault) }
            }
        }
        faults.all.forEach { print($0) }
        print("\(count) texts from \(first) on, \(faults.count) faults, \(clock.now - began), peak \(peakMemory) MiB")
        if faults.count > 0 { exit(1) }
    }

    // Unchecked: the lock guards the array.
    private final class Faults: @unchecked Sendable {
        private let lock = NSLock()
        private var texts: [String] = []
        var all: [String] { lock.withLock { texts } }
        var count: Int { lock.withLock { texts.count } }
        func add(_ text: String) { lock.withLock { texts.append(text) } }
    }

    private static let shapes: [(name: String, piece: String)] = [
        ("one line of a word", "a"), ("one line of passwords", "password=aaaaaaaaaa,\"token\":\"x1y2\","),
        ("passwords in words", "password password "), ("empty lines", "\n"), ("short lines", "a\n"),
        ("lines of secrets", "snmp-server community abc RO\n"), ("volatile lines", "clock 1\n"),
        ("sections that never end", "begin volatile\n"), ("keys that never end", "-----BEGIN PRIVATE KEY-----\n"),
        ("keys on one line", "-----BEGIN PRIVATE KEY-----"), ("braces", "{"), ("JSON", "{\"password\":[\""),
        ("tags", "<password>"), ("tags never closed", "<password "), ("wrapped lines", "password \\\n "),
        ("quotes", "\"password\": \"a\\"), ("addresses", "://a:b@"), ("fingerprints", "<secret:key:resalted>"),
        ("NULs", "\u{0}\u{1B}]0;"), ("carriage returns", "a\r"), ("blocks", "password: |\n  a\n"),
        ("base64", "LS0tLS1CRUdJTiBQUklWQVRF"), ("dollars", "$6$a"), ("snmp hosts", "snmp-server host "),
    ]

    static func large(mebibytes: Int) throws {
        guard let device else { return }
        let key = FingerprintKey(epoch: 1, bytes: [UInt8](repeating: 42, count: 32))
        let clock = ContinuousClock()
        for (name, piece) in shapes {
            for index in [0, 1] {
                let platform = GeneratedTexts.platforms[index]
                var times: [Duration] = []
                var last = ""
                for part in [mebibytes / 4, mebibytes] {
                    let length = part << 20
                    let unit = Array(piece.utf8)
                    var bytes: [UInt8] = []
                    bytes.reserveCapacity(length + unit.count)
                    while bytes.count < length { bytes += unit }
                    let artifact = Artifact(name: .runningConfig, collected: bytes)
                    let began = clock.now
                    do {
                        let text = try Normaliser(platform: platform).comparable(artifact, device: device, key: key)
                        last = "\(text.bytes.count >> 20) MiB, \(text.uncovered.count) uncovered"
                    } catch { last = "\(error)".replacing(piece, with: "").prefix(60) + "…" }
                    times.append(clock.now - began)
                }
                print(
                    "\(name) (\(platform.name)): \(times[0]) for \(mebibytes / 4) MiB, \(times[1]) for \(mebibytes); \(last); peak \(peakMemory) MiB"
                )
            }
        }
    }

    private static var peakMemory: Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss / 1024
    }
}
