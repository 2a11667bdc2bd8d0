/// Name and aliases of a bundled platform file, read without reading the rest: a workspace uses a few of many platforms,
/// and every command reads them.
///
/// It knows the forms in which bundled files are written, at the start of a line: `platform: NAME`, and `aliases:` with a
/// list in brackets or of lines that begin with `-`. A test compares it with the strict reader for each of them.
struct BundledHeading: Sendable, Hashable {
    var name: String
    var aliases: [String]

    /// - Returns: Nil when there is no `platform:` at the start of a line.
    init?(_ bytes: [UInt8]) {
        guard let name = Self.value(of: "platform:", in: bytes, until: 0x0A) else { return nil }
        self.name = Self.trimmed(name)
        let line = Self.value(of: "aliases:", in: bytes, until: 0x0A) ?? ""
        let isBracketed = line.contains("[")
        let list = isBracketed ? Self.value(of: "aliases:", in: bytes, until: UInt8(ascii: "]")) ?? "" : ""
        let items = isBracketed ? list.split { $0 == "," || $0 == "[" } : Self.dashed(after: "aliases:", in: bytes)
        aliases = items.map { Self.trimmed(String($0)) }.filter { !$0.isEmpty }
    }

    /// The items of a list that is written one to a line.
    private static func dashed(after key: String, in bytes: [UInt8]) -> [Substring] {
        var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)[...]
        lines = lines.drop { !$0.hasPrefix(key) }.dropFirst()
        return lines.prefix { $0.drop(while: \.isWhitespace).hasPrefix("- ") }.map {
            $0.drop { $0 == " " || $0 == "-" }
        }
    }

    private static func value(of key: StaticString, in bytes: [UInt8], until end: UInt8) -> String? {
        let key = Array("\(key)".utf8)
        var start = 0
        while start < bytes.count {
            let rest = bytes[start...]
            if rest.starts(with: key) {
                return String(decoding: rest.dropFirst(key.count).prefix { $0 != end }, as: UTF8.self)
            }
            guard let lineEnd = rest.firstIndex(of: 0x0A) else { return nil }
            start = lineEnd + 1
        }
        return nil
    }

    private static func trimmed(_ text: String) -> String {
        String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
