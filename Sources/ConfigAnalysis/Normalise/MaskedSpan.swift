/// A part of a line that something else stands for in the comparable text.
struct MaskedSpan {
    enum Mark: Equatable {
        /// A rule of the platform found it.
        case secret(kind: String, isResalted: Bool)
        /// Only the net found it.
        case uncovered(kind: String)
        /// It changes by itself.
        case volatile
    }

    var range: Range<Int>
    var mark: Mark
    /// What the fingerprint is made of, where it is not the text of the range: the body of a key.
    var value: [UInt8]?

    /// Of spans that overlap the mark of the first in the array stands, stretched over all of them; in the order of the line.
    static func merged(_ spans: [MaskedSpan]) -> [MaskedSpan] {
        guard spans.count > 1 else { return spans }
        let order = spans.indices.sorted { (spans[$0].range.lowerBound, $0) < (spans[$1].range.lowerBound, $1) }
        var merged: [(rank: Int, span: MaskedSpan)] = []
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
}
