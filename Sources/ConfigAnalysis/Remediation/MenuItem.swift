import ConfigModel

/// One line of a RouterOS export: an item that is added to a menu, or settings of one.
struct MenuItem {
    /// The line without the menu: `add address=10.0.0.1/24 interface=ether1`.
    var text: String
    var compared: String
    /// `add` or `set`.
    var verb: String
    /// What stands between the verb and the first value: `[ find default-name=ether1 ]`, `winbox`.
    var target: String
    var values: [(name: String, text: String, compared: String)]

    subscript(_ name: String) -> String? { values.first { $0.name == name }?.text }

    /// Nil for a line that is neither.
    init?(_ line: ExactLine) {
        text = line.text.trimmed
        compared = line.compared.trimmed
        let words = Self.words(text)
        guard let first = words.first, first == "add" || first == "set" else { return nil }
        verb = first
        let named = words.dropFirst().map(Self.pair)
        let others = Self.words(compared).dropFirst().map(Self.pair)
        guard named.count == others.count else { return nil }
        target = named.prefix { $0 == nil }.enumerated().map { words[$0.offset + 1] }.joined(separator: " ")
        values = zip(named, others).compactMap { own, other in
            own.map { ($0.name, $0.value, other?.value ?? $0.value) }
        }
        guard values.count == named.drop(while: { $0 == nil }).count else { return nil }
    }

    private static func pair(_ word: String) -> (name: String, value: String)? {
        guard !word.hasPrefix("["), !word.hasPrefix("\""), let place = word.firstIndex(of: "=") else { return nil }
        return (String(word[..<place]), String(word[word.index(after: place)...]))
    }

    /// Split at blanks outside of quotation marks and brackets.
    private static func words(_ text: String) -> [String] {
        var words: [String] = []
        for word in PathWords.split(text) {
            if let last = words.last, last.hasPrefix("["), !last.hasSuffix("]") {
                words[words.count - 1] += " " + word
            } else {
                words.append(word)
            }
        }
        return words
    }
}

/// The menus of an export, in the order of the text.
struct Menus {
    private(set) var items: [String: [MenuItem]] = [:]
    private(set) var order: [String] = []
    private(set) var ordered: Set<String> = []
    private(set) var strange: [String] = []

    init(_ lines: [ExactLine], rules: StatementRules) throws(PatternFault) {
        var menu = ""
        for line in lines {
            let text = line.text.trimmed
            if text.isEmpty || text.hasPrefix("#") { continue }
            if try rules.isKept(Array(text.utf8)) { continue }
            if text.hasPrefix("/") {
                menu = text
                guard items[menu] == nil else { continue }
                items[menu] = []
                order.append(menu)
                if try rules.isOrdered(Array(menu.utf8)) { ordered.insert(menu) }
            } else if !menu.isEmpty, let item = MenuItem(line) {
                items[menu]?.append(item)
            } else {
                strange.append("\(menu) \(text)")
            }
        }
    }
}
