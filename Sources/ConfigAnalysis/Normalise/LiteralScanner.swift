/// Finds many texts at once in one pass over bytes, case folded (ASCII): Aho and Corasick's automaton (1975) as a table.
///
/// Each text belongs to numbered marks; stepping over its last byte sets them.
struct LiteralScanner: Sendable {
    /// Column of each byte value.
    let columns: [UInt8]
    /// Next state by state and column; states are given as the offset of their row.
    let table: [UInt32]
    /// States from here on end a text.
    let firstHit: UInt32
    /// Marks of the states that end a text, in the order of states.
    private let marks: [[Int]]
    private let width: UInt32

    static let start: UInt32 = 0

    /// - Parameter texts: Each with the mark that it sets; empty texts are left out.
    init(_ texts: [(text: [UInt8], mark: Int)]) {
        var trie = Trie()
        for (text, mark) in texts where !text.isEmpty { trie.insert(text.map(RequiredLiterals.folded), mark: mark) }
        trie.link()
        let order = trie.plainFirst()
        let hits = order.firstIndex { !trie.marks[$0].isEmpty } ?? order.count
        var row = [UInt32](repeating: 0, count: order.count)
        for (place, state) in order.enumerated() { row[state] = UInt32(place * trie.width) }
        table = order.flatMap { state in
            (0..<trie.width).map { row[trie.next[state * trie.width + $0]] }
        }
        columns = trie.columns
        width = UInt32(trie.width)
        firstHit = UInt32(hits * trie.width)
        marks = order[hits...].map { trie.marks[$0] }
    }

    /// Reads one line.
    /// - Returns: Where it ends: the place of its line feed or the end of the text.
    @inline(__always)
    func scan(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int, _ hit: ([Int]) -> Void) -> Int {
        columns.withUnsafeBufferPointer { columns in
            table.withUnsafeBufferPointer { table in
                var state = Self.start
                var position = start
                while position < bytes.count {
                    let byte = bytes[position]
                    if byte == 0x0A { break }
                    state = table[Int(state) + Int(columns[Int(byte)])]
                    if state >= firstHit { hit(marks(of: state)) }
                    position += 1
                }
                return position
            }
        }
    }

    /// Marks that are set on entering a state at or after `firstHit`.
    func marks(of state: UInt32) -> [Int] { marks[Int((state - firstHit) / width)] }
}

/// The automaton while it is built.
private struct Trie {
    var columns = [UInt8](repeating: 0, count: 256)
    var width = 1
    var next: [Int] = []
    var marks: [[Int]] = [[]]
    private var children: [[UInt8: Int]] = [[:]]

    mutating func insert(_ text: [UInt8], mark: Int) {
        var state = 0
        for byte in text {
            if let known = children[state][byte] {
                state = known
                continue
            }
            children.append([:])
            marks.append([])
            children[state][byte] = children.count - 1
            state = children.count - 1
        }
        if !marks[state].contains(mark) { marks[state].append(mark) }
    }

    /// Fills in the steps taken when no text goes on: to the longest ending that begins another text.
    mutating func link() {
        numberColumns()
        next = [Int](repeating: 0, count: children.count * width)
        var fallback = [Int](repeating: 0, count: children.count)
        var queue = [0]
        var head = 0
        while head < queue.count {
            let state = queue[head]
            head += 1
            if state != 0 {
                for column in 0..<width { next[state * width + column] = next[fallback[state] * width + column] }
                for mark in marks[fallback[state]] where !marks[state].contains(mark) { marks[state].append(mark) }
            }
            for (byte, child) in children[state].sorted(by: { $0.key < $1.key }) {
                let column = Int(columns[Int(byte)])
                fallback[child] = state == 0 ? 0 : next[fallback[state] * width + column]
                next[state * width + column] = child
                queue.append(child)
            }
        }
    }

    /// One column for every byte that stands in a text, column 0 for all others.
    private mutating func numberColumns() {
        let used = Set(children.flatMap(\.keys)).sorted()
        for (index, byte) in used.enumerated() {
            columns[Int(byte)] = UInt8(index + 1)
            if (0x61...0x7A).contains(byte) { columns[Int(byte & ~0x20)] = UInt8(index + 1) }
        }
        width = used.count + 1
    }

    /// All states, those that end no text first; the start stays at the front.
    func plainFirst() -> [Int] {
        marks.indices.filter { marks[$0].isEmpty } + marks.indices.filter { !marks[$0].isEmpty }
    }
}
