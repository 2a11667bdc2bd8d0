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

    private static let platformKeys = identityKeys + conversationKeys + contentKeys + textKeys

    private static let identityKeys = [
        Key("title", .text(.free), "The name for people."),
        Key("vendor", .text(.free), "The vendor, where it follows from the platform."),
        Key("evidence", .choice(Platform.Evidence.allCases.map(\.rawValue)), "What this file rests on."),
        Key("phi", .choice(["possible", "none"]), "Whether artifacts may hold patient data."),
        Key("syntax", .syntax, "The form of the configuration texts."),
    ]

    private static let conversationKeys = [
        Key(
            "via", .oneOrList(.choice(CommandChannel.allCases.map(\.rawValue))),
            "Where commands run, tried in order: shell (a command line), exec (each in a channel of its own)."),
        Key("prompt", .text(.pattern), "Matches a whole prompt line."),
        Key("errors", .patterns, "Texts by which the device says that a command failed, line by line."),
        Key("pager", .list(.object(pager), least: 0), "Pager marks and the key that goes on."),
        Key("session", .object(session), "The lines around the collection."),
        Key("modes", .map(keys: .name, .object(mode)), "Places on the command line where other commands are known."),
        Key("lists", .map(keys: .name, .object(list)), "Values that the device tells: contexts, VDOMs, images."),
    ]

    private static let contentKeys = [
        Key("collect", .list(.object(collect), least: 1), "What is collected."),
        Key("facts", .list(.object(facts), least: 0), "Facts about the device, and where they are found."),
        Key(
            "firmware", .list(.object(firmware), least: 0),
            "Firmware images on the device and how to get their digests."),
        Key("restore", .object(restore), "How a configuration is put back. Never sent while collecting."),
    ]

    private static let textKeys = [
        Key(
            "volatile", .list(.either([.text(.pattern), .object(volatile)]), least: 0),
            "Parts that change by themselves."
        ),
        Key(
            "changed", .list(.text(.capturingPattern), least: 0),
            "The device's own marks of a change; the capture group is the value."),
        Key("wrapped", .list(.object(wrapped), least: 0), "Lines that the device wraps."),
        Key("secrets", .list(.object(secret), least: 0), "Parts of lines that are replaced by a keyed fingerprint."),
        Key("ordered", .patterns, "Section headers below which order carries meaning."),
        Key("defaults", .patterns, "Lines that say what holds without them, such as '^no shutdown$': no difference."),
    ]
}

extension Shape {
    private static let volatile = Shape(
        name: "a 'volatile' rule",
        keys: [
            Key("part", .text(.capturingPattern), "The capture group is replaced by <volatile>; the line stays."),
            Key("from", .text(.pattern), "The first line of a section that is left out."),
            Key("until", .text(.pattern), "The line behind the section."),
            Key("through", .flag, "The line that 'until' matches is left out too."),
        ],
        exactlyOne: [["part", "from"]], needs: ["from": ["until"], "until": ["from"], "through": ["from"]])

    private static let wrapped = Shape(
        name: "a 'wrapped' rule",
        keys: [
            Key("end", .text(.pattern), "What stands at the end of a line that goes on in the next; taken away."),
            Key("columns", .integer(20...1000), "A line of exactly so many characters goes on in the next."),
            Key("next", .text(.pattern), "What is taken away at the start of the next line."),
        ],
        exactlyOne: [["end", "columns"]])

    private static let secret = Shape(
        name: "a 'secrets' rule",
        keys: [
            Key("pattern", .text(.capturingPattern), .required, "The first capture group is the secret; line by line."),
            Key("kind", .text(.kind), .required, "What it is: password, community, psk …"),
            Key("resalted", .flag, "The device re-encrypts the value at every read."),
            Key("from", .text(.pattern), "The rule holds only below a line that this matches, a section's header."),
            Key("until", .text(.pattern), "The line that ends the section."),
        ],
        needs: ["from": ["until"], "until": ["from"]])
}

extension Form {
    static let patterns = Form.list(.text(.pattern), least: 0)
    static let syntax = Form.choice(Platform.Syntax.allCases.map(\.rawValue))
    /// A command, or several of which the first that works counts.
    static let commands = Form.oneOrList(.text(.line))
    static let lines = Form.list(.text(.line), least: 0)
}

extension Key {
    static let effect = Key(
        "effect", .choice(LineEffect.allCases.map(\.rawValue)), .required,
        "What the line does to the device: none, or session (paging, width). Nothing else may be sent.")

    /// The same beside another key that decides whether it must be there.
    static let effectBesideCommand = Key("effect", effect.form, effect.summary)

    /// The key under which a platform adds to a list of its base.
    fileprivate var adding: Key? {
        guard case .list = form else { return nil }
        var key = self
        key.name += "+"
        key.summary = "Added to those of the base. " + summary
        return key
    }
}
