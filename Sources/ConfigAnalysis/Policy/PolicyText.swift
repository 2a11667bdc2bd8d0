import ConfigModel
import Patterns

/// One artifact, with the nodes that each pattern of the rules matches: found in one scan of the text.
struct PolicyText {
    /// A line that matches.
    struct Hit {
        var artifact: ArtifactName
        var path: [String]
        var bytes: [UInt8]

        var described: String {
            let line = String(decoding: bytes.prefix { $0 != 0x0A }.prefix(200), as: UTF8.self)
            return (["\(artifact)"] + path + [line]).joined(separator: " › ")
        }
    }

    /// The lines that a check is about.
    struct Scope {
        var name: String
        fileprivate var parts: [(text: PolicyText, section: Int, isAnywhere: Bool)]

        init(name: String, text: PolicyText, section: Int, isAnywhere: Bool) {
            self.name = name
            parts = [(text, section, isAnywhere)]
        }

        /// - Parameter name: Where there is none, or too many to be named.
        init(joining scopes: [Scope], called name: String) {
            self.name = (1...3).contains(scopes.count) ? scopes.map(\.name).joined(separator: ", ") : name
            parts = scopes.flatMap(\.parts)
        }

        func hits(_ pattern: Int) -> [Hit] {
            parts.flatMap { part in part.text.hits(pattern, in: part.section, isAnywhere: part.isAnywhere) }
        }
    }

    private let artifact: ArtifactName
    private let tree: ConfigTree
    /// Why the rules cannot be held against it; nil where they can.
    let objection: String?
    /// Nodes by the pattern that matches them.
    private let matching: [Int: [Int]]
    /// The same for the headers of sections, without the marks of the syntax.
    private let headers: [Int: [Int]]

    init(_ artifact: ArtifactName, _ bytes: [UInt8], _ book: PolicyBook) throws(PatternError) {
        self.artifact = artifact
        let syntax = ArtifactSyntax.syntax(of: artifact, text: bytes, platform: book.platform)
        tree = ConfigTree(bytes, syntax: syntax)
        objection = TextLayout.objection(to: bytes, written: syntax).map {
            "\(artifact) is not laid out as the rules of \(book.platform.name) read it: \($0)"
        }
        (matching, headers) = try Self.scan(tree, book.patterns)
    }

    /// Every node against every pattern; a scan for what the patterns require spares most of it.
    private static func scan(
        _ tree: ConfigTree, _ patterns: [Pattern]
    ) throws(PatternError) -> ([Int: [Int]], [Int: [Int]]) {
        var matching: [Int: [Int]] = [:]
        var headers: [Int: [Int]] = [:]
        var sections: Set<Int> = []
        for node in tree.nodes where node.kind == .entry && node.parent >= 0 { sections.insert(node.parent) }
        let prefilter = LinePrefilter(patterns: patterns)
        try tree.bytes.withUnsafeBufferPointer { (bytes) throws(PatternError) in
            func look(at index: Int, _ rules: some Sequence<Int>) throws(PatternError) {
                let content = UnsafeBufferPointer(rebasing: bytes[tree.nodes[index].content])
                for rule in rules where try patterns[rule].matches(content) {
                    matching[rule, default: []].append(index)
                }
                guard sections.contains(index) else { return }
                let label = Array(tree.label(of: index).utf8)
                for rule in rules where try patterns[rule].matches(label) { headers[rule, default: []].append(index) }
            }
            var candidates = prefilter.noCandidates
            for (index, node) in tree.nodes.enumerated() where node.kind == .entry || node.kind == .atom {
                // The lines of the node alone: a value on a line with others is judged by itself.
                let content = UnsafeBufferPointer(rebasing: bytes[node.content])
                var start = 0
                while start < content.count {
                    start = prefilter.scanLine(of: content, from: start, into: &candidates) + 1
                }
                if !candidates.rules.isEmpty { try look(at: index, candidates.rules) }
                candidates.removeAll()
            }
        }
        return (matching, headers)
    }

    /// The sections that fit a check, or the top level.
    func scopes(of check: PolicyCheck, _ book: PolicyBook) throws(PatternError) -> [Scope] {
        guard let last = check.under.last else {
            return [Scope(name: "\(artifact)", text: self, section: -1, isAnywhere: check.isAnywhere)]
        }
        let above = check.under.dropLast().map { Set(headers[book.number(of: $0)] ?? []) }
        return (headers[book.number(of: last)] ?? []).filter { stands($0, below: above[...]) }.map { section in
            let path = tree.path(above: section) + [tree.label(of: section)]
            return Scope(
                name: (["\(artifact)"] + path).joined(separator: " › "), text: self, section: section,
                isAnywhere: check.isAnywhere)
        }
    }

    /// Whether a section stands, at whatever depth, below sections of these, the innermost last.
    private func stands(_ section: Int, below above: ArraySlice<Set<Int>>) -> Bool {
        var rest = above
        var parent = tree.nodes[section].parent
        while let wanted = rest.last, parent >= 0 {
            if wanted.contains(parent) { rest = rest.dropLast() }
            parent = tree.nodes[parent].parent
        }
        return rest.isEmpty
    }

    private func hits(_ pattern: Int, in section: Int, isAnywhere: Bool) -> [Hit] {
        (matching[pattern] ?? []).filter { node in
            guard isAnywhere else { return tree.nodes[node].parent == section }
            if section < 0 { return true }
            var parent = tree.nodes[node].parent
            while parent >= 0 {
                if parent == section { return true }
                parent = tree.nodes[parent].parent
            }
            return false
        }.map { Hit(artifact: artifact, path: tree.path(above: $0), bytes: Array(tree.bytes[tree.nodes[$0].content])) }
    }
}
