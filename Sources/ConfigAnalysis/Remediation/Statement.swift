/// One statement of a configuration: a line, several lines that are one, or a section with what stands below its header.
struct Statement {
    /// As it is entered, without what indents it; LF between the lines of an atom.
    var text: String
    /// The same without the parts that say nothing: values that the device salts anew, clocks.
    var compared: String
    var isAtom = false
    /// It opens a section, also where nothing stands in it.
    var isHeader = false
    /// How the text closes the section, where it says so: `exit-address-family`.
    var closing: String?
    /// Whether the order of what stands below it counts.
    var isOrdered = false
    /// Whether its own place among its like counts.
    var isOrderedLine = false
    var takenBack = TakenBack.lines([])
    /// What lines begin with that go along with it when it is taken back.
    var takes: [String] = []
    /// A rule says how it is taken back.
    var isByRule = false
    /// It is taken back once all else in its section is entered.
    var isLate = false
    /// The device has no other like it.
    var isUnique = false
    /// Where it comes or goes, the section around it is entered anew.
    var renews = false
    /// The name of the setting of which a later line replaces an earlier.
    var setting: String?
    /// The name of the list that is taken back and entered anew as a whole.
    var list: String?
    var children: [Statement] = []

    enum TakenBack: Equatable {
        case lines([String])
        /// The section stays: what stands in it is taken back line by line.
        case byParts
        case impossible
    }

    var isSection: Bool { isHeader || !children.isEmpty }
    /// As it is entered, line by line.
    var lines: [String] { text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }
    /// The whole section as a text that is the same wherever the order does not count.
    var canonical: String {
        guard !children.isEmpty else { return compared }
        let below = children.map(\.canonical)
        return "\(compared)\u{1}\((isOrdered ? below : below.sorted()).joined(separator: "\u{2}"))\u{3}"
    }
}

extension String {
    /// Whether the text is the words, or goes on behind them.
    func begins(withWords words: some StringProtocol) -> Bool {
        utf8.starts(with: words.utf8)
            && (utf8.count == words.utf8.count || utf8.dropFirst(words.utf8.count).first == 0x20)
    }

    /// Without white space at both ends.
    var trimmed: String {
        let bytes = Array(utf8)
        return String(decoding: bytes[TextLines.trim(bytes.indices, in: bytes)], as: UTF8.self)
    }
}
