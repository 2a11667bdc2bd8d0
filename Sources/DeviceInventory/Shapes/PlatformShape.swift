import ConfigModel

/// The key tables of platform files.
extension Shape {
    /// A platform may take the rest from another one: then its keys replace those of the base, and `KEY+` adds to a list.
    static let platform = Shape(
        name: "a platform", keys: nameKeys + platformKeys + addingKeys,
        needs: Dictionary(uniqueKeysWithValues: addingKeys.map { ($0.name, ["extends"]) }),
        requiredUnless: ["extends": ["title", "evidence", "syntax", "collect"]])

    private static let addingKeys = platformKeys.compactMap(\.adding)

    private static let nameKeys = [
        Key("platform", .text(.name), .required, "The name of the field (netmiko / ntc-templates)."),
        Key("aliases", .list(.text(.name), least: 0), "Names that other tools use for the same kind of device."),
        Key("extends", .text(.name), "The platform from which everything else is taken."),
    ]

    private static let platformKeys = [
        Key("title", .text(.free), "The name for people."),
        Key("vendor", .text(.free), "The vendor, where it follows from the platform."),
        Key("evidence", .choice(Platform.Evidence.allCases.map(\.rawValue)), "What this file rests on."),
        Key("phi", .choice(["possible", "none"]), "Whether artifacts may hold patient data."),
        Key("syntax", .choice(Platform.Syntax.allCases.map(\.rawValue)), "The form of the configuration texts."),
        Key("prompt", .text(.pattern), "Matches a whole prompt line."),
        Key("errors", .patterns, "Texts by which the device says that a command failed, line by line."),
        Key("pager", .list(.object(pager), least: 0), "Pager marks and the key that goes on."),
        Key("session", .object(session), "The lines around the collection."),
        Key("collect", .list(.object(collect), least: 1), "What is collected."),
        Key("facts", .list(.object(facts), least: 0), "Facts about the device, and where they are found."),
        Key(
            "firmware", .list(.object(firmware), least: 0),
            "Firmware images on the device and how to get their digests."),
        Key("volatile", .patterns, "Lines that change by themselves."),
        Key("secrets", .list(.object(secret), least: 0), "Parts of lines that are replaced by a keyed fingerprint."),
        Key("ordered", .patterns, "Section headers below which order carries meaning."),
    ]
}

extension Shape {
    private static let effect = Key(
        "effect", .choice(LineEffect.allCases.map(\.rawValue)), .required,
        "What the line does to the device: none, or session (paging, width). Nothing else may be sent.")

    private static let pager = Shape(
        name: "a pager rule",
        keys: [
            Key("pattern", .text(.pattern), .required, "The mark, at the end of what the device has sent."),
            Key("answer", .text(.answer), .required, "The key that goes on."),
        ])

    private static let sentLine = Shape(
        name: "a line of the session",
        keys: [
            Key("send", .text(.line), .required, "The line."), effect,
            Key("optional", .flag, "An error text in the answer is noted and ignored."),
        ])

    private static let enable = Shape(
        name: "'enable'",
        keys: [
            Key("send", .text(.line), .required, "The line that asks for the privileged mode."),
            Key("ask", .text(.pattern), .required, "The question for the password."),
            Key("privileged", .text(.pattern), .required, "A prompt that says that the session is privileged."),
        ])

    private static let session = Shape(
        name: "'session'",
        keys: [
            Key("start", .list(.object(sentLine), least: 0), "Sent first."),
            Key("enable", .object(enable), "How to become privileged."),
            Key("leave", .list(.object(sentLine), least: 0), "Sent last."),
        ])

    private static let complete = Shape(
        name: "'complete'",
        keys: [
            Key("end", .text(.pattern), "A line that must stand at the end."),
            Key("lines", .integer(1...1_000_000), "Fewer lines than this are not complete."),
        ])

    private static let collect = Shape(
        name: "a 'collect' rule",
        keys: [
            Key("artifact", .text(.artifact), "What the answer to the command is called."),
            Key("command", .text(.line), "A command whose answer is collected."),
            Key("effect", effect.form, effect.summary),
            Key("files", .text(.path), "A glob; each file that it finds is collected."),
            Key(
                "by", .list(.choice(FileMethod.allCases.map(\.rawValue)), least: 1),
                "Ways to read the files, tried in order; sftp, scp, cat where not given."),
            Key("complete", .object(complete), "How to know that the text is complete."),
            Key("optional", .flag, "Absence is noted and is no failure."),
        ],
        exactlyOne: [["command", "files"]],
        needs: ["artifact": ["command"], "command": ["artifact", "effect"], "effect": ["command"], "by": ["files"]])

    private static let facts = Shape(
        name: "a 'facts' rule",
        keys: [
            Key("command", .text(.line), "A command whose answer tells facts."),
            Key("effect", effect.form, effect.summary),
            Key("file", .text(.path), "A file that tells facts."),
            Key(
                "find",
                .object(
                    Shape(
                        name: "'find'",
                        keys: FactRule.Field.allCases.map {
                            Key($0.rawValue, .text(.capturingPattern), "The first capture group is the value.")
                        })), .required, "What is found, and by which pattern."),
            Key("optional", .flag, "Absence is noted and is no failure."),
        ],
        exactlyOne: [["command", "file"]], needs: ["command": ["effect"], "effect": ["command"]])

    private static let firmware = Shape(
        name: "a 'firmware' rule",
        keys: [
            Key("files", .text(.path), .required, "A glob that finds the image files."),
            Key(
                "sha256", .text(.line),
                "A command that prints the SHA-256 of {path}; else the file is read and hashed here."),
            Key("effect", effect.form, effect.summary),
        ],
        needs: ["effect": ["sha256"], "sha256": ["effect"]])

    private static let secret = Shape(
        name: "a 'secrets' rule",
        keys: [
            Key("pattern", .text(.capturingPattern), .required, "The first capture group is the secret; line by line."),
            Key("kind", .text(.kind), .required, "What it is: password, community, psk …"),
            Key("resalted", .flag, "The device re-encrypts the value at every read."),
        ])
}

extension Form {
    fileprivate static let patterns = Form.list(.text(.pattern), least: 0)
}

extension Key {
    /// The key under which a platform adds to a list of its base.
    fileprivate var adding: Key? {
        guard case .list = form else { return nil }
        var key = self
        key.name += "+"
        key.summary = "Added to those of the base. " + summary
        return key
    }
}
