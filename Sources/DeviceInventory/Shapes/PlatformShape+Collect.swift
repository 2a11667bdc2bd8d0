import ConfigModel

/// The key tables of what is collected.
extension Shape {
    private static let complete = Shape(
        name: "'complete'",
        keys: [
            Key("end", .text(.pattern), "A line that must stand at the end."),
            Key("lines", .integer(1...1_000_000), "Fewer lines than this are not complete."),
        ])

    private static let by = Key(
        "by", .list(.choice(FileMethod.allCases.map(\.rawValue)), least: 1),
        "Ways to read the files, tried in order; sftp, scp, cat where not given.")
    private static let modeOfCommands = Key("mode", .text(.name), "The mode in which the commands are known.")
    private static let optional = Key("optional", .flag, "Absence is noted and is no failure.")
    private static let heavy = Key("heavy", .flag, "Loads the device: sent only inside a window.")

    static let collect = Shape(
        name: "a 'collect' rule",
        keys: [
            Key("artifact", .text(.artifact), "What the answer to the command is called; {NAME} as in the command."),
            Key("command", .commands, "A command whose answer is collected, or several of which the first that works."),
            .effectBesideCommand,
            Key("files", .text(.path), "A glob; each file that it finds is collected."), by,
            Key("complete", .object(complete), "How to know that the text is complete."), optional, heavy,
            modeOfCommands,
            Key("foreach", .text(.name), "A list: the rule is followed for each of its values."),
            Key("syntax", .syntax, "The form of the text, where it is not that of the platform."),
        ],
        exactlyOne: [["command", "files"]],
        needs: [
            "artifact": ["command"], "command": ["artifact", "effect"], "effect": ["command"], "by": ["files"],
            "mode": ["command"], "foreach": ["command"], "heavy": ["command"],
        ])

    static let facts = Shape(
        name: "a 'facts' rule",
        keys: [
            Key("command", .commands, "A command whose answer tells facts, or several of which the first that works."),
            .effectBesideCommand,
            Key("file", .text(.path), "A file that tells facts."),
            Key(
                "find",
                .object(
                    Shape(
                        name: "'find'",
                        keys: FactRule.Field.allCases.map {
                            Key($0.rawValue, .text(.capturingPattern), "The first capture group is the value.")
                        })), .required, "What is found, and by which pattern."), optional, modeOfCommands,
        ],
        exactlyOne: [["command", "file"]],
        needs: ["command": ["effect"], "effect": ["command"], "mode": ["command"]])

    private static let hash = Shape(
        name: "a 'hash' rule",
        keys: [
            Key(
                "algorithm", .choice(DigestAlgorithm.allCases.map(\.rawValue)), .required, "What the command computes."),
            Key("command", .text(.line), .required, "The command; {path} of a file, {image} of a value."), .effect,
            Key("find", .text(.capturingPattern), "The digest; where not given, the answer begins with it."), heavy,
            modeOfCommands,
        ])

    static let firmware = Shape(
        name: "a 'firmware' rule",
        keys: [
            Key("files", .text(.path), "A glob that finds the image files."), by,
            Key("list", .text(.name), "The list that names the images."),
            Key("boot", .text(.pattern), "Boot images of the facts that this matches as a whole."),
            Key("hash", .list(.object(hash), least: 1), "Ways to have the device hash an image, tried in order."),
            Key("read", .choice(["never"]), "Files are never read to be hashed here."),
            Key("age", .text(.duration), "A digest older than this is taken anew."),
        ],
        exactlyOne: [["files", "list", "boot"]],
        needs: ["by": ["files"], "read": ["files"], "list": ["hash"], "boot": ["hash"]])
}
