import Patterns

/// Says by one scan of a line which of many patterns are worth trying on it.
struct LinePrefilter: Sendable {
    /// Numbers of rules, rising.
    struct Candidates {
        private(set) var rules: [Int] = []
        private var bits: [UInt64]

        init(count: Int) { bits = [UInt64](repeating: 0, count: (count + 63) / 64) }

        func contains(_ rule: Int) -> Bool { bits[rule / 64] & (1 << UInt64(rule % 64)) != 0 }

        mutating func insert(_ rule: Int) {
            guard !contains(rule) else { return }
            bits[rule / 64] |= 1 << UInt64(rule % 64)
            var place = rules.count
            rules.append(rule)
            while place > 0, rules[place - 1] > rule {
                rules.swapAt(place, place - 1)
                place -= 1
            }
        }

        mutating func removeAll() {
            for rule in rules { bits[rule / 64] = 0 }
            rules.removeAll(keepingCapacity: true)
        }
    }

    /// A rule that no literal says anything about.
    private struct Unmarked: Sendable {
        let rule: Int
        /// `^\s*$` and its like: lines that end in anything but white space are not for it.
        let isOfBlankLines: Bool
        /// Of an anchored pattern.
        let firstBytes: [Bool]?
        let leastLength: Int

        func isWorthTrying(on line: UnsafeBufferPointer<UInt8>.SubSequence) -> Bool {
            guard line.count >= leastLength else { return false }
            if isOfBlankLines { return line.last.map(TextLines.isSpace) ?? true }
            guard let firstBytes, let first = line.first else { return true }
            return firstBytes[Int(first)]
        }
    }

    private let scanner: LiteralScanner
    private let unmarked: [Unmarked]
    private let count: Int

    private static let blank: Set<String> = [#"^\s*$"#, "^$", #"^\s+$"#, "^ *$", #"^[ \t]*$"#, #"^\s*\z"#]

    /// - Parameters:
    ///   - patterns: Rules from 0 on; what they require is read from them.
    ///   - literals: Texts that mark further rules.
    ///   - count: Of all rules.
    init(patterns: [Pattern], literals: [(text: [UInt8], mark: Int)] = [], count: Int? = nil) {
        var unmarked: [Unmarked] = []
        var literals = literals
        for (rule, pattern) in patterns.enumerated() {
            if let required = RequiredLiterals.of(pattern.text) {
                literals += required.map { ($0, rule) }
            } else {
                let opening = pattern.opening
                unmarked.append(
                    Unmarked(
                        rule: rule, isOfBlankLines: Self.blank.contains(pattern.text),
                        firstBytes: opening.isAnchored && opening.leastLength > 0 ? opening.firstBytes : nil,
                        leastLength: opening.leastLength))
            }
        }
        self.unmarked = unmarked
        self.count = count ?? patterns.count
        scanner = LiteralScanner(literals)
    }

    /// To be filled line by line.
    var noCandidates: Candidates { Candidates(count: count) }

    /// Notes which rules are worth trying on the line that begins at `start`.
    /// - Returns: Where the line ends: the place of its line feed or the end of the text.
    func scanLine(of bytes: UnsafeBufferPointer<UInt8>, from start: Int, into candidates: inout Candidates) -> Int {
        let end = scanner.scan(bytes, from: start) { marks in
            for mark in marks { candidates.insert(mark) }
        }
        guard !unmarked.isEmpty else { return end }
        let line = bytes[start..<TextLines.withoutBlanks(start..<end, in: bytes)]
        for rule in unmarked where rule.isWorthTrying(on: line) { candidates.insert(rule.rule) }
        return end
    }

    /// Hands over every line, without its CRs, on which a rule is worth trying.
    func forEachLine<Failure: Error>(
        of bytes: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>, Candidates) throws(Failure) -> Void
    ) throws(Failure) {
        var candidates = noCandidates
        var start = 0
        while start < bytes.count {
            let end = scanLine(of: bytes, from: start, into: &candidates)
            if !candidates.rules.isEmpty {
                try body(start..<TextLines.withoutReturns(start..<end, in: bytes), candidates)
                candidates.removeAll()
            }
            start = end + 1
        }
    }
}
