/// What is due when: a binary heap, so that ten thousand pauses cost no thread and next to no time.
struct TimerQueue<Payload> {
    private var heap: [(due: ContinuousClock.Instant, payload: Payload)] = []

    var isEmpty: Bool { heap.isEmpty }
    /// When the first is due.
    var next: ContinuousClock.Instant? { heap.first?.due }

    mutating func add(_ payload: Payload, at due: ContinuousClock.Instant) {
        heap.append((due, payload))
        var child = heap.count - 1
        while child > 0, heap[child].due < heap[(child - 1) / 2].due {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Takes out the first that is due; nil when none is yet.
    mutating func popDue(at now: ContinuousClock.Instant) -> Payload? {
        guard let first = heap.first, first.due <= now else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            let children = [2 * parent + 1, 2 * parent + 2].filter { $0 < heap.count }
            guard let least = children.min(by: { heap[$0].due < heap[$1].due }), heap[least].due < heap[parent].due
            else { break }
            heap.swapAt(parent, least)
            parent = least
        }
        return first.payload
    }
}
