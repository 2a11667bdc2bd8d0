/// What passes in a session, byte by byte, in lines that no terminal can misread.
enum SessionLine {
    /// `<` is what the device said; a line ends where it said LF, or paused.
    static func received(_ bytes: [UInt8]) -> [String] { lines(of: bytes, mark: "<") }
    /// `>` is what was sent.
    static func sent(_ bytes: [UInt8]) -> [String] { bytes.isEmpty ? [">"] : lines(of: bytes, mark: ">") }
    static func opened(_ what: String) -> String { "= \(printable(what)) opened" }
    static func note(_ text: String) -> String { "= \(printable(text))" }
    static let closed = "= closed"
    static func elided(_ count: String) -> String { "= \(count) bytes are left out here" }

    /// The same of a text whose line ends are known and not shown.
    static func receivedLines(_ text: [UInt8]) -> [String] {
        text.split(separator: 0x0A).map { "< \(visible($0))" }
    }

    /// The bytes with a line end after every control sequence, so that rules that look at the start of a line find it
    /// also where a pager has wiped its mark.
    static func brokenAtControls(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + bytes.count / 16)
        var place = 0
        while place < bytes.count {
            let end = endOfControl(in: bytes, at: place)
            guard end > place else {
                result.append(bytes[place])
                place += 1
                continue
            }
            result += bytes[place..<end]
            place = end
            let isFollowed = place < bytes.count && (bytes[place] == 0x0A || endOfControl(in: bytes, at: place) > place)
            if !isFollowed { result.append(0x0A) }
        }
        return result
    }

    /// Where the control character or escape sequence at a place ends; the place itself where there is none. Tab, LF, and
    /// the CR before it are none.
    private static func endOfControl(in bytes: [UInt8], at place: Int) -> Int {
        switch bytes[place] {
        case 0x09, 0x0A: return place
        case 0x0D: return place + 1 < bytes.count && bytes[place + 1] == 0x0A ? place : place + 1
        case 0x1B:
            guard place + 1 < bytes.count else { return place + 1 }
            guard bytes[place + 1] == UInt8(ascii: "[") else { return place + 2 }
            // ECMA-48: parameters and intermediates, then one final byte.
            let end = bytes[(place + 2)...].prefix(32).firstIndex { !(0x20..<0x40).contains($0) }
            return end.map { $0 + 1 } ?? min(bytes.count, place + 34)
        case 0x00..<0x20, 0x7F: return place + 1
        default: return place
        }
    }

    private static func lines(of bytes: [UInt8], mark: String) -> [String] {
        bytes.split(after: 0x0A).map { "\(mark) \(visible($0))" }
    }

    /// Printable ASCII as it is; all else as `\\r`, `\\n`, `\\t` or `\\x1b`, and `\\\\` for a backslash.
    static func visible(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        for byte in bytes {
            switch byte {
            case 0x0A: text += "\\n".utf8
            case 0x0D: text += "\\r".utf8
            case 0x09: text += "\\t".utf8
            case 0x5C: text += "\\\\".utf8
            case 0x20..<0x7F: text.append(byte)
            default:
                let digits = String(byte, radix: 16)
                text += "\\x\(digits.count < 2 ? "0" : "")\(digits)".utf8
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

extension [UInt8] {
    /// The parts that end with `mark`, and what comes after the last one.
    fileprivate func split(after mark: UInt8) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var rest = self[...]
        while let place = rest.firstIndex(of: mark) {
            parts.append(rest[...place])
            rest = rest[(place + 1)...]
        }
        return rest.isEmpty ? parts : parts + [rest]
    }
}
