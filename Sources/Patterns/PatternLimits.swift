/// What a pattern may ask for: a platform file may come from anybody, and is compiled before it is judged.
enum PatternLimits {
    /// In bytes. The longest pattern of the bundled platforms has some hundreds.
    static let longestText = 8_192
    /// Parentheses within parentheses.
    static let deepestNesting: UInt32 = 50
    static let longestLookbehind = 255

    /// Recursion, subroutine calls, callouts and verbs: what they cost nobody can foresee.
    /// - Throws: `invalid` with the place.
    static func check(_ pattern: String) throws(PatternError) {
        let text = Array(pattern.utf8)
        guard text.count <= longestText else {
            throw .invalid(
                pattern: String(decoding: text.prefix(60), as: UTF8.self) + "…", offset: longestText,
                reason: "it has \(text.count) bytes, \(longestText) are the most")
        }
        var place = 0
        var isInClass = false
        while place < text.count {
            switch text[place] {
            case UInt8(ascii: "\\"):
                place += length(ofEscape: text[place...])
                continue
            case UInt8(ascii: "["):
                if isInClass, place + 1 < text.count, text[place + 1] == UInt8(ascii: ":") {
                    place = text[place...].firstIndex(of: UInt8(ascii: "]")) ?? place
                    break
                }
                let isOpening = !isInClass
                isInClass = true
                if isOpening {
                    // A bracket right at the start of a class is a character of it.
                    if place + 1 < text.count, text[place + 1] == UInt8(ascii: "^") { place += 1 }
                    if place + 1 < text.count, text[place + 1] == UInt8(ascii: "]") { place += 1 }
                }
            case UInt8(ascii: "]"): isInClass = false
            case UInt8(ascii: "(") where !isInClass:
                if let what = forbidden(text[(place + 1)...]) {
                    throw .invalid(pattern: pattern, offset: place, reason: "\(what) is not for platforms")
                }
            default: break
            }
            place += 1
        }
    }

    private static func length(ofEscape text: ArraySlice<UInt8>) -> Int {
        // Between \Q and \E nothing has a meaning.
        guard text.dropFirst().first == UInt8(ascii: "Q") else { return 2 }
        var length = 2
        while length + 1 < text.count {
            let place = text.startIndex + length
            if text[place] == UInt8(ascii: "\\"), text[place + 1] == UInt8(ascii: "E") { return length + 2 }
            length += 1
        }
        return text.count
    }

    /// What the text behind an opening parenthesis begins that must not be.
    private static func forbidden(_ text: ArraySlice<UInt8>) -> String? {
        guard let first = text.first else { return nil }
        if first == UInt8(ascii: "*") { return "a verb, '(*…)'," }
        guard first == UInt8(ascii: "?"), let second = text.dropFirst().first else { return nil }
        let third = text.dropFirst(2).first
        switch second {
        case UInt8(ascii: "R"), UInt8(ascii: "&"), 0x30...0x39, UInt8(ascii: "+"): return "recursion, '(?R)',"
        case UInt8(ascii: "-") where third.map { (0x30...0x39).contains($0) } == true: return "recursion, '(?-1)',"
        case UInt8(ascii: "P") where third == UInt8(ascii: ">"): return "recursion, '(?P>…)',"
        case UInt8(ascii: "C"): return "a callout, '(?C)',"
        default: return nil
        }
    }
}
