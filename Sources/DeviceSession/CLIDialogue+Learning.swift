import ConfigModel
import Patterns

/// Where the learning of the prompt stands.
struct PromptLearning: Sendable {
    /// The line that looked like a prompt before the last empty line was sent.
    var candidate: [UInt8]?
    /// The line above it.
    var above: [UInt8] = []
    /// Empty lines sent to see the prompt again.
    var probes = 0
    /// Empty lines sent because nothing looked like a prompt.
    var nudges = 0
    /// The last line that is not blank, for errors.
    var lastLine: [UInt8] = []
    /// The same, of what came after the last thing that was sent: it may be a question.
    var asking: [UInt8] = []
    /// Lines that are not blank since the last empty line, as far as they may belong to the prompt.
    var lines: [[UInt8]] = []

    static var mostProbes: Int { 8 }
    static var mostNudges: Int { 3 }
    private static var mostLines: Int { 3 }

    init() {}

    init(candidate: [UInt8], above: [UInt8]) {
        self.candidate = candidate
        self.above = above
        probes = 1
        lastLine = candidate
    }

    mutating func take(_ finished: ArraySlice<UInt8>) {
        for line in finished.split(separator: 0x0A) where line.contains(where: { $0 > 0x20 }) {
            lastLine = Array(line.prefix(256))
            asking = lastLine
            if lines.count <= Self.mostLines { lines.append(lastLine) }
        }
    }

    /// The lines that the device puts above each prompt: those that came with an empty line, if the last of them was there
    /// before, too.
    var preamble: [[UInt8]] {
        let lines = lines.filter { $0 != candidate }
        guard (1...2).contains(lines.count), let last = lines.last, last == above else { return [] }
        return lines.map { Array(LearnedPrompt.trimmed($0[...])) }
    }
}

extension CLIDialogue {
    mutating func learningReceived() throws(PatternError) -> [Action] {
        guard case .learning(var learning) = phase else { return wait(nil) }
        // Banners may be long; only the line under way and the last ones are kept.
        if terminal.lineStart > 0 {
            learning.take(terminal.text[..<terminal.lineStart])
            phase = .learning(learning)
            terminal.forget(before: terminal.lineStart)
        }
        if terminal.text.count > 65_536 {
            learning.lastLine = Array(terminal.line.prefix(256))
            phase = .learning(learning)
            terminal.clear()
        }
        if try pager() != nil { return wait(patience.settle) }
        if try question(at: .login, in: askingLine(learning.asking[...])) != nil { return wait(patience.settle) }
        return wait(try looksLikePrompt(lastLine) ? patience.settle : patience.nudge)
    }

    mutating func learningQuiet(_ before: PromptLearning) throws(PatternError) -> [Action] {
        var learning = before
        let line = lastLine
        if let pager = try pager() {
            learning.asking = []
            phase = .learning(learning)
            return answer(pager)
        }
        if let index = try question(at: .login, in: askingLine(learning.asking[...])) {
            phase = .learning(PromptLearning())
            terminal.clear()
            return answer(question: index)
        }
        guard try looksLikePrompt(line) else {
            guard learning.nudges < PromptLearning.mostNudges else {
                return fail(.promptNotFound(host: host, seen: mask.shown(seen(learning))))
            }
            learning.nudges += 1
            learning.candidate = nil
            return probe(learning)
        }
        if let candidate = learning.candidate, var learned = LearnedPrompt(first: candidate, second: line) {
            learned.preamble = learning.preamble
            prompt = learned
            return try advance()
        }
        guard learning.probes < PromptLearning.mostProbes else {
            return fail(.promptNotFound(host: host, seen: mask.shown(line)))
        }
        learning.probes += 1
        learning.candidate = line
        learning.above = learning.lines.isEmpty ? [] : learning.lastLine
        return probe(learning)
    }

    private mutating func probe(_ learning: PromptLearning) -> [Action] {
        var learning = learning
        learning.lines = []
        learning.asking = []
        phase = .learning(learning)
        terminal.clear()
        return [.send(.probe)] + wait(patience.probe)
    }

    /// Begins anew, because a line has changed the prompt; what stands now is its first showing.
    mutating func relearn(from line: [UInt8]) -> [Action] {
        let above = Completeness.lastLine(of: terminal.text[..<terminal.lineStart])
        return probe(PromptLearning(candidate: line, above: Array(above.prefix(256))))
    }

    func looksLikePrompt(_ line: [UInt8]) throws(PatternError) -> Bool { try Self.matches(plan.prompt, line) }
}
