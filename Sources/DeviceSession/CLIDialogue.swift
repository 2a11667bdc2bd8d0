package import ConfigModel
import Patterns

/// The conversation with one device's command line, from after the login to the leaving: a value that takes events and
/// returns what to do. It does no input or output and knows no clock.
///
/// It answers the device's own questions, learns the prompt by asking for it twice, becomes privileged and sends the lines
/// of the session; then it is `ready`, and after each line that it is asked to send it is `ready` with the answer. An answer
/// ends where exactly the learned prompt stands last. Where nothing else proves that the answer is complete, a short silence
/// must follow, and for a text that is to be kept an empty line must bring one prompt more, since a line of the
/// configuration can look like the prompt, and bytes come in any pieces.
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
        /// The command line waits for `ask` or `leave`; with the answer to what was asked, nil after the opening.
        case ready(Answer?)
        /// The session was left.
        case finish
        case fail(SessionError)
    }

    /// What the device said to one of the platform's lines.
    package struct Answer: Sendable, Hashable {
        package var line: PlatformLine
        package var text: [UInt8]
        /// The device's error text, when it did not know or allow the command.
        package var refusal: String?
    }

    enum Phase: Sendable {
        case unopened
        case learning(PromptLearning)
        case answering(Exchange)
        case enabling(SessionPlan.Enable, isAnswered: Bool)
        case ready
        case leaving(PlatformLine)
        case done
    }

    let plan: SessionPlan
    let host: String
    let login: SessionLogin?
    let enable: Secret?
    let filling: Filling
    /// The most bytes that one answer may have.
    let limit: Int
    let patience: Patience
    let mask: Mask

    var phase = Phase.unopened
    var terminal = TerminalText()
    var prompt: LearnedPrompt?
    /// Of `plan.opening`, or once that is over, of `plan.leaving`.
    var nextStep = 0
    var isOpen = false
    /// The answer with which it will be ready.
    var pending: Answer?
    /// How often each question of the plan was answered.
    var answered: [Int: Int] = [:]
    /// Remarks for a person.
    package private(set) var notes: [String] = []

    init(
        plan: SessionPlan, host: String, login: SessionLogin? = nil, enable: Secret?, filling: Filling, limit: Int,
        patience: Patience = Patience()
    ) {
        self.plan = plan
        self.host = host
        self.login = login
        self.enable = enable
        self.filling = filling
        self.limit = limit
        self.patience = patience
        mask = Mask(hiding: [enable, login?.password])
    }

    /// - Returns: Nil for a platform without a command line.
    package init?(
        platform: Platform, host: String, login: SessionLogin? = nil, enable: Secret?, limit: Int,
        patience: Patience = Patience()
    ) throws(CollectorFault) {
        guard let plan = try SessionPlan(platform) else { return nil }
        self.init(
            plan: plan, host: host, login: login, enable: enable,
            filling: Filling(platform: platform.name, vars: [:]), limit: limit, patience: patience)
    }

    /// How many bytes of the device it holds.
    package var heldBytes: Int { terminal.text.count }

    /// - Returns: What to do, in order; the last is always to wait, to be ready, to finish or to fail.
    package mutating func handle(_ event: Event) -> [Action] {
        do throws(PatternError) {
            return try actions(on: event)
        } catch {
            phase = .done
            return [.fail(.protocolFailure(host: host, during: "reading what it says", reason: error.description))]
        }
    }

    /// Sends a line of the collection. Only when `ready`; the answer comes with the next `ready`.
    mutating func ask(_ line: PlatformLine, as purpose: Exchange.Purpose, _ completeness: Completeness) -> [Action] {
        guard case .ready = phase else { return wait(nil) }
        return send(line, as: purpose, completeness)
    }

    /// Leaves by the platform's lines. Only when `ready`; ends with `finish`.
    package mutating func leave() -> [Action] {
        guard case .ready = phase else {
            phase = .done
            return [.finish]
        }
        nextStep = 0
        return leaveOn()
    }

    mutating func note(_ remark: String) { notes.append(remark) }

    private mutating func actions(on event: Event) throws(PatternError) -> [Action] {
        if case .done = phase { return [.finish] }
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
        case .leaving: return try leavingReceived()
        case .unopened, .ready, .done:
            terminal.clear()
            return wait(nil)
        }
    }

    private mutating func quiet() throws(PatternError) -> [Action] {
        switch phase {
        case .unopened: begin()
        case .learning(let learning): try learningQuiet(learning)
        case .answering: try answerQuiet()
        case .enabling(let enable, let isAnswered): try enablingQuiet(enable, isAnswered)
        case .leaving: try leavingQuiet()
        case .ready: wait(nil)
        case .done: [.finish]
        }
    }
}

extension CLIDialogue {
    func wait(_ span: Duration?) -> [Action] { [.await(quietAfter: span)] }

    mutating func fail(_ error: SessionError) -> [Action] {
        phase = .done
        return [.fail(error)]
    }

    /// Goes on to the next line of the opening, else is ready.
    mutating func advance() throws(PatternError) -> [Action] {
        terminal.clear()
        while !isOpen, nextStep < plan.opening.count {
            let step = plan.opening[nextStep]
            nextStep += 1
            switch step {
            case .enable(let enable): return try becomePrivileged(enable)
            case .line(let line):
                guard try isDue(line) else { continue }
                do throws(CollectorFault) {
                    return send(try line.listed.filled(filling), as: .opening(line.isOptional), plan.errors)
                } catch {
                    return fail(.platformFault(host: host, platform: error.platform, reason: error.reason))
                }
            }
        }
        isOpen = true
        phase = .ready
        defer { pending = nil }
        return [.ready(pending)]
    }

    /// Whether the prompt is one at which the line is sent.
    private func isDue(_ line: SessionPlan.Line) throws(PatternError) -> Bool {
        guard let when = line.when, let prompt else { return true }
        return try Self.matches(when, prompt.text)
    }

    /// Matches a line as it is, or without the blanks at its end.
    static func matches(_ pattern: Pattern, _ line: [UInt8]) throws(PatternError) -> Bool {
        guard !line.isEmpty else { return false }
        if try pattern.matches(line) { return true }
        let trimmed = Array(LearnedPrompt.trimmed(line[...]))
        return trimmed.count < line.count && !trimmed.isEmpty ? try pattern.matches(trimmed) : false
    }

    mutating func send(_ line: PlatformLine, as purpose: Exchange.Purpose, _ completeness: Completeness) -> [Action] {
        terminal.clear()
        phase = .answering(Exchange(line, purpose, completeness, prompt: prompt?.text ?? []))
        return [.send(.line(line))] + wait(nil)
    }

    /// The device is gone, or time is up: while leaving that is as good as an end.
    private mutating func ended(_ error: SessionError) -> [Action] {
        if case .leaving = phase {
            phase = .done
            return [.finish]
        }
        guard case .closed = error else { return fail(error) }
        // Some devices hang up on a wrong password: a refusal, which must never be tried again.
        if case .enabling(_, isAnswered: true) = phase { return fail(.enableRefused(host: host)) }
        if case .learning = phase, hasAnsweredPassword { return fail(loginRefused) }
        return fail(error)
    }

    private var expiry: SessionError {
        if case .learning(let learning) = phase {
            let seen = seen(learning)
            if seen.contains(where: { $0 > 0x20 }) { return .promptNotFound(host: host, seen: mask.shown(seen)) }
        }
        return .timedOut(host: host, during: doing)
    }

    /// What is under way, for an error.
    private var doing: String {
        switch phase {
        case .unopened: "opening the command line"
        case .learning(let learning): "waiting for the first prompt" + said(seen(learning))
        case .answering(let exchange):
            // Of a text that is kept, which may hold secrets, nothing is repeated.
            "answering '\(exchange.line.text)'"
                + (exchange.purpose == .keep ? "" : said(Completeness.lastLine(of: terminal.text[...])))
        case .enabling: "asked for the privileged mode"
        case .ready: "waiting for the next command"
        case .leaving(let line): "leaving by '\(line.text)'"
        case .done: "done"
        }
    }

    /// The last thing that is not blank.
    func seen(_ learning: PromptLearning) -> [UInt8] {
        let line = Array(terminal.line.prefix(512))
        return line.contains { $0 > 0x20 } ? line : learning.lastLine
    }

    private func said(_ line: some Collection<UInt8>) -> String {
        let shown = mask.shown(line.prefix(256), limit: 80)
        return shown.isEmpty ? "" : " (the last line was '\(shown)')"
    }

    /// The line under way, bounded: no prompt, question or pager's mark is longer.
    var lastLine: [UInt8] { terminal.line.count <= 1024 ? Array(terminal.line) : [] }

    /// The pager whose mark stands at the end of the line under way, and the columns of the mark.
    func pager() throws(PatternError) -> (rule: PagerRule, columns: Range<Int>)? {
        let line = lastLine
        guard !line.isEmpty else { return nil }
        for pager in plan.pagers {
            if let columns = try Self.match(pager.pattern, atEndOf: line) { return (pager.rule, columns) }
        }
        return nil
    }

    /// Where a pattern matches so that nothing but blanks follows.
    static func match(_ pattern: Pattern, atEndOf line: [UInt8]) throws(PatternError) -> Range<Int>? {
        let end = LearnedPrompt.trimmed(line[...]).endIndex
        var place = 0
        // The same words may stand further ahead, too.
        while place < end, let match = try pattern.firstMatch(in: line, from: place) {
            if !match.range.isEmpty, match.range.upperBound >= end { return match.range }
            place = max(match.range.upperBound, place + 1)
        }
        return nil
    }

    /// Answers the pager, whose mark is then no part of the text.
    mutating func answer(_ pager: (rule: PagerRule, columns: Range<Int>)) -> [Action] {
        terminal.treatAsMark(pager.columns)
        return [.send(.pagerAnswer(pager.rule))] + wait(nil)
    }
}
