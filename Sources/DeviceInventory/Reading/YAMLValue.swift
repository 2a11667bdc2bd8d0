import ConfigModel

/// A piece of a YAML document and where it stands.
struct YAMLValue: Sendable {
    enum Style: Sendable { case plain, singleQuoted, doubleQuoted, block }

    enum Content: Sendable {
        case scalar(String, Style)
        case list([YAMLValue])
        case mapping([Entry])
    }

    struct Entry: Sendable {
        var key: String
        var keyLocation: SourceLocation
        var value: YAMLValue
    }

    var content: Content
    var location: SourceLocation

    /// Nothing written, `~` or `null`.
    var isNull: Bool {
        guard case .scalar(let text, .plain) = content else { return false }
        return text.isEmpty || text == "~" || text == "null"
    }

    /// What it is, in words for a fault.
    var kind: String {
        switch content {
        case .scalar where isNull: "nothing"
        case .scalar(let text, .plain) where Int(text) != nil: "a number"
        case .scalar(let text, .plain) where text == "true" || text == "false": "true or false"
        case .scalar: "a text"
        case .list: "a list"
        case .mapping: "a mapping"
        }
    }
}

extension YAMLValue {
    var text: String? {
        guard case .scalar(let text, _) = content, !isNull else { return nil }
        return text
    }

    /// A whole number, written without quotes.
    var integer: Int? {
        guard case .scalar(let text, .plain) = content else { return nil }
        return Int(text)
    }

    /// `true` or `false`, written without quotes.
    var flag: Bool? {
        guard case .scalar(let text, .plain) = content else { return nil }
        return text == "true" ? true : text == "false" ? false : nil
    }

    var list: [YAMLValue]? {
        guard case .list(let items) = content else { return nil }
        return items
    }

    var entries: [Entry]? {
        guard case .mapping(let entries) = content else { return nil }
        return entries
    }

    /// The items of a list; a value that is no list counts as a list of one.
    var oneOrMore: [YAMLValue] { list ?? [self] }

    subscript(key: String) -> YAMLValue? {
        entries?.first { $0.key == key }?.value
    }

    /// The place of a character of a scalar; of the scalar itself where escapes or line breaks keep us from counting.
    /// - Parameter offset: Bytes from the start of the text.
    func location(ofByte offset: Int) -> SourceLocation {
        guard case .scalar(let text, let style) = content, !text.contains("\n") else { return location }
        let before = String(decoding: text.utf8.prefix(offset), as: UTF8.self)
        var place = location
        switch style {
        case .plain: break
        case .singleQuoted where !before.contains("'"): place.column += 1
        case .doubleQuoted where !before.contains("\\") && !before.contains("\""): place.column += 1
        default: return location
        }
        place.column += before.unicodeScalars.count
        return place
    }
}
