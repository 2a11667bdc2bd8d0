import ConfigModel

/// A document whose keys stay in the order in which a person would write them, as YAML or as JSON.
package indirect enum DocumentTree: Sendable, Hashable {
    case text(String)
    case number(Int)
    case flag(Bool)
    case list([DocumentTree])
    case object([Entry])

    package struct Entry: Sendable, Hashable {
        package var key: String
        package var value: DocumentTree

        package init(_ key: String, _ value: DocumentTree) {
            self.key = key
            self.value = value
        }
    }

    /// Nil where there is no text.
    static func text(_ text: String?) -> DocumentTree? { text.map { .text($0) } }

    /// Nil where there are none.
    static func texts(_ texts: [String]) -> DocumentTree? { texts.isEmpty ? nil : .list(texts.map { .text($0) }) }

    /// Nil where there is none.
    static func list(_ items: [DocumentTree], elseNil: Bool) -> DocumentTree? {
        items.isEmpty && elseNil ? nil : .list(items)
    }

    /// Without the keys that have no value.
    static func object(_ pairs: [(String, DocumentTree?)]) -> DocumentTree {
        .object(pairs.compactMap { key, value in value.map { Entry(key, $0) } })
    }
}

extension DocumentTree: Encodable {
    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .text(let text): try text.encode(to: encoder)
        case .number(let number): try number.encode(to: encoder)
        case .flag(let flag): try flag.encode(to: encoder)
        case .list(let items): try items.encode(to: encoder)
        case .object(let entries):
            var container = encoder.container(keyedBy: Key.self)
            for entry in entries { try container.encode(entry.value, forKey: Key(entry.key)) }
        }
    }
}

// MARK: - As YAML

extension DocumentTree {
    /// As our own strict reader reads it back, with a line end behind the last line.
    package var yaml: String { lines(indent: "").joined(separator: "\n") + "\n" }

    private static let widest = 110

    /// In lines of their own, each indented.
    fileprivate func lines(indent: String) -> [String] {
        switch self {
        case .object(let entries) where !entries.isEmpty: entries.flatMap { $0.lines(indent: indent) }
        case .list(let items) where !items.isEmpty: items.flatMap { $0.item(indent: indent) }
        default: [indent + flow]
        }
    }

    /// As an item of a list.
    private func item(indent: String) -> [String] {
        if let line = short(within: Self.widest - indent.count - 2) { return [indent + "- " + line] }
        if case .text(let text) = self, let block = Self.block(text, indent: indent + "  ") {
            return [indent + "- " + block.head] + block.lines
        }
        let lines = lines(indent: indent + "  ")
        guard let first = lines.first else { return [] }
        return [indent + "- " + first.dropFirst(indent.count + 2)] + lines.dropFirst()
    }

    /// In one line, where it is short enough and has nothing that wants several.
    fileprivate func short(within width: Int) -> String? {
        guard !hasBlock else { return nil }
        switch self {
        case .text, .number, .flag: return flow
        case .list(let items) where items.isEmpty: return "[]"
        case .object(let entries) where entries.isEmpty: return "{}"
        case .list, .object:
            let line = flow
            return line.count <= width ? line : nil
        }
    }

    private var hasBlock: Bool {
        switch self {
        case .text(let text): Self.block(text, indent: "") != nil
        case .number, .flag: false
        case .list(let items): items.contains(where: \.hasBlock)
        case .object(let entries): entries.contains { $0.value.hasBlock }
        }
    }

    private var flow: String {
        switch self {
        case .text(let text): Self.scalar(text)
        case .number(let number): String(number)
        case .flag(let flag): flag ? "true" : "false"
        case .list(let items): "[" + items.map(\.flow).joined(separator: ", ") + "]"
        case .object(let entries):
            "{ " + entries.map { "\(Self.scalar($0.key)): \($0.value.flow)" }.joined(separator: ", ") + " }"
        }
    }

    /// Bare where that is plainly safe, in single quotes where nothing needs an escape, else in double quotes.
    fileprivate static func scalar(_ text: String) -> String {
        let plain = YAMLScalar.text(text)
        // The strict reader takes no `&` and `*` of one file together for plain text where keys might be aliases.
        if text.utf8.contains(UInt8(ascii: "&")) {
            let parts = YAMLScalar.quoted(text).unicodeScalars.split(separator: "&", omittingEmptySubsequences: false)
            return parts.map { String($0) }.joined(separator: "\\u0026")
        }
        if !plain.hasPrefix("\"") { return plain }
        let isPrintable = text.unicodeScalars.allSatisfy { (" "..."~").contains($0) }
        guard isPrintable, text.contains("\\") || text.contains("\"") else { return plain }
        return "'" + text.replacing("'", with: "''") + "'"
    }

    /// A text of several lines as a literal block; nil where it cannot be one.
    fileprivate static func block(_ text: String, indent: String) -> (head: String, lines: [String])? {
        let scalars = text.unicodeScalars
        guard text.utf8.dropLast().contains(0x0A), !text.utf8.contains(UInt8(ascii: "&")) else { return nil }
        guard scalars.allSatisfy({ $0 == "\n" || (" "..."~").contains($0) }) else { return nil }
        var lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        // The reader takes the indentation from the first line that is not empty.
        guard let first = lines.first(where: { !$0.isEmpty }), !first.hasPrefix(" ") else { return nil }
        let hasEnd = lines.last == ""
        if hasEnd { lines.removeLast() }
        let head = !hasEnd ? "|-" : lines.last == "" ? "|+" : "|"
        return (head, lines.map { $0.isEmpty ? "" : indent + $0 })
    }
}

extension DocumentTree.Entry {
    fileprivate func lines(indent: String) -> [String] {
        let key = indent + DocumentTree.scalar(key) + ":"
        if let line = value.short(within: 110 - key.count) { return [key + " " + line] }
        if case .text(let text) = value, let block = DocumentTree.block(text, indent: indent + "  ") {
            return [key + " " + block.head] + block.lines
        }
        return [key] + value.lines(indent: indent + "  ")
    }
}
