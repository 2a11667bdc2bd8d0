import ConfigModel
import Patterns

extension NormalisingPass {
    /// What the platform's rules found on a line.
    struct Found {
        /// In the order of the rules.
        var spans: [MaskedSpan] = []
        /// Where each rule matched as a whole, and what it makes of a secret: a key block that begins there is its.
        var covers: [MaskedSpan] = []
    }

    /// Captured values up to this length may be words like `password` after which the value comes.
    private static let longestWord = 24

    func secrets(in line: Range<Int>) throws(PatternFault) -> Found {
        var found = Found()
        let text = slice(line)
        for candidate in candidates.rules where candidate >= rules.firstSecret {
            guard candidate < rules.firstNet else { break }
            let rule = rules.secrets[candidate - rules.firstSecret]
            let mark = MaskedSpan.Mark.secret(kind: rule.kind, isResalted: rule.isResalted)
            func shifted(_ range: Range<Int>) -> Range<Int> {
                range.lowerBound + line.lowerBound..<range.upperBound + line.lowerBound
            }
            try rule.pattern.placed { (pattern) throws(PatternError) in
                try pattern.forEachMatch(in: text) { match in
                    guard found.covers.count <= Self.mostSpans else { return text.count + 1 }
                    found.covers.append(MaskedSpan(range: shifted(match.range), mark: mark))
                    let group = match.groups.count > 1 ? match.groups[1] : match.range
                    guard let group, !group.isEmpty else { return nil }
                    let whole = SecretExtent.whole(group, in: text)
                    found.spans.append(MaskedSpan(range: shifted(whole), mark: mark))
                    // `password (\S+)` of `password password v`: a word may stand where the value was looked for.
                    guard group.count <= Self.longestWord else { return nil }
                    let value = text[group]
                    return SecretValue.isKeyword(value) || SecretName.kind(of: value) != nil ? group.lowerBound : nil
                }
            }
        }
        guard found.covers.count <= Self.mostSpans else { throw Self.tooMany }
        return found
    }

    /// A key that goes on behind its line.
    enum KeyBelow {
        /// All of it became a span of the line; `tail` follows the span.
        case replaced(tail: Range<Int>, next: Int)
        /// Its body becomes a line of its own. It may begin on the line at hand.
        case below(body: Range<Int>, next: Int)

        /// Where the text goes on.
        var next: Int {
            switch self {
            case .replaced(_, let next), .below(_, let next): next
            }
        }
    }

    /// Private keys in PEM or PuTTY's format. A key within the line becomes a span.
    mutating func keyBlock(from line: Range<Int>, covers: [MaskedSpan], spans: inout [MaskedSpan]) -> KeyBelow? {
        if isCandidate(rules.puttyMark), let body = puttyBody(after: line) {
            return .below(body: body, next: body.upperBound)
        }
        guard isCandidate(rules.pemMark) else { return nil }
        var from = line.lowerBound
        while let block = KeyBlock.first(
            in: bytes, openingIn: from..<line.upperBound, searched: &keyEndSearched)
        {
            let cover = covers.first { $0.range.overlaps(block.mark..<line.upperBound) }
            guard block.body.upperBound <= line.upperBound else {
                if let cover { return replace(block, on: line, as: cover.mark, spans: &spans) }
                return .below(body: block.body, next: block.isClosed ? closingLine(of: block) : afterLine(block))
            }
            if let cover {
                let value = bytes[block.body].filter { $0 > 0x20 }
                let end = min(block.end, line.upperBound)
                spans.insert(MaskedSpan(range: block.mark..<end, mark: cover.mark, value: value), at: 0)
            } else if !block.body.isEmpty {
                spans.append(MaskedSpan(range: block.body, mark: .uncovered(kind: "private-key")))
            }
            from = min(max(block.end, from + 1), line.upperBound)
        }
        return nil
    }

    /// The whole block becomes one span, from its opening mark to its closing one.
    private func replace(
        _ block: KeyBlock, on line: Range<Int>, as mark: MaskedSpan.Mark, spans: inout [MaskedSpan]
    ) -> KeyBelow {
        // White space aside: how the lines are ended or indented does not change a key.
        let value = bytes[block.body].filter { $0 > 0x20 }
        spans.insert(MaskedSpan(range: block.mark..<line.upperBound, mark: mark, value: value), at: 0)
        guard block.isClosed else {
            return .replaced(tail: line.upperBound..<line.upperBound, next: afterLine(block))
        }
        let end = bytes[block.end...].firstIndex(of: 0x0A) ?? bytes.count
        let tail = block.end..<TextLines.withoutReturns(block.end..<end, in: bytes)
        // A closing quote belongs to the line; more than that is a line by itself.
        guard bytes[tail].allSatisfy({ "\"',;)]}>\\ \t".utf8.contains($0) }) else {
            return .replaced(tail: block.end..<block.end, next: block.end)
        }
        return .replaced(tail: tail, next: end + 1)
    }

    /// Where the closing mark's line begins, or the mark itself where a part of the key stands before it.
    private func closingLine(of block: KeyBlock) -> Int {
        var start = block.body.upperBound
        while start > block.body.lowerBound, TextLines.isSpace(bytes[start - 1]) { start -= 1 }
        return start > 0 && bytes[start - 1] == 0x0A ? start : block.body.upperBound
    }

    private func afterLine(_ block: KeyBlock) -> Int {
        (bytes[block.body.upperBound...].firstIndex(of: 0x0A) ?? bytes.count - 1) + 1
    }

    private func puttyBody(after line: Range<Int>) -> Range<Int>? {
        let text = slice(line)
        guard text.starts(with: "Private-Lines:".utf8) else { return nil }
        let digits = text.dropFirst(14).filter { (0x30...0x39).contains($0) }.prefix(4)
        var count = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        var end = line.upperBound
        while end < bytes.count, count >= 0 {
            if bytes[end] == 0x0A { count -= 1 }
            end += 1
        }
        return end > line.upperBound ? line.upperBound..<end : nil
    }

    /// One line for the body of a key that stood on several.
    mutating func emitKey(_ body: Range<Int>) {
        let value = bytes[body].filter { $0 > 0x20 }
        guard !value.isEmpty else { return }
        lineNumber += 1
        append(MaskedSpan(range: body, mark: .uncovered(kind: "private-key"), value: value))
        result.bytes.append(0x0A)
    }
}
