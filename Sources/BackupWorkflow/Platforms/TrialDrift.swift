import ConfigModel
import Patterns

/// What differs at each visit of a device although nothing changed: clocks, uptimes, byte counts, and the salts of what the
/// device re-encrypts.
struct TrialDrift {
    private struct Rule {
        let pattern: Pattern
        let change: (Substring) -> String
    }

    private let rules: [Rule]
    private let salts: Pattern
    private let untouched: Pattern
    /// Lines of the configuration: in them only salts change.
    private let kept: Set<String>

    init(keeping stored: [String]) throws(PatternError) {
        kept = Set(stored.flatMap { TrialLines.of($0) })
        salts = try Pattern(#"\bENC ([A-Za-z0-9+/=]{4,})"#)
        // When something was built or made does not change.
        untouched = try Pattern(#"(?i)compil|built|build|released?\b|manufactur|copyright"#)
        rules = [
            Rule(
                pattern: try Pattern(#"(?<![\d:.A-Fa-f])(\d{2}:\d{2}:\d{2})(?![\d:A-Fa-f])"#), change: Self.laterClock),
            Rule(pattern: try Pattern(#"\b(20\d\d[-/]\d\d[-/]\d\d)\b"#), change: Self.laterDay),
            Rule(
                pattern: try Pattern(
                    #"(?i)\bup(?:time|.time| for)?\b.*?\b(\d+)(?= ?(?:years?|weeks?|days?|hours?|min|sec|[wdhms]\d|[wdhms]\b))"#
                ),
                change: Self.next),
            Rule(pattern: try Pattern(#"(?i)\b(\d+) (?:seconds?|secs?|minutes?|mins?)\b"#), change: Self.next),
            Rule(pattern: try Pattern(#"(?i)\b(\d{3,}) bytes\b"#), change: Self.next),
        ]
    }

    /// What the device says at its next visit.
    func later(_ text: String) -> String {
        // By bytes: CR LF is one character.
        let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
        return lines.map { later(line: String(decoding: $0, as: UTF8.self)) }.joined(separator: "\n")
    }

    private func later(line: String) -> String {
        var line = replaced(line, by: salts) { value in
            String(value.map { $0.isLetter || $0.isNumber ? Self.rotated($0) : $0 })
        }
        let isKept = kept.contains(TrialLines.of(line).first ?? "")
        guard !isKept, (try? untouched.matches(line)) == false else { return line }
        for rule in rules { line = replaced(line, by: rule.pattern, rule.change) }
        return line
    }

    private func replaced(_ line: String, by pattern: Pattern, _ change: (Substring) -> String) -> String {
        let bytes = Array(line.utf8)
        guard let matches = try? pattern.allMatches(in: bytes), !matches.isEmpty else { return line }
        var result: [UInt8] = []
        var place = 0
        for match in matches {
            guard match.groups.count > 1, let range = match.groups[1], range.lowerBound >= place else { continue }
            result += bytes[place..<range.lowerBound]
            result += Array(change(String(decoding: bytes[range], as: UTF8.self)[...]).utf8)
            place = range.upperBound
        }
        return String(decoding: result + bytes[place...], as: UTF8.self)
    }

    private static func rotated(_ character: Character) -> Character {
        switch character {
        case "9": "0"
        case "z": "a"
        case "Z": "A"
        default: character.asciiValue.map { Character(Unicode.Scalar($0 + 1)) } ?? character
        }
    }

    private static func laterClock(_ text: Substring) -> String {
        let parts = text.split(separator: ":").compactMap { Int($0) }
        guard parts.count == 3, parts[0] < 24, parts[1] < 60, parts[2] < 60 else { return String(text) }
        let seconds = (parts[0] * 3600 + parts[1] * 60 + parts[2] + 4_637) % 86_400
        return [seconds / 3600, seconds / 60 % 60, seconds % 60].map(twoDigits).joined(separator: ":")
    }

    private static func laterDay(_ text: Substring) -> String {
        let day = Int(text.suffix(2)) ?? 1
        return text.dropLast(2) + twoDigits(day % 28 + 1)
    }

    private static func next(_ text: Substring) -> String { Int(text).map { String($0 &+ 1) } ?? String(text) }

    private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
