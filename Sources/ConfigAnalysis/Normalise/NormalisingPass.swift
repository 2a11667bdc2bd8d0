import ConfigModel
import Patterns

/// One reading of one text.
struct NormalisingPass {
    private(set) var result = ComparableText()

    private struct Span {
        var range: Range<Int>
        var kind: String
        var isResalted = false
        /// Whether a rule of the platform found it, not the net.
        var isCovered = true
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private let rules: LineRules
    private let isFile: Bool
    private let device: DeviceID
    private let key: FingerprintKey

    private var candidates: [UInt64]
    private var hasCandidates = false
    private let hasAlways: Bool
    private var lineNumber = 0
    private var structural: ArraySlice<SecretNet.Find>
    private var open: OpenValue.Kind?
    private var keyEndSearched = 0

    init(bytes: UnsafeBufferPointer<UInt8>, rules: LineRules, isFile: Bool, device: DeviceID, key: FingerprintKey) {
        self.bytes = bytes
        self.rules = rules
        self.isFile = isFile
        self.device = device
        self.key = key
        candidates = rules.always
        hasAlways = rules.always.contains { $0 != 0 }
        structural = JSONSecrets.finds(in: bytes)[...]
        result.bytes.reserveCapacity(bytes.count + 256)
    }

    mutating func run() throws(LineRules.Fault) {
        var start = 0
        while start < bytes.count {
            let end = scanLine(from: start)
            start = try take(start..<end) ?? (end + 1)
            if hasCandidates {
                candidates = rules.always
                hasCandidates = false
            }
        }
        endText()
    }

    /// Notes which rules are worth trying on the line that begins at `start`.
    /// - Returns: Where the line ends: the place of its line feed or the end of the text.
    private mutating func scanLine(from start: Int) -> Int {
        let scanner = rules.scanner
        let firstHit = scanner.firstHit
        return scanner.columns.withUnsafeBufferPointer { columns in
            scanner.table.withUnsafeBufferPointer { table in
                var state = LiteralScanner.start
                var position = start
                while position < bytes.count {
                    let byte = bytes[position]
                    if byte == 0x0A { break }
                    state = table[Int(state) + Int(columns[Int(byte)])]
                    if state >= firstHit { note(scanner.marks(of: state)) }
                    position += 1
                }
                return position
            }
        }
    }

    private mutating func note(_ marks: [Int]) {
        hasCandidates = true
        for mark in marks { candidates[mark / 64] |= 1 << UInt64(mark % 64) }
    }

    private func isCandidate(_ rule: Int) -> Bool { candidates[rule / 64] & (1 << UInt64(rule % 64)) != 0 }

    /// The final line end: exactly one, and no empty lines at the end.
    private mutating func endText() {
        while result.bytes.last == 0x0A { result.bytes.removeLast() }
        if !result.bytes.isEmpty { result.bytes.append(0x0A) }
    }
}

extension NormalisingPass {
    /// - Returns: Where to go on, when that is not the next line.
    private mutating func take(_ raw: Range<Int>) throws(LineRules.Fault) -> Int? {
        let line = withoutEnd(raw)
        // A command's answer may begin with empty lines that the terminal made.
        if line.isEmpty, !isFile, result.bytes.isEmpty { return nil }
        if open != nil, maskOpenValue(line) { return nil }
        guard hasCandidates || hasAlways || !structural.isEmpty else {
            emit(line)
            return nil
        }
        if try isVolatile(line) {
            result.droppedLines += 1
            return nil
        }
        var spans = try secrets(in: line)
        let next = keyBlock(from: line, spans: &spans)
        addStructural(in: line, to: &spans)
        spans = Self.merged(spans)
        try emit(line, masking: spans)
        if let next { emitLineAfter(key: next.body, spans: spans) }
        return next?.next
    }

    /// Without CR; of a command without trailing white space, which terminals add and nobody sees.
    private func withoutEnd(_ raw: Range<Int>) -> Range<Int> {
        var end = raw.upperBound
        if isFile {
            if end > raw.lowerBound, bytes[end - 1] == 0x0D { end -= 1 }
        } else {
            while end > raw.lowerBound, bytes[end - 1] == 0x0D || bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 {
                end -= 1
            }
        }
        return raw.lowerBound..<end
    }

    private func slice(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: bytes[range])
    }

    private func isVolatile(_ line: Range<Int>) throws(LineRules.Fault) -> Bool {
        for (index, rule) in rules.volatile.enumerated() where isCandidate(index) {
            do throws(PatternError) {
                if try rule.pattern.matches(slice(line)) { return true }
            } catch { throw LineRules.Fault(location: rule.location, fault: error) }
        }
        return false
    }

    /// What the platform's rules find, in the order of the rules.
    private func secrets(in line: Range<Int>) throws(LineRules.Fault) -> [Span] {
        var spans: [Span] = []
        for (index, rule) in rules.secrets.enumerated() where isCandidate(rules.firstSecret + index) {
            do throws(PatternError) {
                for match in try rule.pattern.allMatches(in: slice(line)) {
                    let group = match.groups.count > 1 ? match.groups[1] : match.range
                    guard let group, !group.isEmpty else { continue }
                    let range = group.lowerBound + line.lowerBound..<group.upperBound + line.lowerBound
                    spans.append(Span(range: range, kind: rule.kind, isResalted: rule.isResalted))
                }
            } catch { throw LineRules.Fault(location: rule.location, fault: error) }
        }
        return spans
    }

    /// Of spans that overlap the earliest stands, stretched over all of them; in the order of the line.
    private static func merged(_ spans: [Span]) -> [Span] {
        guard spans.count > 1 else { return spans }
        let order = spans.indices.sorted { (spans[$0].range.lowerBound, $0) < (spans[$1].range.lowerBound, $1) }
        var merged: [(rank: Int, span: Span)] = []
        for index in order {
            guard let last = merged.last, last.span.range.upperBound > spans[index].range.lowerBound else {
                merged.append((index, spans[index]))
                continue
            }
            var winner = index < last.rank ? spans[index] : last.span
            winner.range = last.span.range.lowerBound..<max(last.span.range.upperBound, spans[index].range.upperBound)
            merged[merged.count - 1] = (min(index, last.rank), winner)
        }
        return merged.map(\.span)
    }

    private mutating func addStructural(in line: Range<Int>, to spans: inout [Span]) {
        while let find = structural.first, find.range.lowerBound < line.upperBound {
            structural.removeFirst()
            guard find.range.lowerBound >= line.lowerBound, find.range.upperBound <= line.upperBound else { continue }
            spans.append(Span(range: find.range, kind: find.kind, isCovered: false))
        }
    }
}

extension NormalisingPass {
    /// Private keys in PEM or PuTTY's format. A key within the line becomes a span; of one that goes on behind it the
    /// body is returned, and where the text goes on.
    private mutating func keyBlock(
        from line: Range<Int>, spans: inout [Span]
    ) -> (body: Range<Int>, next: Int)? {
        if isCandidate(rules.puttyMark), let body = puttyBody(after: line) { return (body, body.upperBound) }
        guard isCandidate(rules.pemMark) else { return nil }
        var from = line.lowerBound
        while let block = KeyBlock.first(
            in: bytes, openingIn: from..<line.upperBound, searched: &keyEndSearched)
        {
            guard block.body.upperBound <= line.upperBound else {
                // The line that holds the closing mark is read as a line of its own.
                let next =
                    block.isClosed
                    ? lineStart(of: block.body.upperBound, after: line.upperBound)
                    : min(block.body.upperBound + 1, bytes.count)
                return (line.upperBound..<max(next, line.upperBound), next)
            }
            if !block.body.isEmpty { spans.append(Span(range: block.body, kind: "private-key", isCovered: false)) }
            from = block.body.upperBound
        }
        return nil
    }

    private func lineStart(of place: Int, after limit: Int) -> Int {
        if place >= bytes.count { return bytes.count }
        var start = place
        while start > limit, bytes[start - 1] != 0x0A { start -= 1 }
        return start
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
    private mutating func emitLineAfter(key body: Range<Int>, spans: [Span]) {
        // White space aside: how the lines are ended or indented does not change a key.
        let value = bytes[body].filter { $0 > 0x20 }
        guard !value.isEmpty else { return }
        lineNumber += 1
        // A rule that matched the opening line speaks for the whole block.
        let rule = spans.first { $0.isCovered && $0.range.upperBound >= body.lowerBound }
        var span = Span(range: body, kind: "private-key", isCovered: false)
        if let rule { span = Span(range: body, kind: rule.kind, isResalted: rule.isResalted) }
        appendFingerprint(of: value, as: span)
        result.bytes.append(0x0A)
    }

    /// A line of a value that an earlier line opened.
    /// - Returns: Whether the line was dealt with.
    private mutating func maskOpenValue(_ line: Range<Int>) -> Bool {
        let text = slice(line)
        let indent = text.prefix { $0 == 0x20 || $0 == 0x09 }.count
        let rest = line.lowerBound + indent..<line.upperBound
        guard !rest.isEmpty else {
            emit(line)
            return true
        }
        switch open {
        case .element where bytes[rest.lowerBound] != UInt8(ascii: "<"):
            let end = bytes[rest].firstIndex(of: UInt8(ascii: "<")) ?? rest.upperBound
            if end < rest.upperBound { open = nil }
            emitMasked(line, secret: rest.lowerBound..<end)
            return true
        case .block(let outer) where indent > outer:
            emitMasked(line, secret: rest)
            return true
        default:
            open = nil
            return false
        }
    }

    private mutating func emitMasked(_ line: Range<Int>, secret: Range<Int>) {
        lineNumber += 1
        result.bytes.append(contentsOf: slice(line.lowerBound..<secret.lowerBound))
        appendFingerprint(of: bytes[secret], as: Span(range: secret, kind: "secret", isCovered: false))
        result.bytes.append(contentsOf: slice(secret.upperBound..<line.upperBound))
        result.bytes.append(0x0A)
    }
}

extension NormalisingPass {
    private mutating func emit(_ line: Range<Int>) {
        lineNumber += 1
        result.bytes.append(contentsOf: slice(line))
        result.bytes.append(0x0A)
    }

    private mutating func emit(_ line: Range<Int>, masking spans: [Span]) throws(LineRules.Fault) {
        let start = result.bytes.count
        lineNumber += 1
        var position = line.lowerBound
        for span in spans {
            result.bytes.append(contentsOf: slice(position..<span.range.lowerBound))
            appendFingerprint(of: bytes[span.range], as: span)
            position = span.range.upperBound
        }
        result.bytes.append(contentsOf: slice(position..<line.upperBound))
        try applyNet(from: start)
        result.bytes.append(0x0A)
    }

    /// Masks what the net finds in the line that the result ends with, which begins at `start`.
    private mutating func applyNet(from start: Int) throws(LineRules.Fault) {
        let tried = (0..<rules.net.count).filter { isCandidate(rules.firstNet + $0) }
        guard !tried.isEmpty else { return }
        let line = Array(result.bytes[start...])
        let hidden = FingerprintMarks.hidden(in: line)
        var spans: [Span] = []
        do throws(PatternError) {
            for rule in tried {
                let finds = try hidden.withUnsafeBufferPointer { (buffer) throws(PatternError) in
                    try rules.net.finds(ofRule: rule, in: buffer)
                }
                spans += finds.map { Span(range: $0.range, kind: $0.kind, isCovered: false) }
            }
            open = try hidden.withUnsafeBufferPointer { (buffer) throws(PatternError) in
                try rules.openValue.opened(by: buffer)
            }
        } catch { throw LineRules.Fault(location: nil, fault: error) }
        guard !spans.isEmpty else { return }
        spans = Self.merged(spans)
        result.bytes.removeLast(result.bytes.count - start)
        var position = 0
        for span in spans {
            result.bytes.append(contentsOf: line[position..<span.range.lowerBound])
            appendFingerprint(of: line[span.range], as: span)
            position = span.range.upperBound
        }
        result.bytes.append(contentsOf: line[position...])
    }

    private mutating func appendFingerprint(of value: some Collection<UInt8>, as span: Span) {
        guard span.isCovered else {
            result.uncovered.append(UncoveredSecret(line: lineNumber, kind: span.kind))
            result.bytes.append(contentsOf: key.fingerprint(of: value, kind: "uncovered", device: device).utf8)
            return
        }
        result.fingerprints[span.kind, default: 0] += 1
        let text =
            span.isResalted
            ? FingerprintKey.resalted(kind: span.kind) : key.fingerprint(of: value, kind: span.kind, device: device)
        result.bytes.append(contentsOf: text.utf8)
    }
}
