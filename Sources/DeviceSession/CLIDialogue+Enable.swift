import ConfigModel
import Patterns

/// Becoming privileged: one attempt, never more.
extension CLIDialogue {
    mutating func becomePrivileged(_ rule: SessionPlan.Enable) -> [Action] {
        do throws(PatternError) {
            guard let prompt, try !isPrivileged(prompt.text, rule) else { return advance() }
        } catch {
            return fail(.protocolFailure(host: host, during: "looking at its prompt", reason: error.description))
        }
        guard enable != nil else {
            report.notes.append("not privileged: the credential names no 'enable'")
            return advance()
        }
        phase = .enabling(rule, isAnswered: false)
        return [.send(.line(rule.line))] + wait(nil)
    }

    mutating func enablingReceived(_ rule: SessionPlan.Enable, _ isAnswered: Bool) throws(PatternError) -> [Action] {
        if terminal.text.count > min(limit, 65_536) { return fail(.enableRefused(host: host)) }
        if try asks(rule) { return wait(patience.confirm) }
        let isPrompt = try looksLikePrompt(lastLine)
        let isEnd = try isPrompt ? true : isPrivileged(lastLine, rule)
        return wait(isEnd ? patience.settle : nil)
    }

    mutating func enablingQuiet(_ rule: SessionPlan.Enable, _ isAnswered: Bool) throws(PatternError) -> [Action] {
        let line = lastLine
        if try asks(rule) {
            // Asked again: it was refused.
            guard !isAnswered, let enable else { return fail(.enableRefused(host: host)) }
            phase = .enabling(rule, isAnswered: true)
            terminal.clear()
            return [.send(.enablePassword(enable))] + wait(nil)
        }
        if try isPrivileged(line, rule) { return relearn(from: line) }
        return try looksLikePrompt(line) ? fail(.enableRefused(host: host)) : wait(nil)
    }

    private func asks(_ rule: SessionPlan.Enable) throws(PatternError) -> Bool {
        let line = lastLine
        guard !line.isEmpty, let match = try rule.ask.firstMatch(in: line) else { return false }
        return match.range.upperBound >= LearnedPrompt.trimmed(line[...]).endIndex
    }

    private func isPrivileged(_ line: [UInt8], _ rule: SessionPlan.Enable) throws(PatternError) -> Bool {
        guard !line.isEmpty else { return false }
        if try rule.privileged.matches(line) { return true }
        return try rule.privileged.matches(Array(LearnedPrompt.trimmed(line[...])))
    }
}
