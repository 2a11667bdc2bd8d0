import ConfigModel

/// The key tables of `Inventory/groups/*.yaml`.
extension Shape {
    static let group = Shape(
        name: "a group file",
        keys: [
            Key("group", .text(.deviceID), .required, "The group's name; devices are stored under it."),
            Key("defaults", .object(.defaults), "What holds for each device of this file that does not say otherwise."),
            Key("devices", .list(.object(.device), least: 0), "The devices of the group."),
            Key("jumps", .list(.object(.jump), least: 0), "Jump hosts that are no devices of the inventory."),
        ])

    static let device = Shape(name: "a device", keys: identity + deviceKeys + laterDeviceKeys)
    static let defaults = Shape(name: "'defaults'", keys: deviceKeys + laterDeviceKeys)

    static let jump = Shape(
        name: "a jump host",
        keys: [
            Key("id", .text(.deviceID), .required, "The name that a device's 'jump' names."),
            Key("address", .text(.address), .required, "A host name or an IP address."),
            Key("port", .integer(1...65535), "The SSH port; 22 where not given."),
            Key("credential", .text(.name), .required, "An entry of credentials.yaml."),
            Key("jump", .text(.deviceID), "Another jump host before this one."),
            Key("ssh", .object(.ssh), "How SSH is spoken."),
        ])

    static let ssh = Shape(
        name: "'ssh'",
        keys: [
            Key(
                "profile", .choice(AlgorithmProfile.allCases.map(\.rawValue)),
                "modern, or legacy for devices that know only old algorithms."),
            Key("keepalive", .text(.duration), "How often a sign of life is sent on an idle session."),
        ])

    static let window = Shape(
        name: "a window",
        keys: [
            Key(
                "days", .list(.choice(MaintenanceWindow.Day.allCases.map(\.rawValue)), least: 1),
                "The days on which the window starts; every day where not given."),
            Key("from", .text(.clock), .required, "When it opens, in local time."),
            Key("to", .text(.clock), .required, "When it closes; at or before 'from' means on the next day."),
            Key("zone", .text(.zone), .required, "The time zone, such as Europe/Berlin."),
        ])

    private static let method = Shape(
        name: "'method'",
        keys: [
            Key("uncovered", .text(.free), "Why the device has no backup."),
            Key(
                "command", .list(.text(.commandWord), least: 1),
                "A program and its arguments that deliver the device's artifacts, run without a shell in the workspace."
            ),
        ], exactlyOne: [["uncovered", "command"]])

    private static let schedule = Shape(
        name: "'schedule'",
        keys: [
            Key(
                "cron", .text(.cron), .required, "Minute, hour, day of month, month and day of week, as in crontab(5)."),
            Key("zone", .text(.zone), "The time zone, such as Europe/Berlin; UTC where not given."),
        ])

    private static let gentle = Shape(
        name: "'gentle'",
        keys: [
            Key("pause", .text(.duration), "How long to wait between one command and the next; 1s where not given."),
            Key("limit", .text(.size), "The most bytes of one artifact."),
        ])

    private static let identity = [
        Key("id", .text(.deviceID), .required, "The device's stable id; its history is kept under it."),
        Key(
            "was", .oneOrList(.text(.deviceID)),
            "Ids that the device had before: the next run gives its history the new one."),
        Key("address", .text(.address), "A host name or an IP address."),
    ]

    private static let deviceKeys = [
        Key("port", .integer(1...65535), "The SSH port; 22 where not given."),
        Key("platform", .text(.name), "The name or an alias of a platform."),
        Key("credential", .text(.name), "An entry of credentials.yaml, for reading."),
        Key("restoreCredential", .text(.name), "An entry of credentials.yaml, for writing."),
        Key("jump", .text(.deviceID), "The jump host: another device's id, or an entry of 'jumps'."),
        Key("ssh", .object(.ssh), "How SSH is spoken."),
        Key("freshness", .text(.duration), "How old the last good version may become."),
        Key("every", .text(.duration), "How long after a good copy the next one is taken."),
        Key(
            "schedule", .either([.text(.cron), .object(schedule)]),
            "When it is collected, as in crontab(5): in UTC, or { cron: …, zone: … }."),
        Key("timeout", .text(.duration), "How long one collection may take."),
        Key(
            "gentle", .either([.flag, .object(gentle)]),
            "For a device that does not bear much: a pause after each command, and a limit to its answers."),
        Key(
            "presence", .choice(Device.Presence.allCases.map(\.rawValue)),
            "permanent, or intermittent for what comes and goes: then only an old copy is a finding."),
        Key("window", .oneOrList(.object(.window)), "When the device may be contacted; never outside."),
        Key(
            "tags", .list(.text(.tag), least: 0), "Words to select by; those of 'defaults' and the device's own add up."
        ),
        Key("owner", .text(.free), "Who looks after the device."),
        Key(
            "state", .choice(Device.State.allCases.map(\.rawValue)),
            "Whether the device is in service; only active ones are contacted."),
        Key(
            "restoreOrder", .integer(0...9999),
            "When the device is put back where many are lost: lower first, 1000 where not given. Jump hosts come before what is "
                + "reached through them."),
        Key("vars", .map(keys: .name, .text(.free)), "Variables for templates."),
        Key(
            "method", .either([.choice(["ssh", "manual"]), .object(method)]),
            "ssh; manual where a person brings the files ('plumbline collect'); { command: [PROGRAM, …] }; "
                + "{ uncovered: REASON } for a device that has no method yet."),
    ]

    /// Names of the design that this version does not act on.
    private static let laterDeviceKeys = [
        "expectedMembers", "members", "onboarding",
    ].map(Key.notYet)
}
