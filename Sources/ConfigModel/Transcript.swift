/// A session with a device, recorded or written: what the device says first, what it answers to each line, and what a good
/// capture of it holds. A platform is tried on it without a device.
package struct Transcript: Sendable, Hashable, Codable {
    /// How echo and prompt stand in the texts.
    package enum Form: String, Sendable, Hashable, Codable {
        /// They are left out of the answers: whoever plays the transcript adds them.
        case written
        /// Every text is what came over the wire, echo and prompt included.
        case recorded
    }

    /// How the device ends its lines.
    package enum LineEnds: String, Sendable, Hashable, Codable, CaseIterable {
        case lf, crlf
    }

    /// What the device waits for in the middle of an answer, and how it goes on.
    package struct Turn: Sendable, Hashable, Codable {
        /// A key, an answer without its line end, or `{user}`, `{password}`, `{enable}`.
        package var send: String
        package var answer: String

        package init(send: String, answer: String) {
            self.send = send
            self.answer = answer
        }
    }

    package struct Step: Sendable, Hashable, Codable {
        /// The line, without its line end.
        package var send: String
        package var answer: String
        /// The prompt from now on; nil where it stays.
        package var prompt: String?
        package var isEchoed: Bool
        /// The exit status of a command that was run without a terminal.
        package var status: Int
        package var then: [Turn]

        package init(
            send: String, answer: String, prompt: String? = nil, isEchoed: Bool = true, status: Int = 0,
            then: [Turn] = []
        ) {
            self.send = send
            self.answer = answer
            self.prompt = prompt
            self.isEchoed = isEchoed
            self.status = status
            self.then = then
        }
    }

    /// What the replay logs in with. Invented: no value of a transcript is the secret of a device.
    package struct Login: Sendable, Hashable, Codable {
        package var user: String
        package var password: String
        package var enable: String?

        package init(user: String = "backup", password: String = "fixture-login", enable: String? = "fixture-enable") {
            self.user = user
            self.password = password
            self.enable = enable
        }
    }

    /// Lines that the platform's prompt must and must not match.
    package struct Prompts: Sendable, Hashable, Codable {
        package var match: [String]
        package var not: [String]

        package init(match: [String] = [], not: [String] = []) {
            self.match = match
            self.not = not
        }
    }

    /// A name or alias of a platform; nil for a recording, which does not name one.
    package var platform: String?
    package var title: String
    /// What it rests on.
    package var source: String
    package var form: Form
    package var vars: [String: String]
    /// Whether heavy lines may be sent.
    package var isInWindow: Bool
    package var login: Login
    package var channels: [CommandChannel]
    package var lineEnds: LineEnds
    /// Of a written transcript: the first prompt. A recorded one shows it at the end of `initial`.
    package var prompt: String
    package var initial: String
    /// Questions after `initial`, before the first prompt.
    package var then: [Turn]
    package var steps: [Step]
    /// Files by path; nil where the device has no way to read files.
    package var files: [String: String]?
    /// Ways to read files that the device lacks.
    package var without: [FileMethod]
    /// What the device says to a line that is no step.
    package var refused: String?
    package var prompts: Prompts
    package var expect: TranscriptExpectation

    package init(
        platform: String? = nil, title: String = "", source: String = "", form: Form = .written,
        vars: [String: String] = [:], isInWindow: Bool = true, login: Login = Login(),
        channels: [CommandChannel] = [.shell],
        lineEnds: LineEnds = .crlf, prompt: String = "", initial: String = "", then: [Turn] = [], steps: [Step] = [],
        files: [String: String]? = nil, without: [FileMethod] = [], refused: String? = nil,
        prompts: Prompts = Prompts(), expect: TranscriptExpectation = TranscriptExpectation()
    ) {
        self.platform = platform
        self.title = title
        self.source = source
        self.form = form
        self.vars = vars
        self.isInWindow = isInWindow
        self.login = login
        self.channels = channels
        self.lineEnds = lineEnds
        self.prompt = prompt
        self.initial = initial
        self.then = then
        self.steps = steps
        self.files = files
        self.without = without
        self.refused = refused
        self.prompts = prompts
        self.expect = expect
    }
}

extension Transcript {
    /// The transcript with every text that the device says changed.
    package func saying(_ change: (String) -> String) -> Transcript {
        var changed = self
        func turn(_ turn: Turn) -> Turn { Turn(send: turn.send, answer: change(turn.answer)) }
        changed.initial = change(initial)
        changed.then = then.map(turn)
        changed.steps = steps.map { step in
            var step = step
            step.answer = change(step.answer)
            step.then = step.then.map(turn)
            return step
        }
        changed.files = files?.mapValues(change)
        return changed
    }

    /// Everything that the device says, in order.
    package var said: [String] {
        [initial] + then.map(\.answer) + steps.flatMap { [$0.answer] + $0.then.map(\.answer) }
            + (files ?? [:]).sorted { $0.key < $1.key }.map(\.value)
    }
}
