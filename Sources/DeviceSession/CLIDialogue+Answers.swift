import ConfigModel
import Patterns

/// One line of the platform and what has come back so far.
struct Exchange: Sendable {
    var question: SessionPlan.Question
    var echo: EchoSearch
    /// Empty lines sent because the device stopped in the middle; each brings one prompt more.
    var stallProbes = 0

    init(_ question: SessionPlan.Question, prompt: [UInt8]) {
        self.question = question
        echo = EchoSearch(command: question.line.text, prompt: prompt)
    }

    var isSession: Bool { question.purpose != .collected }
}

/// What stands at the end of what the device has said.
private enum Ending {
    /// The known prompt, on a line of its own. `isProven` when nothing has to be waited for.
    case prompt(isProven: Bool)
    /// The known prompt in another mode, or, after a line of the session, another prompt.
    case changedPrompt
    /// The known prompt but for a number in it, which may count commands, or belong to another device's name.
    case renumbered
    /// The known prompt behind a text without a line end.
    case glued
    case pager(rule: PagerRule, columns: Range<Int>)
    case open
}

extension CLIDialogue {
    mutating func answerReceived(_ bytes: [UInt8]) throws(PatternError) -> [Action] {
        guard case .answering(var exchange) = phase else { return wait(nil) }
        if exchange.echo.finding == nil {
            exchange.echo.look(at: bytes, text: terminal.text, lineStart: terminal.lineStart)
            phase = .answering(exchange)
        }
        if terminal.text.count > limit {
            let what = "the answer to '\(exchange.question.line.text)'"
            return fail(.tooLarge(host: host, what: what, limit: limit))
        }
        let isEchoed = exchange.echo.finding?.echoed ?? false
        switch try ending(exchange) {
        case .prompt(isProven: true): return try finish(exchange)
        case .prompt where exchange.question.completeness.endMarker != nil && isEchoed: return wait(patience.doubt)
        case .prompt: return wait(isEchoed ? patience.confirm : patience.unechoed)
        case .changedPrompt: return wait(isEchoed ? patience.settle : patience.unechoed)
        case .glued, .renumbered: return wait(patience.doubt)
        case .pager: return wait(patience.pager)
        case .open: return wait(patience.stall)
        }
    }

    mutating func answerQuiet() throws(PatternError) -> [Action] {
        guard case .answering(var exchange) = phase else { return wait(nil) }
        switch try ending(exchange) {
        case .prompt: return try finish(exchange)
        case .changedPrompt where exchange.isSession: return try finish(exchange, changedPrompt: lastLine)
        case .changedPrompt: return try finish(exchange)
        case .renumbered:
            if let known = prompt, let learned = LearnedPrompt(first: known.text, second: lastLine) { prompt = learned }
            return try finish(exchange)
        case .glued: return try finish(exchange, gluedBy: prompt?.text.count ?? 0)
        case .pager(let rule, let columns): return answer((rule, columns))
        case .open:
            // A prompt that looks otherwise than before: an empty line tells. Not within a line of text.
            guard exchange.stallProbes == 0, try looksLikePrompt(lastLine) else { return wait(nil) }
            exchange.stallProbes += 1
            phase = .answering(exchange)
            return [.send(.probe)] + wait(patience.stall)
        }
    }

    private func ending(_ exchange: Exchange) throws(PatternError) -> Ending {
        guard !terminal.isAtLineStart, let prompt else { return .open }
        switch prompt.likeness(of: terminal.line) {
        case .exact: return .prompt(isProven: try isProven(exchange))
        case .variant: return .changedPrompt
        case .renumbered: if try looksLikePrompt(lastLine) { return .renumbered }
        case .none: break
        }
        if let pager = try pager() { return .pager(rule: pager.rule, columns: pager.columns) }
        // After a line of the session, and after a stall that an empty line did not end otherwise.
        if exchange.isSession || exchange.stallProbes > 0, try looksLikePrompt(lastLine) { return .changedPrompt }
        let known = prompt.text
        guard known.count > 2, terminal.line.count > known.count else { return .open }
        return terminal.line.suffix(known.count).elementsEqual(known) ? .glued : .open
    }

    /// Whether the prompt needs no silence after it: the echo was seen, and either the end marker, or the answer to a
    /// line of the session, which is short and of no consequence.
    private func isProven(_ exchange: Exchange) throws(PatternError) -> Bool {
        guard let finding = exchange.echo.finding, finding.echoed, exchange.stallProbes == 0 else { return false }
        if exchange.isSession { return true }
        let answer = terminal.text[finding.start..<max(finding.start, terminal.lineStart)]
        return try exchange.question.completeness.hasEnd(answer)
    }

    private mutating func finish(
        _ before: Exchange, gluedBy prompt: Int = 0, changedPrompt: [UInt8]? = nil
    ) throws(PatternError) -> [Action] {
        var exchange = before
        let start = exchange.echo.conclude(text: terminal.text, lineStart: terminal.lineStart).start
        let end = prompt > 0 ? terminal.text.count - prompt : terminal.lineStart
        let answer = withoutStrayPrompts(Array(terminal.text[min(start, end)..<end]), exchange.stallProbes)
        if let failure = try take(answer, exchange.question) { return failure }
        return changedPrompt.map { relearn(from: $0) } ?? advance()
    }

    /// - Returns: What to do when the answer ends the session.
    private mutating func take(_ text: [UInt8], _ question: SessionPlan.Question) throws(PatternError) -> [Action]? {
        let line = question.line
        let refusal = try question.completeness.refusal(in: text, mask: mask)
        switch (question.purpose, refusal) {
        case (.session, nil): break
        case (.session(optional: true), let text?): report.notes.append("'\(line.text)' is not known here: \(text)")
        case (.session(optional: false), let text?):
            return fail(.commandRejected(host: host, command: line.text, answer: text))
        case (.collected, let text?):
            report.answers.append(Answer(line: line, text: [], defects: [], refusal: text))
        case (.collected, nil):
            let defects = try question.completeness.defects(of: text, mask: mask)
            report.answers.append(Answer(line: line, text: text, defects: defects))
        }
        return nil
    }

    /// Each empty line that asked whether the device is still there has brought one prompt more.
    private func withoutStrayPrompts(_ text: [UInt8], _ count: Int) -> [UInt8] {
        var rest = text[...]
        for _ in 0..<count {
            let last = Completeness.lastLine(of: rest)
            guard let prompt, !last.isEmpty, prompt.likeness(of: last) != .none else { break }
            rest = rest[..<last.startIndex]
        }
        return Array(rest)
    }
}
