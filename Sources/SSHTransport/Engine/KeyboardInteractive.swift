import ConfigModel

/// Answers a keyboard-interactive login (RFC 4256) with the password, once, and only where the server asks one
/// question whose answer is hidden. Anything else is a question for a person, and refuses the login.
struct KeyboardInteractive {
    struct Prompt: Hashable, Sendable {
        var text: String
        var isHidden: Bool
    }

    private(set) var password: Secret?
    /// The question that was not answered, for a person.
    private(set) var refusedQuestion: String?
    private var hasAnswered = false

    var isRefused: Bool { refusedQuestion != nil }

    init() {}

    init(password: Secret) { self.password = password }

    /// The answers, in the order of the prompts; nil when the login must not go on.
    mutating func answers(to prompts: [Prompt]) -> [String]? {
        guard let first = prompts.first else { return [] }
        guard prompts.count == 1, first.isHidden, !hasAnswered, let password else {
            refusedQuestion = prompts.map(\.text).joined(separator: " / ")
            return nil
        }
        hasAnswered = true
        return [password.exposed]
    }
}
