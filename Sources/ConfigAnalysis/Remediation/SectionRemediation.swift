/// The lines for languages in which a line is entered in the mode of its section, and taken back by a word before it.
///
/// First all that goes is taken back, from the last line to the first, so that what refers goes before what it refers to, and an
/// address is free before another interface gets it. Then all that comes is entered, in the order of the target.
struct SectionRemediation {
    let exit: String?
    /// The word before a line that takes it back.
    let prefix: String?
    private var result = Remediation()
    private let typed: Bool
    /// The sections that get something unique which they did not have.
    private var claims: Set<String> = []

    static func lines(
        from old: [Statement], to new: [Statement], exit: String?, prefix: String?, typed: Bool
    ) -> Remediation {
        var remediation = SectionRemediation(exit: exit, prefix: prefix, typed: typed)
        remediation.claims = claims(old, new)
        let old = remediation.remaining(of: old, new, path: [], isOrdered: false)
        let gone = remediation.takenBack(old, new, path: [], isOrdered: false)
        let come = remediation.entered(old, new, path: [], isOrdered: false)
        remediation.result.lines = gone + come
        return remediation.result
    }

    private init(exit: String?, prefix: String?, typed: Bool) {
        self.exit = exit
        self.prefix = prefix
        self.typed = typed
    }

    private static func claims(_ old: [Statement], _ new: [Statement]) -> Set<String> {
        let before = Dictionary(old.map { ($0.text, $0.children) }, uniquingKeysWith: { $0 + $1 })
        return Set(
            new.filter { section in
                let mine = before[section.text] ?? []
                return section.children.contains { line in
                    line.isUnique && !mine.contains { $0.compared == line.compared }
                }
            }.map(\.text))
    }

    private func pairs(
        _ old: [Statement], _ new: [Statement], _ path: [String], _ isOrdered: Bool
    ) -> StatementPairs {
        StatementPairs(
            old, new, isOrdered: isOrdered, prefix: prefix,
            freesUnique: path.first.map { here in claims.contains { $0 != here } } ?? false)
    }

    /// The old statements without those that go along with others.
    private func remaining(
        of old: [Statement], _ new: [Statement], path: [String], isOrdered: Bool
    ) -> [Statement] {
        let pairs = pairs(old, new, path, isOrdered)
        var words: [String] = []
        var takers: Set<Int> = []
        var left: [Statement] = []
        for (index, statement) in old.enumerated() where !Self.begins(statement, with: words) {
            let goes = pairs.partnerOfOld[index] == nil && !pairs.replaced.contains(index)
            var statement = statement
            if goes, !statement.takes.isEmpty {
                words += statement.takes
                takers.insert(left.count)
            }
            if let partner = pairs.partnerOfOld[index] {
                statement.children = remaining(
                    of: statement.children, new[partner].children, path: path + [statement.text],
                    isOrdered: statement.isOrdered || new[partner].isOrdered)
            }
            left.append(statement)
        }
        guard !words.isEmpty else { return left }
        return left.enumerated().compactMap { takers.contains($0) ? $1 : Self.without($1, words) }
    }

    private static func without(_ statement: Statement, _ words: [String]) -> Statement? {
        if begins(statement, with: words) { return nil }
        var statement = statement
        statement.children = statement.children.compactMap { without($0, words) }
        return statement
    }

    private static func begins(_ statement: Statement, with words: [String]) -> Bool {
        words.contains { statement.text.begins(withWords: $0) }
    }

    /// - Parameter isWhole: Nothing will be entered into the section afterwards.
    private mutating func takenBack(
        _ old: [Statement], _ new: [Statement], path: [String], isOrdered: Bool, isWhole: Bool = false
    ) -> [String] {
        let pairs = pairs(old, new, path, isOrdered)
        var lists: Set<String> = []
        var lines: [String] = []
        for index in old.indices.reversed() {
            let statement = old[index]
            if let partner = pairs.partnerOfOld[index] {
                let below = takenBack(
                    statement.children, new[partner].children, path: path + [statement.text],
                    isOrdered: statement.isOrdered || new[partner].isOrdered)
                lines += wrapped(below, in: statement, path: path)
            } else if let list = statement.list, !lists.insert(list).inserted {
                continue
            } else if !pairs.replaced.contains(index), !statement.isLate || isWhole {
                lines += negation(of: statement, path: path)
            }
        }
        return lines
    }

    private mutating func negation(of statement: Statement, path: [String]) -> [String] {
        switch statement.takenBack {
        case .lines(let lines): return checked(lines, statement) ?? []
        case .byParts:
            let below = takenBack(
                statement.children, [], path: path + [statement.text], isOrdered: statement.isOrdered, isWhole: true)
            return wrapped(below, in: statement, path: path)
        case .impossible:
            result.refuse(statement.text, "takes several lines, and no rule says how it is taken back")
            return []
        }
    }

    private mutating func entered(
        _ old: [Statement], _ new: [Statement], path: [String], isOrdered: Bool
    ) -> [String] {
        let pairs = pairs(old, new, path, isOrdered)
        var lines: [String] = []
        for (index, statement) in new.enumerated() where !pairs.done.contains(index) {
            let partner = pairs.partnerOfNew[index].map { old[$0] }
            let below = entered(
                partner?.children ?? [], statement.children, path: path + [statement.text],
                isOrdered: statement.isOrdered || partner?.isOrdered ?? false)
            if partner != nil {
                lines += wrapped(below, in: statement, path: path)
            } else if let own = checked(statement.lines, statement) {
                lines += statement.isSection ? own + below + left(statement, path: path) : own
            }
        }
        for (index, statement) in old.enumerated()
        where statement.isLate && pairs.partnerOfOld[index] == nil && !pairs.replaced.contains(index) {
            let negation = negation(of: statement, path: path)
            if !new.contains(where: { negation == [$0.text] }) { lines += negation }
        }
        return lines
    }

    private func wrapped(_ lines: [String], in section: Statement, path: [String]) -> [String] {
        lines.isEmpty ? [] : section.lines + lines + left(section, path: path)
    }

    /// Leads back to the section around it.
    private func left(_ section: Statement, path: [String]) -> [String] {
        if let closing = section.closing { return [closing] }
        if let exit { return [exit] }
        return path
    }

    private mutating func checked(_ lines: [String], _ statement: Statement) -> [String]? {
        for line in lines {
            guard let fault = Remediation.fault(of: line, typed: typed) else { continue }
            result.refuse(statement.text, fault)
            return nil
        }
        return lines
    }
}
