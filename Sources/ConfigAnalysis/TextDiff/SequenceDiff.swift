/// Which elements of two sequences have no partner in the other.
///
/// Common ends are cut off, elements that are unique in both become anchors (patience diff), and the gaps between them are
/// solved by Myers' greedy algorithm (1986). A gap that differs too much is given up as wholly replaced: time and memory
/// stay near linear whatever the input is.
struct SequenceDiff {
    private(set) var removed: [Bool]
    private(set) var added: [Bool]

    /// Differences that are looked for within one gap.
    private static let mostEdits = 400
    /// How often anchors are sought again between anchors.
    private static let mostLevels = 6

    private struct Gap {
        var old: Range<Int>
        var new: Range<Int>
        var level: Int
    }

    private let old: [Int]
    private let new: [Int]

    /// - Parameters: Numbers that are equal where the elements are.
    init(old: [Int], new: [Int]) {
        self.old = old
        self.new = new
        removed = [Bool](repeating: false, count: old.count)
        added = [Bool](repeating: false, count: new.count)
        var gaps = [Gap(old: 0..<old.count, new: 0..<new.count, level: 0)]
        while let gap = gaps.popLast() { gaps += split(trimmed(gap)) }
    }

    private func trimmed(_ gap: Gap) -> Gap {
        var (old, new) = (gap.old, gap.new)
        while let first = old.first, let other = new.first, self.old[first] == self.new[other] {
            old = old.dropFirst()
            new = new.dropFirst()
        }
        while let last = old.last, let other = new.last, self.old[last] == self.new[other] {
            old = old.dropLast()
            new = new.dropLast()
        }
        return Gap(old: old, new: new, level: gap.level)
    }

    /// Marks what is certain in `gap` and returns what is left to do.
    private mutating func split(_ gap: Gap) -> [Gap] {
        guard !gap.old.isEmpty, !gap.new.isEmpty else {
            markAll(gap)
            return []
        }
        let anchors = gap.level < Self.mostLevels ? anchors(in: gap) : []
        guard !anchors.isEmpty else {
            solve(gap)
            return []
        }
        var rest: [Gap] = []
        var (old, new) = (gap.old.lowerBound, gap.new.lowerBound)
        for anchor in anchors {
            rest.append(Gap(old: old..<anchor.old, new: new..<anchor.new, level: gap.level + 1))
            (old, new) = (anchor.old + 1, anchor.new + 1)
        }
        rest.append(Gap(old: old..<gap.old.upperBound, new: new..<gap.new.upperBound, level: gap.level + 1))
        return rest
    }

    private mutating func markAll(_ gap: Gap) {
        for index in gap.old { removed[index] = true }
        for index in gap.new { added[index] = true }
    }

    /// Elements that stand once in either side, in an order common to both: the longest rising run of them.
    private func anchors(in gap: Gap) -> [(old: Int, new: Int)] {
        var places: [Int: (old: Int, new: Int)] = [:]
        for index in gap.old { places[old[index], default: (-1, -1)].old = places[old[index]] == nil ? index : -2 }
        for index in gap.new {
            guard let place = places[new[index]] else { continue }
            places[new[index]]?.new = place.new == -1 ? index : -2
        }
        let unique = gap.old.compactMap { index -> (old: Int, new: Int)? in
            guard let place = places[old[index]], place.old >= 0, place.new >= 0 else { return nil }
            return place
        }
        return Self.longestRise(unique)
    }

    private static func longestRise(_ pairs: [(old: Int, new: Int)]) -> [(old: Int, new: Int)] {
        var ends: [Int] = []
        var before = [Int](repeating: -1, count: pairs.count)
        for index in pairs.indices {
            var (low, high) = (0, ends.count)
            while low < high {
                let middle = (low + high) / 2
                if pairs[ends[middle]].new < pairs[index].new { low = middle + 1 } else { high = middle }
            }
            if low > 0 { before[index] = ends[low - 1] }
            if low == ends.count { ends.append(index) } else { ends[low] = index }
        }
        var rise: [(old: Int, new: Int)] = []
        var next = ends.last ?? -1
        while next >= 0 {
            rise.append(pairs[next])
            next = before[next]
        }
        return rise.reversed()
    }

    /// Myers: after `edits` differences, how far along each diagonal one can come; the fronts are kept to walk back.
    private mutating func solve(_ gap: Gap) {
        let (width, height) = (gap.old.count, gap.new.count)
        let most = min(width + height, Self.mostEdits)
        var front = [Int](repeating: 0, count: 2 * most + 3)
        var fronts: [[Int]] = []
        for edits in 0...most {
            fronts.append(Array(front[(most + 1 - edits)...(most + 1 + edits)]))
            for diagonal in stride(from: -edits, through: edits, by: 2) {
                let place = most + 1 + diagonal
                let goesDown = diagonal == -edits || (diagonal != edits && front[place - 1] < front[place + 1])
                var x = goesDown ? front[place + 1] : front[place - 1] + 1
                var y = x - diagonal
                while x < width, y < height, old[gap.old.lowerBound + x] == new[gap.new.lowerBound + y] {
                    x += 1
                    y += 1
                }
                front[place] = x
                if x >= width, y >= height {
                    walkBack(gap, fronts: fronts)
                    return
                }
            }
        }
        markAll(gap)
    }

    private mutating func walkBack(_ gap: Gap, fronts: [[Int]]) {
        var (x, y) = (gap.old.count, gap.new.count)
        for edits in stride(from: fronts.count - 1, to: 0, by: -1) {
            let front = fronts[edits]
            func reach(_ diagonal: Int) -> Int { front[diagonal + edits] }
            let diagonal = x - y
            let goesDown = diagonal == -edits || (diagonal != edits && reach(diagonal - 1) < reach(diagonal + 1))
            let previous = goesDown ? diagonal + 1 : diagonal - 1
            x = reach(previous)
            y = x - previous
            if goesDown { added[gap.new.lowerBound + y] = true } else { removed[gap.old.lowerBound + x] = true }
        }
    }
}
