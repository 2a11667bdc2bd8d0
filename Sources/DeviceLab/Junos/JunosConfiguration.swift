/// A Junos-like configuration: statements inside statements.
package struct JunosConfiguration: Sendable, Equatable {
    struct Statement: Sendable, Equatable {
        /// Its place in the schema; nil for one that the lab does not know, which is kept as it came.
        var kind: Int?
        /// The keyword and the names of this one, such as `unit 0`.
        var words: [String]
        var values: [String] = []
        var inner: [Statement] = []
    }

    private(set) var statements: [Statement] = []
    private static var schema: JunosSchema { .known }

    init() {}

    /// Reads the text that `show configuration` prints. What the lab does not know stays, on one line.
    package init(_ text: String) {
        for path in JunosText.read(text).paths where !enter(path.words) { keep(path.words) }
    }

    /// What `set` does.
    /// - Returns: Nil, or which word is not understood.
    func problem(_ words: [String]) -> Int? {
        var copy = self
        return Self.enter(words[...], into: &copy.statements, of: 0)
    }

    /// What `set` does; false, and nothing changed, when a word is not understood.
    @discardableResult
    mutating func enter(_ words: [String]) -> Bool {
        var changed = statements
        guard Self.enter(words[...], into: &changed, of: 0) == nil else { return false }
        statements = changed
        return true
    }

    /// What `delete` does; false when there was nothing of the kind. No words delete all.
    mutating func delete(_ words: [String]) -> Bool {
        guard !words.isEmpty else {
            defer { statements = [] }
            return !statements.isEmpty
        }
        return Self.delete(words[...], from: &statements, of: 0)
    }

    /// The statements below a path; nil when there is nothing there.
    func below(_ path: [String]) -> [Statement]? {
        var here = statements
        var rest = path[...]
        while !rest.isEmpty {
            guard let next = here.first(where: { rest.starts(with: $0.words) }) else { return nil }
            rest = rest.dropFirst(next.words.count)
            here = next.inner
        }
        return here
    }

    /// The one value of a statement.
    func value(_ path: String...) -> String? {
        below(path.dropLast())?.first { $0.words == [path.last ?? ""] }?.values.first
    }

    private mutating func keep(_ words: [String]) {
        if !statements.contains(where: { $0.words == words }) {
            statements.append(Statement(kind: nil, words: words))
        }
    }

    /// - Returns: The offset among all words of the first that is not understood; nil when all were.
    private static func enter(_ words: ArraySlice<String>, into statements: inout [Statement], of parent: Int) -> Int? {
        guard let kind = schema.inner(of: parent, beginning: words) else { return words.startIndex }
        let known = schema.statements[kind]
        let head = Array(words.prefix(known.words.count))
        let rest = words.dropFirst(head.count)
        let place = statements.firstIndex { $0.words == head } ?? statements.count
        if place == statements.count { statements.append(Statement(kind: kind, words: head)) }
        switch known.kind {
        case .value:
            guard rest.count == 1 else { return min(rest.startIndex, words.endIndex - 1) + (rest.count > 1 ? 1 : 0) }
            statements[place].values = Array(rest)
        case .values:
            guard !rest.isEmpty else { return words.endIndex - 1 }
            for value in rest where !["[", "]"].contains(value) && !statements[place].values.contains(value) {
                statements[place].values.append(value)
            }
        case .flag: if !rest.isEmpty { return rest.startIndex }
        case .section, .entry:
            if !rest.isEmpty, let problem = enter(rest, into: &statements[place].inner, of: kind) { return problem }
        }
        sort(&statements, of: parent)
        return nil
    }

    private static func delete(_ words: ArraySlice<String>, from statements: inout [Statement], of parent: Int) -> Bool
    {
        guard let place = statements.firstIndex(where: { words.starts(with: $0.words) }) else {
            // `delete interfaces ge-0/0/0 unit` takes away every one of them.
            let before = statements.count
            if words.count == 1 { statements.removeAll { $0.words.first == words.first } }
            return statements.count < before
        }
        let rest = words.dropFirst(statements[place].words.count)
        if rest.isEmpty {
            statements.remove(at: place)
            return true
        }
        guard let kind = statements[place].kind else { return false }
        if !statements[place].values.isEmpty {
            guard let value = rest.first, statements[place].values.contains(value) else { return false }
            statements[place].values.removeAll { $0 == value }
            if statements[place].values.isEmpty { statements.remove(at: place) }
            return true
        }
        guard delete(rest, from: &statements[place].inner, of: kind) else { return false }
        if statements[place].inner.isEmpty, schema.statements[kind].kind == .section { statements.remove(at: place) }
        return true
    }

    /// Into the schema's order; of many of one kind into that of their names, unless their order says something.
    private static func sort(_ statements: inout [Statement], of parent: Int) {
        let ranks = schema.statements[parent].inner
        statements = statements.enumerated().sorted { left, right in
            let (first, second) = (left.element, right.element)
            let places = (first.kind.flatMap(ranks.firstIndex) ?? .max, second.kind.flatMap(ranks.firstIndex) ?? .max)
            if places.0 != places.1 { return places.0 < places.1 }
            if let kind = first.kind, !schema.statements[kind].isOrdered, first.words != second.words {
                return NaturalOrder.precedes(first.words.joined(separator: " "), second.words.joined(separator: " "))
            }
            return left.offset < right.offset
        }.map(\.element)
    }
}
