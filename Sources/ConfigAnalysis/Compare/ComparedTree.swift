import ConfigModel
import Patterns

/// A tree with what comparing needs: children, which order counts, and a hash of every subtree.
struct ComparedTree {
    let tree: ConfigTree
    /// Of each section its children that are compared; index 0 is the top level, a node's are at its index + 1.
    private let children: [[Int]]
    /// Whether the order of a section's children counts; indexed as `children`.
    private let ordered: [Bool]
    /// Whether the order of a line among its like counts.
    let isOrderedLine: [Bool]
    /// Of each node alone.
    let head: [Int]
    /// Of each node with all below it.
    let whole: [Int]

    /// - Parameter defaults: Lines that say what holds without them; they are not compared.
    init(
        _ bytes: [UInt8], syntax: Platform.Syntax, ordered patterns: [PlacedPattern], defaults: [PlacedPattern] = []
    ) throws(PatternFault) {
        let tree = ConfigTree(bytes, syntax: syntax)
        self.tree = tree
        let silent = try Self.silent(tree, defaults)
        var children = [[Int]](repeating: [], count: tree.nodes.count + 1)
        for (index, node) in tree.nodes.enumerated()
        where (node.kind == .entry || node.kind == .atom) && !silent.contains(index) {
            children[node.parent + 1].append(index)
        }
        (ordered, isOrderedLine) = try Self.order(of: tree, patterns: patterns)
        head = Self.heads(of: tree)
        whole = Self.wholes(of: tree, head: head, ordered: ordered, without: silent)
        self.children = children
    }

    /// - Parameter section: -1 for the top level.
    func children(of section: Int) -> [Int] { children[section + 1] }
    func isOrdered(_ section: Int) -> Bool { ordered[section + 1] }
    func isSection(_ node: Int) -> Bool { !children[node + 1].isEmpty }

    private static func order(
        of tree: ConfigTree, patterns: [PlacedPattern]
    ) throws(PatternFault) -> ([Bool], [Bool]) {
        var below = [Bool](repeating: false, count: tree.nodes.count + 1)
        var lines = [Bool](repeating: false, count: tree.nodes.count)
        below[0] = tree.syntax == .opaque
        for (index, node) in tree.nodes.enumerated() where node.kind == .entry {
            if tree.syntax == .json { below[index + 1] = tree.bytes[node.content].last == UInt8(ascii: "[") }
        }
        guard tree.syntax != .json else { return (below, lines) }
        for index in try Self.matching(tree, patterns) { lines[index] = true }
        for (index, node) in tree.nodes.enumerated() where node.kind == .entry {
            below[index + 1] = lines[index] || (node.parent >= 0 && below[node.parent + 1])
        }
        return (below, lines)
    }

    /// Lines without anything below them that say what holds anyway.
    private static func silent(_ tree: ConfigTree, _ defaults: [PlacedPattern]) throws(PatternFault) -> Set<Int> {
        let found = try matching(tree, defaults)
        guard !found.isEmpty else { return [] }
        let headers = Set(tree.nodes.map(\.parent))
        return Set(found.filter { !headers.contains($0) })
    }

    /// The nodes whose content one of the patterns matches.
    private static func matching(_ tree: ConfigTree, _ patterns: [PlacedPattern]) throws(PatternFault) -> [Int] {
        guard !patterns.isEmpty else { return [] }
        var found: [Int] = []
        var index = 0
        try tree.bytes.withUnsafeBufferPointer { (bytes) throws(PatternFault) in
            let prefilter = LinePrefilter(patterns: patterns.map(\.pattern))
            try prefilter.forEachLine(of: bytes) { (line, candidates) throws(PatternFault) in
                // Nodes and lines follow each other in the same order.
                while index < tree.nodes.count, tree.nodes[index].content.lowerBound < line.lowerBound { index += 1 }
                guard index < tree.nodes.count, tree.nodes[index].kind == .entry,
                    tree.nodes[index].content.lowerBound < line.upperBound
                else { return }
                let content = UnsafeBufferPointer(rebasing: bytes[tree.nodes[index].content])
                for rule in candidates.rules
                where try patterns[rule].placed({ (pattern) throws(PatternError) in try pattern.matches(content) }) {
                    found.append(index)
                    return
                }
            }
        }
        return found
    }

    private static func heads(of tree: ConfigTree) -> [Int] {
        tree.bytes.withUnsafeBytes { bytes in
            tree.nodes.map { node in
                guard node.kind == .entry || node.kind == .atom else { return 0 }
                var hasher = Hasher()
                let content = UnsafeRawBufferPointer(rebasing: bytes[node.content])
                if tree.syntax == .json {
                    hashJSON(content, into: &hasher)
                } else if node.kind == .atom {
                    for byte in content where byte != 0x0D { hasher.combine(byte) }
                } else {
                    hasher.combine(bytes: content)
                }
                return hasher.finalize()
            }
        }
    }

    /// White space around names and values does not count.
    private static func hashJSON(_ content: UnsafeRawBufferPointer, into hasher: inout Hasher) {
        var isInString = false
        var isEscaped = false
        for byte in content where isInString || byte > 0x20 {
            hasher.combine(byte)
            if isInString, !isEscaped, byte == UInt8(ascii: "\\") {
                isEscaped = true
                continue
            }
            if byte == UInt8(ascii: "\""), !isEscaped { isInString.toggle() }
            isEscaped = false
        }
    }

    /// From the last node to the first: children come before their header.
    private static func wholes(
        of tree: ConfigTree, head: [Int], ordered: [Bool], without silent: Set<Int>
    ) -> [Int] {
        var below = [Int](repeating: 0, count: tree.nodes.count + 1)
        var whole = [Int](repeating: 0, count: tree.nodes.count)
        for index in tree.nodes.indices.reversed() {
            let node = tree.nodes[index]
            guard node.kind == .entry || node.kind == .atom else { continue }
            whole[index] = mixed(head[index] &+ mixed(below[index + 1]))
            guard !silent.contains(index) else { continue }
            let sum = below[node.parent + 1]
            below[node.parent + 1] = ordered[node.parent + 1] ? mixed(sum) ^ whole[index] : sum &+ mixed(whole[index])
        }
        return whole
    }

    /// Spreads the bits, so that sums of hashes do not cancel by chance (SplitMix64's finaliser).
    private static func mixed(_ value: Int) -> Int {
        var bits = UInt64(bitPattern: Int64(value)) &+ 0x9E37_79B9_7F4A_7C15
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int(Int64(bitPattern: bits ^ (bits >> 31)))
    }
}

extension ComparedTree {
    /// A node's text as lines, without what indents its first line; of a section with all below it.
    func lines(of node: Int, withChildren: Bool) -> [String] {
        let first = tree.nodes[node]
        var end = first.range.upperBound
        if withChildren {
            var next = node + 1
            while next < tree.nodes.count, tree.nodes[next].parent >= node {
                if tree.nodes[next].kind != .filler { end = tree.nodes[next].content.upperBound }
                next += 1
            }
        }
        let range = first.content.lowerBound..<max(first.content.upperBound, withChildren ? end : 0)
        let indent = indentation(before: first.content.lowerBound)
        let lines = tree.bytes[range].split(separator: 0x0A, omittingEmptySubsequences: false)
        let texts = lines.enumerated().map { index, line in
            var line = line
            if index > 0, first.kind != .atom {
                line = line.dropFirst(min(indent, line.prefix(while: TextLines.isSpace).count))
            }
            while let last = line.last, TextLines.isSpace(last) { line = line.dropLast() }
            return String(decoding: line, as: UTF8.self)
        }
        return texts.filter { !$0.isEmpty }
    }

    private func indentation(before place: Int) -> Int {
        var start = place
        while start > 0, TextLines.isSpace(tree.bytes[start - 1]) { start -= 1 }
        return place - start
    }

    /// The node's own text with every fingerprint cut down to its kind, and the fingerprints; nil when it has none.
    func masked(_ node: Int) -> MaskedLine? { MaskedLine(tree.bytes[tree.nodes[node].content]) }

    func path(of section: Int) -> [String] {
        section < 0 ? [] : tree.path(above: section) + [tree.label(of: section)].filter { !$0.isEmpty }
    }
}

/// A line that has fingerprints of secrets.
struct MaskedLine {
    /// The line with `<secret:KIND>` for each.
    let text: [UInt8]
    /// The digits of each, or `resalted`.
    let values: [ArraySlice<UInt8>]

    private static let mark = Array("<secret:".utf8)

    init?(_ line: ArraySlice<UInt8>) {
        var text: [UInt8] = []
        var values: [ArraySlice<UInt8>] = []
        var rest = line
        while let byte = rest.first {
            if byte == Self.mark[0], rest.starts(with: Self.mark),
                let end = rest.prefix(96).firstIndex(of: UInt8(ascii: ">")),
                let colon = rest[..<end].lastIndex(of: UInt8(ascii: ":")), colon >= rest.startIndex + Self.mark.count
            {
                text += rest[..<colon]
                values.append(rest[(colon + 1)..<end])
                rest = rest[end...]
            } else {
                text.append(byte)
                rest = rest.dropFirst()
            }
        }
        guard !values.isEmpty else { return nil }
        self.text = text
        self.values = values
    }

    /// Whether some secret differs of which both sides tell.
    func differs(from other: MaskedLine) -> Bool {
        zip(values, other.values).contains { left, right in
            left != right && !left.elementsEqual("resalted".utf8) && !right.elementsEqual("resalted".utf8)
        }
    }
}
