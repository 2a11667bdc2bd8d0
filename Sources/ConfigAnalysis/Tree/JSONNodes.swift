import ConfigModel

/// Reads JSON (comments allowed) as nodes: members and elements, containers as sections. What does not fit is a value.
struct JSONNodes {
    private let bytes: [UInt8]
    private var nodes: [ConfigTree.Node] = []
    private var open: [Int] = []
    /// Containers that are open but too deep to be sections.
    private var tooDeep = 0
    private var position = 0
    /// Up to here the nodes cover the text.
    private var covered = 0

    static func read(_ bytes: [UInt8]) -> [ConfigTree.Node] {
        var reader = JSONNodes(bytes: bytes)
        reader.read()
        return reader.nodes
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func read() {
        while true {
            skipFiller(alsoSigns: true)
            guard position < bytes.count else { break }
            let start = position
            switch bytes[position] {
            case UInt8(ascii: "}"), UInt8(ascii: "]"): close()
            case UInt8(ascii: "{"), UInt8(ascii: "["): openContainer(from: start)
            case UInt8(ascii: "\""): member(from: start)
            default:
                scalar()
                add(.entry, start..<position)
            }
        }
        if covered < bytes.count {
            position = bytes.count
            add(.filler, bytes.count..<bytes.count)
        }
    }

    private mutating func add(_ kind: ConfigTree.Kind, _ content: Range<Int>) {
        let node = ConfigTree.Node(
            kind: kind, range: covered..<position, content: content, parent: open.last ?? -1)
        nodes.append(node)
        covered = position
    }

    private mutating func member(from start: Int) {
        string()
        let end = position
        skipFiller(alsoSigns: false)
        guard position < bytes.count, bytes[position] == UInt8(ascii: ":") else {
            position = end
            return add(.entry, start..<end)
        }
        position += 1
        skipFiller(alsoSigns: false)
        guard position < bytes.count else { return add(.entry, start..<position) }
        switch bytes[position] {
        case UInt8(ascii: "{"), UInt8(ascii: "["): return openContainer(from: start)
        case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ","): break
        case UInt8(ascii: "\""): string()
        default: scalar()
        }
        add(.entry, start..<position)
    }

    private mutating func openContainer(from start: Int) {
        position += 1
        add(.entry, start..<position)
        if open.count < ConfigTree.deepestLevel { open.append(nodes.count - 1) } else { tooDeep += 1 }
    }

    private mutating func close() {
        let start = position
        position += 1
        add(.closing, start..<position)
        if tooDeep > 0 { tooDeep -= 1 } else { _ = open.popLast() }
    }

    private mutating func string() {
        position += 1
        while position < bytes.count, bytes[position] != UInt8(ascii: "\""), bytes[position] != 0x0A {
            position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        position = min(bytes.count, position + 1)
    }

    /// A number or a word; at least one byte.
    private mutating func scalar() {
        repeat {
            position += 1
        } while position < bytes.count && !",:{}[]\"".utf8.contains(bytes[position])
            && bytes[position] > 0x20
    }

    /// White space and comments; also commas and colons, which stand between members.
    private mutating func skipFiller(alsoSigns: Bool) {
        while position < bytes.count {
            let byte = bytes[position]
            if byte <= 0x20 || (alsoSigns && (byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":"))) {
                position += 1
            } else if byte == UInt8(ascii: "/"), position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "/") {
                while position < bytes.count, bytes[position] != 0x0A { position += 1 }
            } else if byte == UInt8(ascii: "/"), position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "*") {
                skipBlockComment()
            } else {
                return
            }
        }
    }

    private mutating func skipBlockComment() {
        position += 2
        while position + 1 < bytes.count,
            bytes[position] != UInt8(ascii: "*") || bytes[position + 1] != UInt8(ascii: "/")
        {
            position += 1
        }
        position = min(bytes.count, position + 2)
    }
}

extension JSONNodes {
    /// A member's name; of an element `[n]`, counted from 1; nothing for the outermost container.
    static func label(of node: Int, in tree: ConfigTree) -> String {
        let content = tree.bytes[tree.nodes[node].content]
        if content.first == UInt8(ascii: "\"") {
            var end = content.startIndex + 1
            while end < content.endIndex, content[end] != UInt8(ascii: "\"") {
                end += content[end] == UInt8(ascii: "\\") ? 2 : 1
            }
            return String(decoding: content[(content.startIndex + 1)..<min(end, content.endIndex)], as: UTF8.self)
        }
        let parent = tree.nodes[node].parent
        guard parent >= 0 else { return "" }
        let place = (parent..<node).count { tree.nodes[$0].parent == parent && tree.nodes[$0].kind == .entry }
        return "[\(place + 1)]"
    }
}
