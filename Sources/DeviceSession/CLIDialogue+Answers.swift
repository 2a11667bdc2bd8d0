import ConfigModel
import Patterns

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
    case question(Int)
    case open
}

/// What has come after an empty line that asked whether a prompt is the end.
private enum Confirmation {
    /// Nothing but the prompt once more.
    case confirmed
    /// The same but for an ending or a number, or a blank that has not come yet.
    case likely
    /// So far nothing that says otherwise.
    case pending
    /// More text: the prompt was a line of it.
    case refuted
}

extension CLIDialogue {
    mutating func answerReceived(_ bytes: [UInt8]) throws(PatternError) -> [Action] {
        guard case .answering(var exchange) = phase else { return wait(nil) }
        if exchange.echo.finding == nil {
            exchange.echo.look(at: bytes, text: terminal.text, lineStart: terminal.lineStart)
            phase = .answering(exchange)
        }
        if terminal.text.count > limit {
            let what = "the answer to '\(exchange.line.text)'"
            return fail(.tooLarge(host: host, what: what, limit: limit))
        }
        if exchange.probe != nil, let actions = try probedReceived(&exchange) { return actions }
        let isEchoed = exchange.echo.finding?.echoed ?? false
        switch try ending(exchange) {
        case .prompt(isProven: true): return try finish(exchange)
        case .prompt where exchange.completeness.endMarker != nil && isEchoed: return wait(patience.doubt)
        case .prompt: return wait(isEchoed ? patience.confirm : patience.unechoed)
        case .changedPrompt: return wait(isEchoed ? patience.settle : patience.unechoed)
        case .glued, .renumbered: return wait(patience.doubt)
        case .pager: return wait(patience.pager)
        case .question: return wait(patience.settle)
        case .open: return wait(patience.stall)
        }
    }

    mutating func answerQuiet() throws(PatternError) -> [Action] {
        guard case .answering(var exchange) = phase else { return wait(nil) }
        if let probe = exchange.probe { return try probedQuiet(exchange, probe) }
        let ending = try ending(exchange)
        switch ending {
        case .prompt, .renumbered, .changedPrompt, .glued:
            if exchange.purpose == .keep, try !isRefusal(exchange) { return ask(again: &exchange, ending) }
            return try finish(exchange, at: ending)
        case .pager(let rule, let columns): return answer((rule, columns))
        case .question(let index):
            terminal.treatAsMark(0..<terminal.line.count)
            exchange.answeredAt = terminal.text.count
            phase = .answering(exchange)
            return answer(question: index)
        case .open: return try stalled(&exchange)
        }
    }

    /// The device stopped in the middle.
    private mutating func stalled(_ exchange: inout Exchange) throws(PatternError) -> [Action] {
        // A question that the device put on a line of its own.
        if terminal.isAtLineStart || lastLine.allSatisfy({ $0 <= 0x20 }) {
            let place = min(exchange.answeredAt, terminal.lineStart)
            let finished = Completeness.lastLine(of: terminal.text[place..<terminal.lineStart].suffix(4096))
            if let index = try question(at: .command, in: Array(finished.suffix(1024))) {
                exchange.answeredAt = terminal.text.count
                phase = .answering(exchange)
                return answer(question: index)
            }
        }
        // A prompt that looks otherwise than before: an empty line tells. Not within a line of text.
        guard !exchange.hasAskedStall, try looksLikePrompt(lastLine) else { return wait(nil) }
        exchange.hasAskedStall = true
        exchange.strays += 1
        phase = .answering(exchange)
        return [.send(.probe)] + wait(patience.stall)
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
        if let index = try question(at: .command, in: lastLine) { return .question(index) }
        // After a line of the session, and after a stall that an empty line did not end otherwise.
        if exchange.isSession || exchange.hasAskedStall, try looksLikePrompt(lastLine) { return .changedPrompt }
        let known = prompt.text
        guard known.count > 2, terminal.line.count > known.count else { return .open }
        return terminal.line.suffix(known.count).elementsEqual(known) ? .glued : .open
    }

    /// Whether the prompt needs no silence after it: the echo was seen, and either the end marker, or the answer to a
    /// line of the session, which is short and of no consequence.
    private func isProven(_ exchange: Exchange) throws(PatternError) -> Bool {
        guard let finding = exchange.echo.finding, finding.echoed, exchange.strays == 0 else { return false }
        if exchange.isSession { return true }
        let end = max(finding.start, terminal.lineStart)
        return try exchange.completeness.hasEnd(withoutPreamble(terminal.text[finding.start..<end].suffix(65_536)))
    }
}

/// Making sure that a prompt is the end and no line of the text.
extension CLIDialogue {
    /// A refusal is not kept, and needs no proof.
    private func isRefusal(_ exchange: Exchange) throws(PatternError) -> Bool {
        guard terminal.text.count < 4096 else { return false }
        return try exchange.completeness.refusal(in: Array(terminal.text[..<terminal.lineStart]), mask: mask) != nil
    }

    private mutating func ask(again exchange: inout Exchange, _ ending: Ending) -> [Action] {
        var place = terminal.lineStart
        if case .glued = ending { place = terminal.text.count - (prompt?.text.count ?? 0) }
        exchange.probe = Exchange.Probe(place: max(0, place), end: terminal.text.count)
        phase = .answering(exchange)
        return [.send(.probe)] + wait(patience.probe)
    }

    /// - Returns: Nil when more text came, so that the answer goes on.
    private mutating func probedReceived(_ exchange: inout Exchange) throws(PatternError) -> [Action]? {
        guard let probe = exchange.probe else { return nil }
        switch try confirmation(of: probe) {
        case .pending: return wait(patience.probe)
        case .likely: return wait(patience.settle)
        case .confirmed: return try finish(exchange, confirmedBy: probe)
        case .refuted:
            exchange.probe = nil
            exchange.strays += 1
            phase = .answering(exchange)
            return nil
        }
    }

    private mutating func probedQuiet(_ exchange: Exchange, _ probe: Exchange.Probe) throws(PatternError) -> [Action] {
        if case .likely = try confirmation(of: probe) { return try finish(exchange, confirmedBy: probe) }
        // More than the answer to an empty line is under way: only the deadline ends it.
        guard terminal.text.count <= probe.end else { return wait(nil) }
        note("'\(exchange.line.text)': the device did not answer an empty line after it")
        return try finish(exchange, end: probe.place)
    }

    /// What was shown twice is the prompt from now on, whatever number or ending has changed in it.
    private mutating func finish(
        _ exchange: Exchange, confirmedBy probe: Exchange.Probe
    ) throws(PatternError) -> [Action] {
        let line = lastLine
        if let before = prompt, !before.isExact(line[...]) {
            let shown = Array(terminal.text[probe.place..<probe.end])
            if shown.count <= 1024, var learned = LearnedPrompt(first: shown, second: line) {
                learned.preamble = before.preamble
                prompt = learned
            }
        }
        return try finish(exchange, end: probe.place)
    }

    private func confirmation(of probe: Exchange.Probe) throws(PatternError) -> Confirmation {
        guard let prompt, probe.place < probe.end, probe.end <= terminal.text.count else { return .pending }
        let probed = terminal.text[probe.place..<probe.end]
        let rest = terminal.text[probe.end...]
        guard rest.count <= 2048 else { return .refuted }
        // The line under way, which may stand right behind the prompt where the device does not echo the line end.
        let line = rest[max(probe.end, terminal.lineStart)...]
        for finished in rest[..<line.startIndex].split(separator: 0x0A) {
            let finished = LearnedPrompt.trimmed(finished)
            // Some redraw the prompt with the echo of the empty line.
            guard
                finished.isEmpty || finished.elementsEqual(LearnedPrompt.trimmed(probed))
                    || prompt.preamble.contains(where: finished.elementsEqual)
            else { return .refuted }
        }
        guard !line.isEmpty else { return .pending }
        if line.elementsEqual(probed) { return .confirmed }
        switch prompt.likeness(of: line) {
        // Another than was asked about: it may be the beginning of a longer one.
        case .exact, .variant: return .likely
        case .renumbered: return try looksLikePrompt(Array(line)) ? .likely : .pending
        case .none: return .pending
        }
    }
}

/// The end of an answer.
extension CLIDialogue {
    private mutating func finish(_ exchange: Exchange, at ending: Ending) throws(PatternError) -> [Action] {
        switch ending {
        case .changedPrompt where exchange.isSession: return try finish(exchange, changedPrompt: lastLine)
        case .renumbered:
            if let known = prompt, var learned = LearnedPrompt(first: known.text, second: lastLine) {
                learned.preamble = known.preamble
                prompt = learned
            }
            return try finish(exchange)
        case .glued: return try finish(exchange, end: terminal.text.count - (prompt?.text.count ?? 0))
        default: return try finish(exchange)
        }
    }

    /// - Parameter end: Where the prompt begins; nil: at the start of its line.
    private mutating func finish(
        _ before: Exchange, end: Int? = nil, changedPrompt: [UInt8]? = nil
    ) throws(PatternError) -> [Action] {
        var exchange = before
        let start = exchange.echo.conclude(text: terminal.text, lineStart: terminal.lineStart).start
        let end = max(0, min(end ?? terminal.lineStart, terminal.text.count))
        let range = withoutPreamble(withoutStrayPrompts(terminal.text[min(start, end)..<end], exchange.strays)).indices
        // Short where the prompt has changed; what stands above that is needed once more.
        let text = changedPrompt == nil ? terminal.take(range) : Array(terminal.text[range])
        let refusal = try exchange.completeness.refusal(in: text, mask: mask)
        if case .opening(let isOptional) = exchange.purpose {
            if let refusal, !isOptional {
                return fail(.commandRejected(host: host, command: exchange.line.text, answer: refusal))
            }
            if let refusal { note("'\(exchange.line.text)' is not known here: \(refusal)") }
        } else {
            pending = Answer(line: exchange.line, text: refusal == nil ? text : [], refusal: refusal)
        }
        // What the answer leads to waits until the prompt is known.
        if let changedPrompt { return relearn(from: changedPrompt) }
        return try advance()
    }

    /// Each empty line that was sent in the middle of the text has brought one prompt more.
    private func withoutStrayPrompts(_ text: ArraySlice<UInt8>, _ count: Int) -> ArraySlice<UInt8> {
        var rest = text
        for _ in 0..<count {
            let shorter = withoutPreamble(rest)
            let last = Completeness.lastLine(of: shorter)
            guard let prompt, !last.isEmpty, prompt.likeness(of: last) != .none else { break }
            rest = rest[..<last.startIndex]
        }
        return rest
    }

    /// The text without the lines that the device puts above each prompt, and without the blank line above these.
    private func withoutPreamble(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard let preamble = prompt?.preamble, !preamble.isEmpty else { return text }
        var rest = text
        for line in preamble.reversed() {
            let last = Completeness.lastLine(of: rest)
            guard LearnedPrompt.trimmed(last).elementsEqual(line) else { return text }
            rest = rest[..<last.startIndex]
        }
        if rest.last == 0x0A, rest.count > 1, rest[rest.endIndex - 2] == 0x0A { rest.removeLast() }
        return rest
    }
}
