/// The prompt of one session, learned by seeing it twice, then looked for exactly.
struct LearnedPrompt: Sendable, Hashable {
    /// How a line relates to the prompt.
    enum Likeness: Sendable { case exact, variant, renumbered, none }

    /// The line as the device shows it, blanks at its end included.
    private let line: [UInt8]
    /// Text between numbers that differed from one showing to the next (a command counter); one piece when none did.
    private let pieces: [[UInt8]]
    /// What is left without mode (`(config)`) and ending (`>`, `#`).
    private let base: [UInt8]
    /// Lines that the device puts above each prompt (`{master:0}`, `[/]`), blanks at their ends left out: no part of an
    /// answer.
    var preamble: [[UInt8]] = []

    /// - Returns: Nil when the two showings are not the same prompt.
    init?(first: [UInt8], second: [UInt8]) {
        guard let pieces = Self.commonPieces(first, second) else { return nil }
        line = second
        self.pieces = pieces
        base = Self.base(of: second)
    }

    /// For the mask of the echo: what stands before a command.
    var text: [UInt8] { line }

    /// How `candidate`, a whole line, relates to the prompt. A variant differs in mode or ending, as after `enable`, or
    /// in the blanks at its end; a renumbered one in nothing but numbers, as where the prompt counts commands. Of both the
    /// caller has to make sure by other means.
    func likeness(of candidate: ArraySlice<UInt8>) -> Likeness {
        guard candidate.count <= line.count + 80, !candidate.isEmpty else { return .none }
        if isExact(candidate) { return .exact }
        let trimmed = Self.trimmed(candidate)
        if trimmed.elementsEqual(Self.trimmed(line[...])) { return .variant }
        if !base.isEmpty, trimmed.starts(with: base), Self.isModeAndEnding(trimmed.dropFirst(base.count)) {
            return .variant
        }
        return Self.commonPieces(line, Array(candidate)) == nil ? .none : .renumbered
    }

    func isExact(_ candidate: ArraySlice<UInt8>) -> Bool {
        guard pieces.count > 1 else { return candidate.elementsEqual(line) }
        var rest = candidate
        for (index, piece) in pieces.enumerated() {
            if index > 0 {
                let digits = rest.prefix(while: Self.isDigit)
                guard !digits.isEmpty else { return false }
                rest = rest.dropFirst(digits.count)
            }
            guard rest.starts(with: piece) else { return false }
            rest = rest.dropFirst(piece.count)
        }
        return rest.isEmpty
    }
}

extension LearnedPrompt {
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static let endings: Set<UInt8> = [0x3E, 0x23, 0x24, 0x25, 0x5D]  // > # $ % ]

    static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var line = line
        while let last = line.last, last == 0x20 || last == 0x09 || last == 0 { line.removeLast() }
        return line
    }

    /// The text between those digit runs that differ; nil when anything else differs.
    private static func commonPieces(_ first: [UInt8], _ second: [UInt8]) -> [[UInt8]]? {
        if first == second { return [first] }
        guard differInDigits(first, second) else { return nil }
        let (left, right) = (parts(first), parts(second))
        guard left.count == right.count else { return nil }
        var pieces: [[UInt8]] = [[]]
        for (one, other) in zip(left, right) {
            if one == other {
                pieces[pieces.count - 1] += one
            } else {
                guard let a = one.first, let b = other.first, isDigit(a), isDigit(b) else { return nil }
                pieces.append([])
            }
        }
        // Nothing but numbers would match too much.
        return pieces.contains { $0.contains { !isDigit($0) && $0 != 0x20 } } ? pieces : nil
    }

    /// Whether the two are the same but for runs of digits. Most lines of an answer are nothing like the prompt, and differ
    /// in their first bytes.
    private static func differInDigits(_ first: [UInt8], _ second: [UInt8]) -> Bool {
        var (left, right) = (first[...], second[...])
        while let one = left.first, let other = right.first {
            if isDigit(one), isDigit(other) {
                left = left.drop(while: isDigit)
                right = right.drop(while: isDigit)
            } else {
                guard one == other else { return false }
                left = left.dropFirst()
                right = right.dropFirst()
            }
        }
        return left.isEmpty && right.isEmpty
    }

    /// Runs of digits and runs of the rest, in turn.
    private static func parts(_ line: [UInt8]) -> [[UInt8]] {
        var parts: [[UInt8]] = []
        for byte in line {
            if let last = parts.last?.last, isDigit(last) == isDigit(byte) {
                parts[parts.count - 1].append(byte)
            } else {
                parts.append([byte])
            }
        }
        return parts
    }

    private static func base(of line: [UInt8]) -> [UInt8] {
        var rest = trimmed(line[...])
        while let last = rest.last, endings.contains(last) { rest.removeLast() }
        rest = trimmed(rest)
        if rest.last == 0x29, let open = rest.lastIndex(of: 0x28), open > rest.startIndex { rest = rest[..<open] }
        return Array(trimmed(rest))
    }

    /// ` (global) #`, `(config)#`, `##`, `>`.
    private static func isModeAndEnding(_ text: ArraySlice<UInt8>) -> Bool {
        var rest = text.drop { $0 == 0x20 }
        if rest.first == 0x28 {
            guard let close = rest.firstIndex(of: 0x29) else { return false }
            rest = rest[(close + 1)...]
        }
        rest = rest.drop { $0 == 0x20 }
        return (1...3).contains(rest.count) && rest.allSatisfy(endings.contains)
    }
}
