import ConfigModel
import Testing

@testable import BackupWorkflow

@Suite("Limits that all hold at once")
struct LaunchQueueTests {
    private typealias Queue = LaunchQueue<Int>

    /// Items 0 … of groups of ten, behind jump hosts of seven, with credentials of thirteen.
    private func queue(_ count: Int, _ limits: Queue.Limits) -> Queue {
        Queue(
            (0..<count).map { ($0, [.group("\($0 / 10)"), .jump("\($0 % 7)"), .credential("\($0 % 13)")]) },
            limits: limits)
    }

    @Test("no limit is ever passed, everything is started once, and nothing waits that could run")
    func limits() {
        let limits = Queue.Limits(total: 20, perGroup: 3, perJump: 4, perCredential: 2)
        var subject = queue(500, limits)
        var running: [(item: Int, keys: [Queue.Key])] = []
        var started: [Int] = []
        var random = SystemRandomNumberGenerator()
        while true {
            while let next = subject.start() {
                running.append(next)
                started.append(next.item)
            }
            #expect(running.count <= 20 && running.count == subject.inFlight)
            var counts: [Queue.Key: Int] = [:]
            for key in running.flatMap(\.keys) { counts[key, default: 0] += 1 }
            for (key, count) in counts { #expect(count <= limits.limit(of: key) ?? .max, "\(key)") }
            // Whoever was not started has a limit that is reached.
            if running.count < 20 {
                for item in subject.rest() {
                    let keys: [Queue.Key] = [.group("\(item / 10)"), .jump("\(item % 7)"), .credential("\(item % 13)")]
                    #expect(keys.contains { counts[$0, default: 0] >= limits.limit(of: $0) ?? .max })
                }
            }
            guard !running.isEmpty else { break }
            subject.ended(keys: running.remove(at: Int.random(in: 0..<running.count, using: &random)).keys)
        }
        #expect(started.sorted() == Array(0..<500))
        #expect(subject.isEmpty)
    }

    @Test("those that failed the last time have a quarter of the places, whatever their number")
    func suspects() {
        var subject = Queue(
            (0..<300).map { ($0, $0 < 200 ? [.suspects] : []) }, limits: Queue.Limits(total: 40))
        var started: [Int] = []
        while let next = subject.start() { started.append(next.item) }
        #expect(started == Array(0..<10) + Array(200..<230))
        subject.ended(keys: [.suspects])
        #expect(subject.start()?.item == 10)
    }

    @Test("a group whose limit is reached lets the others pass, and comes on in its order")
    func order() {
        var subject = Queue(
            [(0, [.group("a")]), (1, [.group("a")]), (2, [.group("a")]), (3, [.group("b")]), (4, [])],
            limits: Queue.Limits(total: 10, perGroup: 1))
        #expect([subject.start()?.item, subject.start()?.item, subject.start()?.item] == [0, 3, 4])
        #expect(subject.start() == nil)
        subject.ended(keys: [.group("a")])
        #expect(subject.start()?.item == 1)
        #expect(subject.rest() == [2])
        subject.append(5, keys: [])
        #expect(subject.start()?.item == 5)
    }
}

@Suite("Trying again")
struct RetryPolicyTests {
    private let policy = RetryPolicy()

    @Test("only what can heal is tried again, never what was refused")
    func kinds() {
        for kind in CollectionFailure.Kind.allCases {
            let delay = policy.delay(after: kind, tries: 1, left: .seconds(300), random: 0.5)
            #expect((delay != nil) == [.unreachable, .timeout, .closed].contains(kind), "\(kind)")
        }
    }

    @Test("pauses grow, are random, end after a few, and never reach past the device's deadline")
    func pauses() {
        let full = (1...4).map { policy.delay(after: .unreachable, tries: $0, left: .seconds(900), random: 0.999) }
        #expect(full.compactMap(\.self).count == 3)
        for (pause, most) in zip(full.compactMap(\.self), [2, 4, 8]) {
            #expect(pause > .seconds(most) * 0.99 && pause < .seconds(most))
        }
        #expect(policy.delay(after: .unreachable, tries: 1, left: .seconds(900), random: 0) == .zero)
        #expect(policy.delay(after: .unreachable, tries: 3, left: .seconds(5), random: 0.9) == nil)
    }
}
