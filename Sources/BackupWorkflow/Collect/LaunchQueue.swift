import ConfigModel
import DequeModule

/// Devices that wait for their turn, and the limits that say whose it is: in total, of a group, behind a jump host, with a
/// credential. All hold at once. A device whose limit is reached waits beside the others and lets them pass.
struct LaunchQueue<Item: Sendable>: Sendable {
    /// What a limit counts.
    enum Key: Sendable, Hashable {
        case group(String)
        case jump(String)
        case credential(String)
        /// Those that failed the last time: they may have a quarter of all places, so that dead devices hold up nobody and are
        /// not kept waiting to the end either.
        case suspects
    }

    struct Limits: Sendable, Hashable {
        var total: Int
        var perGroup: Int?
        var perJump: Int?
        var perCredential: Int?

        func limit(of key: Key) -> Int? {
            switch key {
            case .group: perGroup
            case .jump: perJump
            case .credential: perCredential
            case .suspects: max(1, total / 4)
            }
        }
    }

    private struct Waiting {
        var item: Item
        var keys: [Key]
    }

    private let limits: Limits
    private var waiting: [Waiting]
    /// Where in `waiting` those begin that were not looked at yet.
    private var next = 0
    /// Those that were looked at and found a limit reached, in their order; by that limit.
    private var parked: [Key: Deque<Waiting>] = [:]
    /// Limits that have room again: those parked there come before all others.
    private var freed: [Key] = []
    private var running: [Key: Int] = [:]
    private(set) var inFlight = 0

    /// - Parameter items: In the order in which they are to be started.
    init(_ items: [(item: Item, keys: [Key])], limits: Limits) {
        waiting = items.map { Waiting(item: $0.item, keys: $0.keys) }
        self.limits = limits
    }

    var isEmpty: Bool { next == waiting.count && parked.values.allSatisfy(\.isEmpty) }

    /// Puts an item at the end, such as one that is tried again.
    mutating func append(_ item: Item, keys: [Key]) { waiting.append(Waiting(item: item, keys: keys)) }

    /// The next one whose limits all hold, which then counts as running; nil where there is none.
    mutating func start() -> (item: Item, keys: [Key])? {
        guard inFlight < limits.total else { return nil }
        while let candidate = takeCandidate() {
            if let reached = candidate.keys.first(where: isReached) {
                parked[reached, default: []].append(candidate)
                continue
            }
            for key in candidate.keys { running[key, default: 0] += 1 }
            inFlight += 1
            return (candidate.item, candidate.keys)
        }
        return nil
    }

    private mutating func takeCandidate() -> Waiting? {
        while let key = freed.last {
            if !isReached(key), let first = parked[key]?.popFirst() { return first }
            freed.removeLast()
        }
        guard next < waiting.count else { return nil }
        next += 1
        return waiting[next - 1]
    }

    private func isReached(_ key: Key) -> Bool {
        limits.limit(of: key).map { running[key, default: 0] >= $0 } ?? false
    }

    /// An item has ended: those that waited for its limits are looked at again.
    mutating func ended(keys: [Key]) {
        inFlight -= 1
        for key in keys {
            running[key, default: 0] -= 1
            if parked[key]?.isEmpty == false { freed.append(key) }
        }
    }

    /// Everything that was not started.
    func rest() -> [Item] { (parked.values.flatMap(Array.init) + waiting[next...]).map(\.item) }
}
