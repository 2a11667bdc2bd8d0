/// A statement of a configuration that is entered as a path from its root, `set system host-name x`: the words between two
/// places at which a path may end.
struct PathNode {
    /// As it is entered, quotation marks included.
    var words: String
    var compared: String
    /// A path that is entered ends here; else it only leads on.
    var isStatement = false
    var isInactive = false
    /// Whether the order of what stands below it counts.
    var isOrdered = false
    /// One value of a list, `import [ a b ]`: the name of the list, in which order counts.
    var list: String?
    /// The name of the setting of which a later statement replaces an earlier: how much of the path it takes.
    var setting: String?
    /// The name of what is deleted and entered anew as a whole: how much of the path it takes.
    var whole: String?
    var children: [PathNode] = []
    private var places: [String: Int] = [:]

    init(words: String, compared: String) {
        self.words = words
        self.compared = compared
    }

    /// The child of these words, made if there is none.
    mutating func place(of words: String, compared: String) -> Int {
        if let place = places[compared] { return place }
        places[compared] = children.count
        children.append(PathNode(words: words, compared: compared))
        return children.count - 1
    }

    func child(_ compared: String) -> PathNode? { places[compared].map { children[$0] } }
    func hasChild(_ compared: String) -> Bool { places[compared] != nil }
}

/// Splits a statement into words; what stands in quotation marks is one.
enum PathWords {
    static func split(_ text: String) -> [String] {
        var words: [String] = []
        var word: [UInt8] = []
        var quote: UInt8?
        var isEscaped = false
        for byte in text.utf8 {
            if quote == nil, byte == 0x20 || byte == 0x09 {
                if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
                word = []
                continue
            }
            word.append(byte)
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            }
        }
        if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
        return words
    }
}
