import ConfigModel
import FoundationEssentials
import Glibc
import SnapshotStore

/// `store-bench write VAR DEVICES BYTES [clear]`: all devices in one run; said again, a run in which one in fifty has changed;
/// prints the CPU seconds without making the texts, and the peak memory.
///
/// `store-bench generate VAR DEVICES BYTES RUNS [unrecorded] [clear]`: so many runs, each with one device in a hundred changed;
/// without records of the runs where only sizes are asked for.
@main
enum StoreBench {
    static func main() async throws {
        let words = CommandLine.arguments.dropFirst()
        guard words.count >= 4, let count = Int(words[3]), let size = Int(words[4]) else {
            print("usage: store-bench write|generate VAR DEVICES BYTES [RUNS] [clear]")
            exit(64)
        }
        var keys = CollectedKeys.standard(words[2])
        keys.encrypts = words.last != "clear"
        let fleet = Fleet(directory: words[2], count: count, size: size, keys: keys)
        switch words[1] {
        case "write": try await fleet.write()
        case "generate":
            try await fleet.generate(
                runs: words.count > 4 ? Int(words[5]) ?? 1000 : 1000, isRecorded: !words.contains("unrecorded"))
        default: exit(64)
        }
    }
}

private struct Fleet {
    let directory: String
    let count: Int
    let size: Int
    let keys: CollectedKeys
    private static let started = Timestamp.date("2026-11-23T02:15:00Z")!

    private static var cpu: Double {
        var now = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
    }

    private static var peak: Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss / 1024
    }

    private func open(at time: Date) async throws -> SnapshotStore {
        try await SnapshotStore.open(directory, for: .writing, keys: keys, clock: { time })
    }

    private func snapshot(_ device: Int, round: Int, taken: Date) -> NewSnapshot {
        let text = FleetText.make(device: device, round: round, size: size)
        return NewSnapshot(
            device: DeviceID(FleetText.name(device))!, group: FleetText.group(device), taken: taken,
            platform: "cisco_ios", texts: [.runningConfig: text],
            facts: Facts(vendor: "Cisco", serials: ["FOC1"]), collected: [.runningConfig: text + Array("exact\n".utf8)],
            renewal: CopyRenewal())
    }

    /// One run, as a process of its own does it: of a store that has something already, the second.
    func write() async throws {
        let store = try await open(at: Self.started)
        let round = try await store.latest().isEmpty ? 0 : 1
        let before = Self.peak
        let begun = Self.cpu
        var made = 0.0
        try await store.begin(
            run: RunID("20261123T02150\(round)Z-bench")!, workspace: "/srv/plumbline", started: Self.started)
        for device in 0..<count {
            let start = Self.cpu
            let snapshot = snapshot(device, round: round == 1 && device % 50 == 7 ? 1 : 0, taken: Self.started)
            made += Self.cpu - start
            _ = try await store.add(snapshot)
        }
        let stored = try await store.finish()
        print(
            "\((Self.cpu - begun - made).rounded(toThousandths: true)) new \(stored.new.count) changed "
                + "\(stored.changed.count) memory \(before) MiB at the beginning, \(Self.peak) MiB at most")
    }

    /// Only what changes is added: that the rest is unchanged is known without hashing it a thousand times.
    func generate(runs: Int, isRecorded: Bool) async throws {
        for run in 0..<runs {
            let time = Self.started.addingTimeInterval(Double(run) * 86_400)
            let store = try await open(at: time)
            let id = RunID("run-\(run)")!
            try await store.begin(run: id, workspace: "/srv/plumbline", started: Self.started)
            let changing = run == 0 ? Array(0..<count) : (0..<max(1, count / 100)).map { ($0 * 100 + run) % count }
            for device in changing { _ = try await store.add(snapshot(device, round: run, taken: time)) }
            let stored = try await store.finish()
            if run % 100 == 0 { print("run \(run)") }
            guard isRecorded else { continue }
            let changed = Set(changing)
            try await store.recordRun(
                RunRecord(
                    run: id, started: time, finished: time, exit: 0, command: "run --all", commit: stored.commit,
                    attempts: (0..<count).map { device in
                        AttemptRecord(
                            device: DeviceID(FleetText.name(device))!, started: time, finished: time,
                            outcome: changed.contains(device) ? .stored : .unchanged, bytes: size)
                    }))
        }
    }
}

extension Double {
    fileprivate func rounded(toThousandths: Bool) -> Double { (self * 1000).rounded() / 1000 }
}
