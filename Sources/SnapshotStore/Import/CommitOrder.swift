/// Brings commits into the order in which they are read: each after its parents, else by date, oldest first.
///
/// A history without merges, which is what backup tools write, is one line and needs no more than its names.
struct CommitOrder {
    private struct Node {
        var time: Double
        var missingParents = 0
    }

    private struct Entry {
        var time: Double
        var id: ObjectID
        static func precedes(_ left: Entry, _ right: Entry) -> Bool { (left.time, left.id) < (right.time, right.id) }
    }

    /// More than this is no history of configurations.
    static let most = 5_000_000

    let parents: (ObjectID) throws(StoreError) -> (parents: [ObjectID], time: Double)

    /// - Returns: nil when there are more than `most`.
    func ordered(from tip: ObjectID) throws(StoreError) -> [ObjectID]? {
        var line: [ObjectID] = []
        var current: ObjectID? = tip
        while let id = current {
            let commit = try parents(id)
            guard commit.parents.count <= 1 else { return try merged(from: tip) }
            line.append(id)
            guard line.count <= Self.most else { return nil }
            current = commit.parents.first
        }
        return line.reversed()
    }

    private func merged(from tip: ObjectID) throws(StoreError) -> [ObjectID]? {
        var nodes: [ObjectID: Node] = [:]
        var open = [tip]
        var children: [ObjectID: [ObjectID]] = [:]
        while let id = open.popLast() {
            guard nodes[id] == nil else { continue }
            let commit = try parents(id)
            let parents = Set(commit.parents)
            nodes[id] = Node(time: commit.time, missingParents: parents.count)
            guard nodes.count <= Self.most else { return nil }
            for parent in parents {
                children[parent, default: []].append(id)
                open.append(parent)
            }
        }
        var heap: [Entry] = []
        for (id, node) in nodes where node.missingParents == 0 { Self.push(Entry(time: node.time, id: id), to: &heap) }
        var ordered: [ObjectID] = []
        while let next = Self.pop(&heap) {
            ordered.append(next.id)
            for child in children[next.id] ?? [] {
                guard var node = nodes[child] else { continue }
                node.missingParents -= 1
                nodes[child] = node
                if node.missingParents == 0 { Self.push(Entry(time: node.time, id: child), to: &heap) }
            }
        }
        return ordered
    }

    private static func push(_ entry: Entry, to heap: inout [Entry]) {
        heap.append(entry)
        var place = heap.count - 1
        while place > 0, Entry.precedes(heap[place], heap[(place - 1) / 2]) {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    private static func pop(_ heap: inout [Entry]) -> Entry? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var place = 0
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2] where child < heap.count {
                if Entry.precedes(heap[child], heap[least]) { least = child }
            }
            if least == place { return first }
            heap.swapAt(place, least)
            place = least
        }
    }
}
