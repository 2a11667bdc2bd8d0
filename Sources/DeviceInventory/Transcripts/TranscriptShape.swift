import ConfigModel

/// The key tables of transcripts.
extension Shape {
    static let transcript = Shape(
        name: "a transcript", keys: headKeys + deviceKeys + testKeys)

    private static let headKeys = [
        Key("transcript", .text(.name), .required, "The platform: a name or an alias."),
        Key("title", .text(.free), "What is special about the case, in a line."),
        Key("source", .text(.free), "What the transcript rests on: a recording, the vendor's documentation, a guess."),
        Key("device", .object(transcriptDevice), "What the inventory would say about the device."),
        Key("credential", .object(login), "What the replay logs in with. Invented values, never those of a device."),
    ]

    private static let deviceKeys = [
        Key(
            "recorded", .oneOrList(.choice(CommandChannel.allCases.map(\.rawValue))),
            "Where commands were run: shell (where not given), exec, or both. The replay refuses the other one."),
        Key(
            "line-ends", .choice(Transcript.LineEnds.allCases.map(\.rawValue)),
            "What the device ends its lines with; crlf where not given. A trial replays both."),
        Key("prompt", .text(.said), "The first prompt exactly, blanks at its end included."),
        Key("initial", .text(.said), "What the device says after the login, before the prompt."),
        Key("then", .list(.object(turn), least: 1), "Questions after 'initial', before the prompt."),
        Key("steps", .list(.object(step), least: 0), "Each line that the device knows, and its answer."),
        Key("files", .map(keys: .path, .text(.said)), "Files by path."),
        Key(
            "without", .list(.choice(FileMethod.allCases.map(\.rawValue)), least: 1),
            "Ways to read files that the device lacks."),
        Key("refused", .text(.said), "What the device says to a line that is no step."),
    ]

    private static let testKeys = [
        Key("prompts", .object(prompts), "Lines that the platform's prompt must and must not match."),
        Key("expect", .object(expect), "What a good capture holds."),
    ]

    private static let transcriptDevice = Shape(
        name: "'device'",
        keys: [
            Key("vars", .map(keys: .name, .text(.said)), "Variables of the device, for {vars.NAME}."),
            Key("window", .choice(["open", "closed"]), "Whether heavy lines may be sent; open where not given."),
        ])

    private static let login = Shape(
        name: "'credential'",
        keys: [
            Key("user", .text(.user), "The user name."), Key("password", .text(.invented), "The password."),
            Key("enable", .text(.invented), "The password for the privileged mode."),
        ])

    private static let turn = Shape(
        name: "an item of 'then'",
        keys: [
            Key(
                "send", .text(.said), .required,
                "A key, an answer without its line end, or {user}, {password}, {enable}."),
            Key("answer", .text(.said), .required, "How the device goes on."),
        ])

    private static let step = Shape(
        name: "a step",
        keys: [
            Key("send", .text(.line), .required, "The line, without its line end."),
            Key("answer", .text(.said), "What stands between the echo and the prompt."),
            Key("refused", .text(.said), "The same, for an error text."),
            Key("prompt", .text(.said), "The prompt from now on."),
            Key("echo", .flag, "false: the device does not echo this line."),
            Key("status", .integer(0...255), "The exit status, in exec; 0 where not given."),
            Key("then", .list(.object(turn), least: 1), "What the device waits for after 'answer'."),
        ],
        exactlyOne: [["answer", "refused"]])

    private static let prompts = Shape(
        name: "'prompts'",
        keys: [
            Key("match", .texts, "Whole prompt lines."),
            Key("not", .texts, "Lines that are no prompt."),
        ])
}

extension Shape {
    private static let expect = Shape(
        name: "'expect'",
        keys: [
            Key("artifacts", .texts, "The names of all artifacts."),
            Key("facts", .object(expectedFacts), "Facts; those that are given are compared."),
            Key("stored", .texts, "Lines that stand in the comparable texts, in this order."),
            Key("dropped", .texts, "Texts that stand in no comparable text."),
            Key("secrets", .texts, "Texts that stand in no comparable text, because a rule covers them."),
            Key("uncovered", .integer(0...10_000), "How many secrets only the net may find; 0 where not given."),
            Key("noise", .list(.object(change), least: 0), "Changes after which nothing new is stored."),
            Key("real", .list(.object(change), least: 0), "Changes after which a new version is stored."),
            Key("failure", .text(.free), "A part of the error by which the collection must fail."),
            Key("quarantine", .text(.free), "A part of the reasons for which the capture must not be stored."),
        ])

    private static let expectedFacts = Shape(
        name: "'facts'",
        keys: ["hostname", "vendor", "model", "version"].map { Key($0, .text(.free), "The value.") }
            + [
                Key("serials", .texts, "Of all members."), Key("boot", .texts, "Images that it boots from, in order."),
                Key("images", .texts, "PATH ALGORITHM DIGEST, or PATH - where not assessable."),
            ])

    private static let change = Shape(
        name: "a change",
        keys: [
            Key("change", .text(.saidSomething), .required, "A text that the device says."),
            Key("to", .text(.said), .required, "What it says the next time."),
        ])
}

extension TextForm {
    /// What goes over the wire: line ends and control characters belong to it.
    static let said = TextForm(name: "a text", mayBeEmpty: true, mayHoldControls: true)
    static let saidSomething = TextForm(name: "a text", mayHoldControls: true)
    static let invented = TextForm(name: "an invented secret", sensitive: true)
}

extension Form {
    fileprivate static let texts = Form.list(.text(.saidSomething), least: 0)
}
