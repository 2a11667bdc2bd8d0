import ConfigModel
import Patterns

/// A platform's command line, made ready: patterns compiled, questions in the order in which they are asked.
struct SessionPlan: Sendable {
    struct Pager: Sendable {
        var pattern: Pattern
        var rule: PagerRule
    }

    struct Enable: Sendable {
        var line: PlatformLine
        var ask: Pattern
        var privileged: Pattern
    }

    /// A line whose answer counts.
    struct Question: Sendable {
        enum Purpose: Sendable, Hashable {
            /// The answer only has to be without an error; with `optional` not even that.
            case session(optional: Bool)
            case collected
        }

        var line: PlatformLine
        var purpose: Purpose
        var completeness: Completeness
    }

    enum Step: Sendable {
        case enable(Enable)
        case ask(Question)
        case leave(PlatformLine)
    }

    var prompt: Pattern
    var pagers: [Pager]
    var steps: [Step]

    /// - Returns: Nil for a platform without a command line, or one with nothing to ask on it.
    /// - Throws: A pattern that does not compile, or a line that cannot be typed.
    init?(_ platform: Platform) throws(CollectorFault) {
        guard let prompt = platform.prompt else { return nil }
        self.prompt = try Self.compiled(prompt, in: platform)
        pagers = []
        for rule in platform.pager {
            pagers.append(Pager(pattern: try Self.compiled(rule.pattern, in: platform), rule: rule))
        }
        let questions = try Self.questions(of: platform)
        guard !questions.isEmpty else { return nil }
        let session = try PlatformLine.session(of: platform)
        steps = []
        // First of all: on some platforms paging is off only for the privileged.
        if let rule = platform.session.enable, let line = session.enable {
            let ask = try Self.compiled(rule.ask, in: platform)
            let privileged = try Self.compiled(rule.privileged, in: platform)
            steps.append(.enable(Enable(line: line, ask: ask, privileged: privileged)))
        }
        let errors = try Self.errors(of: platform)
        for start in session.start {
            steps.append(
                .ask(
                    Question(
                        line: start.line, purpose: .session(optional: start.optional),
                        completeness: Completeness(errors: errors))))
        }
        steps += questions.map { .ask($0) }
        steps += session.leave.map { .leave($0) }
    }

    /// Each command once: an artifact and a fact may come from the same answer.
    private static func questions(of platform: Platform) throws(CollectorFault) -> [Question] {
        let errors = try errors(of: platform)
        var questions: [Question] = []
        for rule in platform.collect {
            guard let line = try PlatformLine.command(of: rule, in: platform) else { continue }
            let completeness = try completeness(of: rule, errors: errors, in: platform)
            if !questions.contains(where: { $0.line == line }) {
                questions.append(Question(line: line, purpose: .collected, completeness: completeness))
            }
        }
        for rule in platform.facts {
            guard let line = try PlatformLine.command(of: rule, in: platform) else { continue }
            if !questions.contains(where: { $0.line == line }) {
                let completeness = Completeness(errors: errors)
                questions.append(Question(line: line, purpose: .collected, completeness: completeness))
            }
        }
        return questions
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
