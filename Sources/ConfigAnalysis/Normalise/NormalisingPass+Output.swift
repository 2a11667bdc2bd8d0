import ConfigModel
import Patterns

extension NormalisingPass {
    mutating func emit(_ line: Range<Int>) {
        lineNumber += 1
        result.bytes.append(contentsOf: slice(line))
        result.bytes.append(0x0A)
    }

    /// - Parameter tail: What follows the line although it stands elsewhere in the text.
    mutating func emit(
        _ line: Range<Int>, masking spans: [MaskedSpan], tail: Range<Int>? = nil
    ) throws(PatternFault) {
        let start = result.bytes.count
        lineNumber += 1
        var position = line.lowerBound
        for span in spans {
            result.bytes.append(contentsOf: slice(position..<span.range.lowerBound))
            append(span)
            position = span.range.upperBound
        }
        result.bytes.append(contentsOf: slice(position..<line.upperBound))
        if let tail { result.bytes.append(contentsOf: slice(tail)) }
        try applyNet(from: start)
        result.bytes.append(0x0A)
    }

    /// Masks what the net finds in the line that the result ends with, which begins at `start`.
    private mutating func applyNet(from start: Int) throws(PatternFault) {
        guard let last = candidates.rules.last, last >= rules.firstNet else { return }
        let line = Array(result.bytes[start...])
        let hidden = FingerprintMarks.hidden(in: line)
        var spans: [MaskedSpan] = []
        do throws(PatternError) {
            try hidden.withUnsafeBufferPointer { (buffer) throws(PatternError) in
                for candidate in candidates.rules where candidate >= rules.firstNet && candidate < rules.pemMark {
                    for find in try rules.net.finds(ofRule: candidate - rules.firstNet, in: buffer) {
                        spans.append(MaskedSpan(range: find.range, mark: .uncovered(kind: find.kind)))
                    }
                }
                open = try rules.openValue.opened(by: buffer)
            }
        } catch { throw PatternFault(location: nil, fault: error) }
        guard !spans.isEmpty else { return }
        guard spans.count <= Self.mostSpans else { throw Self.tooMany }
        spans = MaskedSpan.merged(spans)
        result.bytes.removeLast(result.bytes.count - start)
        var position = 0
        for span in spans {
            result.bytes.append(contentsOf: line[position..<span.range.lowerBound])
            append(MaskedSpan(range: span.range, mark: span.mark, value: Array(line[span.range])))
            position = span.range.upperBound
        }
        result.bytes.append(contentsOf: line[position...])
    }

    /// What stands for the span.
    mutating func append(_ span: MaskedSpan) {
        spanCount += 1
        switch span.mark {
        case .volatile:
            result.bytes.append(contentsOf: FingerprintMarks.volatile)
        case .uncovered(let kind):
            result.uncovered.append(UncoveredSecret(line: lineNumber, kind: kind))
            append(fingerprint(of: span, kind: "uncovered"))
        case .secret(let kind, let isResalted):
            result.fingerprints[kind, default: 0] += 1
            append(isResalted ? FingerprintKey.resalted(kind: kind) : fingerprint(of: span, kind: kind))
        }
    }

    private mutating func append(_ text: String) { result.bytes.append(contentsOf: text.utf8) }

    private func fingerprint(of span: MaskedSpan, kind: String) -> String {
        if let value = span.value { return key.fingerprint(of: value, kind: kind, device: device) }
        return key.fingerprint(of: bytes[span.range], kind: kind, device: device)
    }
}
