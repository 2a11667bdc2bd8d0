import ConfigModel
import Patterns

/// What the device asks by itself. A question is believed when silence follows it, and a secret is given once.
extension CLIDialogue {
    /// Answers to one question in one session, before the dialogue gives up: a device that asks for ever.
    private static var mostAnswers: Int { 16 }

    /// The question that stands at the end of `line`.
    func question(at time: QuestionRule.Time, in line: [UInt8]) throws(PatternError) -> Int? {
        guard !line.isEmpty, !plan.questions.isEmpty else { return nil }
        for (index, question) in plan.questions.enumerated() where question.rule.at.contains(time) {
            if try Self.match(question.pattern, atEndOf: line) != nil { return index }
        }
        return nil
    }

    /// What the device waits with: the line under way, or, where it ended that, the one before.
    func askingLine(_ finished: ArraySlice<UInt8>) -> [UInt8] {
        let line = lastLine
        return line.contains { $0 > 0x20 } ? line : Array(finished.suffix(1024))
    }

    var hasAnsweredPassword: Bool {
        plan.questions.enumerated().contains { $1.rule.answer == .password && answered[$0, default: 0] > 0 }
    }

    var loginRefused: SessionError {
        .loginRefused(host: host, user: login?.user ?? "", method: "its own question for a login", allowed: [])
    }

    mutating func answer(question index: Int) -> [Action] {
        let rule = plan.questions[index].rule
        let count = answered[index, default: 0]
        answered[index] = count + 1
        switch rule.answer {
        case .text:
            guard count < Self.mostAnswers else {
                let asked = "its question '\(plan.questions[index].rule.ask.text)'"
                return fail(.protocolFailure(host: host, during: "answering \(asked)", reason: "it asks for ever"))
            }
            return [.send(.answer(rule))] + wait(nil)
        case .user:
            guard let login else { return failWithoutLogin() }
            // Asked again after the password: it was refused.
            guard count == 0 || !hasAnsweredPassword, count < 2 else { return fail(loginRefused) }
            guard Self.isOneLine(login.user) else { return failOnControls("user name") }
            return [.send(.user(login.user, rule))] + wait(nil)
        case .password:
            guard let password = login?.password else { return failWithoutLogin() }
            guard count == 0 else { return fail(loginRefused) }
            guard Self.isOneLine(password.exposed) else { return failOnControls("password") }
            return [.send(.password(password, rule))] + wait(nil)
        }
    }

    private mutating func failWithoutLogin() -> [Action] {
        let reason = "the device asks for a user name and password of its own, and the credential has none to give"
        return fail(.credentialUnavailable(host: host, credential: "password", reason: reason))
    }

    mutating func failOnControls(_ what: String) -> [Action] {
        let reason = "there are control characters in its \(what)"
        return fail(.credentialUnavailable(host: host, credential: what, reason: reason))
    }

    /// Whether it can be typed without pressing keys.
    static func isOneLine(_ text: String) -> Bool { !text.utf8.contains { $0 < 0x20 || $0 == 0x7F } }
}

/// Leaving: the device may ask something, and may hang up at any moment.
extension CLIDialogue {
    mutating func leaveOn() -> [Action] {
        terminal.clear()
        while nextStep < plan.leaving.count {
            let line = plan.leaving[nextStep]
            nextStep += 1
            guard let text = try? line.listed.filled(filling) else { continue }
            if let when = line.when, let prompt, (try? Self.matches(when, prompt.text)) != true { continue }
            phase = .leaving(text)
            return [.send(.line(text))] + wait(patience.leave)
        }
        phase = .done
        return [.finish]
    }

    mutating func leavingReceived() throws(PatternError) -> [Action] {
        if terminal.text.count > 65_536 { terminal.clear() }
        return wait(patience.leave)
    }

    mutating func leavingQuiet() throws(PatternError) -> [Action] {
        let line = askingLine(Completeness.lastLine(of: terminal.text[...]))
        guard let index = try question(at: .leave, in: line) else { return leaveOn() }
        terminal.clear()
        let actions = answer(question: index)
        // Nobody is to be troubled by a question that cannot be answered any more: the pipe is closed anyway.
        if case .fail = actions.last { return [.finish] }
        return actions.dropLast() + wait(patience.leave)
    }
}
