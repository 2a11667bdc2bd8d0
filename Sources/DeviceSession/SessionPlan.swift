import ConfigModel
import Patterns

/// A platform's command line, made ready: patterns compiled, lines checked.
struct SessionPlan: Sendable {
    struct Pager: Sendable {
        var pattern: Pattern
        var rule: PagerRule
    }

    struct Question: Sendable {
        var pattern: Pattern
        var rule: QuestionRule
    }

    /// A line of the session, of which only the refusal counts.
    struct Line: Sendable {
        var listed: ListedLine
        var isOptional: Bool
        /// The line is sent only at a prompt that matches.
        var when: Pattern?
    }

    struct Enable: Sendable {
        var line: PlatformLine
        var ask: Pattern?
        var privileged: Pattern
        var password: SessionRules.Enable.Password
        var isOptional: Bool
    }

    enum Step: Sendable {
        case line(Line)
        case enable(Enable)
    }

    var prompt: Pattern
    var pagers: [Pager]
    var questions: [Question]
    /// From the first prompt to the first question of the collection.
    var opening: [Step]
    var leaving: [Line]
    var terminal: TerminalRules
    var lineEnd: LineEnd
    /// Of an answer to a line of the session.
    var errors: Completeness

    /// - Returns: Nil for a platform without a command line.
    /// - Throws: A pattern that does not compile, or a line that cannot be typed.
    init?(_ platform: Platform) throws(CollectorFault) {
        guard let prompt = platform.prompt else { return nil }
        self.prompt = try Self.compiled(prompt, in: platform)
        terminal = platform.session.terminal
        lineEnd = platform.session.enter
        errors = Completeness(errors: try Self.errors(of: platform))
        pagers = []
        for rule in platform.pager {
            pagers.append(Pager(pattern: try Self.compiled(rule.pattern, in: platform), rule: rule))
        }
        questions = []
        for rule in platform.session.questions {
            questions.append(Question(pattern: try Self.compiled(rule.ask, in: platform), rule: rule))
        }
        opening = try Self.lines(platform.session.begin, in: platform).map { .line($0) }
        if let enable = try Self.enable(of: platform) { opening.append(.enable(enable)) }
        opening += try Self.lines(platform.session.start, in: platform).map { .line($0) }
        leaving = try Self.lines(platform.session.leave, in: platform)
    }

    private static func enable(of platform: Platform) throws(CollectorFault) -> Enable? {
        guard let rule = platform.session.enable, let line = try PlatformLine.enabling(in: platform) else { return nil }
        var ask: Pattern?
        if let text = rule.ask { ask = try compiled(text, in: platform) }
        return Enable(
            line: line, ask: ask, privileged: try compiled(rule.privileged, in: platform), password: rule.password,
            isOptional: rule.optional)
    }

    /// Lines of the platform's `session` or of one of its modes.
    static func lines(
        _ rules: [SessionRules.Line], placeholders: Set<String> = [], in platform: Platform
    ) throws(CollectorFault) -> [Line] {
        var lines: [Line] = []
        for rule in rules {
            var when: Pattern?
            if let text = rule.when { when = try compiled(text, in: platform) }
            let listed = try ListedLine.line(rule, placeholders: placeholders, in: platform)
            lines.append(Line(listed: listed, isOptional: rule.optional, when: when))
        }
        return lines
    }
}

extension SessionPlan {
    static func errors(of platform: Platform) throws(CollectorFault) -> [Pattern] {
        var errors: [Pattern] = []
        for text in platform.errors { errors.append(try compiled(text, multiline: true, in: platform)) }
        return errors
    }

    static func completeness(
        of rule: CollectRule, errors: [Pattern], in platform: Platform
    ) throws(CollectorFault) -> Completeness {
        var endMarker: Pattern?
        if let text = rule.endMarker { endMarker = try compiled(text, in: platform) }
        return Completeness(endMarker: endMarker, leastLines: rule.leastLines, errors: errors)
    }

    static func compiled(
        _ text: PatternText, multiline: Bool = false, in platform: Platform
    ) throws(CollectorFault) -> Pattern {
        do throws(PatternError) {
            return try Pattern(text.text, options: multiline ? .multiline : [])
        } catch {
            throw CollectorFault(platform: platform.name, location: text.location, reason: error.description)
        }
    }
}
