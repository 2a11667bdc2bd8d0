import Patterns

/// Recognises lines after which a secret begins: `<password>` alone, `password: |` of YAML, `"Password"=hex:01,\`.
struct OpenValue: Sendable {
    enum Kind: Sendable, Equatable {
        /// Until the next tag.
        case element
        /// While lines are indented deeper than this.
        case block(indent: Int)
        /// Items of a list, `- value`, at least this far to the right.
        case list(indent: Int)
        /// In the next line, `value: …`.
        case nextValue
        /// While lines end in a backslash, and the line after them.
        case continued
    }

    private static let name =
        "(?:pass(?:word|wd|phrase)|pwd|secret|psk|token|communit(?:y|ie)|(?:api|private|secret|shared|access)[-_]?key)s?"
    private static let texts = [
        #"(?i)"# + name + #"["']?(?:\s[^<>]{0,200}+)?>(?:<!\[CDATA\[)?\s*+$"#,
        #"(?i)^(\s*+)(?:[^\s:][^:]{0,200}?)??"# + name + #"["']?\s*+:\s*+(?:[|>][-+0-9]*)?\s*+$"#,
        #"(?i)^\s*+(?:-\s++)?["']?(?:name|key)["']?\s*+[:=]\s*+["']?[\w.\-]{0,100}?"# + name + #"["']?\s*+,?\s*+$"#,
        #"(?i)"# + name + #"["']?\s*+[:=].*\\$"#,
    ]

    static let shared = Result { () throws(PatternError) in try OpenValue() }
    /// What goes into the digest of the rules.
    static var description: String { texts.joined(separator: "\n") }

    private let element: Pattern
    private let block: Pattern
    private let named: Pattern
    private let wrapped: Pattern

    private init() throws(PatternError) {
        element = try Pattern(Self.texts[0])
        block = try Pattern(Self.texts[1])
        named = try Pattern(Self.texts[2])
        wrapped = try Pattern(Self.texts[3])
    }

    func opened(by line: UnsafeBufferPointer<UInt8>) throws(PatternError) -> Kind? {
        guard let last = line.last(where: { $0 > 0x20 }), line.count < 4096 else { return nil }
        switch last {
        case UInt8(ascii: ">"), UInt8(ascii: "["):
            if try element.matches(line) { return .element }
        case UInt8(ascii: "\\"):
            if try wrapped.matches(line) { return .continued }
        default: break
        }
        if let match = try block.firstMatch(in: line), let indent = match.groups[1] {
            return last == UInt8(ascii: ":") ? .list(indent: indent.count) : .block(indent: indent.count)
        }
        return try named.matches(line) ? .nextValue : nil
    }
}
