import ConfigModel

/// The key tables of the conversation with a device.
extension Shape {
    static let pager = Shape(
        name: "a pager rule",
        keys: [
            Key("pattern", .text(.pattern), .required, "The mark, at the end of what the device has sent."),
            Key("answer", .text(.keys), .required, "The key that goes on."),
        ])

    private static let question = Shape(
        name: "a question",
        keys: [
            Key("ask", .text(.pattern), .required, "The question, at the end of what the device has sent."),
            Key("answer", .text(.reply), .required, "A text, or {user} or {password} of the credential."),
            .effect,
            Key("enter", .flag, "A line end follows the answer; true where not given."),
            Key(
                "at", .list(.choice(QuestionRule.Time.allCases.map(\.rawValue)), least: 1),
                "When it may be asked; always where not given."),
        ])

    private static let sentLine = Shape(
        name: "a line of the session",
        keys: [
            Key("send", .text(.line), .required, "The line."), .effect,
            Key("optional", .flag, "An error text in the answer is noted and ignored."),
            Key("when", .text(.pattern), "Sent only while the prompt matches."),
        ])

    private static let enable = Shape(
        name: "'enable'",
        keys: [
            Key("send", .text(.line), .required, "The line that asks for the privileged mode."),
            Key("ask", .text(.pattern), "The question for the password."),
            Key("privileged", .text(.pattern), .required, "A prompt that says that the session is privileged."),
            Key(
                "password", .choice(SessionRules.Enable.Password.allCases.map(\.rawValue)),
                "Which password: enable, login (enable's, else that of the login) or none."),
            Key("optional", .flag, "Without the privilege the collection goes on, and says so."),
        ])

    private static let ready = Shape(
        name: "'ready'",
        keys: [
            Key("command", .text(.line), .required, "Asked before the collection."), .effect,
            Key("idle", .text(.pattern), "The device is idle when this matches in the answer."),
            Key("busy", .text(.pattern), "The device is busy when this matches in the answer."),
        ],
        exactlyOne: [["idle", "busy"]])

    private static let terminal = Shape(
        name: "'terminal'",
        keys: [
            Key("columns", .integer(20...4096), "Columns of the terminal; 511 where not given."),
            Key("rows", .integer(0...4096), "Rows of the terminal; 24 where not given."),
            Key("type", .text(.name), "The terminal's type; vt100 where not given."),
        ])

    static let session = Shape(
        name: "'session'",
        keys: [
            Key("terminal", .object(terminal), "The terminal that is asked for."),
            Key("enter", .choice(LineEnd.allCases.map(\.rawValue)), "What ends a typed line; lf where not given."),
            Key("questions", .list(.object(question), least: 0), "What the device asks by itself."),
            Key("begin", .list(.object(sentLine), least: 0), "Sent before 'enable'."),
            Key("enable", .object(enable), "How to become privileged."),
            Key("start", .list(.object(sentLine), least: 0), "Sent first."),
            Key("ready", .object(ready), "How to tell that the device is idle."),
            Key("leave", .list(.object(sentLine), least: 0), "Sent last."),
        ])

    static let mode = Shape(
        name: "a mode",
        keys: [
            Key("enter", .list(.object(sentLine), least: 1), .required, "Sent to get there."),
            Key("leave", .list(.object(sentLine), least: 0), "Sent to get back."),
        ])

    static let list = Shape(
        name: "a list",
        keys: [
            Key("command", .text(.line), .required, "Asked for the values."), .effect,
            Key("mode", .text(.name), "The mode in which the command is known."),
            Key("find", .text(.capturingPattern), .required, "Every match is a value: its first capture group."),
            Key("allow", .text(.pattern), .required, "A value is sent only if this matches it as a whole."),
            Key("optional", .flag, "A refused command means that there are no values."),
        ])
}
