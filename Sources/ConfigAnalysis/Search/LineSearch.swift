package import ConfigModel
import Glibc
package import Patterns

/// Looks for a pattern in the lines of texts, one line at a time as `grep` does.
package struct LineSearch: Sendable {
    /// What is looked for, and how.
    package struct Query: Sendable, Hashable {
        package var pattern: String
        /// Whether the pattern is a text as it is, rather than an expression.
        package var isLiteral: Bool
        package var ignoresCase: Bool

        package init(_ pattern: String, isLiteral: Bool = false, ignoresCase: Bool = false) {
            self.pattern = pattern
            self.isLiteral = isLiteral
            self.ignoresCase = ignoresCase
        }
    }

    private let pattern: Pattern

    /// - Throws: `invalid` with the place of the fault.
    package init(_ query: Query) throws(PatternError) {
        var options: Pattern.Options = []
        if query.isLiteral { options.insert(.literal) }
        if query.ignoresCase { options.insert(.caseInsensitive) }
        pattern = try Pattern(query.pattern, options: options)
    }

    /// The lines in which the pattern is found, in the order of the text.
    /// - Parameters:
    ///   - most: After so many lines the rest is not looked at.
    ///   - syntax: Tells how sections are found.
    /// - Throws: `runaway` when a line, or all lines of the text together, took too long.
    package func hits(
        in text: [UInt8], most: Int = .max, syntax: @autoclosure () -> Platform.Syntax
    ) throws(PatternError) -> [SearchHit] {
        let lines = TextLines(text)
        let found = try matchingLines(lines, most: most)
        guard !found.isEmpty else { return [] }
        // Made only where it is needed: most texts of a fleet have nothing of what is sought.
        let tree = ConfigTree(text, syntax: syntax())
        return found.map { index, matches in
            SearchHit(
                line: index + 1, section: tree.section(atByte: lines.start(of: index)),
                bytes: Array(text[lines.ranges[index]]), matches: matches)
        }
    }

    private func matchingLines(
        _ lines: TextLines, most: Int
    ) throws(PatternError) -> [(index: Int, matches: [Range<Int>])] {
        var found: [(index: Int, matches: [Range<Int>])] = []
        let stop = Self.processorTime + Self.longest
        for index in lines.ranges.indices where found.count < most {
            // Each line has limits of its own; this is for thousands that stay just below them.
            if index & 63 == 63, Self.processorTime > stop { throw .runaway(pattern: pattern.text) }
            let matches = try lines.withLine(index) { (line) throws(PatternError) -> [Range<Int>]? in
                guard try pattern.matches(line) else { return nil }
                return try pattern.allMatches(in: line).map(\.range)
            }
            if let matches { found.append((index, matches)) }
        }
        return found
    }

    /// Of the processor, for one text. The largest text and an honest pattern need a fraction.
    private static let longest = 5_000_000_000

    private static var processorTime: Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
