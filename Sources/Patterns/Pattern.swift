/// A compiled regular expression (PCRE2 syntax) over bytes.
///
/// It matches bytes, not characters: what devices send may be anything, checking it for UTF-8 at every match would cost
/// more than the match, and a character outside ASCII still matches itself, as its bytes do. Only in a bracket class and
/// before a quantifier such a character must stand in a group, `(?:ü)+`. Case is folded for ASCII.
///
/// `^` and `$` know the line ends LF, CR and CR LF. A copy shares the compiled code; any number of threads may match at once.
package struct Pattern: Sendable {
    package struct Options: OptionSet, Sendable {
        package let rawValue: Int
        package init(rawValue: Int) { self.rawValue = rawValue }

        /// `^` and `$` match at every line, not only at the ends of the subject.
        package static let multiline = Options(rawValue: 1)
        package static let caseInsensitive = Options(rawValue: 2)
        package static let dotMatchesNewlines = Options(rawValue: 4)
        /// The match must begin where the search begins.
        package static let anchored = Options(rawValue: 8)
        /// The text is searched for as it is, without any special characters.
        package static let literal = Options(rawValue: 16)
    }

    package let text: String
    private let code: CompiledPattern

    /// - Throws: `invalid` with the offset of the fault.
    package init(_ text: String, options: Options = []) throws(PatternError) {
        self.text = text
        code = try CompiledPattern(text, options: options)
    }

    /// The names of capture groups, `(?<name>…)`, by rising group number.
    package var groupNames: [String] { code.groupNames.map(\.name) }

    /// The numbers of the groups called `name`; several only where the pattern allows duplicates, `(?J)`.
    package func groupNumbers(named name: String) -> [Int] {
        code.groupNames.filter { $0.name == name }.map(\.number)
    }

    /// What is known of all matches.
    package var opening: PatternOpening { code.opening }

    /// How many capture groups the pattern has, the whole match not counted.
    package var groupCount: Int { code.groupCount }

    /// The first match at or after `start`; what stands before `start` can be seen by lookbehind and `^`.
    package func firstMatch(in bytes: [UInt8], from start: Int = 0) throws(PatternError) -> PatternMatch? {
        try bytes.withUnsafeBufferPointer { (buffer) throws(PatternError) in try firstMatch(in: buffer, from: start) }
    }

    /// The first match at or after `start`; nil also when `start` lies outside the subject.
    package func firstMatch(in bytes: UnsafeBufferPointer<UInt8>, from start: Int = 0) throws(PatternError)
        -> PatternMatch?
    {
        let budget = code.budget(for: bytes)
        return try code.match(in: bytes, from: start, budget: budget)
    }

    /// Whether the pattern matches anywhere.
    package func matches(_ bytes: [UInt8]) throws(PatternError) -> Bool {
        try bytes.withUnsafeBufferPointer { (buffer) throws(PatternError) in try matches(buffer) }
    }

    /// Whether the pattern matches anywhere.
    package func matches(_ bytes: UnsafeBufferPointer<UInt8>) throws(PatternError) -> Bool {
        try code.isMatched(in: bytes)
    }

    /// Whether the pattern matches anywhere in `text`.
    package func matches(_ text: String) throws(PatternError) -> Bool { try matches(Array(text.utf8)) }

    /// Every match, left to right, none overlapping another. An empty match counts once at its place.
    package func allMatches(in bytes: [UInt8]) throws(PatternError) -> [PatternMatch] {
        try bytes.withUnsafeBufferPointer { (buffer) throws(PatternError) in try allMatches(in: buffer) }
    }

    /// Every match, left to right, none overlapping another.
    package func allMatches(in bytes: UnsafeBufferPointer<UInt8>) throws(PatternError) -> [PatternMatch] {
        var found: [PatternMatch] = []
        try forEachMatch(in: bytes) { match in
            found.append(match)
            return nil
        }
        return found
    }

    /// Hands over every match, left to right.
    /// - Parameter body: Gives the place at which to go on, behind the start of the match; nil: behind its end.
    package func forEachMatch(
        in bytes: UnsafeBufferPointer<UInt8>, _ body: (PatternMatch) -> Int?
    ) throws(PatternError) {
        let budget = code.budget(for: bytes)
        var position = 0
        while position <= bytes.count, let match = try code.match(in: bytes, from: position, budget: budget) {
            if let next = body(match), next > match.range.lowerBound {
                position = next
                continue
            }
            position = match.range.upperBound
            guard match.range.isEmpty else { continue }
            // After an empty match: something not empty right here, else on by one line end or byte.
            if let longer = try code.match(in: bytes, from: position, notEmptyHere: true, budget: budget) {
                _ = body(longer)
                position = longer.range.upperBound
            } else {
                position += Self.step(in: bytes, at: position)
            }
        }
    }

    private static func step(in bytes: UnsafeBufferPointer<UInt8>, at position: Int) -> Int {
        let isLineEnd = position + 1 < bytes.count && bytes[position] == 0x0D && bytes[position + 1] == 0x0A
        return isLineEnd ? 2 : 1
    }
}
