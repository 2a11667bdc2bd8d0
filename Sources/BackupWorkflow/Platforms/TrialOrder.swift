/// Which of the expected lines stand in a text, in their order.
enum TrialOrder {
    /// Larger tables are not filled: the first line that fits is then taken.
    private static let mostCells = 6_000_000

    /// - Returns: The indices of expected lines that are missing, such that as few as possible are.
    static func missing(of expected: [String], from lines: [String]) -> [Int] {
        guard !expected.isEmpty else { return [] }
        guard expected.count * (lines.count + 1) <= mostCells else { return greedy(expected, lines) }
        let width = lines.count + 1
        // How many lines fit from here to the ends.
        var table = [Int32](repeating: 0, count: (expected.count + 1) * width)
        for row in expected.indices.reversed() {
            for column in lines.indices.reversed() {
                let skip = max(table[(row + 1) * width + column], table[row * width + column + 1])
                let isSame = TrialLines.isSame(stored: lines[column], expected: expected[row])
                table[row * width + column] = isSame ? max(skip, table[(row + 1) * width + column + 1] + 1) : skip
            }
        }
        var missing: [Int] = []
        var (row, column) = (0, 0)
        while row < expected.count {
            if column == lines.count {
                missing.append(row)
                row += 1
                continue
            }
            let here = table[row * width + column]
            if TrialLines.isSame(stored: lines[column], expected: expected[row]),
                here == table[(row + 1) * width + column + 1] + 1
            {
                (row, column) = (row + 1, column + 1)
            } else if here == table[row * width + column + 1] {
                column += 1
            } else {
                missing.append(row)
                row += 1
            }
        }
        return missing
    }

    private static func greedy(_ expected: [String], _ lines: [String]) -> [Int] {
        var rest = lines[...]
        return expected.indices.filter { index in
            let place = rest.firstIndex { TrialLines.isSame(stored: $0, expected: expected[index]) }
            if let place { rest = rest[(place + 1)...] }
            return place == nil
        }
    }
}
