import ConfigModel
import Patterns

/// One reading of one text: line by line, each through the rules that a scan says are worth trying on it.
struct NormalisingPass {
    var result = ComparableText()

    let bytes: UnsafeBufferPointer<UInt8>
    let rules: LineRules
    let isFile: Bool
    let device: DeviceID
    let key: FingerprintKey

    var candidates: LinePrefilter.Candidates
    var lineNumber = 0
    /// What only the structure of the whole text shows, in the order of the text.
    var structural: ArraySlice<SecretNet.Find>
    /// What the platform's rules for sections found, in the order of the text.
    var sectioned: ArraySlice<MaskedSpan> = []
    /// A value that an earlier line opened.
    var open: OpenValue.Kind?
    /// The end of an open value, at the start of the line that is being taken.
    var closing: MaskedSpan?
    /// How many parts of the text were replaced.
    var spanCount = 0
    /// Up to where the end of a key was looked for in vain.
    var keyEndSearched = 0
    /// Volatile sections of which no end stands in the rest of the text.
    private var endless: Set<Int> = []
    /// The line that ended a section and stays, and the rule: it does not open the next.
    private var kept: (start: Int, rule: Int)?

    init(
        bytes: UnsafeBufferPointer<UInt8>, rules: LineRules, syntax: Platform.Syntax, isFile: Bool, device: DeviceID,
        key: FingerprintKey
    ) {
        self.bytes = bytes
        self.rules = rules
        self.isFile = isFile
        self.device = device
        self.key = key
        candidates = rules.prefilter.noCandidates
        structural = StructuralSecrets.finds(in: bytes, syntax: syntax)[...]
        result.bytes.reserveCapacity(bytes.count + 256)
    }

    /// No configuration has more secrets, or parts that change: such a text means to use up our memory.
    static let mostSpans = 100_000

    /// - Throws: Also when the text has too many secrets.
    mutating func run() throws(PatternFault) {
        var start = 0
        while start < bytes.count {
            guard spanCount + structural.count <= Self.mostSpans else { throw Self.tooMany }
            let end = rules.prefilter.scanLine(of: bytes, from: start, into: &candidates)
            start = try take(start..<end) ?? (end + 1)
            if !candidates.rules.isEmpty { candidates.removeAll() }
        }
        endText()
    }

    static var tooMany: PatternFault {
        PatternFault(
            location: nil,
            fault: .failed(
                pattern: "secrets", reason: "the text has more than \(mostSpans), as no configuration has"))
    }

    func isCandidate(_ rule: Int) -> Bool { candidates.contains(rule) }

    /// The final line end: exactly one, and no empty lines at the end.
    private mutating func endText() {
        while result.bytes.last == 0x0A { result.bytes.removeLast() }
        if !result.bytes.isEmpty { result.bytes.append(0x0A) }
    }

    func slice(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: bytes[range]) }
}

extension NormalisingPass {
    /// - Returns: Where to go on, when that is not the next line.
    private mutating func take(_ raw: Range<Int>) throws(PatternFault) -> Int? {
        let line = withoutEnd(raw)
        // A command's answer may begin with empty lines that the terminal made.
        if line.isEmpty, !isFile, result.bytes.isEmpty { return nil }
        if open != nil, maskOpenValue(line) { return nil }
        let hasStructure =
            structural.first.map { $0.range.lowerBound < line.upperBound } ?? false
            || sectioned.first.map { $0.range.lowerBound < line.upperBound } ?? false
        guard !candidates.rules.isEmpty || hasStructure || closing != nil else {
            emit(line)
            return nil
        }
        let closed = closing
        closing = nil
        var spans: [MaskedSpan] = []
        switch try volatile(in: line, before: raw.upperBound + 1, spans: &spans) {
        case .line:
            result.droppedLines += 1
            return nil
        case .section(let next): return next
        case nil: break
        }
        let found = try secrets(in: line)
        spans += found.spans + takeSectioned(in: line)
        guard spans.count <= Self.mostSpans else { throw Self.tooMany }
        let key = keyBlock(from: line, covers: found.covers, spans: &spans)
        addStructural(in: line, to: &spans)
        if let closed { spans.append(closed) }
        switch key {
        case nil: try emit(line, masking: MaskedSpan.merged(spans))
        case .replaced(let tail, _): try emit(line, masking: MaskedSpan.merged(spans), tail: tail)
        case .below(let body, _):
            spans.removeAll { $0.range.lowerBound >= body.lowerBound }
            for index in spans.indices where spans[index].range.upperBound > body.lowerBound {
                spans[index].range = spans[index].range.lowerBound..<body.lowerBound
            }
            try emit(line.lowerBound..<body.lowerBound, masking: MaskedSpan.merged(spans))
            emitKey(body)
        }
        return key?.next
    }

    /// Without CR; of a command without trailing white space, which terminals add and nobody sees.
    private func withoutEnd(_ raw: Range<Int>) -> Range<Int> {
        var end = raw.upperBound
        if isFile {
            end = TextLines.withoutReturns(raw, in: bytes)
        } else {
            while end > raw.lowerBound, bytes[end - 1] == 0x0D || bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 {
                end -= 1
            }
        }
        return raw.lowerBound..<end
    }

    private enum Dropped {
        case line
        /// And where the text goes on.
        case section(next: Int)
    }

    /// What of a line changes by itself: all of it, or parts, which become spans.
    private mutating func volatile(
        in line: Range<Int>, before next: Int, spans: inout [MaskedSpan]
    ) throws(PatternFault) -> Dropped? {
        for index in candidates.rules {
            guard index < rules.firstSecret else { break }
            let rule = rules.volatile[index]
            let text = slice(line)
            switch rule.extent {
            case .line:
                if try rule.pattern.placed({ (pattern) throws(PatternError) in try pattern.matches(text) }) {
                    return .line
                }
            case .part:
                try rule.pattern.placed { (pattern) throws(PatternError) in
                    try pattern.forEachMatch(in: text) { match in
                        guard spans.count <= Self.mostSpans else { return text.count + 1 }
                        guard let part = match.groups.count > 1 ? match.groups[1] : match.range, !part.isEmpty else {
                            return nil
                        }
                        let range = part.lowerBound + line.lowerBound..<part.upperBound + line.lowerBound
                        spans.append(MaskedSpan(range: range, mark: .volatile))
                        return nil
                    }
                }
            case .section(let until, let through):
                guard !endless.contains(index), kept?.start != line.lowerBound || kept?.rule != index,
                    try rule.pattern.placed({ (pattern) throws(PatternError) in try pattern.matches(text) })
                else { continue }
                if let end = try endOfSection(index, until: until, through: through, from: next) {
                    return .section(next: end)
                }
                // Kept whole: its end may have been lost, and what comes after it must not be.
                endless.insert(index)
            }
        }
        return nil
    }

    /// Where the text goes on behind a volatile section whose lines begin at `start`; nil when it never ends.
    private mutating func endOfSection(
        _ index: Int, until: PlacedPattern, through: Bool, from start: Int
    ) throws(PatternFault) -> Int? {
        var from = start
        var lines = 1
        while from < bytes.count {
            let end = bytes[from...].firstIndex(of: 0x0A) ?? bytes.count
            let text = slice(withoutEnd(from..<end))
            if try until.placed({ (pattern) throws(PatternError) in try pattern.matches(text) }) {
                result.droppedLines += lines + (through ? 1 : 0)
                if !through { kept = (from, index) }
                return through ? end + 1 : from
            }
            lines += 1
            from = end + 1
        }
        return nil
    }

    private mutating func takeSectioned(in line: Range<Int>) -> [MaskedSpan] {
        var spans: [MaskedSpan] = []
        while let span = sectioned.first, span.range.lowerBound < line.upperBound {
            sectioned.removeFirst()
            if span.range.lowerBound >= line.lowerBound, span.range.upperBound <= line.upperBound { spans.append(span) }
        }
        return spans
    }

    private mutating func addStructural(in line: Range<Int>, to spans: inout [MaskedSpan]) {
        while let find = structural.first, find.range.lowerBound < line.upperBound {
            structural.removeFirst()
            // A string whose end is missing reaches to the line end, white space and CRs included.
            guard find.range.lowerBound >= line.lowerBound else { continue }
            let range = find.range.lowerBound..<min(find.range.upperBound, line.upperBound)
            spans.append(MaskedSpan(range: range, mark: .uncovered(kind: find.kind)))
        }
    }
}
