import ConfigModel
import Patterns

/// What a platform says about single statements, its patterns compiled.
struct StatementRules: Sendable {
    private struct Negation: Sendable {
        var line: PlacedPattern
        var under: PlacedPattern?
        var send: [String]
        var takes: [String]
    }

    let negate: String
    private let ordered: [PlacedPattern]
    private let silent: [PlacedPattern]
    private let keep: [PlacedPattern]
    private let headers: [PlacedPattern]
    private let settings: [PlacedPattern]
    private let lists: [PlacedPattern]
    private let renewing: [PlacedPattern]
    private let late: [PlacedPattern]
    private let unique: [PlacedPattern]
    private let negations: [Negation]

    init(_ rules: RemediationRules, of platform: Platform) throws(AnalysisError) {
        func compiled(_ texts: [PatternText]) throws(AnalysisError) -> [PlacedPattern] {
            var patterns: [PlacedPattern] = []
            for text in texts { patterns.append(try PlacedPattern(text, of: platform)) }
            return patterns
        }
        negate = rules.negate
        ordered = try compiled(platform.ordered)
        silent = try compiled(platform.defaults)
        keep = try compiled(rules.keep)
        headers = try compiled(rules.sections)
        settings = try compiled(rules.overwrites)
        lists = try compiled(rules.rebuilt)
        renewing = try compiled(rules.renews)
        late = try compiled(rules.late)
        unique = try compiled(rules.unique)
        var negations: [Negation] = []
        for rule in rules.negations {
            let under: PlacedPattern? = if let text = rule.under { try PlacedPattern(text, of: platform) } else { nil }
            negations.append(
                Negation(
                    line: try PlacedPattern(rule.line, of: platform), under: under, send: rule.send, takes: rule.takes))
        }
        self.negations = negations
    }

    func isOrdered(_ line: [UInt8]) throws(PatternFault) -> Bool { try Self.isMatched(line, by: ordered) }
    /// Says what holds without it.
    func isSilent(_ line: [UInt8]) throws(PatternFault) -> Bool { try Self.isMatched(line, by: silent) }
    func isKept(_ line: [UInt8]) throws(PatternFault) -> Bool { try Self.isMatched(line, by: keep) }
    func renews(_ line: [UInt8]) throws(PatternFault) -> Bool { try Self.isMatched(line, by: renewing) }
    func isLate(_ line: [UInt8]) throws(PatternFault) -> Bool { try Self.isMatched(line, by: late) }
    func isUnique(_ line: [UInt8]) throws(PatternFault) -> Bool { try Self.isMatched(line, by: unique) }
    func isHeader(_ line: [UInt8]) throws(PatternFault) -> Bool { try Self.isMatched(line, by: headers) }
    func setting(_ line: [UInt8]) throws(PatternFault) -> String? { try Self.name(in: line, by: settings) }
    func list(_ line: [UInt8]) throws(PatternFault) -> String? { try Self.name(in: line, by: lists) }

    /// How a statement is taken back.
    /// - Parameters:
    ///   - header: Of the section around it; nil at top level.
    ///   - isSection: Something stands below it.
    func takenBack(
        _ text: String, under header: String?, isAtom: Bool, isSection: Bool
    ) throws(PatternFault) -> (way: Statement.TakenBack, takes: [String], isByRule: Bool) {
        let first = String(text.prefix { $0 != "\n" })
        let line = Array(first.utf8)
        for rule in negations {
            guard let match = try Self.match(rule.line, in: line) else { continue }
            if let under = rule.under {
                guard let header, try Self.match(under, in: Array(header.utf8)) != nil else { continue }
            }
            let takes = rule.takes.map { Self.filled($0, line, match).trimmed }
            if rule.send.isEmpty { return (isSection ? .byParts : .lines([]), takes, true) }
            return (.lines(rule.send.map { Self.filled($0, line, match) }), takes, true)
        }
        if isAtom { return (.impossible, [], false) }
        if let prefix, first.begins(withWords: prefix), first.utf8.count > prefix.utf8.count + 1 {
            return (.lines([String(first.dropFirst(prefix.count + 1))]), [], false)
        }
        return (.lines([negate.replacing("{line}", with: first)]), [], false)
    }

    /// The word before a line that takes it back, `no`; nil where it stands elsewhere.
    var prefix: String? {
        negate.hasSuffix(" {line}") && !negate.hasPrefix("{") ? String(negate.dropLast(" {line}".count)) : nil
    }

    /// Read from left to right once: braces in what is filled in stay as they are.
    private static func filled(_ template: String, _ line: [UInt8], _ match: PatternMatch) -> String {
        var filled = ""
        var rest = template[...]
        while let opening = rest.firstIndex(of: "{"), let closing = rest[opening...].firstIndex(of: "}") {
            let name = rest[rest.index(after: opening)..<closing]
            filled += rest[..<opening]
            if name == "line" {
                filled += String(decoding: line, as: UTF8.self)
            } else if let number = Int(name), match.groups.indices.contains(number) {
                filled += match.groups[number].map { String(decoding: line[$0], as: UTF8.self) } ?? ""
            } else {
                filled += rest[opening...closing]
            }
            rest = rest[rest.index(after: closing)...]
        }
        return filled + rest
    }

    private static func isMatched(_ line: [UInt8], by patterns: [PlacedPattern]) throws(PatternFault) -> Bool {
        for pattern in patterns where try match(pattern, in: line) != nil { return true }
        return false
    }

    /// What stands before the end of the match, or the text of its first group together with the number of the pattern.
    private static func name(in line: [UInt8], by patterns: [PlacedPattern]) throws(PatternFault) -> String? {
        for (number, pattern) in patterns.enumerated() {
            guard let match = try match(pattern, in: line) else { continue }
            guard match.groups.count > 1 else {
                return String(decoding: line[..<match.range.upperBound], as: UTF8.self)
            }
            return "\(number) " + (match.groups[1].map { String(decoding: line[$0], as: UTF8.self) } ?? "")
        }
        return nil
    }

    private static func match(_ pattern: PlacedPattern, in line: [UInt8]) throws(PatternFault) -> PatternMatch? {
        try pattern.placed { (pattern) throws(PatternError) in try pattern.firstMatch(in: line) }
    }
}
