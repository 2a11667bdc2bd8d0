/// A line of the IOS-like command language, understood as IOS does: every word may be cut to an unambiguous beginning.
enum IOSCommand: Hashable, Sendable {
    case enable, disable, leave
    case terminalLength(Int)
    case terminalWidth(Int)
    case showVersion, showRunningConfig, showStartupConfig, showInventory, showPrivilege, showClock
    /// Of the file of this name.
    case verifyMD5(String)
    case configureTerminal
    case configureReplace(IOSReplace)
    case configureConfirm, configureRevert
    case writeMemory, writeTerminal
    case copy(from: String, to: String)
    /// At once where it is nil.
    case reload(minutes: Int?)
    case cancelReload, showReload, showArchive, showRollbackTimer
    case showDirectory(String)
    case showFile(String)
    case delete(String, isForced: Bool)

    /// Whether it can change the device: an account that may only read has no such command.
    var changesDevice: Bool {
        switch self {
        case .configureTerminal, .configureReplace, .configureConfirm, .configureRevert, .writeMemory, .copy, .reload,
            .cancelReload, .delete:
            true
        default: false
        }
    }

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
        /// All the words that follow; nil where they mean nothing.
        case words(@Sendable ([String]) -> IOSCommand?)
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
                .word("reload", privileged: true, [.end(.showReload)]),
                .word(
                    "archive", privileged: true,
                    [
                        .end(.showArchive),
                        .word("config", [.word("rollback", [.word("timer", [.end(.showRollbackTimer)])])]),
                    ]),
            ]),
        .word(
            "configure", privileged: true,
            [
                .word("terminal", [.end(.configureTerminal)]), .word("confirm", [.end(.configureConfirm)]),
                .word("replace", [.words { IOSReplace($0).map { .configureReplace($0) } }]),
                .word("revert", [.word("now", [.end(.configureRevert)])]),
            ]),
        .word(
            "write", privileged: true,
            [
                .end(.writeMemory), .word("memory", [.end(.writeMemory)]), .word("terminal", [.end(.writeTerminal)]),
            ]),
        .word("copy", privileged: true, [.words { $0.count == 2 ? .copy(from: $0[0], to: $0[1]) : nil }]),
        .word(
            "reload", privileged: true,
            [.end(.reload(minutes: nil)), .word("cancel", [.end(.cancelReload)]), .word("in", [.words(reloadIn)])]),
        .word("dir", privileged: true, [.end(.showDirectory("flash:")), .text { .showDirectory($0) }]),
        .word("more", privileged: true, [.text { .showFile($0) }]),
        .word(
            "delete", privileged: true,
            [.word("/force", [.text { .delete($0, isForced: true) }]), .text { .delete($0, isForced: false) }]),
        .word("verify", privileged: true, [.word("/md5", [.text { .verifyMD5($0) }])]),
    ]

    /// `reload in MINUTES` or `HOURS:MINUTES`, and a reason.
    @Sendable private static func reloadIn(_ words: [String]) -> IOSCommand? {
        let parts = words[0].split(separator: ":").map { Int($0) ?? -1 }
        guard (1...2).contains(parts.count), parts.allSatisfy({ $0 >= 0 }) else { return nil }
        return .reload(minutes: parts.count == 2 ? parts[0] * 60 + parts[1] : parts[0])
    }

    /// Reads a line. Nil for an empty one or a comment.
    static func read(_ line: String, privileged: Bool) throws(Failure) -> IOSCommand? {
        let words = line.utf8.split(separator: 32)
        guard let first = words.first, first.first != UInt8(ascii: "!") else { return nil }
        var nodes = grammar
        for (index, word) in words.enumerated() {
            let offset = line.utf8.distance(from: line.utf8.startIndex, to: word.startIndex)
            if case .words(let make)? = nodes.first {
                guard let command = make(words[index...].map { String(Substring($0)) }) else {
                    throw .invalid(at: offset)
                }
                return command
            }
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
        var text: IOSCommand?
        for node in nodes {
            switch node {
            case .word(let name, let forbidden, let next) where !forbidden || privileged:
                if name.hasPrefix(word.lowercased()) { found.append((name, next)) }
            case .number(let ranges, let make):
                if let value = Int(word), ranges.contains(where: { $0.contains(value) }) {
                    return .complete(make(value))
                }
            case .text(let make): text = make(word)
            default: break
            }
        }
        if let exact = found.first(where: { $0.name == word.lowercased() }) { return .deeper(exact.next) }
        if let text, found.isEmpty { return .complete(text) }
        if found.count > 1 { throw .ambiguous }
        guard let only = found.first else { throw .invalid(at: offset) }
        return .deeper(only.next)
    }
}
