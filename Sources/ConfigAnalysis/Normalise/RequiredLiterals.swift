/// The texts of which at least one stands in everything that a pattern matches.
///
/// A scan for these texts says cheaply which lines a pattern need not be tried on. Whatever this reader does not know
/// for certain makes it answer nil: the pattern is then tried on every line, which is slower and never wrong.
struct RequiredLiterals {
    /// Shorter texts stand in almost every line.
    private static let leastLength = 2
    private static let deepestGroup = 16

    private let text: [UInt8]
    private var position = 0
    private var isUncertain = false

    private init(_ pattern: String) { text = Array(pattern.utf8) }

    /// Folded to lower case (ASCII), whether or not the pattern tells cases apart.
    /// - Returns: nil when there is no such set.
    static func of(_ pattern: String) -> [[UInt8]]? {
        var reader = RequiredLiterals(pattern)
        let found = reader.alternation(depth: 0)
        guard let found, !reader.isUncertain, reader.position == reader.text.count else { return nil }
        guard found.allSatisfy({ $0.count >= leastLength }) else { return nil }
        return found.map { $0.map(folded) }
    }

    static func folded(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

    private var next: UInt8? { position < text.count ? text[position] : nil }

    private mutating func take(_ character: Character) -> Bool {
        guard next == character.asciiValue else { return false }
        position += 1
        return true
    }

    /// Of each branch its best texts; nil as soon as one branch has none.
    private mutating func alternation(depth: Int) -> [[UInt8]]? {
        var all: [[UInt8]]? = []
        repeat {
            if let best = branch(depth: depth) { all?.append(contentsOf: best) } else { all = nil }
        } while take("|")
        return all
    }

    private mutating func branch(depth: Int) -> [[UInt8]]? {
        var best: [[UInt8]]?
        var run: [UInt8] = []
        func consider(_ texts: [[UInt8]]) {
            if Self.worth(of: texts) > Self.worth(of: best ?? []) { best = texts }
        }
        func endRun() {
            consider([run])
            run = []
        }
        while let byte = next, byte != UInt8(ascii: "|"), byte != UInt8(ascii: ")"), !isUncertain {
            let part = part(depth: depth)
            let least = leastRepetitions()
            switch part {
            case .character(let character) where least == nil: run.append(character)
            case .character(let character):
                if least != 0 { run.append(character) }
                endRun()
            case .texts(let texts):
                endRun()
                if least != 0 { consider(texts) }
            case .anything: endRun()
            }
        }
        endRun()
        return best
    }

    /// Words that begin line upon line of configurations: a scan for them tells little.
    private static let common: Set<String> = [
        "set", "no", "ip", "ipv6", "add", "edit", "next", "end", "name", "interface", "description", "address",
        "config",
        "system", "server", "service", "security", "enable", "vlan", "port", "type", "string", "value", "entry",
        "option",
        "exit",
    ]

    /// The length of the shortest text; many texts count for less, and common words for little.
    private static func worth(of texts: [[UInt8]]) -> Int {
        guard let least = texts.map(\.count).min(), least >= leastLength else { return 0 }
        let isCommon = texts.contains { text in
            common.contains(String(decoding: text.filter { $0 != 0x20 }.map(folded), as: UTF8.self))
        }
        guard !isCommon else { return 20 + least }
        return 100 * min(least, 12) - texts.count
    }
}

extension RequiredLiterals {
    private enum Part {
        case character(UInt8)
        case texts([[UInt8]])
        case anything
    }

    private mutating func part(depth: Int) -> Part {
        guard let byte = next else { return .anything }
        position += 1
        switch byte {
        case UInt8(ascii: "("): return group(depth: depth + 1).map(Part.texts) ?? .anything
        case UInt8(ascii: "["):
            skipClass()
            return .anything
        case UInt8(ascii: "\\"): return escape()
        case UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "$"): return .anything
        default: return .character(byte)
        }
    }

    private mutating func escape() -> Part {
        guard let byte = next else { return .anything }
        position += 1
        if Self.isAlphanumeric(byte) {
            // Classes and positions of one letter; any other has an argument or a meaning that is not worth knowing here.
            isUncertain = isUncertain || !"dDwWsShHvVbBAzZGRXKNnrtfea".utf8.contains(byte)
            return .anything
        }
        return .character(byte)
    }

    private mutating func skipClass() {
        _ = take("^")
        _ = take("]")
        while let byte = next, byte != UInt8(ascii: "]") {
            position += byte == UInt8(ascii: "\\") ? 2 : 1
            // `[:alpha:]` has a bracket of its own.
            if byte == UInt8(ascii: "["), next == UInt8(ascii: ":") {
                while let inner = next, inner != UInt8(ascii: "]") { position += 1 }
                position += 1
            }
        }
        position += 1
    }

    private mutating func group(depth: Int) -> [[UInt8]]? {
        guard depth <= Self.deepestGroup, next != UInt8(ascii: "*") else { return uncertain() }
        var counts = true
        if take("?") {
            guard let kind = groupKind() else { return uncertain() }
            guard kind != .empty else { return nil }
            counts = kind == .plain
        }
        let texts = alternation(depth: depth)
        guard take(")") else { return uncertain() }
        return counts ? texts : nil
    }

    private enum GroupKind { case plain, assertion, empty }

    /// What follows `(?`; nil for what is not understood.
    private mutating func groupKind() -> GroupKind? {
        if take(":") || take(">") || take("|") { return .plain }
        if take("=") || take("!") { return .assertion }
        if take("<") {
            if take("=") || take("!") { return .assertion }
            return skipName(until: ">")
        }
        if take("P") { return take("<") ? skipName(until: ">") : nil }
        if take("'") { return skipName(until: "'") }
        while let byte = next, "imsn-^".utf8.contains(byte) { position += 1 }
        if take(":") { return .plain }
        return take(")") ? .empty : nil
    }

    private mutating func skipName(until end: Character) -> GroupKind? {
        while let byte = next, Self.isAlphanumeric(byte) || byte == UInt8(ascii: "_") { position += 1 }
        return take(end) ? .plain : nil
    }

    /// The least count of a quantifier that stands here; nil where none does.
    private mutating func leastRepetitions() -> Int? {
        var least: Int?
        if take("*") || take("?") {
            least = 0
        } else if take("+") {
            least = 1
        } else if next == UInt8(ascii: "{") {
            guard let count = countInBraces() else { return nil }
            least = count
        }
        if least != nil, !take("?") { _ = take("+") }
        return least
    }

    private mutating func countInBraces() -> Int? {
        let start = position
        position += 1
        var digits = ""
        while let byte = next, (0x30...0x39).contains(byte) {
            digits.unicodeScalars.append(Unicode.Scalar(byte))
            position += 1
        }
        let hasComma = take(",")
        while let byte = next, (0x30...0x39).contains(byte) { position += 1 }
        guard !digits.isEmpty || hasComma, take("}") else {
            position = start
            return nil
        }
        return Int(digits) ?? 0
    }

    private mutating func uncertain() -> [[UInt8]]? {
        isUncertain = true
        return nil
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
