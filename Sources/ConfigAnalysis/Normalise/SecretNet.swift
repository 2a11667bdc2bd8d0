import Patterns

/// Finds in one line what looks like a secret although no rule of the platform covers it.
struct SecretNet: Sendable {
    struct Find: Sendable {
        var range: Range<Int>
        var kind: String
    }

    private struct Rule: Sendable {
        let source: SecretNetRule
        let pattern: Pattern
        let word: Int?
        let values: [Int]
    }

    private let rules: [Rule]
    private let sections: Pattern

    static let shared = Result { () throws(PatternError) in try SecretNet() }

    private init() throws(PatternError) {
        var rules: [Rule] = []
        for source in SecretNetRule.all {
            // `(?J)`: the alternatives of a value share one name.
            let pattern = try Pattern("(?J)" + source.pattern)
            let values = pattern.groupNumbers(named: "value")
            rules.append(
                Rule(source: source, pattern: pattern, word: pattern.groupNumbers(named: "word").first, values: values))
        }
        self.rules = rules
        sections = try Pattern(
            "(?i)radius|tacacs|isakmp|ospf|ntp|eigrp|isis|bgp|rip|standby|vrrp|hsrp|glbp|authentication|wep|wpa|wlan|"
                + "key-string|message-digest|server-private|pre-shared-key|ldp|keyring|ipsec|ikev?|server-key|snmp|aaa|md5|sha"
        )
    }

    /// How many rules there are; they are numbered from 0.
    var count: Int { rules.count }

    /// The texts that a line must contain for a rule to be worth trying, with the rule's number.
    var triggers: [(text: [UInt8], rule: Int)] {
        rules.indices.flatMap { rule in rules[rule].source.triggers.map { (Array($0.utf8), rule) } }
    }

    /// What rule number `rule` finds in a line in which `FingerprintMarks` stand for what the platform's rules found.
    func finds(ofRule rule: Int, in line: UnsafeBufferPointer<UInt8>) throws(PatternError) -> [Find] {
        let rule = rules[rule]
        var finds: [Find] = []
        var isKeySection: Bool?
        for match in try Self.matches(of: rule.pattern, in: line) {
            guard let group = rule.values.first(where: { match.groups[$0] != nil }), let value = match.groups[group]
            else { continue }
            let word = rule.word.flatMap { match.groups[$0] }
            guard let range = judged(value, after: word, by: rule.source.check, in: line, match: match) else {
                continue
            }
            if rule.source.check == .key, !SecretValue.isOpaqueKey(line[range]) {
                // Once for a line: it may be long.
                if isKeySection == nil { isKeySection = try sections.matches(line) }
                guard isKeySection == true else { continue }
            }
            finds.append(Find(range: range, kind: word.map { Self.kind(ofWord: line[$0]) } ?? rule.source.kind))
        }
        return finds
    }

    /// - Throws: Also when there are more than a configuration can have: none of them is to be passed over.
    private static func matches(
        of pattern: Pattern, in line: UnsafeBufferPointer<UInt8>
    ) throws(PatternError) -> [PatternMatch] {
        var matches: [PatternMatch] = []
        try pattern.forEachMatch(in: line) { match in
            guard matches.count <= NormalisingPass.mostSpans else { return line.count + 1 }
            matches.append(match)
            return nil
        }
        guard matches.count <= NormalisingPass.mostSpans else { throw NormalisingPass.tooMany.fault }
        return matches
    }

    /// The part of the line that is the secret; nil when it is none.
    private func judged(
        _ found: Range<Int>, after word: Range<Int>?, by check: SecretNetRule.Check,
        in line: UnsafeBufferPointer<UInt8>, match: PatternMatch
    ) -> Range<Int>? {
        var range = found
        let inProse =
            ProseLine.isProse(line) && !(check == .assignment && Self.isSetting(match.range, value: found, in: line))
        switch check {
        case .form:
            guard let core = Self.core(of: range, in: line).flatMap({ FingerprintMarks.rest(of: $0, in: line) }) else {
                return nil
            }
            return SecretValue.isSecret(line[core], inProse: false) && !SecretValue.isPublicKey(line[core]) ? core : nil
        case .assignment:
            let isBare = !Self.isQuoted(range, in: line)
            // One digit is a switch.
            if range.count == 1, SecretValue.isNumber(line[range]) { return nil }
            if isBare, Self.reachesToLineEnd(match.range, value: range, in: line) {
                range = range.lowerBound..<line.count
                // A rule of the platform may have found the first word only.
                if let rest = FingerprintMarks.words(after: range, in: line) { return rest }
            }
            if isBare, line[range.lowerBound] == UInt8(ascii: ":") || line[range.lowerBound] == UInt8(ascii: "=") {
                return nil
            }
        case .word:
            guard line[range.lowerBound] != UInt8(ascii: ":"), line[range.lowerBound] != UInt8(ascii: "=") else {
                return nil
            }
            if let word, !Self.isCommand(word, value: line[range], in: line) { return nil }
            if let word, Self.isAssigned(word, in: line) || Self.isName(range, after: word, in: line) { return nil }
            if Self.isWordOfCommand(range, in: line) { return nil }
            // The word is a value itself: `name=password user=x`.
            if let word, word.lowerBound > 0, line[word.lowerBound - 1] == UInt8(ascii: "=") { return nil }
            if !Self.isQuoted(range, in: line), SecretValue.isKeyword(line[range]) { return nil }
            if SecretValue.isNumber(line[range]), range.count < 4 { return nil }
        case .key:
            guard !SecretValue.isNumber(line[range]) || range.count > 5 else { return nil }
            if Self.isPublic(match.range, in: line) || Self.isName(range, after: match.range, in: line) { return nil }
            if Self.isWordOfCommand(range, in: line) { return nil }
        }
        if let core = Self.core(of: range, in: line) { range = core } else { return nil }
        guard let unmarked = FingerprintMarks.rest(of: range, in: line) else { return nil }
        range = unmarked
        guard !SecretValue.isPublicKey(line[range]) else { return nil }
        return SecretValue.isSecret(line[range], inProse: inProse) ? range : nil
    }

    /// Whether an assignment in a comment is a setting that was put out of use, and no sentence: its value is one quoted
    /// word, or it is all that the line has but for the signs of the comment.
    private static func isSetting(
        _ match: Range<Int>, value: Range<Int>, in line: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        if isQuoted(value, in: line) { return !line[value].contains { $0 <= 0x20 } }
        guard match.lowerBound < 200 else { return false }
        let before = line[..<match.lowerBound].drop { $0 <= 0x20 || "!#/;*-".utf8.contains($0) }
        return !before.contains { $0 <= 0x20 } && !line[value.upperBound...].contains { $0 > 0x20 }
    }

    private static func isQuoted(_ range: Range<Int>, in line: UnsafeBufferPointer<UInt8>) -> Bool {
        guard range.lowerBound > 0 else { return false }
        let before = line[range.lowerBound - 1]
        return before == UInt8(ascii: "\"") || before == UInt8(ascii: "'") || before == UInt8(ascii: ">")
    }

    /// Whether the bare value of `key = a value` or `key: a value` goes on to the end of the line: when the line begins
    /// with the key and a space follows the sign.
    private static func reachesToLineEnd(
        _ match: Range<Int>, value: Range<Int>, in line: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        guard value.lowerBound > 0, match.lowerBound < 200 else { return false }
        let before = line[value.lowerBound - 1]
        guard before == 0x20 || before == 0x09 else { return false }
        return !line[..<match.lowerBound].drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x23 || $0 == 0x3B || $0 == 0x2D }
            .contains { $0 == 0x20 || $0 == 0x09 || $0 == 0x3D }
    }

    /// The words `community` and `key` have other uses, which their neighbours tell.
    private static func isCommand(
        _ word: Range<Int>, value: Slice<UnsafeBufferPointer<UInt8>>, in line: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        guard line[word.lowerBound] | 0x20 == UInt8(ascii: "c") else { return true }
        let before = line[..<word.lowerBound].suffix(24).map(RequiredLiterals.folded)
        let others = ["send-", "ext", "large-", "match ", "expanded-", "well-known ", "community ", "delete "]
        guard !others.contains(where: { before.suffix($0.utf8.count).elementsEqual($0.utf8) }) else { return false }
        // A sentence speaks of a community of people: "visit our community site".
        let articles = [" a ", " the ", " our ", " your "]
        guard !articles.contains(where: { before.suffix($0.utf8.count).elementsEqual($0.utf8) }) else { return false }
        // BGP communities: 65000:100, and definitions of them.
        let isPair = value.contains(0x3A) && value.allSatisfy { (0x30...0x3A).contains($0) || $0 == 0x3B }
        let after = line[value.endIndex...].drop { $0 == 0x22 }.prefix(16).map(RequiredLiterals.folded)
        // Comware has a rule of its own: snmp-agent community read cipher v.
        guard
            !before.suffix(11).elementsEqual("snmp-agent ".utf8)
                || !["read", "write"].contains(where: { value.elementsEqual($0.utf8) })
        else { return false }
        return !isPair && !after.starts(with: " members ".utf8)
            && !(after.starts(with: " permit ".utf8) || after.starts(with: " deny ".utf8))
            && !(before.suffix(4).elementsEqual("set ".utf8) && SecretValue.isNumber(value))
    }

    /// The value without the marks of the language around it: a final comma or semicolon, a space, an opening brace.
    private static func core(of range: Range<Int>, in line: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        var range = range
        let isQuoted = isQuoted(range, in: line)
        while !range.isEmpty, " \t\r".utf8.contains(line[range.lowerBound]) { range = range.dropFirst() }
        let ends = isQuoted ? " \t\r".utf8 : " \t\r,;".utf8
        while !range.isEmpty, ends.contains(line[range.upperBound - 1]) { range = range.dropLast() }
        return range.isEmpty ? nil : range
    }

    private static func kind(ofWord word: Slice<UnsafeBufferPointer<UInt8>>) -> String {
        let lower = word.map(RequiredLiterals.folded)
        switch lower.first {
        case UInt8(ascii: "c") where lower.starts(with: "comm".utf8): return "community"
        case UInt8(ascii: "t"): return "token"
        case UInt8(ascii: "p") where lower.starts(with: "pa".utf8) || lower.starts(with: "pw".utf8): return "password"
        case UInt8(ascii: "p") where lower.starts(with: "ps".utf8) || lower.starts(with: "pre".utf8): return "psk"
        default: return lower.suffix(3).elementsEqual("key".utf8) ? "key" : "secret"
        }
    }
}

/// Lines in which any word may follow the word `password`.
enum ProseLine {
    private static let words = [
        "!", "#", "//", ";", "--", "*", "<!--", "rem ", "description", "remark", "comment", "set comment",
        "set description", "banner",
    ]
    private static let openings = words.map { Array($0.utf8) }

    /// What goes into the digest of the rules.
    static var description: String { words.joined(separator: "\n") }

    static func isProse(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        let text = line.prefix(200).drop { $0 == 0x20 || $0 == 0x09 }
        return openings.contains { opening in
            text.count >= opening.count && zip(text, opening).allSatisfy { RequiredLiterals.folded($0) == $1 }
        }
    }
}
