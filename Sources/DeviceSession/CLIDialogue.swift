package import ConfigModel
import Patterns

/// The conversation with one device's command line, from after the login to the last answer: a value that takes events and
/// returns what to do. It does no input or output and knows no clock.
///
/// It learns the prompt by asking for it twice; from then on an answer ends where exactly this prompt stands last. Where
/// nothing else proves that the answer is complete, a short silence must follow, since a line of the configuration can
/// look like the prompt, and bytes come in any pieces.
package struct CLIDialogue: Sendable {
    package enum Event: Sendable, Hashable {
        /// The pipe is open, the login done.
        case opened
        case received([UInt8])
        /// Nothing came for the span that was asked for.
        case quiet
        /// The device ended the conversation.
        case closed
        /// The deadline passed.
        case expired
    }

    package enum Action: Sendable {
        case send(Outgoing)
        /// Wait for bytes; after that much silence say `quiet`, without a span only the deadline ends the wait.
        case await(quietAfter: Duration?)
        case finish(Report)
        case fail(SessionError)
    }

    /// What the device said to one of the platform's lines.
    package struct Answer: Sendable, Hashable {
        package var line: PlatformLine
        package var text: [UInt8]
        /// What the text falls short of.
        package var defects: [String]
        /// The device's error text, when it did not know or allow the command.
        package var refusal: String?
    }

    package struct Report: Sendable, Hashable {
        package var answers: [Answer] = []
        package var notes: [String] = []
    }

    enum Phase: Sendable {
        case unopened
        case learning(PromptLearning)
        case answering(Exchange)
        case enabling(SessionPlan.Enable, isAnswered: Bool)
        case leaving(PlatformLine)
        case done
    }

    let plan: SessionPlan
    let host: String
    let enable: Secret?
    /// The most bytes that one answer may have.
    let limit: Int
    let patience: Patience
    let mask: Mask

    var phase = Phase.unopened
    var terminal = TerminalText()
    var prompt: LearnedPrompt?
    var nextStep = 0
    var report = Report()

    init(plan: SessionPlan, host: String, enable: Secret?, limit: Int, patience: Patience = Patience()) {
        self.plan = plan
        self.host = host
        self.enable = enable
        self.limit = limit
        self.patience = patience
        mask = Mask(hiding: enable)
    }

    /// - Returns: Nil for a platform without a command line.
    package init?(
        platform: Platform, host: String, enable: Secret?, limit: Int, patience: Patience = Patience()
    ) throws(CollectorFault) {
        guard let plan = try SessionPlan(platform) else { return nil }
        self.init(plan: plan, host: host, enable: enable, limit: limit, patience: patience)
    }

    /// - Returns: What to do, in order; the last is always to wait, to finish or to fail.
    package mutating func handle(_ event: Event) -> [Action] {
        do throws(PatternError) {
            return try actions(on: event)
        } catch {
            phase = .done
            return [.fail(.protocolFailure(host: host, during: "reading what it says", reason: error.description))]
        }
    }

    private mutating func actions(on event: Event) throws(PatternError) -> [Action] {
        if case .done = phase { return [.finish(report)] }
        switch event {
        case .opened: return begin()
        case .received(let bytes): return try received(bytes)
        case .quiet: return try quiet()
        case .closed: return ended(.closed(host: host, during: doing))
        case .expired: return ended(expiry)
        }
    }

    private mutating func begin() -> [Action] {
        guard case .unopened = phase else { return wait(nil) }
        phase = .learning(PromptLearning())
        return wait(nil)
    }

    private mutating func received(_ bytes: [UInt8]) throws(PatternError) -> [Action] {
        if case .unopened = phase { phase = .learning(PromptLearning()) }
        terminal.feed(bytes)
        switch phase {
        case .learning: return try learningReceived()
        case .answering: return try answerReceived(bytes)
        case .enabling(let enable, let isAnswered): return try enablingReceived(enable, isAnswered)
        case .leaving, .unopened, .done:
            terminal.clear()
            return wait(patience.leave)
        }
    }

    private mutating func quiet() throws(PatternError) -> [Action] {
        switch phase {
        case .unopened: begin()
        case .learning(let learning): try learningQuiet(learning)
        case .answering: try answerQuiet()
        case .enabling(let enable, let isAnswered): try enablingQuiet(enable, isAnswered)
        case .leaving: advance()
        case .done: [.finish(report)]
        }
    }
}

extension CLIDialogue {
    func wait(_ span: Duration?) -> [Action] { [.await(quietAfter: span)] }

    mutating func fail(_ error: SessionError) -> [Action] {
        phase = .done
        return [.fail(error)]
    }

    /// Goes on to the next line of the plan.
    mutating func advance() -> [Action] {
        terminal.clear()
        guard nextStep < plan.steps.count else {
            phase = .done
            return [.finish(report)]
        }
        let step = plan.steps[nextStep]
        nextStep += 1
        switch step {
        case .enable(let enable): return becomePrivileged(enable)
        case .ask(let question):
            phase = .answering(Exchange(question, prompt: prompt?.text ?? []))
            return [.send(.line(question.line))] + wait(nil)
        case .leave(let line):
            phase = .leaving(line)
            return [.send(.line(line))] + wait(patience.leave)
        }
    }

    /// The device is gone, or time is up: while leaving that is as good as an end.
    private mutating func ended(_ error: SessionError) -> [Action] {
        if case .leaving = phase {
            phase = .done
            return [.finish(report)]
        }
        // Some devices hang up on a wrong password: a refusal, which must never be tried again.
        if case .enabling(_, isAnswered: true) = phase, case .closed = error { return fail(.enableRefused(host: host)) }
        return fail(error)
    }

    private var expiry: SessionError {
        if case .learning(let learning) = phase, learning.lastLine.contains(where: { $0 > 0x20 }) {
            return .promptNotFound(host: host, seen: mask.shown(learning.lastLine))
        }
        return .timedOut(host: host, during: doing)
    }

    /// What is under way, for an error.
    private var doing: String {
        switch phase {
        case .unopened: "opening the command line"
        case .learning(let learning): "waiting for the first prompt" + said(learning.lastLine)
        case .answering(let exchange):
            "answering '\(exchange.question.line.text)'" + said(Completeness.lastLine(of: terminal.text[...]))
        case .enabling: "asked for the privileged mode"
        case .leaving(let line): "leaving by '\(line.text)'"
        case .done: "done"
        }
    }

    private func said(_ line: some Collection<UInt8>) -> String {
        let shown = mask.shown(line, limit: 80)
        return shown.isEmpty ? "" : " (the last line was '\(shown)')"
    }

    /// The line under way, bounded: no prompt, question or pager's mark is longer.
    var lastLine: [UInt8] { terminal.line.count <= 1024 ? Array(terminal.line) : [] }

    /// The pager whose mark stands at the end of the line under way, and the columns of the mark.
    func pager() throws(PatternError) -> (rule: PagerRule, columns: Range<Int>)? {
        let line = lastLine
        guard !line.isEmpty else { return nil }
        for pager in plan.pagers {
            guard let match = try pager.pattern.firstMatch(in: line) else { continue }
            if !match.range.isEmpty, match.range.upperBound >= LearnedPrompt.trimmed(line[...]).endIndex {
                return (pager.rule, match.range)
            }
        }
        return nil
    }

    /// Answers the pager, whose mark is then no part of the text.
    mutating func answer(_ pager: (rule: PagerRule, columns: Range<Int>)) -> [Action] {
        terminal.treatAsMark(pager.columns)
        return [.send(.pagerAnswer(pager.rule))] + wait(nil)
    }
}
