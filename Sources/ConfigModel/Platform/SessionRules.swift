/// What a line sent to a device does to it. Lines that change persistent state are not sayable.
package enum LineEffect: String, Sendable, Hashable, Codable, CaseIterable {
    /// Only reads.
    case none
    /// Changes this session alone: paging, width, mode.
    case session
}

/// Where commands are run.
package enum CommandChannel: String, Sendable, Hashable, Codable, CaseIterable {
    /// Typed at a command line on a terminal, all in one.
    case shell
    /// Each without a terminal in a channel of its own (`ssh HOST COMMAND`): no echo, no prompt, no pager.
    case exec
}

/// A pager's mark at the end of what the device has sent, and the key that goes on.
package struct PagerRule: Sendable, Hashable, Codable {
    package var pattern: PatternText
    /// One to four characters, sent as they are.
    package var answer: String

    package init(pattern: PatternText, answer: String) {
        self.pattern = pattern
        self.answer = answer
    }
}

/// A question that the device asks by itself: after the login, after a line, or while leaving.
package struct QuestionRule: Sendable, Hashable, Codable {
    package enum Time: String, Sendable, Hashable, Codable, CaseIterable {
        /// Before the first prompt: a banner to be confirmed, a second login.
        case login
        /// After a line of the session or of the collection.
        case command
        /// After a line that leaves.
        case leave
    }

    package enum Answer: Sendable, Hashable, Codable {
        /// A text, and a line end after it where `enter` says so.
        case text(String)
        /// The user name of the credential.
        case user
        /// The password of the login. Asked for a second time it counts as refused, and is not sent again.
        case password
    }

    /// Matches at the end of what the device has sent.
    package var ask: PatternText
    package var answer: Answer
    package var effect: LineEffect
    package var enter: Bool
    package var at: [Time]

    package init(
        ask: PatternText, answer: Answer, effect: LineEffect = .session, enter: Bool = true, at: [Time] = Time.allCases
    ) {
        self.ask = ask
        self.answer = answer
        self.effect = effect
        self.enter = enter
        self.at = at
    }
}

/// The terminal that is asked for.
package struct TerminalRules: Sendable, Hashable, Codable {
    package var columns: Int
    package var rows: Int
    package var type: String

    package init(columns: Int = 511, rows: Int = 24, type: String = "vt100") {
        self.columns = columns
        self.rows = rows
        self.type = type
    }
}

/// What ends a typed line.
package enum LineEnd: String, Sendable, Hashable, Codable, CaseIterable {
    case lf, cr, crlf

    package var text: String {
        switch self {
        case .lf: "\n"
        case .cr: "\r"
        case .crlf: "\r\n"
        }
    }

    package var bytes: [UInt8] { Array(text.utf8) }
}

/// The lines around the collection: first to last.
package struct SessionRules: Sendable, Hashable, Codable {
    package struct Line: Sendable, Hashable, Codable {
        package var send: String
        package var effect: LineEffect
        /// An error text in the answer is noted and ignored.
        package var optional: Bool
        /// Sent only while the prompt matches.
        package var when: PatternText?

        package init(send: String, effect: LineEffect, optional: Bool = false, when: PatternText? = nil) {
            self.send = send
            self.effect = effect
            self.optional = optional
            self.when = when
        }
    }

    /// How to become privileged: `enable`, `sudo`, `su`.
    package struct Enable: Sendable, Hashable, Codable {
        package enum Password: String, Sendable, Hashable, Codable, CaseIterable {
            /// The credential's `enable`; without one the line is not sent.
            case enable
            /// The credential's `enable`, and where it names none the password of the login, as `sudo` wants it.
            case login
            /// The device asks for none.
            case none
        }

        package var send: String
        /// The question for the password, at the end of what the device has sent; nil where there is none.
        package var ask: PatternText?
        /// A prompt that matches says that the session is privileged (already, or now).
        package var privileged: PatternText
        package var password: Password
        /// Without the privilege the collection goes on, and says so.
        package var optional: Bool

        package init(
            send: String, ask: PatternText?, privileged: PatternText, password: Password = .enable,
            optional: Bool = false
        ) {
            self.send = send
            self.ask = ask
            self.privileged = privileged
            self.password = password
            self.optional = optional
        }
    }

    /// A question before the collection: is the device idle?
    package struct Ready: Sendable, Hashable, Codable {
        package var command: String
        package var effect: LineEffect
        /// The device is idle when this matches somewhere in the answer, line by line.
        package var idle: PatternText?
        /// The device is busy when this matches somewhere in the answer, line by line.
        package var busy: PatternText?

        package init(command: String, effect: LineEffect, idle: PatternText? = nil, busy: PatternText? = nil) {
            self.command = command
            self.effect = effect
            self.idle = idle
            self.busy = busy
        }
    }

    package var terminal: TerminalRules
    package var enter: LineEnd
    package var questions: [QuestionRule]
    /// Sent before `enable`, to reach the command line that the platform means.
    package var begin: [Line]
    package var enable: Enable?
    package var start: [Line]
    package var ready: Ready?
    /// Sent last; the device may close the session on it.
    package var leave: [Line]

    package init(
        start: [Line] = [], enable: Enable? = nil, leave: [Line] = [], terminal: TerminalRules = TerminalRules(),
        enter: LineEnd = .lf, questions: [QuestionRule] = [], begin: [Line] = [], ready: Ready? = nil
    ) {
        self.terminal = terminal
        self.enter = enter
        self.questions = questions
        self.begin = begin
        self.enable = enable
        self.start = start
        self.ready = ready
        self.leave = leave
    }
}

/// A place on the command line where other commands are known: FortiOS' `config global`, a context of an ASA.
package struct ModeRule: Sendable, Hashable, Codable {
    package var enter: [SessionRules.Line]
    package var leave: [SessionRules.Line]

    package init(enter: [SessionRules.Line], leave: [SessionRules.Line]) {
        self.enter = enter
        self.leave = leave
    }
}

/// Values that the device tells: contexts, VDOMs, images.
package struct ListRule: Sendable, Hashable, Codable {
    package var command: String
    package var effect: LineEffect
    package var mode: String?
    /// Every match is a value: its first capture group.
    package var find: PatternText
    /// Must match the whole value, else it is noted and never sent.
    package var allow: PatternText
    /// A refused command means that there are no values.
    package var optional: Bool

    package init(
        command: String, effect: LineEffect, mode: String? = nil, find: PatternText, allow: PatternText,
        optional: Bool = false
    ) {
        self.command = command
        self.effect = effect
        self.mode = mode
        self.find = find
        self.allow = allow
        self.optional = optional
    }
}
