/// A line of the IOS-like command language, understood as IOS does: every word may be cut to an unambiguous beginning.
enum IOSCommand: Hashable, Sendable {
    case enable, disable, leave
    case terminalLength(Int)
    case terminalWidth(Int)
    case showVersion, showRunningConfig, showStartupConfig, showInventory, showPrivilege, showClock
    /// Of the file of this name.
    case verifyMD5(String)

    enum Failure: Error, Equatable {
        /// The offset of the first byte that is not understood.
        case invalid(at: Int)
        case incomplete
        case ambiguous
    }

    private indirect enum Node: Sendable {
        case word(String, privileged: Bool = false, [Node])
        case number([Range<Int>], @Sendable (Int) -> IOSCommand)
        case text(@Sendable (String) -> IOSCommand)
        case end(IOSCommand)
    }

    private static let grammar: [Node] = [
        .word("enable", [.end(.enable)]), .word("disable", privileged: true, [.end(.disable)]),
        .word("exit", [.end(.leave)]), .word("logout", [.end(.leave)]), .word("quit", [.end(.leave)]),
        .word(
            "terminal",
            [
                .word("length", [.number([0..<513]) { .terminalLength($0) }]),
                .word("width", [.number([0..<513]) { .terminalWidth($0) }]),
            ]),
        .word(
            "show",
            [
                .word("version", [.end(.showVersion)]), .word("inventory", [.end(.showInventory)]),
                .word("privilege", [.end(.showPrivilege)]), .word("clock", [.end(.showClock)]),
                .word("running-config", privileged: true, [.end(.showRunningConfig)]),
                .word("startup-config", privileged: true, [.end(.showStartupConfig)]),
            ]),
        .word("verify", privileged: true, [.word("/md5", [.text { .verifyMD5($0) }])]),
    ]

    /// Reads a line. Nil for an empty one or a comment.
    static func read(_ line: String, privileged: Bool) throws(Failure) -> IOSCommand? {
        let words = line.utf8.split(separator: 32)
        guard let first = words.first, first.first != UInt8(ascii: "!") else { return nil }
        var nodes = grammar
        for word in words {
            let offset = line.utf8.distance(from: line.utf8.startIndex, to: word.startIndex)
            switch try step(String(Substring(word)), at: offset, nodes, privileged) {
            case .deeper(let next): nodes = next
            case .complete(let command): nodes = [.end(command)]
            }
        }
        for case .end(let command) in nodes { return command }
        throw .incomplete
    }

    private enum Step {
        case deeper([Node])
        case complete(IOSCommand)
    }

    private static func step(
        _ word: String, at offset: Int, _ nodes: [Node], _ privileged: Bool
    ) throws(Failure) -> Step {
        var found: [(name: String, next: [Node])] = []
        for node in nodes {
            switch node {
            case .word(let name, let forbidden, let next) where !forbidden || privileged:
                if name.hasPrefix(word.lowercased()) { found.append((name, next)) }
            case .number(let ranges, let make):
                if let value = Int(word), ranges.contains(where: { $0.contains(value) }) {
                    return .complete(make(value))
                }
            case .text(let make): return .complete(make(word))
            default: break
            }
        }
        if let exact = found.first(where: { $0.name == word.lowercased() }) { return .deeper(exact.next) }
        if found.count > 1 { throw .ambiguous }
        guard let only = found.first else { throw .invalid(at: offset) }
        return .deeper(only.next)
    }
}
