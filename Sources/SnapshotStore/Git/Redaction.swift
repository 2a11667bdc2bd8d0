/// Masks what tools repeat of addresses that were to stay unseen.
package enum Redaction {
    /// `https://backup:geheim@host/x` → `https://backup:***@host/x`, wherever it stands in a text.
    package static func addresses(_ text: String) -> String {
        var result = Substring()
        var rest = text[...]
        while let scheme = rest.firstRange(of: "://") {
            result += rest[..<scheme.upperBound]
            rest = rest[scheme.upperBound...]
            let authority = rest.prefix { !$0.isWhitespace && $0 != "/" && $0 != "'" && $0 != "\"" }
            guard let at = authority.lastIndex(of: "@") else { continue }
            let person = authority[..<at]
            if let colon = person.firstIndex(of: ":") {
                result += person[...colon] + "***"
            } else {
                result += person
            }
            rest = rest[at...]
        }
        return String(result + rest)
    }

    /// Whether an address carries a password.
    package static func hasPassword(_ address: String) -> Bool { addresses(address) != address }
}

extension Substring {
    fileprivate func firstRange(of word: String) -> Range<Index>? {
        let wanted = Array(word.utf8)
        var start = startIndex
        while start < endIndex {
            if self[start...].utf8.starts(with: wanted) { return start..<index(start, offsetBy: word.count) }
            start = index(after: start)
        }
        return nil
    }
}
