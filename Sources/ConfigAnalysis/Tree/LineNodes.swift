import ConfigModel

/// Reads the syntaxes whose sections are made of lines.
struct LineNodes {
    private typealias Open = (indent: Int, node: Int)
    private typealias Place = (kind: ConfigTree.Kind, parent: Int)

    private let lines: TextLines
    private let syntax: Platform.Syntax
    private var nodes: [ConfigTree.Node] = []
    private var open: [Open] = []

    static func read(_ lines: TextLines, syntax: Platform.Syntax) -> [ConfigTree.Node] {
        var reader = LineNodes(lines: lines, syntax: syntax)
        reader.nodes.reserveCapacity(lines.ranges.count)
        var index = 0
        while index < lines.ranges.count {
            let next = syntax == .indented ? IndentedAtoms.end(of: index, in: lines) ?? index + 1 : index + 1
            reader.take(index..<next)
            index = next
        }
        return reader.nodes
    }

    private init(lines: TextLines, syntax: Platform.Syntax) {
        self.lines = lines
        self.syntax = syntax
    }

    private var section: Int { open.last?.node ?? -1 }

    private mutating func take(_ index: Range<Int>) {
        let first = lines.trimmed(index.lowerBound)
        let last = lines.trimmed(index.upperBound - 1)
        let content = first.lowerBound..<max(first.upperBound, last.upperBound)
        let range = lines.start(of: index.lowerBound)..<lines.start(of: index.upperBound)
        let place = place(of: first, kind: index.count > 1 ? .atom : .entry)
        nodes.append(ConfigTree.Node(kind: place.kind, range: range, content: content, parent: place.parent))
    }

    /// What the line at hand is and where it belongs; opens and closes sections on the way.
    private mutating func place(of content: Range<Int>, kind: ConfigTree.Kind) -> Place {
        let text = lines.bytes[content]
        guard !text.isEmpty, syntax != .indented || !text.elementsEqual("!".utf8) else { return (.filler, section) }
        switch syntax {
        case .indented, .xml: return indented(content, kind: kind)
        case .braces: return bracketed(opens: text.last == 0x7B, closes: text.first == 0x7D)
        case .configEnd:
            let opens = text.starts(with: "config ".utf8) || text.starts(with: "edit ".utf8)
            return bracketed(opens: opens, closes: text.elementsEqual("next".utf8) || text.elementsEqual("end".utf8))
        case .ini:
            let opens = text.first == 0x5B && text.last == 0x5D
            if opens { open = [] }
            return bracketed(opens: opens, closes: false)
        case .menu:
            let opens = text.first == 0x2F
            if opens { open = [] }
            return bracketed(opens: opens, closes: false)
        case .set, .opaque, .json: return (.entry, -1)
        }
    }

    private mutating func indented(_ content: Range<Int>, kind: ConfigTree.Kind) -> Place {
        let indent = column(of: content.lowerBound)
        var closed: Open?
        while let top = open.last, top.indent >= indent {
            closed = top
            open.removeLast()
        }
        if kind == .entry, isClosing(lines.bytes[content]) {
            guard let closed, closed.indent == indent else { return (.closing, section) }
            open.append(closed)
            return (.closing, closed.node)
        }
        let parent = section
        // The node that the caller is about to append.
        if open.count < ConfigTree.deepestLevel { open.append((indent, nodes.count)) }
        return (kind, parent)
    }

    private func isClosing(_ line: ArraySlice<UInt8>) -> Bool {
        if syntax == .xml { return line.starts(with: "</".utf8) }
        return line.elementsEqual("exit".utf8) || line.starts(with: "exit-".utf8)
            || line.elementsEqual("end-policy".utf8)
            || line.elementsEqual("end-set".utf8) || line.elementsEqual("end-group".utf8)
    }

    /// How far a line is indented; a tab reaches to the next multiple of eight.
    private func column(of place: Int) -> Int {
        var start = place
        while start > 0, TextLines.isSpace(lines.bytes[start - 1]) { start -= 1 }
        return lines.bytes[start..<place].reduce(0) { $1 == 0x09 ? ($0 / 8 + 1) * 8 : $0 + 1 }
    }

    private mutating func bracketed(opens: Bool, closes: Bool) -> Place {
        if closes {
            let closed = open.popLast()?.node ?? -1
            if !opens { return (.closing, closed) }
        }
        let parent = section
        if opens { open.append((0, open.count < ConfigTree.deepestLevel ? nodes.count : parent)) }
        return (.entry, parent)
    }
}

/// Lines of an indented configuration that belong together whatever stands in them.
enum IndentedAtoms {
    /// Longer ones are read as lines: a lost delimiter does not swallow a configuration.
    private static let mostLines = 2_000

    /// Where the atom that begins at line `index` ends; nil when none begins there.
    static func end(of index: Int, in lines: TextLines) -> Int? {
        let content = lines.trimmed(index)
        let text = lines.bytes[content]
        guard let first = text.first, "bcmk".utf8.contains(first) else { return nil }
        if text.starts(with: "banner ".utf8) { return endOfBanner(text, index, lines) }
        let isBlock = text.starts(with: "certificate ".utf8) || text.elementsEqual("key-string".utf8)
        if isBlock { return line(after: index, in: lines) { $0.elementsEqual("quit".utf8) } }
        if text.starts(with: "macro name ".utf8) { return line(after: index, in: lines) { $0.elementsEqual("@".utf8) } }
        return nil
    }

    /// Lines that stand inside atoms, their first ones left out.
    static func lines(of lines: TextLines) -> Set<Int> {
        var inside: Set<Int> = []
        var index = 0
        while index < lines.ranges.count {
            let next = end(of: index, in: lines) ?? index + 1
            inside.formUnion(index + 1..<next)
            index = next
        }
        return inside
    }

    /// `banner motd ^C … ^C` with any delimiter that is no letter or digit, and `banner motd` … `EOF`.
    private static func endOfBanner(_ text: ArraySlice<UInt8>, _ index: Int, _ lines: TextLines) -> Int? {
        let words = text.split(separator: 0x20, maxSplits: 2)
        guard words.count == 3, let mark = words[2].first else {
            return words.count == 2 ? line(after: index, in: lines) { $0.elementsEqual("EOF".utf8) } : nil
        }
        guard !(0x30...0x39).contains(mark), !(0x61...0x7A).contains(mark | 0x20) else { return nil }
        let isCaret = mark == UInt8(ascii: "^") && words[2].dropFirst().first == UInt8(ascii: "C")
        let delimiter = isCaret ? [mark, UInt8(ascii: "C")] : [mark]
        guard !contains(words[2].dropFirst(delimiter.count), delimiter) else { return nil }
        return line(after: index, in: lines) { contains($0, delimiter) }
    }

    private static func line(after index: Int, in lines: TextLines, where isLast: (ArraySlice<UInt8>) -> Bool) -> Int? {
        let limit = min(lines.ranges.count, index + mostLines)
        guard index + 1 < limit else { return nil }
        return (index + 1..<limit).first { isLast(lines.bytes[lines.trimmed($0)]) }.map { $0 + 1 }
    }

    private static func contains(_ text: ArraySlice<UInt8>, _ part: [UInt8]) -> Bool {
        text.indices.contains { text[$0] == part[0] && text[$0...].starts(with: part) }
    }
}
