extension NormalisingPass {
    /// A line of a value that an earlier line opened.
    /// - Returns: Whether the line was dealt with.
    mutating func maskOpenValue(_ line: Range<Int>) -> Bool {
        let text = slice(line)
        let indent = text.prefix { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }.count
        let rest = line.lowerBound + indent..<line.upperBound
        guard !rest.isEmpty else {
            if open == .continued { open = nil }
            emit(line)
            return true
        }
        switch open {
        case .element where bytes[rest.lowerBound] != UInt8(ascii: "<"):
            guard let end = bytes[rest].firstIndex(of: UInt8(ascii: "<")) else {
                emitMasked(line, secret: rest)
                return true
            }
            // What stands behind the value is looked at like any other line: it may hold the next secret.
            open = nil
            closing = MaskedSpan(range: rest.lowerBound..<end, mark: .uncovered(kind: "secret"))
            return false
        case .block(let outer) where indent > outer:
            emitMasked(line, secret: rest)
            return true
        case .list(let outer) where indent >= outer: return maskItem(rest, of: line)
        case .nextValue:
            open = nil
            return maskValue(rest, of: line)
        case .continued:
            let goesOn = bytes[rest.upperBound - 1] == UInt8(ascii: "\\")
            emitMasked(line, secret: rest.lowerBound..<rest.upperBound - (goesOn && rest.count > 1 ? 1 : 0))
            if !goesOn { open = nil }
            return true
        default:
            open = nil
            return false
        }
    }

    /// `- value` of YAML; an item that is a mapping is none.
    private mutating func maskItem(_ rest: Range<Int>, of line: Range<Int>) -> Bool {
        let text = bytes[rest]
        if text.first == UInt8(ascii: "#") { return false }
        guard text.first == UInt8(ascii: "-"), text.dropFirst().first == 0x20 else {
            open = nil
            return false
        }
        let item = text.dropFirst(2).drop { $0 == 0x20 }
        let isMapping =
            zip(item, item.dropFirst()).contains { $0 == UInt8(ascii: ":") && $1 == 0x20 }
            || item.last == UInt8(ascii: ":")
        guard !isMapping, SecretValue.isSecret(item, inProse: false) else { return false }
        emitMasked(line, secret: item.startIndex..<item.endIndex)
        return true
    }

    /// `value: v` after `name: password`.
    private mutating func maskValue(_ rest: Range<Int>, of line: Range<Int>) -> Bool {
        let text = bytes[rest]
        let isQuoted = text.first == UInt8(ascii: "\"") || text.first == UInt8(ascii: "'")
        let name = text.dropFirst(isQuoted ? 1 : 0)
        guard name.prefix(5).map(RequiredLiterals.folded).elementsEqual("value".utf8),
            let sign = name.dropFirst(5).first(where: {
                $0 > 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "'")
            }),
            sign == UInt8(ascii: ":") || sign == UInt8(ascii: "="), let place = name.firstIndex(of: sign)
        else { return false }
        var value = text[(place + 1)...].drop { $0 == 0x20 || $0 == 0x09 }
        if let quote = value.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
            let first = value.startIndex..<value.startIndex + 1
            let whole = SecretExtent.whole(first, in: UnsafeBufferPointer(rebasing: bytes[..<line.upperBound]))
            value = value[whole]
        }
        guard SecretValue.isSecret(value, inProse: false) else { return false }
        emitMasked(line, secret: value.startIndex..<value.endIndex)
        return true
    }

    private mutating func emitMasked(_ line: Range<Int>, secret: Range<Int>) {
        lineNumber += 1
        result.bytes.append(contentsOf: slice(line.lowerBound..<secret.lowerBound))
        append(MaskedSpan(range: secret, mark: .uncovered(kind: "secret")))
        result.bytes.append(contentsOf: slice(secret.upperBound..<line.upperBound))
        result.bytes.append(0x0A)
    }
}
