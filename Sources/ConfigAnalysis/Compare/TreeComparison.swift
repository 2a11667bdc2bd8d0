/// Compares two trees of one artifact, section by section, outermost first, without recursion.
struct TreeComparison {
    /// What differs in one place.
    struct Change {
        enum Kind { case config, secret, order }

        var kind: Kind
        var path: [String]
        var missing: [String]
        var extra: [String]
        /// Whether the change is one whole section.
        var isSection = false
        /// Where it stands: index of a node of the old tree, then of the new.
        var place: (old: Int, new: Int)
    }

    private(set) var changes: [Change] = []
    private let old: ComparedTree
    private let new: ComparedTree
    private var pairs: [(old: Int, new: Int)] = [(-1, -1)]

    /// Children of one section on both sides, and which belong together.
    private struct Siblings {
        var old: [Int]
        var new: [Int]
        var partnerOfOld: [Int: Int] = [:]
        var partnerOfNew: [Int: Int] = [:]

        mutating func match(_ old: Int, _ new: Int) {
            partnerOfOld[old] = new
            partnerOfNew[new] = old
        }

        var restOld: [Int] { old.filter { partnerOfOld[$0] == nil } }
        var restNew: [Int] { new.filter { partnerOfNew[$0] == nil } }
    }

    /// - Returns: In the order of the old text.
    static func changes(from old: ComparedTree, to new: ComparedTree) -> [Change] {
        var comparison = TreeComparison(old: old, new: new)
        while let pair = comparison.pairs.popLast() { comparison.compare(pair.old, pair.new) }
        return comparison.changes.sorted { ($0.place.old, $0.place.new) < ($1.place.old, $1.place.new) }
    }

    private init(old: ComparedTree, new: ComparedTree) {
        self.old = old
        self.new = new
    }

    private mutating func compare(_ oldSection: Int, _ newSection: Int) {
        let (mine, theirs) = (old.children(of: oldSection), new.children(of: newSection))
        if old.isOrdered(oldSection) || new.isOrdered(newSection) {
            compareOrdered(mine, theirs, in: (oldSection, newSection))
            return
        }
        // Lines whose own order counts, such as numbered access lists at top level, among themselves.
        let lists = (mine.filter { isLine($0, old) }, theirs.filter { isLine($0, new) })
        compareOrdered(lists.0, lists.1, in: (oldSection, newSection))
        compareUnordered(
            mine.filter { !isLine($0, old) }, theirs.filter { !isLine($0, new) }, in: (oldSection, newSection))
    }

    private func isLine(_ node: Int, _ side: ComparedTree) -> Bool { side.isOrderedLine[node] && !side.isSection(node) }

    private mutating func compareUnordered(_ mine: [Int], _ theirs: [Int], in section: (old: Int, new: Int)) {
        var siblings = Siblings(old: mine, new: theirs)
        matchEqual(&siblings)
        finish(&siblings, in: section)
    }

    /// Subtrees that are equal belong together; of equal ones as many as both sides have.
    private func matchEqual(_ siblings: inout Siblings) {
        var waiting: [Int: [Int]] = [:]
        for node in siblings.old.reversed() { waiting[old.whole[node], default: []].append(node) }
        for node in siblings.new {
            guard let partner = waiting[new.whole[node]]?.popLast() else { continue }
            siblings.match(partner, node)
        }
    }

    private mutating func compareOrdered(_ mine: [Int], _ theirs: [Int], in section: (old: Int, new: Int)) {
        guard !mine.isEmpty || !theirs.isEmpty else { return }
        let diff = SequenceDiff(old: mine.map { old.whole[$0] }, new: theirs.map { new.whole[$0] })
        var siblings = Siblings(old: mine, new: theirs)
        let kept = mine.indices.filter { !diff.removed[$0] }
        let found = theirs.indices.filter { !diff.added[$0] }
        for (left, right) in zip(kept, found) { siblings.match(mine[left], theirs[right]) }
        // What went and came back elsewhere was moved.
        let before = (Set(siblings.restOld), Set(siblings.restNew))
        var moved = Siblings(old: siblings.restOld, new: siblings.restNew)
        matchEqual(&moved)
        let anchor = moved.old.first { moved.partnerOfOld[$0] != nil }
        for (left, right) in moved.partnerOfOld { siblings.match(left, right) }
        if let anchor {
            let lines = before.0.filter { moved.partnerOfOld[$0] != nil }.sorted()
            let others = before.1.filter { moved.partnerOfNew[$0] != nil }.sorted()
            changes.append(
                Change(
                    kind: .order, path: old.path(of: section.old),
                    missing: lines.flatMap { old.lines(of: $0, withChildren: old.isSection($0)) },
                    extra: others.flatMap { new.lines(of: $0, withChildren: new.isSection($0)) },
                    place: (anchor, moved.partnerOfOld[anchor] ?? -1)))
        }
        finish(&siblings, in: section)
    }

    /// Pairs what changed inside, and reports what has no partner.
    private mutating func finish(_ siblings: inout Siblings, in section: (old: Int, new: Int)) {
        pairSections(&siblings)
        pairSecrets(&siblings, in: section)
        report(siblings, in: section)
    }

    /// Of the same header: their insides are compared later.
    private mutating func pairSections(_ siblings: inout Siblings) {
        var waiting: [Int: [Int]] = [:]
        for node in siblings.restOld.reversed() { waiting[old.head[node], default: []].append(node) }
        for node in siblings.restNew {
            guard let partner = waiting[new.head[node]]?.popLast() else { continue }
            siblings.match(partner, node)
            pairs.append((partner, node))
        }
    }

    /// Lines that are the same but for their secrets.
    private mutating func pairSecrets(_ siblings: inout Siblings, in section: (old: Int, new: Int)) {
        var waiting: [[UInt8]: [(node: Int, line: MaskedLine)]] = [:]
        for node in siblings.restOld.reversed() {
            if let line = old.masked(node) { waiting[line.text, default: []].append((node, line)) }
        }
        guard !waiting.isEmpty else { return }
        for node in siblings.restNew {
            guard let line = new.masked(node), let partner = waiting[line.text]?.popLast() else { continue }
            siblings.match(partner.node, node)
            pairs.append((partner.node, node))
            guard partner.line.differs(from: line) else { continue }
            changes.append(
                Change(
                    kind: .secret, path: old.path(of: section.old),
                    missing: old.lines(of: partner.node, withChildren: false),
                    extra: new.lines(of: node, withChildren: false), place: (partner.node, node)))
        }
    }
}

extension TreeComparison {
    /// Lines without a partner that stand behind the same matched line.
    private struct Group {
        var missing: [Int] = []
        var extra: [Int] = []
    }

    private mutating func report(_ siblings: Siblings, in section: (old: Int, new: Int)) {
        var groups: [Int: Group] = [:]
        var anchor = section.old
        for node in siblings.old {
            if siblings.partnerOfOld[node] != nil {
                anchor = node
            } else if old.isSection(node) {
                reportSection(node, of: old, isMissing: true, place: (node, -1))
            } else {
                groups[anchor, default: Group()].missing.append(node)
            }
        }
        anchor = section.old
        for node in siblings.new {
            if let partner = siblings.partnerOfNew[node] {
                anchor = partner
            } else if new.isSection(node) {
                reportSection(node, of: new, isMissing: false, place: (anchor, node))
            } else {
                groups[anchor, default: Group()].extra.append(node)
            }
        }
        for (anchor, group) in merged(groups) {
            let path = section.old >= 0 || group.extra.isEmpty ? old.path(of: section.old) : new.path(of: section.new)
            changes.append(
                Change(
                    kind: .config, path: path,
                    missing: group.missing.flatMap { old.lines(of: $0, withChildren: false) },
                    extra: group.extra.flatMap { new.lines(of: $0, withChildren: false) },
                    place: (group.missing.first ?? anchor, group.extra.first ?? -1)))
        }
    }

    private mutating func reportSection(
        _ node: Int, of side: ComparedTree, isMissing: Bool, place: (old: Int, new: Int)
    ) {
        let lines = side.lines(of: node, withChildren: true)
        changes.append(
            Change(
                kind: .config, path: side.tree.path(above: node), missing: isMissing ? lines : [],
                extra: isMissing ? [] : lines, isSection: true, place: place))
    }

    /// A line that was changed and stands elsewhere than before is one change: a single missing line and a single extra
    /// one that begin with the same words, when there is only one such pair, or that are all that differs in the section.
    private func merged(_ groups: [Int: Group]) -> [(Int, Group)] {
        var groups = groups
        var gone: [[ArraySlice<UInt8>]: [Int]] = [:]
        var came: [[ArraySlice<UInt8>]: [Int]] = [:]
        for (anchor, group) in groups {
            if group.missing.count == 1, group.extra.isEmpty {
                gone[words(group.missing[0], old), default: []].append(anchor)
            }
            if group.extra.count == 1, group.missing.isEmpty {
                came[words(group.extra[0], new), default: []].append(anchor)
            }
        }
        for (words, anchors) in gone where anchors.count == 1 && came[words]?.count == 1 {
            guard let other = came[words]?.first, let extra = groups.removeValue(forKey: other)?.extra else { continue }
            groups[anchors[0]]?.extra = extra
        }
        // The only line that went and the only one that came are one change, such as a key that was renamed.
        let lone = groups.filter { $0.value.missing.count + $0.value.extra.count == 1 }
        if groups.count == 2, lone.count == 2, let old = lone.first(where: { !$0.value.missing.isEmpty }),
            let new = lone.first(where: { !$0.value.extra.isEmpty })
        {
            groups = [old.key: Group(missing: old.value.missing, extra: new.value.extra)]
        }
        return groups.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private func words(_ node: Int, _ side: ComparedTree) -> [ArraySlice<UInt8>] {
        Array(side.tree.bytes[side.tree.nodes[node].content].split { $0 <= 0x20 || $0 == 0x3D || $0 == 0x3A }.prefix(2))
    }
}
