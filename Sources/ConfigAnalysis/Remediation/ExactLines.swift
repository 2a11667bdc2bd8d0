import ConfigModel
import Patterns

/// One line of an exact text, or several that one quotation holds together.
struct ExactLine {
    /// As the device gave it; LF within.
    var text: String
    /// The same with a mark in place of what says nothing.
    var compared: String
}

/// Reads exact texts: joins wrapped lines, leaves volatile ones out, and finds what says nothing in the others.
struct ExactLines: Sendable {
    private let joiner: LineJoiner
    private let sections: SectionSecrets
    private let volatile: [LineRules.Volatile]
    private let resalted: [PlacedPattern]
    private let syntax: Platform.Syntax

    init(platform: Platform, syntax: Platform.Syntax) throws(AnalysisError) {
        joiner = try LineJoiner(platform: platform)
        sections = try SectionSecrets(platform: platform)
        var volatile: [LineRules.Volatile] = []
        for rule in platform.volatile { volatile.append(try LineRules.Volatile(rule, of: platform)) }
        self.volatile = volatile
        var resalted: [PlacedPattern] = []
        for rule in platform.secrets where rule.resalted && rule.section == nil {
            resalted.append(try PlacedPattern(rule.pattern, of: platform))
        }
        self.resalted = resalted
        self.syntax = syntax
    }

    func read(_ bytes: [UInt8]) throws(PatternFault) -> [ExactLine] {
        let unified = bytes.withUnsafeBufferPointer { LineEnds.unified($0) } ?? bytes
        let joined = try joined(unified)
        let spans = try joined.withUnsafeBufferPointer { (buffer) throws(PatternFault) in try sections.finds(in: buffer)
        }
        let lines = TextLines(joined)
        var found: [ExactLine] = []
        var open: LineRules.Volatile?
        let kept = syntax == .indented ? IndentedAtoms.lines(of: lines) : []
        for range in logical(lines) {
            let line = Array(joined[range])
            let isKept = lines.index(at: range.lowerBound).map(kept.contains) ?? false
            if !isKept, try isVolatile(line, &open) { continue }
            let secrets = spans.filter { $0.isResalted && range.contains($0.range.lowerBound) }
            let parts = secrets.map { $0.range.lowerBound - range.lowerBound..<$0.range.upperBound - range.lowerBound }
            found.append(try exact(line, parts: parts))
        }
        return found
    }

    private func joined(_ bytes: [UInt8]) throws(PatternFault) -> [UInt8] {
        guard !joiner.isEmpty else { return bytes }
        return try bytes.withUnsafeBufferPointer { (buffer) throws(PatternFault) in try joiner.joined(buffer) }
    }

    /// Lines, and where a quotation may hold line ends, what it holds.
    private func logical(_ lines: TextLines) -> [Range<Int>] {
        guard syntax == .configEnd else { return lines.ranges }
        var found: [Range<Int>] = []
        var start: Int?
        for range in lines.ranges {
            let isOpen = start != nil
            let first = start ?? range.lowerBound
            let text = lines.bytes[range]
            let isComment = !isOpen && text.first == UInt8(ascii: "#")
            start = !isComment && Self.staysOpen(text, isOpen: isOpen) ? first : nil
            if start == nil { found.append(first..<range.upperBound) }
        }
        if let start { found.append(start..<lines.bytes.count) }
        return found
    }

    private static func staysOpen(_ text: ArraySlice<UInt8>, isOpen: Bool) -> Bool {
        var isOpen = isOpen
        var isEscaped = false
        for byte in text {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isOpen.toggle()
            }
        }
        return isOpen
    }

    private func isVolatile(_ line: [UInt8], _ open: inout LineRules.Volatile?) throws(PatternFault) -> Bool {
        if let rule = open, case .section(let until, let through) = rule.extent {
            guard try Self.matches(until, line) else { return true }
            open = nil
            if through { return true }
        }
        for rule in volatile where try Self.matches(rule.pattern, line) {
            switch rule.extent {
            case .line: return true
            case .part: continue
            case .section:
                open = rule
                return true
            }
        }
        return false
    }

    private func exact(_ line: [UInt8], parts: [Range<Int>]) throws(PatternFault) -> ExactLine {
        var parts = parts
        for rule in volatile {
            guard case .part = rule.extent else { continue }
            parts += try Self.groups(of: rule.pattern, in: line)
        }
        for rule in resalted {
            let groups = try Self.groups(of: rule, in: line)
            parts += line.withUnsafeBufferPointer { buffer in groups.map { SecretExtent.whole($0, in: buffer) } }
        }
        let text = String(decoding: line, as: UTF8.self)
        guard !parts.isEmpty else { return ExactLine(text: text, compared: text) }
        var compared: [UInt8] = []
        var end = 0
        for part in parts.sorted(by: { $0.lowerBound < $1.lowerBound }) where part.upperBound > end {
            if part.lowerBound >= end { compared += line[end..<part.lowerBound] + [0] }
            end = part.upperBound
        }
        return ExactLine(text: text, compared: String(decoding: compared + line[end...], as: UTF8.self))
    }

    private static func matches(_ pattern: PlacedPattern, _ line: [UInt8]) throws(PatternFault) -> Bool {
        try pattern.placed { (pattern) throws(PatternError) in try pattern.matches(line) }
    }

    private static func groups(of pattern: PlacedPattern, in line: [UInt8]) throws(PatternFault) -> [Range<Int>] {
        let found = try pattern.placed { (pattern) throws(PatternError) in try pattern.allMatches(in: line) }
        return found.compactMap { $0.groups.count > 1 ? $0.groups[1] : $0.range }.filter { !$0.isEmpty }
    }
}

extension MaskedSpan {
    fileprivate var isResalted: Bool {
        if case .secret(_, let isResalted) = mark { isResalted } else { false }
    }
}
