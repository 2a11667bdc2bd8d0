/// A pattern of `*` (any characters), `?` (any one) and, where asked, `[a-z]` and `[!a-z]`. Everything else means itself.
///
/// Linear in the text for each star, whatever the pattern: no pattern takes long.
package struct Glob: Sendable, Hashable {
    private enum Part: Sendable, Hashable {
        case star, one
        case literal(UInt8)
        case oneOf([ClosedRange<UInt8>], negated: Bool)
    }

    private let parts: [Part]

    package init(_ text: String, brackets: Bool) {
        var parts: [Part] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "*"): if parts.last != .star { parts.append(.star) }
            case UInt8(ascii: "?"): parts.append(.one)
            case UInt8(ascii: "[") where brackets:
                if let part = Self.bracket(&rest) { parts.append(part) } else { parts.append(.literal(byte)) }
            default: parts.append(.literal(byte))
            }
        }
        self.parts = parts
    }

    /// The ranges up to `]`; nil, and nothing is taken, where the bracket is never closed.
    private static func bracket(_ rest: inout ArraySlice<UInt8>) -> Part? {
        var body = rest
        let negated = body.first == UInt8(ascii: "!")
        if negated { body.removeFirst() }
        guard let end = body.dropFirst().firstIndex(of: UInt8(ascii: "]")) else { return nil }
        var ranges: [ClosedRange<UInt8>] = []
        var index = body.startIndex
        while index < end {
            let low = body[index]
            if index + 2 < end, body[index + 1] == UInt8(ascii: "-"), body[index + 2] >= low {
                ranges.append(low...body[index + 2])
                index += 3
            } else {
                ranges.append(low...low)
                index += 1
            }
        }
        rest = rest[(end + 1)...]
        return .oneOf(ranges, negated: negated)
    }

    package func matches(_ text: String) -> Bool {
        let text = Array(text.utf8)
        var position = 0
        var part = 0
        // Where to go on when the present attempt fails: after the last star, one byte later each time.
        var retry: (part: Int, position: Int)?
        while position < text.count {
            if part < parts.count, parts[part] == .star {
                retry = (part + 1, position)
                part += 1
            } else if part < parts.count, accepts(parts[part], text[position]) {
                part += 1
                position += 1
            } else if let last = retry {
                part = last.part
                position = last.position + 1
                retry = (part, position)
            } else {
                return false
            }
        }
        return parts[part...].allSatisfy { $0 == .star }
    }

    private func accepts(_ part: Part, _ byte: UInt8) -> Bool {
        switch part {
        case .star: false
        case .one: true
        case .literal(let wanted): wanted == byte
        case .oneOf(let ranges, let negated): ranges.contains { $0.contains(byte) } != negated
        }
    }
}
