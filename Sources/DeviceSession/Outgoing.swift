package import ConfigModel

/// Who logs in: for what a device asks by itself after the login, and for `sudo`.
package struct SessionLogin: Sendable {
    package var user: String
    /// Nil where a key logs in.
    package var password: Secret?

    package init(user: String, password: Secret?) {
        self.user = user
        self.password = password
    }
}

/// What may go to a device's command line: nothing else has a way there.
package enum Outgoing: Sendable {
    case line(PlatformLine)
    /// An empty line: what comes back is the prompt.
    case probe
    case pagerAnswer(PagerRule)
    /// A text that the question's rule lists.
    case answer(QuestionRule)
    /// The user name, to a question whose rule asks for it.
    case user(String, QuestionRule)
    /// The login's password, to a question whose rule asks for it.
    case password(Secret, QuestionRule)
    case enablePassword(Secret)

    /// The one place where these become bytes.
    package func bytes(_ end: LineEnd) -> [UInt8] {
        switch self {
        case .line(let line):
            // A line of a platform is one; what a restore enters may be several that belong together.
            line.text.utf8.contains(0x0A)
                ? line.text.utf8.flatMap { $0 == 0x0A ? end.bytes : [$0] } + end.bytes
                : Array(line.text.utf8) + end.bytes
        case .probe: end.bytes
        case .pagerAnswer(let rule): Array(rule.answer.utf8)
        case .answer(let rule):
            if case .text(let text) = rule.answer { Array(text.utf8) + (rule.enter ? end.bytes : []) } else { [] }
        case .user(let name, let rule): Array(name.utf8) + (rule.enter ? end.bytes : [])
        case .password(let secret, let rule): Array(secret.exposed.utf8) + (rule.enter ? end.bytes : [])
        case .enablePassword(let secret): Array(secret.exposed.utf8) + end.bytes
        }
    }

    /// For a trace: the bytes, but never a password.
    package func traced(_ end: LineEnd) -> String {
        switch self {
        case .password(let secret, _), .enablePassword(let secret): secret.description
        default: String(decoding: bytes(end), as: UTF8.self)
        }
    }
}

/// Why a platform cannot be used to collect. The fault is the platform's, not the device's.
package struct CollectorFault: Error, Hashable, Sendable, CustomStringConvertible {
    package var platform: String
    package var location: SourceLocation?
    package var reason: String

    package var description: String {
        (location.map { "\($0): " } ?? "") + "platform '\(platform)' cannot be used: \(reason)"
    }
}
