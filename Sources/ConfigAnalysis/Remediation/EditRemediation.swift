/// The lines for languages of tables and entries: `config`, `edit`, `set`, `unset`, `delete`, `move`.
///
/// Settings and entries that nothing refers to go first, then all that comes is entered, then the entries go that were referred to: until
/// then the device would not let them.
struct EditRemediation {
    private enum Phase { case release, enter, clear }

    private let typed: Bool
    /// How often a word stands in the old text as a value.
    private var values: [String: Int] = [:]
    private var result = Remediation()

    static func lines(from old: [Statement], to new: [Statement], typed: Bool) -> Remediation {
        var remediation = EditRemediation(typed: typed)
        remediation.count(old)
        var lines: [String] = []
        for phase in [Phase.release, .enter, .clear] { lines += remediation.inside(old, new, false, phase) }
        remediation.result.lines = lines
        return remediation.result
    }

    private init(typed: Bool) { self.typed = typed }

    private mutating func count(_ statements: [Statement]) {
        for statement in statements {
            if statement.isHeader {
                count(statement.children)
            } else {
                for word in PathWords.split(statement.text).dropFirst(2) { values[word, default: 0] += 1 }
            }
        }
    }

    private mutating func inside(
        _ old: [Statement], _ new: [Statement], _ isOrdered: Bool, _ phase: Phase
    ) -> [String] {
        let (mine, theirs) = (Self.named(old), Self.named(new))
        switch phase {
        case .enter:
            var lines: [String] = []
            for statement in new { lines += entered(statement, mine[Self.name(statement)]) }
            return lines + (isOrdered ? moves(old, new) : [])
        case .release, .clear:
            var lines: [String] = []
            for statement in old.reversed() { lines += left(statement, theirs[Self.name(statement)], phase) }
            return lines
        }
    }

    private mutating func entered(_ statement: Statement, _ partner: Statement?) -> [String] {
        guard statement.isHeader else {
            if partner?.compared == statement.compared { return [] }
            return sent(statement.lines, statement)
        }
        let below = inside(
            partner?.children ?? [], statement.children, statement.isOrdered || partner?.isOrdered ?? false, .enter)
        return partner == nil || !below.isEmpty ? wrapped(below, in: statement) : []
    }

    private mutating func left(_ statement: Statement, _ partner: Statement?, _ phase: Phase) -> [String] {
        guard statement.isHeader else {
            guard partner == nil, phase == .release else { return [] }
            return sent([Self.unset(statement)], statement)
        }
        if partner == nil, statement.text.hasPrefix("edit ") {
            let name = String(statement.text.dropFirst("edit ".count))
            let isFree = values[name] == nil
            return isFree == (phase == .release) ? sent(["delete \(name)"], statement) : []
        }
        let below = inside(statement.children, partner?.children ?? [], false, phase)
        return below.isEmpty ? [] : wrapped(below, in: statement)
    }

    private func wrapped(_ lines: [String], in section: Statement) -> [String] {
        [section.text] + lines + [section.text.hasPrefix("edit ") ? "next" : "end"]
    }

    /// What puts the entries of a table into the order of the target, once all of them are there.
    private func moves(_ old: [Statement], _ new: [Statement]) -> [String] {
        let order = new.filter { $0.text.hasPrefix("edit ") }.map { String($0.text.dropFirst("edit ".count)) }
        let before = old.map { String($0.text.dropped("edit ")) }
        var current = before.filter(order.contains) + order.filter { !before.contains($0) }
        var lines: [String] = []
        for (place, name) in order.enumerated() where current[place] != name {
            lines.append("move \(name) before \(current[place])")
            current.removeAll { $0 == name }
            current.insert(name, at: place)
        }
        return lines
    }

    private mutating func sent(_ lines: [String], _ statement: Statement) -> [String] {
        for line in lines {
            guard let fault = Remediation.fault(of: line, typed: typed) else { continue }
            result.refuse(statement.text, fault)
            return []
        }
        return lines
    }

    private static func unset(_ statement: Statement) -> String {
        "unset " + (PathWords.split(statement.text).dropFirst().first ?? "")
    }

    /// A setting goes by its name, a section by its header.
    private static func name(_ statement: Statement) -> String {
        guard !statement.isHeader else { return statement.compared }
        return PathWords.split(statement.text).prefix(2).joined(separator: " ")
    }

    private static func named(_ statements: [Statement]) -> [String: Statement] {
        Dictionary(statements.map { (name($0), $0) }) { _, last in last }
    }
}
