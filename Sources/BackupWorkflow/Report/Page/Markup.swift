/// HTML, put together so that no text of a device can be markup.
struct Markup: Sendable {
    private(set) var text = ""

    /// Text from anywhere, made harmless.
    static func escaped(_ text: some StringProtocol) -> String {
        var clean = ""
        for character in printable(text, keepingLines: true) {
            switch character {
            case "&": clean += "&amp;"
            case "<": clean += "&lt;"
            case ">": clean += "&gt;"
            case "\"": clean += "&quot;"
            case "'": clean += "&#39;"
            default: clean.append(character)
            }
        }
        return clean
    }

    /// An element around text from anywhere.
    mutating func add(_ name: String, class style: String? = nil, _ content: some StringProtocol) {
        open(name, class: style)
        text += Self.escaped(content)
        close(name)
    }

    mutating func open(_ name: String, class style: String? = nil, _ attributes: String = "") {
        text += "<\(name)"
        if let style { text += " class=\"\(style)\"" }
        text += attributes.isEmpty ? ">" : " \(attributes)>"
    }

    /// A line end within a line, or within what is preformatted, would show.
    mutating func close(_ name: String) { text += name == "span" || name == "b" ? "</\(name)>" : "</\(name)>\n" }

    /// Markup of ours.
    mutating func raw(_ markup: String) { text += markup }
}
