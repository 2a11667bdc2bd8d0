/// Lines that a pattern matches, made from the pattern: a few, for trying out, not all there are.
///
/// What it does not know (lookaround, back references, classes of other kinds) it leaves out; the caller tries each line.
struct PatternSample {
    private static let most = 24
    private let text: [UInt8]
    private var position = 0

    private init(_ text: String) { self.text = Array(text.utf8) }

    static func lines(of pattern: String) -> [[UInt8]] {
        var reader = PatternSample(pattern)
        return Array(reader.alternation().prefix(most))
    }

    private var next: UInt8? { position < text.count ? text[position] : nil }

    private mutating func alternation() -> [[UInt8]] {
        var all: [[UInt8]] = []
        repeat { all += branch() } while take("|") && all.count < Self.most
        // What is left of too many branches.
        while let byte = next, byte != UInt8(ascii: ")") { skipPart() }
        return all
    }

    private mutating func take(_ character: Character) -> Bool {
        guard next == character.asciiValue else { return false }
        position += 1
        return true
    }

    private mutating func branch() -> [[UInt8]] {
        var lines: [[UInt8]] = [[]]
        while let byte = next, byte != UInt8(ascii: "|"), byte != UInt8(ascii: ")") {
            let parts = part()
            quantifier()
            lines = lines.flatMap { line in parts.map { line + $0 } }
            if lines.count > Self.most { lines = Array(lines.prefix(Self.most)) }
        }
        return lines
    }

    private mutating func skipPart() {
        _ = part()
        quantifier()
        _ = take("|")
    }

    /// Once is within every quantifier that can be met often.
    private mutating func quantifier() {
        while let byte = next, "?*+".utf8.contains(byte) { position += 1 }
        guard next == UInt8(ascii: "{") else { return }
        while let byte = next {
            position += 1
            if byte == UInt8(ascii: "}") { break }
        }
        while let byte = next, "?+".utf8.contains(byte) { position += 1 }
    }

    private mutating func part() -> [[UInt8]] {
        guard let byte = next else { return [[]] }
        position += 1
        switch byte {
        case UInt8(ascii: "^"), UInt8(ascii: "$"): return [[]]
        case UInt8(ascii: "."): return [[UInt8(ascii: "x")]]
        case UInt8(ascii: "["): return [bracket()]
        case UInt8(ascii: "("): return group()
        case UInt8(ascii: "\\"): return [escape()]
        default: return [[byte]]
        }
    }

    private mutating func group() -> [[UInt8]] {
        var isAssertion = false
        if take("?") {
            if let byte = next, "=!".utf8.contains(byte) {
                isAssertion = true
                position += 1
            } else if take("<") {
                if let byte = next, "=!".utf8.contains(byte) {
                    isAssertion = true
                    position += 1
                } else {
                    while let byte = next, byte != UInt8(ascii: ">") { position += 1 }
                    position += 1
                }
            } else {
                // `?:`, `?i:`, `?>`; `?i)` ends at once.
                while let byte = next, byte != UInt8(ascii: ":"), byte != UInt8(ascii: ")"), byte != UInt8(ascii: ">"),
                    byte != UInt8(ascii: "|")
                {
                    position += 1
                }
                if take(")") { return [[]] }
                position += 1
            }
        }
        let inner = alternation()
        _ = take(")")
        return isAssertion ? [[]] : inner
    }

    private mutating func bracket() -> [UInt8] {
        let isNegated = take("^")
        var members: [UInt8] = []
        var isFirst = true
        while let byte = next, byte != UInt8(ascii: "]") || isFirst {
            isFirst = false
            position += 1
            if byte == UInt8(ascii: "\\") { members += escape() } else { members.append(byte) }
        }
        position += 1
        if !isNegated { return members.first.map { [$0] } ?? [] }
        return "xa0-/:".utf8.first { !members.contains($0) }.map { [$0] } ?? []
    }

    private mutating func escape() -> [UInt8] {
        guard let byte = next else { return [] }
        position += 1
        switch byte {
        case UInt8(ascii: "d"): return [UInt8(ascii: "1")]
        case UInt8(ascii: "w"), UInt8(ascii: "S"), UInt8(ascii: "D"), UInt8(ascii: "N"): return [UInt8(ascii: "x")]
        case UInt8(ascii: "s"), UInt8(ascii: "h"), UInt8(ascii: "W"): return [0x20]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "b"), UInt8(ascii: "B"), UInt8(ascii: "A"), UInt8(ascii: "z"), UInt8(ascii: "Z"): return []
        default: return [byte]
        }
    }
}
