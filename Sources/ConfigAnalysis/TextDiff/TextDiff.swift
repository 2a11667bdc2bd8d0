package import ConfigModel

/// The changed lines of two texts, for people.
package struct TextDiff {
    /// - Parameters:
    ///   - context: Unchanged lines shown before and after a change.
    ///   - syntax: Tells how sections are found for `DiffHunk.section`.
    /// - Returns: In the order of the texts; empty when they are the same. A missing final line end is no change.
    package static func hunks(
        old: [UInt8], new: [UInt8], context: Int = 3, syntax: Platform.Syntax = .opaque
    ) -> [DiffHunk] {
        guard old != new else { return [] }
        let diff = TextDiff(old: TextLines(old), new: TextLines(new))
        guard !diff.edits.isEmpty else { return [] }
        let trees = (ConfigTree(old, syntax: syntax), ConfigTree(new, syntax: syntax))
        return diff.groups(context: max(0, context)).map { diff.hunk($0, trees: trees) }
    }

    /// A run of removed lines and the added lines that stand in their place.
    private struct Edit {
        var old: Range<Int>
        var new: Range<Int>
    }

    /// Edits whose contexts touch.
    private struct Group {
        var edits: [Edit]
        var context: Int
    }

    private let old: TextLines
    private let new: TextLines
    private let edits: [Edit]

    private init(old: TextLines, new: TextLines) {
        self.old = old
        self.new = new
        let diff = SequenceDiff(old: Self.identities(old), new: Self.identities(new))
        edits = Self.edits(diff)
    }

    /// A keyed hash of each line stands for the line.
    private static func identities(_ lines: TextLines) -> [Int] {
        lines.bytes.withUnsafeBytes { bytes in
            lines.ranges.map { range in
                var hasher = Hasher()
                hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: bytes[range]))
                return hasher.finalize()
            }
        }
    }

    private static func edits(_ diff: SequenceDiff) -> [Edit] {
        var edits: [Edit] = []
        var (old, new) = (0, 0)
        while old < diff.removed.count || new < diff.added.count {
            let start = (old, new)
            while old < diff.removed.count, diff.removed[old] { old += 1 }
            while new < diff.added.count, diff.added[new] { new += 1 }
            if (old, new) != start {
                edits.append(Edit(old: start.0..<old, new: start.1..<new))
            } else {
                old += 1
                new += 1
            }
        }
        return edits
    }

    /// Edits whose contexts touch go together.
    private func groups(context: Int) -> [Group] {
        var groups: [Group] = []
        for edit in edits {
            if let last = groups.last?.edits.last, edit.old.lowerBound - last.old.upperBound <= 2 * context {
                groups[groups.count - 1].edits.append(edit)
            } else {
                groups.append(Group(edits: [edit], context: context))
            }
        }
        return groups
    }

    private func hunk(_ group: Group, trees: (old: ConfigTree, new: ConfigTree)) -> DiffHunk {
        guard let first = group.edits.first, let last = group.edits.last else {
            return DiffHunk(oldStart: 0, oldCount: 0, newStart: 0, newCount: 0, section: [], lines: [])
        }
        let lead = min(group.context, first.old.lowerBound)
        let trail = min(group.context, old.ranges.count - last.old.upperBound)
        var lines = context(first.old.lowerBound - lead..<first.old.lowerBound)
        var position = first.old.lowerBound
        for edit in group.edits {
            lines += context(position..<edit.old.lowerBound)
            lines += edit.old.map { DiffHunk.Line(kind: .removed, text: old.string(old.ranges[$0])) }
            lines += edit.new.map { DiffHunk.Line(kind: .added, text: new.string(new.ranges[$0])) }
            position = edit.old.upperBound
        }
        lines += context(position..<position + trail)
        let section =
            first.old.isEmpty
            ? trees.new.section(atLine: first.new.lowerBound) : trees.old.section(atLine: first.old.lowerBound)
        let counts = (
            last.old.upperBound + trail - first.old.lowerBound + lead,
            last.new.upperBound + trail - first.new.lowerBound + lead
        )
        return DiffHunk(
            oldStart: first.old.lowerBound - lead + (counts.0 > 0 ? 1 : 0), oldCount: counts.0,
            newStart: first.new.lowerBound - lead + (counts.1 > 0 ? 1 : 0), newCount: counts.1, section: section,
            lines: lines)
    }

    private func context(_ range: Range<Int>) -> [DiffHunk.Line] {
        range.map { DiffHunk.Line(kind: .context, text: old.string(old.ranges[$0])) }
    }
}
