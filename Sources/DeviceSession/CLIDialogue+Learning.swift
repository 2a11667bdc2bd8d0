import ConfigModel
import Patterns

/// Where the learning of the prompt stands.
struct PromptLearning: Sendable {
    /// The line that looked like a prompt before the last empty line was sent.
    var candidate: [UInt8]?
    /// Empty lines sent to see the prompt again.
    var probes = 0
    /// Empty lines sent because nothing looked like a prompt.
    var nudges = 0
    /// For an error: the last line that is not blank.
    var lastLine: [UInt8] = []

    static var mostProbes: Int { 8 }
    static var mostNudges: Int { 3 }
}

extension CLIDialogue {
    mutating func learningReceived() throws(PatternError) -> [Action] {
        guard case .learning(var learning) = phase else { return wait(nil) }
        // Banners may be long; only the line under way, and the last one for an error, are kept.
        let finished = Completeness.lastLine(of: terminal.text[...])
        if !finished.isEmpty { learning.lastLine = Array(finished.prefix(256)) }
        phase = .learning(learning)
        terminal.forget(before: terminal.lineStart)
        if terminal.text.count > 65_536 { terminal.clear() }
        if try pager() != nil { return wait(patience.settle) }
        return wait(try looksLikePrompt(lastLine) ? patience.settle : patience.nudge)
    }

    mutating func learningQuiet(_ before: PromptLearning) throws(PatternError) -> [Action] {
        var learning = before
        let line = lastLine
        if let pager = try pager() { return answer(pager) }
        guard try looksLikePrompt(line) else {
            guard learning.nudges < PromptLearning.mostNudges else {
                return fail(.promptNotFound(host: host, seen: mask.shown(learning.lastLine)))
            }
            learning.nudges += 1
            learning.candidate = nil
            return probe(learning)
        }
        if let candidate = learning.candidate, let learned = LearnedPrompt(first: candidate, second: line) {
            prompt = learned
            return advance()
        }
        guard learning.probes < PromptLearning.mostProbes else {
            return fail(.promptNotFound(host: host, seen: mask.shown(line)))
        }
        learning.probes += 1
        learning.candidate = line
        return probe(learning)
    }

    private mutating func probe(_ learning: PromptLearning) -> [Action] {
        phase = .learning(learning)
        terminal.clear()
        return [.send(.probe)] + wait(patience.probe)
    }

    /// Begins anew, because a line has changed the prompt; what stands now is its first showing.
    mutating func relearn(from line: [UInt8]) -> [Action] {
        probe(PromptLearning(candidate: line, probes: 1, lastLine: line))
    }

    func looksLikePrompt(_ line: [UInt8]) throws(PatternError) -> Bool {
        guard !line.isEmpty else { return false }
        if try plan.prompt.matches(line) { return true }
        // Platform files say what a prompt looks like without the blanks that devices put after it.
        let trimmed = Array(LearnedPrompt.trimmed(line[...]))
        return trimmed.count < line.count && !trimmed.isEmpty ? try plan.prompt.matches(trimmed) : false
    }
}
