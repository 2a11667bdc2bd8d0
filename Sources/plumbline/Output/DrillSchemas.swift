import BackupWorkflow
import ConfigModel
import DeviceInventory

/// What 'plumbline drill' gives with `--format json`, and what lies in `var/drills/`.
enum DrillSchemas {
    static let all: [JSONSchema] = [
        record.document(name: "drill", title: "Output of 'plumbline drill --format json', and a record in var/drills/"),
        OutputSchema.list(row).document(name: "drill-list", title: "Output of 'plumbline drill list --format json'"),
        OutputSchema.list(verdict).document(
            name: "drill-verify", title: "Output of 'plumbline drill verify --format json'"),
    ]

    private static let word = OutputSchema.choice(DrillRecord.Verdict.allCases.map(\.rawValue))
    private static let kind = OutputSchema.choice(DrillRecord.Kind.allCases.map(\.rawValue))

    private static let outlook = OutputSchema.object([
        .init("verdict", word), .init("reasons", .list(.text)),
        .init(
            "differences", .optional(.integer),
            "Places in which the device differs from the target; none of a replacement."),
        .init("actions", .integer, "Lines and files that would be sent."),
        .init("gaps", .list(.text), "What lies outside of the configuration."),
        .init("estimate", .optional(.integer), "Seconds; absent where a person does it."),
    ])

    private static let lab = OutputSchema.object([
        .init("outcome", .choice(RestoreWorkflow.Result.Outcome.allCases.map(\.rawValue))), .init("message", .text),
        .init("seconds", .number), .init("plan", .text, "The plan and its journal, in var/restores/."),
        .init("before", .optional(.integer), "The version with what the device had before."),
        .init("hasWritten", .flag),
    ])

    private static let device = OutputSchema.object([
        .init("device", .text), .init("group", .text), .init("platform", .text), .init("verdict", word),
        .init("reasons", .list(.text), "Why not, or what is missing."),
        .init("isIntegrity", .flag, "A digest, a signature or what was approved does not hold."),
        .init("target", .optional(.text)), .init("version", .optional(.integer)), .init("isApproved", .flag),
        .init("taken", .optional(.time)), .init("copied", .optional(.time), "When its exact bytes were last read."),
        .init("commit", .optional(.text), "In store.git."),
        .init(
            "blobs",
            .list(.object([.init("artifact", .text), .init("repository", .text), .init("blob", .text)])),
            "Where the exact bytes are."),
        .init("digests", .map(.text), "Keyed digests of the exact bytes, by artifact."), .init("bytes", .integer),
        .init("method", .optional(.text)),
        .init("evidence", .optional(.choice(Platform.Evidence.allCases.map(\.rawValue)))),
        .init("same", .optional(outlook), "For the device as its latest version has it."),
        .init("replacement", .optional(outlook), "For another device of its kind, from nothing."),
        .init("estimate", .optional(.integer), "Seconds of the restore; absent where a person does it."),
        .init(
            "times", .map(.number),
            "Milliseconds by stage: " + DrillRecord.Stage.allCases.map(\.rawValue).joined(separator: ", ") + "."),
        .init("lab", .optional(lab)),
        .init("isSame", .optional(.flag), "With --self: whether the bytes are those of the workspace."),
    ])

    private static let record = OutputSchema.object([
        .init("id", .text), .init("kind", kind), .init("self", .flag), .init("workspace", .text),
        .init("started", .time), .init("finished", .time), .init("by", .text), .init("reason", .optional(.text)),
        .init("command", .text), .init("target", .text), .init("tool", .text), .init("isSigned", .flag),
        .init("devices", .list(device), "In the order of the restore."),
        .init(
            "totals",
            .object([
                .init("devices", .integer), .init("yes", .integer), .init("partly", .integer), .init("no", .integer),
                .init("integrity", .integer), .init("byHand", .integer), .init("bytes", .integer),
                .init("sequential", .integer, "Seconds, one after the other."),
                .init("waves", .integer, "Seconds, in waves as 'restore apply' does it."),
            ])),
        .init(
            "steps",
            .list(
                .object([
                    .init("name", .text), .init("milliseconds", .number), .init("isGood", .flag),
                    .init("message", .text),
                ]))),
        .init("mirror", .optional(.text)), .init("notices", .list(.text)),
    ])

    private static let row = OutputSchema.object([
        .init("id", .text), .init("kind", kind), .init("started", .time), .init("by", .text), .init("command", .text),
        .init("devices", .integer), .init("yes", .integer), .init("partly", .integer), .init("no", .integer),
        .init("isSigned", .flag), .init("exit", .integer),
    ])

    private static let verdict = OutputSchema.object([
        .init("id", .text), .init("at", .optional(.time)), .init("by", .optional(.text)), .init("isSigned", .flag),
        .init("key", .optional(.text), "SHA256:… of the key that signed it."),
        .init("faults", .list(.text), "Empty where it holds."), .init("notices", .list(.text)),
    ])
}
