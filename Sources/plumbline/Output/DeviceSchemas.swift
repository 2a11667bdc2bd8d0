import BackupWorkflow
import ConfigModel
import DeviceInventory

/// What the commands about devices themselves give with `--format json`.
enum DeviceSchemas {
    static let all: [JSONSchema] = [
        replacement.document(
            name: "device-replace", title: "Output of 'plumbline device replace --format json'")
    ]

    private static let hardware = OutputSchema.object([
        .init("version", .text, "DEVICE@N."), .init("facts", OutputSchemas.facts),
    ])

    private static let difference = OutputSchema.object([
        .init("field", .choice(HardwareComparison.Difference.Field.allCases.map(\.rawValue))),
        .init("old", .list(.text), "Empty where it is not known."), .init("new", .list(.text)),
    ])

    private static let replacement = OutputSchema.object([
        .init("device", .text), .init("at", .time), .init("by", .text), .init("reason", .optional(.text)),
        .init("outcome", .choice(ReplacementReport.Outcome.allCases.map(\.rawValue))),
        .init(
            "keys", .object([.init("old", .list(.text)), .init("new", .list(.text))]),
            "Fingerprints of the host keys, SHA256:…."),
        .init("failure", .optional(.text), "Why it could not be collected."),
        .init("before", .optional(hardware), "The latest version before."), .init("approved", .optional(hardware)),
        .init("now", .optional(hardware), "The new hardware."),
        .init(
            "differences",
            .list(
                .object([
                    .init("version", .text, "What the new hardware is compared with."), .init("isApproved", .flag),
                    .init("differences", .list(difference)),
                ]))),
        .init(
            "interfaces",
            .optional(
                .object([
                    .init("version", .text), .init("missing", .list(.text), "The new hardware does not show them."),
                    .init("besides", .list(.text), "It alone shows them."),
                ])), "Of another model, where the syntax shows interfaces."),
        .init(
            "restorability", .optional(OutputSchemas.restorability),
            "Whether what was approved can be put on the new hardware."),
        .init("notes", .list(.text)), .init("next", .list(.text), "What to do next, in order."),
    ])
}
