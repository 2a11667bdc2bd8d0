package import ConfigModel
import Patterns

/// Holds lines against a platform's prompt, as the dialogue does it: escapes obeyed, blanks at the end left out where the
/// line does not match with them.
package struct PromptCheck: Sendable {
    private let prompt: Pattern?
    private let platform: String

    /// - Throws: When the platform's prompt does not compile.
    package init(_ platform: Platform) throws(CollectorFault) {
        self.platform = platform.name
        var compiled: Pattern?
        if let prompt = platform.prompt { compiled = try SessionPlan.compiled(prompt, in: platform) }
        prompt = compiled
    }

    /// - Parameter text: A line as it comes over the wire, escapes and blanks included.
    /// - Throws: When the pattern runs away on it. A platform without a prompt matches nothing.
    package func matches(_ text: String) throws(CollectorFault) -> Bool {
        guard let prompt else { return false }
        var terminal = TerminalText()
        terminal.feed(Array(text.utf8))
        let line = Array(terminal.line)
        let trimmed = Array(LearnedPrompt.trimmed(line[...]))
        do throws(PatternError) {
            if try prompt.matches(line) { return true }
            return trimmed.count < line.count && !trimmed.isEmpty ? try prompt.matches(trimmed) : false
        } catch {
            throw CollectorFault(platform: platform, location: nil, reason: error.description)
        }
    }
}
