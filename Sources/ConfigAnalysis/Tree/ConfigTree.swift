package import ConfigModel

/// A configuration as sections within sections, in an array: no text is too deep or too long for it.
///
/// The ranges of the nodes, one after the other, are the text: `printed` gives it back byte for byte.
package struct ConfigTree: Sendable {
    package enum Kind: Sendable, Hashable {
        /// A line or a value; with children, the header of a section.
        case entry
        /// Several lines that are one thing: a banner, a certificate.
        case atom
        /// What ends the section that it stands in: `}`, `exit-address-family`. Not compared.
        case closing
        /// Empty lines, separators and what stands between values. Not compared.
        case filler
    }

    package struct Node: Sendable, Hashable {
        package var kind: Kind
        /// All bytes of the node without its children, line ends and white space included.
        package var range: Range<Int>
        /// What is compared: `range` less white space, commas and the like at both ends.
        package var content: Range<Int>
        /// Index of the node that it stands in; -1 at top level.
        package var parent: Int
    }

    package let bytes: [UInt8]
    package let syntax: Platform.Syntax
    /// In the order of the text: children stand after their header.
    package let nodes: [Node]

    /// Sections deeper than this count as lines of the deepest one.
    static let deepestLevel = 128

    package init(_ bytes: [UInt8], syntax: Platform.Syntax) {
        self.bytes = bytes
        self.syntax = syntax
        switch syntax {
        case .json:
            nodes = JSONNodes.read(bytes)
        case .indented, .xml, .braces, .configEnd, .ini, .menu, .set, .opaque:
            nodes = LineNodes.read(TextLines(bytes), syntax: syntax)
        }
    }

    /// The text again.
    package var printed: [UInt8] { nodes.reduce(into: []) { $0 += bytes[$1.range] } }

    /// What a section is called in a path: its header without the marks of the syntax.
    package func label(of node: Int) -> String {
        let text = String(decoding: bytes[nodes[node].content], as: UTF8.self)
        switch syntax {
        case .json: return JSONNodes.label(of: node, in: self)
        case .braces where text.hasSuffix("{"): return String(text.dropLast()).trimmedAtEnd
        default: return text
        }
    }

    /// The labels of the sections around a node, outermost first.
    package func path(above node: Int) -> [String] {
        var path: [String] = []
        var section = nodes.indices.contains(node) ? nodes[node].parent : -1
        while section >= 0 {
            path.append(label(of: section))
            section = nodes[section].parent
        }
        return path.reversed().filter { !$0.isEmpty }
    }

    /// The labels of the sections around a line, outermost first.
    /// - Parameter line: Counted from 0.
    package func section(atLine line: Int) -> [String] {
        var start = 0
        var left = line
        bytes.withUnsafeBufferPointer { buffer in
            while left > 0, start < buffer.count {
                if buffer[start] == 0x0A { left -= 1 }
                start += 1
            }
        }
        return section(atByte: start)
    }

    /// The labels of the sections around the line that begins at a byte, outermost first.
    func section(atByte start: Int) -> [String] {
        var start = start
        // Past the white space before a value that stands on the line.
        while start < bytes.count, TextLines.isSpace(bytes[start]) { start += 1 }
        return path(above: node(at: start))
    }

    /// The node whose range holds the byte at `place`: the last that begins at or before it.
    private func node(at place: Int) -> Int {
        var (low, high) = (0, nodes.count)
        while low < high {
            let middle = (low + high) / 2
            if nodes[middle].range.lowerBound <= place { low = middle + 1 } else { high = middle }
        }
        return low - 1
    }
}

extension String {
    fileprivate var trimmedAtEnd: String {
        var text = self[...]
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return String(text)
    }
}
