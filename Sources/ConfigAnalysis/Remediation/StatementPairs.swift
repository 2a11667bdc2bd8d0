/// Which statements of one section belong together on both sides.
struct StatementPairs {
    private(set) var partnerOfOld: [Int: Int] = [:]
    private(set) var partnerOfNew: [Int: Int] = [:]
    /// Of the new ones those without a partner.
    private(set) var added: [Int] = []
    /// Of the new ones those that taking back old ones brings about: `no ip address`.
    private(set) var done: Set<Int> = []
    /// Of the old ones those without a partner that what comes does away with.
    private(set) var replaced: Set<Int> = []

    /// - Parameters:
    ///   - isOrdered: The order of all of them counts.
    ///   - prefix: The word before a line that takes it back.
    ///   - freesUnique: What is unique is not replaced but taken back.
    init(_ old: [Statement], _ new: [Statement], isOrdered: Bool, prefix: String?, freesUnique: Bool) {
        let isOrdered = isOrdered && !(Self.areNumbered(old) && Self.areNumbered(new))
        if isOrdered {
            pairBeginnings(Array(old.indices), Array(new.indices), old, new)
        } else {
            pairUnordered(old, new)
            pairLists(old, new)
        }
        added = new.indices.filter { partnerOfNew[$0] == nil }
        replaced = replaced(old, by: added.map { new[$0] }, prefix: prefix)
        if freesUnique { replaced = replaced.filter { !old[$0].isUnique } }
        done = done(old, Dictionary(grouping: added) { new[$0].text })
    }

    private func replaced(_ old: [Statement], by coming: [Statement], prefix: String?) -> Set<Int> {
        let settings = Set(coming.compactMap(\.setting))
        var found: Set<Int> = []
        for (index, statement) in old.enumerated() where partnerOfOld[index] == nil && !statement.isSection {
            if statement.setting.map(settings.contains) ?? false { found.insert(index) }
            // `no ip address` cannot be taken back by `ip address`: the address that comes does it.
            guard let prefix, !statement.isByRule, statement.text.begins(withWords: prefix) else { continue }
            let opposite = statement.text.dropFirst(prefix.count + 1)
            if coming.contains(where: { $0.text.begins(withWords: opposite) }) { found.insert(index) }
        }
        return found
    }

    private func done(_ old: [Statement], _ added: [String: [Int]]) -> Set<Int> {
        var found: Set<Int> = []
        for (index, statement) in old.enumerated() where partnerOfOld[index] == nil && !replaced.contains(index) {
            guard case .lines(let lines) = statement.takenBack, lines.count == 1, !statement.isLate else { continue }
            found.formUnion(added[lines[0]] ?? [])
        }
        return found
    }

    /// Lines with a number of their own stand where the number says, whenever they are entered.
    private static func areNumbered(_ statements: [Statement]) -> Bool {
        statements.allSatisfy { $0.text.utf8.prefix { $0 > 0x20 }.allSatisfy { (0x30...0x39).contains($0) } }
    }

    private mutating func pair(_ old: Int, _ new: Int) {
        partnerOfOld[old] = new
        partnerOfNew[new] = old
    }

    /// What is entered comes last: as many of the first new ones as stand in this order among the old ones stay.
    private mutating func pairBeginnings(_ mine: [Int], _ theirs: [Int], _ old: [Statement], _ new: [Statement]) {
        var rest = theirs[...]
        for left in mine {
            guard let right = rest.first else { return }
            guard old[left].compared == new[right].compared else { continue }
            pair(left, right)
            rest = rest.dropFirst()
        }
    }

    private mutating func pairUnordered(_ old: [Statement], _ new: [Statement]) {
        var waiting: [String: [Int]] = [:]
        for index in old.indices.reversed() where Self.list(old[index]) == nil {
            waiting[old[index].compared, default: []].append(index)
        }
        for index in new.indices where Self.list(new[index]) == nil {
            guard let partner = waiting[new[index].compared]?.popLast() else { continue }
            if !Self.isRenewed(old[partner], new[index]) { pair(partner, index) }
        }
    }

    /// Whether a line in it changes what its others mean.
    private static func isRenewed(_ old: Statement, _ new: Statement) -> Bool {
        func renewing(_ section: Statement) -> Set<String> {
            Set(section.children.filter(\.renews).map(\.compared))
        }
        return renewing(old) != renewing(new)
    }

    /// Lists of lines, or of sections, at one level: of each the beginnings belong together, or nothing where it is entered anew.
    private mutating func pairLists(_ old: [Statement], _ new: [Statement]) {
        let mine = Dictionary(grouping: old.indices.filter { Self.list(old[$0]) != nil }) { Self.list(old[$0]) ?? "" }
        let theirs = Dictionary(grouping: new.indices.filter { Self.list(new[$0]) != nil }) { Self.list(new[$0]) ?? "" }
        for (name, left) in mine {
            guard let right = theirs[name] else { continue }
            let isRebuilt = left.contains { old[$0].list != nil }
            let isSame = left.map { old[$0].canonical } == right.map { new[$0].canonical }
            if !isRebuilt || isSame { pairBeginnings(left, right, old, new) }
        }
    }

    private static func list(_ statement: Statement) -> String? {
        if let list = statement.list { return list }
        guard statement.isOrderedLine else { return nil }
        return statement.compared.split(separator: " ").prefix(2).joined(separator: " ")
    }
}
