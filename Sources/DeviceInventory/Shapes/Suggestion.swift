/// The word that somebody may have meant.
enum Suggestion {
    /// - Returns: The nearest of `words`, nil when none is near: at most two letters in five are wrong, and never more than three.
    static func nearest(to word: String, in words: [String]) -> String? {
        let limit = min(3, max(1, word.count * 2 / 5))
        let candidates = words.map { (word: $0, distance: distance(word.lowercased(), $0.lowercased())) }
        guard let best = candidates.min(by: { $0.distance < $1.distance }), best.distance <= limit else { return nil }
        return best.word
    }

    /// How many letters must be put in, taken out, replaced or swapped with their neighbour
    /// (optimal string alignment distance). Long words are not compared.
    static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left.utf8)
        let right = Array(right.utf8)
        guard left.count <= 64, right.count <= 64 else { return .max }
        var beforeLast = [Int](repeating: 0, count: right.count + 1)
        var last = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1] + [Int](repeating: 0, count: right.count)
            for column in right.indices {
                let replaced = last[column] + (left[row] == right[column] ? 0 : 1)
                var best = min(replaced, last[column + 1] + 1, current[column] + 1)
                let swapped = row > 0 && column > 0 && left[row] == right[column - 1] && left[row - 1] == right[column]
                if swapped { best = min(best, beforeLast[column - 1] + 1) }
                current[column + 1] = best
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
