import ConfigModel
import Patterns

/// Becoming privileged: one attempt, never more.
extension CLIDialogue {
    mutating func becomePrivileged(_ rule: SessionPlan.Enable) throws(PatternError) -> [Action] {
        guard let prompt, try !Self.matches(rule.privileged, prompt.text) else { return try advance() }
        if rule.password == .enable, enable == nil {
            note("not privileged: the credential names no 'enable'")
            return try advance()
        }
        phase = .enabling(rule, isAnswered: false)
        return [.send(.line(rule.line))] + wait(nil)
    }

    mutating func enablingReceived(_ rule: SessionPlan.Enable, _ isAnswered: Bool) throws(PatternError) -> [Action] {
        if terminal.text.count > min(limit, 65_536) { return fail(.enableRefused(host: host)) }
        if try asks(rule) { return wait(patience.confirm) }
        if try question(at: .command, in: lastLine) != nil { return wait(patience.settle) }
        let isPrompt = try looksLikePrompt(lastLine)
        let isEnd = try isPrompt ? true : Self.matches(rule.privileged, lastLine)
        return wait(isEnd ? patience.settle : nil)
    }

    mutating func enablingQuiet(_ rule: SessionPlan.Enable, _ isAnswered: Bool) throws(PatternError) -> [Action] {
        let line = lastLine
        if try asks(rule) {
            // Asked again: it was refused.
            guard !isAnswered, let secret = secret(for: rule) else { return fail(.enableRefused(host: host)) }
            guard Self.isOneLine(secret.exposed) else { return failOnControls("password for the privileged mode") }
            phase = .enabling(rule, isAnswered: true)
            terminal.clear()
            return [.send(.enablePassword(secret))] + wait(nil)
        }
        if try Self.matches(rule.privileged, line) { return relearn(from: line) }
        if let index = try question(at: .command, in: line) {
            terminal.clear()
            return answer(question: index)
        }
        guard try looksLikePrompt(line) else { return wait(nil) }
        guard rule.isOptional else { return fail(.enableRefused(host: host)) }
        let said = Completeness.lastLine(of: terminal.text[..<terminal.lineStart])
        note("not privileged: '\(rule.line.text)' was refused: \(mask.shown(said))")
        return relearn(from: line)
    }

    private func secret(for rule: SessionPlan.Enable) -> Secret? {
        switch rule.password {
        case .enable: enable
        case .login: enable ?? login?.password
        case .none: nil
        }
    }

    private func asks(_ rule: SessionPlan.Enable) throws(PatternError) -> Bool {
        let line = lastLine
        guard !line.isEmpty, let ask = rule.ask else { return false }
        return try Self.match(ask, atEndOf: line) != nil
    }
}
